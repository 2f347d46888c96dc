"""Decides by the neighbouring items which bare numbers are hours."""

from collections.abc import Iterator

from msgspec.structs import replace

from bot.language.lexicon import word_set
from bot.language.model.days import CalendarDay, as_calendar_day
from bot.language.model.items import (
    BareNumber,
    ClockTime,
    Connective,
    DayItem,
    DayPart,
    DurationItem,
    EndOfDay,
    IsoTimestamp,
    Item,
    Now,
    PlacedItem,
    RecurrenceItem,
    UnknownWord,
)

_CONNECTIVES_BEFORE_HOUR = frozenset(
    {
        Connective.AT,
        Connective.FROM,
        Connective.UNTIL,
        Connective.BEFORE,
        Connective.BY,
        Connective.JUST_AFTER,
        Connective.AFTER,
        Connective.BETWEEN,
    }
)
_VERBS = word_set("works suits sounds looks does fits seems always perhaps unless")
_RANGE_CONNECTIVES = frozenset({Connective.DASH, Connective.TO, Connective.UNTIL, Connective.AND})


def resolve_bare_numbers(items: list[PlacedItem]) -> list[PlacedItem]:
    """Replaces every bare number by an hour, a day of a range of days, or an unknown word.

    A small number after `for` stays bare: it may be people or hours.
    """
    resolved_items: list[PlacedItem] = []
    after = len(items)
    while after and isinstance(items[after - 1].item, Connective):
        after -= 1
    items = items[:after]
    for index, placed in enumerate(items):
        if isinstance(placed.item, BareNumber):
            item = _resolve_bare_number(placed.item, index, resolved_items, items)
            placed = PlacedItem(item, placed.start_index, placed.end_index)
        resolved_items.append(placed)
    return _drop_guesses(resolved_items)


def _drop_guesses(items: list[PlacedItem]) -> list[PlacedItem]:
    """Drops guessed times where a certain one stands apart from them (`won 3-1, meet at noon`)."""
    groups = list(_group_clock_times(items))
    if len(groups) < 2 or all(_is_guessed_group(items, group) for group in groups):
        return items
    dropped = {index for group in groups if _is_guessed_group(items, group) for index in group}
    return [
        replace(placed, item=UnknownWord("")) if index in dropped else placed
        for index, placed in enumerate(items)
    ]


def _group_clock_times(items: list[PlacedItem]) -> Iterator[list[int]]:
    """Groups the positions of clock times that connectives join to a range or a choice."""
    group: list[int] = []
    joined = False
    for index, placed in enumerate(items):
        if isinstance(placed.item, ClockTime | Now | IsoTimestamp):
            if group and not joined:
                yield group
                group = []
            group.append(index)
            joined = False
        elif placed.item in _RANGE_CONNECTIVES or placed.item is Connective.OR:
            joined = True
        elif isinstance(placed.item, UnknownWord):
            joined = False
    if group:
        yield group


def _is_guessed_group(all_items: list[PlacedItem], group: list[int]) -> bool:
    items = (all_items[index].item for index in group)
    return all(isinstance(item, ClockTime) and item.is_guess for item in items)


def _resolve_bare_number(
    number: BareNumber, index: int, resolved: list[PlacedItem], items: list[PlacedItem]
) -> Item:
    previous = resolved[-1].item if resolved else None
    following = items[index + 1].item if index + 1 < len(items) else None
    partner = items[index + 2].item if index + 2 < len(items) else None
    if _opens_day_range(number, following, partner):
        return DayItem(CalendarDay(number.value, _month_of(partner)))
    if (
        previous is Connective.FOR
        and number.digit_count < 3
        and not _opens_range(number, previous, following, partner)
    ):
        return number
    if not _is_hour(number, index, resolved, items):
        return UnknownWord(str(number.value))
    return replace(number.clock, is_guess=previous not in _CONNECTIVES_BEFORE_HOUR)


def _opens_day_range(number: BareNumber, following: Item | None, partner: Item | None) -> bool:
    """`12-14 march`: the first of two days."""
    return (
        following in {Connective.DASH, Connective.TO}
        and isinstance(partner, DayItem)
        and _month_of(partner) is not None
        and 1 <= number.value <= 31
        and not number.is_spelled_out
    )


def _month_of(item: Item | None) -> int | None:
    day = as_calendar_day(item.day) if isinstance(item, DayItem) else None
    return day.month if day is not None else None


def _is_hour(number: BareNumber, index: int, resolved: list[PlacedItem], items: list[PlacedItem]) -> bool:
    previous = resolved[-1].item if resolved else None
    following = items[index + 1].item if index + 1 < len(items) else None
    partner = items[index + 2].item if index + 2 < len(items) else None
    if previous in _CONNECTIVES_BEFORE_HOUR:
        return not _is_count_of_things(items, index)
    if _is_other_hour(number, index, resolved, items):
        return True
    if _closes_range(number, resolved) or _opens_range(number, previous, following, partner):
        return True
    if _is_count_of_things(items, index) or (number.digit_count >= 3 and number.clock.minute % 5):
        return False
    if following is Connective.IN and isinstance(partner, DayPart):
        return True
    if following in {Connective.IN, Connective.ON} or (
        following is Connective.AT and isinstance(partner, DayPart)
    ):
        following = partner
    return _is_next_to_day(number, previous, following) or _is_standalone(number, previous, following, items)


def _opens_range(
    number: BareNumber, previous: Item | None, following: Item | None, partner: Item | None
) -> bool:
    """`2-4`, `2 to 4pm`, `nine till noon`; `one to one` is none."""
    if following not in _RANGE_CONNECTIVES or (
        following is Connective.AND and previous is not Connective.BETWEEN
    ):
        return False
    if isinstance(partner, ClockTime | EndOfDay):
        return True
    if not isinstance(partner, BareNumber) or (isinstance(previous, UnknownWord) and number.is_spelled_out):
        return False
    if number.is_spelled_out or partner.is_spelled_out:
        alike = number.is_spelled_out == partner.is_spelled_out or following is not Connective.DASH
        return alike and number.value != partner.value
    return number.value <= 24 or number.digit_count >= 3


def _closes_range(number: BareNumber, resolved: list[PlacedItem]) -> bool:
    if len(resolved) < 2 or resolved[-1].item not in _RANGE_CONNECTIVES:
        return False
    opener = resolved[-2].item
    between = len(resolved) > 2 and resolved[-3].item is Connective.BETWEEN
    if resolved[-1].item is Connective.AND and not between:
        return False
    return isinstance(opener, ClockTime | Now | IsoTimestamp | DayPart | DayItem) and not (
        isinstance(opener, DayItem) and number.is_spelled_out
    )


def _is_other_hour(
    number: BareNumber, index: int, resolved: list[PlacedItem], items: list[PlacedItem]
) -> bool:
    """`at 3 or 4`."""
    return (
        len(resolved) > 1
        and resolved[-1].item is Connective.OR
        and isinstance(resolved[-2].item, ClockTime)
        and not number.is_spelled_out
        and not _is_count_of_things(items, index)
    )


def _is_count_of_things(items: list[PlacedItem], index: int) -> bool:
    """Whether the number counts things: a plural follows it directly."""
    if index + 1 >= len(items):
        return False
    following = items[index + 1]
    if not isinstance(following.item, UnknownWord) or following.start_index != items[index].end_index:
        return False
    word = following.item.word
    return len(word) > 3 and word.endswith("s") and not word.endswith("ss") and word not in _VERBS


def _is_next_to_day(number: BareNumber, previous: Item | None, following: Item | None) -> bool:
    if isinstance(previous, DayItem | DayPart | RecurrenceItem):
        return number.value != 1 or not number.is_spelled_out
    return isinstance(following, DayItem | DayPart) and not number.is_spelled_out


def _is_standalone(
    number: BareNumber, previous: Item | None, following: Item | None, items: list[PlacedItem]
) -> bool:
    """`3`, `1530`, `3 for an hour`."""
    if number.is_spelled_out or previous is not None:
        return False
    if len(items) == 1 or number.digit_count >= 3:
        return True
    return isinstance(following, DurationItem) or (
        following is Connective.FOR and isinstance(items[2].item if len(items) > 2 else None, DurationItem)
    )
