"""Splits the items of one clause into several requests: `thursday 2-3 and friday 4-5`, `9-11 or 1-3`."""

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from bot.language.clauses.merge import has_day, has_time_of_day
from bot.language.lexicon import word_set
from bot.language.model.days import (
    CalendarDay,
    CalendarMonth,
    DayAlternatives,
    DayOffset,
    Weekday,
    WeekdayOfMonth,
    as_calendar_day,
)
from bot.language.model.items import (
    BareNumber,
    ClockTime,
    Connective,
    DayItem,
    DayPart,
    IsoTimestamp,
    Item,
    Now,
    PlacedItem,
    RecurrenceItem,
)
from bot.language.model.time_phrase import TimePhrase
from bot.language.text.tokenizer import Token

_AND_WORDS = word_set("plus then also + & well")
_SKIPPED_AFTER_AND = word_set(
    "at on from the then also again another maybe or and , both & + / either plus as well"
)
_COMMAS = word_set(", ; / + &")
_RANGE_SIGNS = frozenset({Connective.DASH, Connective.TO, Connective.UNTIL})
_MAX_REQUESTS = 8
_ITEMS_BEFORE_END_DAY = 3
_MAX_WEEKDAYS_IN_MONTH = 5


class RequestItems(Struct, frozen=True):
    """The items of a request; `is_alternative`: it stands for the one before (`or`)."""

    items: list[PlacedItem]
    is_alternative: bool = False


def expand_day_numbers(items: Sequence[PlacedItem], *, in_list: bool = False) -> list[PlacedItem]:
    """Gives the month to numbers before it: `12 and 14 march`; `in_list` also after commas."""
    expanded = list(items)
    for index in range(len(items) - 2, -1, -1):
        number, sign = expanded[index].item, expanded[index + 1].item
        following = expanded[index + 2].item if index + 2 < len(expanded) else sign
        if in_list and isinstance(sign, DayItem):
            sign, following = Connective.AND, sign
        before = expanded[index - 1].item if index else None
        month = _month_of(following)
        if (
            isinstance(number, BareNumber)
            and sign in {Connective.AND, Connective.OR}
            and month is not None
            and before not in {Connective.AT, Connective.BETWEEN, Connective.UNTIL, *_RANGE_SIGNS}
            and 1 <= number.value <= 31
            and not number.is_spelled_out
        ):
            expanded[index] = replace(expanded[index], item=DayItem(replace(month, day=number.value)))
        elif sign in {Connective.AND, Connective.OR}:
            expanded[index] = replace(expanded[index], item=_share_weekday(number, following))
    return expanded


def _share_weekday(item: Item, following: Item) -> Item:
    """The nth weekday of a month for `1st`, before `and 3rd monday of the month`; else the item itself."""
    day = item.day if isinstance(item, DayItem) else None
    other = following.day if isinstance(following, DayItem) else None
    if isinstance(other, DayAlternatives) and isinstance(other.alternatives[0], WeekdayOfMonth):
        other = other.alternatives[0]
    if not isinstance(day, CalendarDay) or day.month is not None or day.day > _MAX_WEEKDAYS_IN_MONTH:
        return item
    if not isinstance(other, WeekdayOfMonth):
        return item
    this_month, next_month = CalendarMonth(), CalendarMonth(month_offset=1)
    months = (this_month, next_month) if other.month == this_month else (other.month,)
    return DayItem(DayAlternatives(tuple(replace(other, nth=day.day, month=month) for month in months)))


def _month_of(item: Item) -> CalendarDay | None:
    day = as_calendar_day(item.day) if isinstance(item, DayItem) else None
    return day if day is not None and day.month is not None else None


def split_requests(items: Sequence[PlacedItem], tokens: Sequence[Token]) -> list[RequestItems]:
    """The requests of these items; one begins where a day or hour is named again after `and` or `or`."""
    items = list(items)
    cuts = _join_choices(_cuts(items, tokens)[: _MAX_REQUESTS - 1])
    bounds = [(0, False), *cuts, (len(items), False)]
    return [
        RequestItems(items[start:end], is_alternative)
        for (start, is_alternative), (end, _) in pairwise(bounds)
    ]


def _join_choices(cuts: Sequence[tuple[int, str]]) -> list[tuple[int, bool]]:
    """Whether each request is an alternative: after `or`, or the commas of a list ending in `or`."""
    joined: list[tuple[int, bool]] = []
    is_choice = False
    for index, separator in reversed(cuts):
        is_choice = separator == "or" or (is_choice and separator in {"comma", "none"})
        joined.append((index, is_choice))
    return joined[::-1]


def _cuts(items: Sequence[PlacedItem], tokens: Sequence[Token]) -> list[tuple[int, str]]:
    """Where requests begin, and what stands before each."""
    cuts: list[tuple[int, str]] = []
    kinds: set[str] = set()
    start = 0
    is_between = False
    index = 0
    while index < len(items):
        item = items[index].item
        is_between = is_between or item is Connective.BETWEEN
        if item is Connective.AND and is_between:
            is_between = False
        elif index > start:
            separator = _separator(items, index, tokens)
            if separator is not None and _begins_request(items, index, kinds, tokens, separator):
                cuts.append((index, separator))
                start, kinds, is_between = index, set(), item is Connective.BETWEEN
        kind = _kind(item)
        if kind is not None:
            kinds.add(kind)
        index += 1
    return cuts


def _separator(items: Sequence[PlacedItem], index: int, tokens: Sequence[Token]) -> str | None:
    """What stands before an item: `or`, `and`, a comma, or nothing at all between two weekdays."""
    item = items[index].item
    if item is Connective.OR and tokens[items[index].start_index].word != "/":
        return "or"
    if item is Connective.OR:
        return "or"
    if item is Connective.AND:
        return "and"
    if _kind(item) is None or isinstance(items[index - 1].item, Connective):
        return None
    between = [tokens[at].word for at in range(items[index - 1].end_index, items[index].start_index)]
    if not between:
        return "none"
    if any(word in _AND_WORDS for word in between):
        return "and"
    return "comma" if all(word in _COMMAS for word in between) else None


def _begins_request(
    items: Sequence[PlacedItem], index: int, kinds: set[str], tokens: Sequence[Token], separator: str
) -> bool:
    """Whether the item after the separator names a day or an hour again."""
    at = index
    while at < len(items) and isinstance(items[at].item, Connective) and at < index + 3:
        at += 1
    kind = _kind(items[at].item) if at < len(items) else None
    if kind is None or kind not in kinds:
        return False
    if not _follows_directly(items, index, at, tokens):
        return False
    if separator in {"or", "and"}:
        return True
    one, other = items[index - 1].item, items[at].item
    if kind == "day":
        return _are_listed_days(items, index) and not _ends_range(items, index)
    return separator == "comma" and kind == "clock" and _is_range(items, at) and one is not other


def _follows_directly(items: Sequence[PlacedItem], index: int, at: int, tokens: Sequence[Token]) -> bool:
    start = items[index - 1].end_index
    words = [tokens[place].word for place in range(start, items[at].start_index)]
    return all(word in _SKIPPED_AFTER_AND for word in words if word)


def _are_listed_days(items: Sequence[PlacedItem], index: int) -> bool:
    """Whether two days in a row are two requests: those that cannot be one day in two words."""
    other = items[index].item
    one = next((each.item for each in reversed(items[:index]) if isinstance(each.item, DayItem)), None)
    if not isinstance(one, DayItem) or not isinstance(other, DayItem):
        return False
    if isinstance(one.day, Weekday) and isinstance(other.day, Weekday):
        return one.day.number != other.day.number
    if isinstance(one.day, DayOffset) and isinstance(other.day, DayOffset):
        return DayOffset() != other.day and one.day != other.day
    if isinstance(one.day, Weekday) or isinstance(other.day, Weekday):
        return False
    return _month_of(one) is not None and _month_of(other) is not None and one.day != other.day


def _ends_range(items: Sequence[PlacedItem], index: int) -> bool:
    """Whether the day is that of an end: `4pm today to 5pm tomorrow`."""
    if index < _ITEMS_BEFORE_END_DAY or _kind(items[index - 1].item) != "clock":
        return False
    before = index - 2
    while before > 1 and items[before].item in {Connective.AT, Connective.ON, Connective.IN}:
        before -= 1
    return items[before].item in _RANGE_SIGNS and isinstance(items[before - 1].item, DayItem)


def _is_range(items: Sequence[PlacedItem], index: int) -> bool:
    return index + 1 < len(items) and items[index + 1].item in _RANGE_SIGNS


def _kind(item: Item) -> str | None:
    if isinstance(item, DayItem):
        return "day"
    if isinstance(item, RecurrenceItem):
        return "recurrence"
    if isinstance(item, ClockTime | Now | IsoTimestamp):
        return "clock"
    return "part" if isinstance(item, DayPart) else None


def share_fields(phrases: Sequence[TimePhrase]) -> list[TimePhrase]:
    """Gives each request the day, hours and length that only another one names: `mon, wed, fri at 9`."""
    shared = list(phrases)
    is_day_last = _names_day_last(shared[-1])
    for index in range(len(shared) - 2, -1, -1):
        had_day = has_day(shared[index])
        shared[index] = _take_missing(shared[index], shared[index + 1], is_later=True, takes_day=is_day_last)
        is_day_last = (is_day_last and not had_day) or _names_day_last(shared[index])
    for index in range(1, len(shared)):
        shared[index] = _take_missing(shared[index], shared[index - 1], is_later=False, takes_day=True)
    return shared


def _take_missing(phrase: TimePhrase, other: TimePhrase, *, is_later: bool, takes_day: bool) -> TimePhrase:
    filled = phrase
    if not has_day(phrase) and has_day(other) and takes_day:
        filled = replace(
            filled, day=other.day, recurrence=other.recurrence, recurrence_until=other.recurrence_until
        )
    if not has_time_of_day(phrase) and has_time_of_day(other):
        filled = replace(
            filled,
            start=other.start,
            end=other.end,
            end_day=other.end_day,
            day_part=other.day_part,
            duration=phrase.duration or other.duration,
        )
    elif not phrase.has_length and other.duration is not None and other.end is None:
        filled = replace(filled, duration=other.duration)
    return _with_meridiem(filled, other) if is_later else filled


def _names_day_last(phrase: TimePhrase) -> bool:
    """Whether the day was said after the hours: `2pm or 4pm tomorrow`."""
    places = [
        (placed.start_index, placed.item)
        for placed in phrase.used_items
        if isinstance(placed.item, DayItem | RecurrenceItem | ClockTime | DayPart)
    ]
    return bool(places) and isinstance(places[-1][1], DayItem | RecurrenceItem)


def _with_meridiem(phrase: TimePhrase, other: TimePhrase) -> TimePhrase:
    """`2-3 and 4-5pm`: the am or pm of the later request serves the earlier one, if it then comes before."""
    end, later = phrase.end or phrase.start, other.start
    if not isinstance(end, ClockTime) or end.is_24_hour or not isinstance(later, ClockTime):
        return phrase
    meridiem = later.meridiem or (other.end.meridiem if isinstance(other.end, ClockTime) else None)
    if meridiem is None or phrase.day_part is not None:
        return phrase
    minutes = end.possible_minutes[meridiem == "pm"]
    if not 7 * 60 <= minutes < min(22 * 60, later.possible_minutes[-1]):
        return phrase
    clock = replace(end, hour=minutes // 60, is_24_hour=True, meridiem=meridiem)
    return replace(phrase, end=clock) if phrase.end is not None else replace(phrase, start=clock)
