"""Parses numbers without a month that are days: `friday 20`, `thu 19 at 2`, `the 17 from 2 to 4`."""

from bot.language.grammar.meridiems import parse_face_hour
from bot.language.lexicon import word_set
from bot.language.lexicon.vocabulary import MERIDIEMS
from bot.language.model.days import CalendarDay
from bot.language.model.items import ClockTime, DayItem, ItemMatch
from bot.language.text.token_cursor import TokenCursor

_MAX_DAYS_IN_MONTH = 31
_LAST_FACE_HOUR, _LAST_HOUR = 12, 24
_CLOCK_LEADS = word_set("at @ from between , - . until")
_NAMED_TIMES = word_set("noon midday midnight half quarter morning afternoon evening lunch lunchtime")
_AFTER_LONE_NUMBER = word_set(", . ? ! ) ; in with please pls for near at @ thanks and or if on")


def parse_weekday_and_number(cursor: TokenCursor, weekday: int, index: int) -> ItemMatch | None:
    """The number after a weekday: a date where a time of day follows, else an hour or a date.

    A number up to 12 without a time of day is an hour, and so are both of `fri 14-16`.
    """
    number = cursor.number(index)
    if number is None or not 1 <= number <= _MAX_DAYS_IN_MONTH or len(cursor.word(index)) > 2:
        return None
    day = CalendarDay(number)
    if cursor.word(index).startswith("0"):
        return None
    if _is_before_clock_time(cursor, index + 1, number):
        return DayItem(day, weekday=weekday), index + 1
    follows = cursor.word(index + 1)
    if number <= _LAST_FACE_HOUR or not (not follows or follows in _AFTER_LONE_NUMBER):
        return None
    if follows == "." and cursor.number(index + 2) is not None and cursor.is_attached(index + 2):
        return None
    hour = ClockTime(number, is_24_hour=True) if number <= _LAST_HOUR else None
    return DayItem(day, weekday=weekday, hour=hour), index + 1


def parse_bare_day(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """`the 17 from 2 to 4`, `8pm on the 15`, `on 15 at 8:00`."""
    at = index + (cursor.word(index) == "the")
    number = cursor.number(at)
    has_on = cursor.word(index - 1) == "on"
    if number is None or not 1 <= number <= _MAX_DAYS_IN_MONTH or len(cursor.word(at)) > 2:
        return None
    if at == index and not has_on:
        return None
    if _is_before_clock_time(cursor, at + 1, number):
        return DayItem(CalendarDay(number)), at + 1
    is_last = cursor.word(at + 1) in {"", ",", "?", "!", ";", "please", "pls"} or (
        cursor.word(at + 1) == "." and not cursor.word(at + 2).isdecimal()
    )
    if is_last and ((has_on and at > index) or number > _LAST_FACE_HOUR):
        return DayItem(CalendarDay(number)), at + 1
    return None


def _is_before_clock_time(cursor: TokenCursor, index: int, number: int) -> bool:
    """Whether a time of day stands here: `at 2`, `, 3pm`, `from 2`, `14:00`, `noon`."""
    lead = cursor.word(index)
    at = index + (lead in _CLOCK_LEADS)
    if lead in {"-", "."} and (number <= _LAST_HOUR or cursor.is_attached(index)):
        return False  # `mon 2 - 4pm`
    if cursor.word(at) in _NAMED_TIMES:
        return True
    follows = cursor.number(at)
    if follows is None and parse_face_hour(cursor, at) is not None:
        return lead in _CLOCK_LEADS - {"until"}
    if follows is None or follows > 2400:
        return False
    after = cursor.word(at + 1)
    is_marked = after in MERIDIEMS or after in {":", "oclock", "h", "p", "a"}
    if lead in {"at", "@", "from", "between"}:
        return True
    if len(cursor.word(at)) == 2 and at == index and number <= _LAST_FACE_HOUR and after in MERIDIEMS:
        return False  # `fri 3 30pm`
    is_range = after in {"-", "to", "until"} and cursor.number(at + 2) is not None
    return is_marked or (is_range and lead != "until") or (len(cursor.word(at)) == 4 and at == index)
