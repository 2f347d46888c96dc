"""Parses holidays: Christmas, Good Friday, Halloween."""

from bot.language.model.days import CalendarDay, DayExpression, EasterDay
from bot.language.model.items import DayItem, ItemMatch
from bot.language.text.token_cursor import TokenCursor

_HOLIDAYS: dict[tuple[str, ...], DayExpression] = {
    ("new", "years", "day"): CalendarDay(1, 1),
    ("new", "year", "day"): CalendarDay(1, 1),
    ("new", "years", "eve"): CalendarDay(31, 12),
    ("new", "year", "eve"): CalendarDay(31, 12),
    ("new", "years"): CalendarDay(1, 1),
    ("nye",): CalendarDay(31, 12),
    ("australia", "day"): CalendarDay(26, 1),
    ("valentines", "day"): CalendarDay(14, 2),
    ("valentines",): CalendarDay(14, 2),
    ("leap", "day"): CalendarDay(29, 2),
    ("st", "patricks", "day"): CalendarDay(17, 3),
    ("april", "fools", "day"): CalendarDay(1, 4),
    ("april", "fools"): CalendarDay(1, 4),
    ("anzac", "day"): CalendarDay(25, 4),
    ("halloween",): CalendarDay(31, 10),
    ("guy", "fawkes", "night"): CalendarDay(5, 11),
    ("guy", "fawkes"): CalendarDay(5, 11),
    ("bonfire", "night"): CalendarDay(5, 11),
    ("christmas", "eve"): CalendarDay(24, 12),
    ("xmas", "eve"): CalendarDay(24, 12),
    ("christmas", "day"): CalendarDay(25, 12),
    ("xmas", "day"): CalendarDay(25, 12),
    ("christmas",): CalendarDay(25, 12),
    ("xmas",): CalendarDay(25, 12),
    ("boxing", "day"): CalendarDay(26, 12),
    ("good", "friday"): EasterDay(-2),
    ("easter", "saturday"): EasterDay(-1),
    ("easter", "sunday"): EasterDay(),
    ("easter", "monday"): EasterDay(1),
    ("easter",): EasterDay(),
    ("shrove", "tuesday"): EasterDay(-47),
    ("pancake", "day"): EasterDay(-47),
    ("ash", "wednesday"): EasterDay(-46),
}
HOLIDAY_FIRST_WORDS = frozenset(words[0] for words in _HOLIDAYS)
"""The words that a holiday may begin with."""


def parse_holiday(cursor: TokenCursor, index: int) -> ItemMatch | None:
    if cursor.word(index) not in HOLIDAY_FIRST_WORDS:
        return None
    longest = max((words for words in _HOLIDAYS if cursor.matches(index, *words)), key=len, default=None)
    return (DayItem(_HOLIDAYS[longest]), index + len(longest)) if longest else None
