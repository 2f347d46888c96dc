"""Parses the days that others are counted from: today, tomorrow, a weekday."""

from bot.language.lexicon import word_set
from bot.language.lexicon.vocabulary import PLURAL_WEEKDAYS, WEEKDAY_NUMBERS
from bot.language.model.days import DayExpression, DayOffset, Weekday
from bot.language.text.token_cursor import TokenCursor

TODAY = DayOffset()


def parse_plain_day(cursor: TokenCursor, index: int) -> tuple[DayExpression, int] | None:
    word = cursor.word(index)
    if word in PLURAL_WEEKDAYS or _is_not_weekday(cursor, index):
        return None
    if word == "today":
        return TODAY, index + 1
    if word == "tomorrow":
        return DayOffset(1), index + 1
    at = cursor.skip(index, {"this", "coming"})
    number = WEEKDAY_NUMBERS.get(cursor.word(at))
    if number is not None:
        return Weekday(number), at + 1
    return None


def _is_not_weekday(cursor: TokenCursor, index: int) -> bool:
    """`I sat down`, `too much sun`."""
    before = _NOT_WEEKDAY_AFTER.get(cursor.tokens[index].raw if index < len(cursor) else "", frozenset())
    return cursor.word(index - 1) in before


_NOT_WEEKDAY_AFTER = {
    "sat": word_set("i we he she they have had just who has is are was were be being been once last"),
    "sun": word_set("the much no some of bright hot"),
}
