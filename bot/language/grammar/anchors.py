"""Parses the days that others are counted from: today, tomorrow, a weekday."""

from bot.language.lexicon import word_set
from bot.language.lexicon.vocabulary import DAY_PART_WORDS, PLURAL_WEEKDAYS, WEEKDAY_NUMBERS
from bot.language.model.days import DayExpression, DayOffset, Weekday
from bot.language.text.token_cursor import TokenCursor

TODAY = DayOffset()


def parse_plain_day(cursor: TokenCursor, index: int) -> tuple[DayExpression, int] | None:
    word = cursor.word(index)
    if word in PLURAL_WEEKDAYS:
        return None
    if word == "today":
        return TODAY, index + 1
    if word == "tomorrow" or (word == "tom" and _is_tomorrow(cursor, index)):
        return DayOffset(1), index + 1
    at = cursor.skip(index, {"this", "coming"})
    number = WEEKDAY_NUMBERS.get(cursor.word(at))
    if number is not None:
        return Weekday(number, is_single=at > index), at + 1
    return None


def _is_tomorrow(cursor: TokenCursor, index: int) -> bool:
    """Whether `tom` is no name: a time of day or its part follows directly, or stands right before it."""
    if cursor.word(index - 1) in _NAME_LEADS:
        return False
    at = cursor.skip(index + 1, {"at", "@", "from", ",", "between"})
    if cursor.word(at) in DAY_PART_WORDS or cursor.word(at) in {"noon", "midday", "half", "quarter"}:
        return True
    if cursor.number(at) is not None:
        return at > index + 1 or cursor.word(at + 1) in _CLOCK_SIGNS or not cursor.word(at + 1)
    follows = cursor.word(index + 1)
    is_last = not follows.isalpha() or follows in {"for", "in", "with", "please", "pls", "at", "near"}
    return is_last and (cursor.word(index - 1) in {"am", "pm"} or cursor.number(index - 1) is not None)


_NAME_LEADS = word_set("with and for from to by & uncle is i im my hi hey dear")
_CLOCK_SIGNS = word_set(": . - am pm a p to until oclock h")
