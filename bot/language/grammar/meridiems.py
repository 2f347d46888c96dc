"""Parses hours of a clock face, and the am or pm that follows them."""

from bot.language.lexicon.vocabulary import HOUR_WORDS, SMALL_NUMBER_WORDS
from bot.language.model.items import ClockTime, ItemMatch
from bot.language.text.token_cursor import TokenCursor


def parse_meridiem(cursor: TokenCursor, index: int) -> tuple[str, int] | None:
    """`am`, `p.m.`, and a lone `p` written straight after its number."""
    word = cursor.word(index)
    if word in {"am", "pm"}:
        return word, index + 1
    if word == "." and cursor.is_attached(index) and cursor.is_attached(index + 1):
        return (cursor.word(index + 1), index + 2) if cursor.word(index + 1) in {"am", "pm"} else None
    if word == "amish" and cursor.is_attached(index):
        return "am", index + 1
    if word not in {"a", "p"}:
        return None
    if cursor.word(index + 1) == "." and cursor.matches(index + 2, "m"):
        return word + "m", index + 3 + (cursor.word(index + 3) == "." and cursor.is_attached(index + 3))
    if cursor.matches(index + 1, "m") and cursor.word(index - 1).isalnum():
        return word + "m", index + 2
    runs_on = cursor.is_attached(index + 1) and cursor.word(index + 1).isalnum()
    return (word + "m", index + 1) if cursor.is_attached(index) and not runs_on else None


def parse_face_hour(cursor: TokenCursor, index: int) -> tuple[int, int] | None:
    """An hour from 1 to 12, in digits or words, and the position after it."""
    number = cursor.number(index)
    if number is not None:
        return (number, index + 1) if 1 <= number <= 12 and len(cursor.word(index)) <= 2 else None
    number = SMALL_NUMBER_WORDS.get(cursor.word(index), 0)
    return (number, index + 1) if 1 <= number <= 12 else None


def with_meridiem(cursor: TokenCursor, hour: int, minute: int, end_index: int) -> ItemMatch:
    end_index += cursor.word(end_index) == "oclock"
    if hour > 12 and cursor.word(end_index) in HOUR_WORDS:
        return ClockTime(hour, minute, is_24_hour=True), end_index + 1
    meridiem = parse_meridiem(cursor, end_index)
    if meridiem is None:
        return ClockTime(hour, minute, is_24_hour=hour > 12), end_index
    return to_24_hour(hour, minute, meridiem[0]), meridiem[1]


def to_24_hour(hour: int, minute: int, meridiem_word: str) -> ClockTime:
    full = hour if hour > 12 else hour % 12 + (12 if meridiem_word == "pm" else 0)
    return ClockTime(full, minute, is_24_hour=True, meridiem=meridiem_word)
