"""Parses recurrences: `every other tuesday`, `mondays`, `friday mornings`, `first monday of every month`."""

from bot.language.grammar.rules import DIGITS, RuleEntry
from bot.language.lexicon import word_set
from bot.language.lexicon.vocabulary import (
    DAY_PART_WORDS,
    FORTNIGHT_WORDS,
    PLURAL_WEEKDAYS,
    WEEK_WORDS,
    WEEKDAY_NUMBERS,
)
from bot.language.model.items import DayPart, ItemsMatch, OccurrenceCount, RecurrenceItem
from bot.language.model.reading import RecurrenceUnit
from bot.language.text.token_cursor import (
    CARDINAL_FIRST_WORDS,
    ORDINAL_FIRST_WORDS,
    TokenCursor,
    parse_cardinal,
    parse_ordinal,
)

_WORKING_DAYS, _WEEKEND_DAYS = (0, 1, 2, 3, 4), (5, 6)
_ADVERBS = {
    "daily": (RecurrenceUnit.DAY, 1),
    "everyday": (RecurrenceUnit.DAY, 1),
    "weekly": (RecurrenceUnit.WEEK, 1),
    "fortnightly": (RecurrenceUnit.WEEK, 2),
    "biweekly": (RecurrenceUnit.WEEK, 2),
    "monthly": (RecurrenceUnit.MONTH, 1),
}
_ALTERNATING_WORDS = word_set("other second alternate alternating")
_LIST_SEPARATORS = word_set("and , & every / + n")
_RANGE_WORDS = word_set("- to through thru until")
_COUNTED_WORDS = word_set("times sessions occurrences meetings dates weeks")
_MAX_NTH = 5
_MAX_MONTH_DAY = 31
_MAX_LISTED_WEEKDAYS = 7
_MIN_NTH_AFTER_EVERY = 3
_LAST = -1


def parse_occurrence_count(cursor: TokenCursor, index: int) -> tuple[OccurrenceCount, int] | None:
    """`x 10`, `10 times`, `10 sessions`, `10 weeks in a row`; only a recurrence gives it a meaning."""
    at = cursor.skip(index, {"for", "the", "next"})
    if cursor.word(at) == "x" and cursor.number(at + 1) is not None:
        return OccurrenceCount(int(cursor.word(at + 1))), at + 2
    match = parse_cardinal(cursor, at)
    if match is None or not 1 <= match.value <= 366 or cursor.word(match.end_index) not in _COUNTED_WORDS:
        return None
    after = match.end_index + 1
    if cursor.word(match.end_index) != "weeks":
        return OccurrenceCount(match.value), after
    for words in (("running",), ("in", "a", "row"), ("straight",)):
        if cursor.matches(after, *words):
            return OccurrenceCount(match.value), after + len(words)
    return None


def _parse_every(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`every tuesday`, `every other friday`, `every 2 weeks`, `every 1st monday`, `every morning`."""
    if cursor.word(index) != "every":
        return None
    at, step = cursor.skip(index + 1, {"single"}), 1
    nth = _parse_nths(cursor, at)
    if nth is not None and (len(nth[0]) > 1 or nth[0][0] in {_LAST, 1} or nth[0][0] >= _MIN_NTH_AFTER_EVERY):
        monthly = _build_monthly(cursor, nth[0], nth[1])
        if monthly is not None:
            return monthly
    if cursor.word(at) in _ALTERNATING_WORDS:
        at, step = at + 1, 2
    else:
        match = parse_ordinal(cursor, at) or parse_cardinal(cursor, at)
        if match is not None:
            at, step = match.end_index, max(match.value, 1)
    return _parse_what_repeats(cursor, at, step)


def _parse_what_repeats(cursor: TokenCursor, index: int, step: int) -> ItemsMatch | None:
    days, after = _parse_weekdays(cursor, index)
    if days:
        monthly = _build_monthly(cursor, (step,), index) if step > 1 and _is_of_month(cursor, after) else None
        return monthly or ((RecurrenceItem(RecurrenceUnit.WEEK, step, days),), after)
    word = cursor.word(index)
    if word in DAY_PART_WORDS:
        return (RecurrenceItem(RecurrenceUnit.DAY, step),), index
    if word in {"weekday", "workday"} or (word in {"working", "week"} and cursor.word(index + 1) == "day"):
        after = index + 1 + (word in {"working", "week"})
        return (RecurrenceItem(RecurrenceUnit.WEEK, step, _WORKING_DAYS),), after
    if word == "weekend":
        return (RecurrenceItem(RecurrenceUnit.WEEK, step, _WEEKEND_DAYS),), index + 1
    unit = _parse_unit(word)
    return _build_with_weekdays(cursor, unit[0], step * unit[1], index + 1) if unit else None


def _parse_unit(word: str) -> tuple[RecurrenceUnit, int] | None:
    if word in {"day", "days"}:
        return RecurrenceUnit.DAY, 1
    if word in WEEK_WORDS:
        return RecurrenceUnit.WEEK, 1
    if word in FORTNIGHT_WORDS:
        return RecurrenceUnit.WEEK, 2
    return (RecurrenceUnit.MONTH, 1) if word in {"month", "months"} else None


def _build_with_weekdays(cursor: TokenCursor, unit: RecurrenceUnit, step: int, index: int) -> ItemsMatch:
    """`every week on tuesdays`, `every month on the first monday`, `monthly on the 1st and 15th`."""
    at = cursor.skip(index, {"on", ","})
    if unit is RecurrenceUnit.WEEK:
        days, after = _parse_weekdays(cursor, at)
        return (RecurrenceItem(unit, step, days),), (after if days else index)
    if unit is RecurrenceUnit.MONTH:
        at = cursor.skip(at, {"the"})
        nth = _parse_nths(cursor, at)
        weekday = WEEKDAY_NUMBERS.get(cursor.word(nth[1])) if nth else None
        if nth is not None and weekday is not None:
            return (RecurrenceItem(unit, step, (weekday,), nth[0]),), nth[1] + 1
        days, after = _parse_days_listed(cursor, at)
        if len(days) > 1:
            return (RecurrenceItem(unit, step, month_days=days),), after
    return (RecurrenceItem(unit, step),), index


def _parse_adverb(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`daily`, `weekly on mondays`, `bi-weekly`, `monthly on the 2nd tuesday`, `nightly`."""
    word = cursor.word(index)
    if word == "nightly":
        return (RecurrenceItem(RecurrenceUnit.DAY), DayPart("night")), index + 1
    if cursor.matches(index, "bi", "weekly") or cursor.matches(index, "bi", "-", "weekly"):
        index, word = index + 1 + (cursor.word(index + 1) == "-"), "biweekly"
    if word not in _ADVERBS:
        return None
    unit, step = _ADVERBS[word]
    return _build_with_weekdays(cursor, unit, step, index + 1)


def parse_once_a_week(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`once a week on tuesdays`, `once a month`."""
    if not (cursor.word(index) == "once" and cursor.word(index + 1) in {"a", "every", "per"}):
        return None
    unit = _parse_unit(cursor.word(index + 2))
    return _build_with_weekdays(cursor, unit[0], unit[1], index + 3) if unit else None


def _parse_alternate(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`alternate wednesdays`."""
    if cursor.word(index) not in {"alternate", "alternating"}:
        return None
    days, after = _parse_weekdays(cursor, index + 1)
    return ((RecurrenceItem(RecurrenceUnit.WEEK, 2, days),), after) if days else None


def _parse_plural(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`tuesdays`, `mondays and thursdays`, `weekdays`, `weekends`, `mornings`, `weekday evenings`."""
    word, raw = cursor.word(index), _raw(cursor, index)
    if raw in {"weekdays", "weekends"} and cursor.word(index - 1) not in {"next", "this", "few", "last"}:
        item = RecurrenceItem(RecurrenceUnit.WEEK, 1, _WORKING_DAYS if word == "weekday" else _WEEKEND_DAYS)
        return (item,), index + 1
    if word in DAY_PART_WORDS and _is_plural_part(cursor, index):
        return (RecurrenceItem(RecurrenceUnit.DAY), DayPart(DAY_PART_WORDS[word])), index + 1
    if word == "weekday" and _is_plural_part(cursor, index + 1):
        return (RecurrenceItem(RecurrenceUnit.WEEK, 1, _WORKING_DAYS),), index + 1
    days, after = _parse_weekdays(cursor, index)
    if _any_plural(cursor, index, after) or (days and _is_plural_part(cursor, after)):
        return (RecurrenceItem(RecurrenceUnit.WEEK, 1, days),), after
    return None


def _any_plural(cursor: TokenCursor, index: int, end_index: int) -> bool:
    """Whether a plural is among the weekdays: `mondays, wednesdays`, `tuesday and thursdays`."""
    return any(cursor.word(at) in PLURAL_WEEKDAYS for at in range(index, end_index))


def _is_plural_part(cursor: TokenCursor, index: int) -> bool:
    return cursor.word(index) in DAY_PART_WORDS and _raw(cursor, index).endswith("s")


def _raw(cursor: TokenCursor, index: int) -> str:
    return cursor.tokens[index].raw if 0 <= index < len(cursor) else ""


def _parse_counted_plural(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`six tuesdays`, `the next 6 mondays`; not `2 tuesdays from now`."""
    at = cursor.skip(index, {"the", "next"})
    match = parse_cardinal(cursor, at)
    if match is None or not 2 <= match.value <= 366 or cursor.word(match.end_index) not in PLURAL_WEEKDAYS:
        return None
    days, after = _parse_weekdays(cursor, match.end_index)
    if cursor.word(after) in {"from", "after", "away", "ago"}:
        return None
    return (RecurrenceItem(RecurrenceUnit.WEEK, 1, days), OccurrenceCount(match.value)), after


def _parse_nth_weekday(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`first thursday of every month`, `1st and 3rd tuesdays of the month`."""
    nth = _parse_nths(cursor, cursor.skip(index, {"the"}))
    if nth is None:
        return None
    weekday = WEEKDAY_NUMBERS.get(cursor.word(nth[1]))
    at = cursor.skip(nth[1] + 1, {"of", "in", "the"})
    if cursor.word(at) == "month" and at > nth[1] + 1:
        at = cursor.skip(at + 1, {","})
    if weekday is None:
        return None
    items = (RecurrenceItem(RecurrenceUnit.MONTH, 1, (weekday,), nth[0]),)
    if _repeats_monthly(cursor, at):
        return items, at + 2
    is_plural = cursor.word(nth[1]) in PLURAL_WEEKDAYS and len(nth[0]) > 1
    return (items, nth[1] + 4) if is_plural and _is_of_month(cursor, nth[1] + 1) else None


def _repeats_monthly(cursor: TokenCursor, index: int) -> bool:
    return cursor.matches(index, "every", "month")


def _parse_day_of_month(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """The `of every month` of `the 15th of every month`."""
    at = cursor.skip(index, {"of", "in"})
    if at == index or not _repeats_monthly(cursor, at):
        return None
    return (RecurrenceItem(RecurrenceUnit.MONTH),), at + 2


def _parse_month_days(cursor: TokenCursor, index: int) -> ItemsMatch | None:
    """`the 1st and 15th of every month`; a single day is read as a date."""
    days, at = _parse_days_listed(cursor, cursor.skip(index, {"the"}))
    at = cursor.skip(at, {"day", "days"})
    of = cursor.skip(at, {"of", "in"})
    if len(days) < 2 or not _repeats_monthly(cursor, of):
        return None
    return (RecurrenceItem(RecurrenceUnit.MONTH, month_days=days),), of + 2


def _parse_days_listed(cursor: TokenCursor, index: int) -> tuple[tuple[int, ...], int]:
    """`1st and 15th`, `5th, 15th & 25th`: days of a month, and the index after them."""
    days, after, at = set[int](), index, index
    while (match := parse_ordinal(cursor, at)) is not None and 1 <= match.value <= _MAX_MONTH_DAY:
        days.add(match.value)
        after = match.end_index
        at = cursor.skip(cursor.skip(after, _LIST_SEPARATORS), {"the"})
        if at == after:
            break
    return tuple(sorted(days)), after


def _parse_nths(cursor: TokenCursor, index: int) -> tuple[tuple[int, ...], int] | None:
    """`first`, `2nd and 4th`, `first and third`, `first tuesday and third` before another tuesday."""
    found, after, at, weekday = list[int](), index, index, ""
    while (nth := _parse_nth(cursor, at)) is not None:
        found.append(nth[0])
        after = at = nth[1]
        if cursor.word(at) in WEEKDAY_NUMBERS:
            if weekday and WEEKDAY_NUMBERS[weekday] != WEEKDAY_NUMBERS[cursor.word(at)]:
                return None
            weekday, at = cursor.word(at), at + 1
        following = cursor.skip(cursor.skip(at, _LIST_SEPARATORS), {"the"})
        if following == at:
            break
        at = following
    return (tuple(sorted(set(found), key=lambda each: (each < 0, each))), after) if found else None


def _parse_nth(cursor: TokenCursor, index: int) -> tuple[int, int] | None:
    """`first`, `2nd`, `last`: a number from 1 to 5, or -1."""
    if cursor.word(index) == "last":
        return _LAST, index + 1
    ordinal = parse_ordinal(cursor, index)
    return (ordinal.value, ordinal.end_index) if ordinal and 1 <= ordinal.value <= _MAX_NTH else None


def _build_monthly(cursor: TokenCursor, nth: tuple[int, ...], index: int) -> ItemsMatch | None:
    weekday = WEEKDAY_NUMBERS.get(cursor.word(index))
    if weekday is None:
        return None
    after = index + 1
    return (RecurrenceItem(RecurrenceUnit.MONTH, 1, (weekday,), nth),), (
        after + 3 if _is_of_month(cursor, after) else after
    )


def _is_of_month(cursor: TokenCursor, index: int) -> bool:
    return cursor.word(index) in {"of", "in"} and cursor.matches(index + 1, "the", "month")


def _begins_other_time(cursor: TokenCursor, index: int) -> bool:
    """`can't do fridays, thursday 2pm`: one weekday after a comma and a plural."""
    is_after_plural = cursor.word(index - 1) == "," and cursor.word(index - 2) in PLURAL_WEEKDAYS
    return is_after_plural and cursor.word(index) not in PLURAL_WEEKDAYS


def _parse_weekdays(cursor: TokenCursor, index: int) -> tuple[tuple[int, ...], int]:
    """`tuesday`, `mon and wed`, `mon, wed & fri`, `mon wed fri`, `mon to fri`."""
    days: list[int] = []
    after = index
    at = index
    is_range = False
    for _ in range(_MAX_LISTED_WEEKDAYS):
        if cursor.word(at) not in WEEKDAY_NUMBERS or _begins_other_time(cursor, at):
            break
        day = WEEKDAY_NUMBERS[cursor.word(at)]
        days += [(days[-1] + ahead) % 7 for ahead in range(1, (day - days[-1]) % 7)] if is_range else []
        days.append(day)
        after = at + 1
        is_range = cursor.word(after) in _RANGE_WORDS
        at = after + 1 if is_range else cursor.skip(after, _LIST_SEPARATORS)
    return tuple(sorted(set(days))), after


RECURRENCE_RULES: tuple[RuleEntry, ...] = (
    (_parse_every, frozenset({"every"})),
    (_parse_adverb, _ADVERBS.keys() | {"nightly", "bi"}),
    (_parse_alternate, frozenset({"alternate", "alternating"})),
    (_parse_counted_plural, CARDINAL_FIRST_WORDS | {"the", "next"}),
    (_parse_plural, WEEKDAY_NUMBERS.keys() | DAY_PART_WORDS.keys() | {"weekday", "weekend"}),
    (_parse_nth_weekday, ORDINAL_FIRST_WORDS | {"the", "last", DIGITS}),
    (_parse_month_days, ORDINAL_FIRST_WORDS | {"the", DIGITS}),
    (_parse_day_of_month, frozenset({"of", "in"})),
)
"""The rules of recurrences, but for `once a week`."""
