"""Finds what belongs to the time of a text and was not understood, so that half a time is never used."""

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum

from bot.language.lexicon import word_set
from bot.language.lexicon.vocabulary import (
    DAY_WORDS,
    FORTNIGHT_WORDS,
    HOUR_WORDS,
    MERIDIEMS,
    MINUTE_WORDS,
    MONTH_NUMBERS,
    MONTH_WORDS,
    ORDINAL_SUFFIXES,
    ORDINAL_WORDS,
    WEEK_WORDS,
    WEEKDAY_NUMBERS,
    YEAR_WORDS,
)
from bot.language.model.items import (
    BareNumber,
    ClockTime,
    Connective,
    Now,
    PlacedItem,
    UnknownWord,
)
from bot.language.text.chinese import is_plain_han
from bot.language.text.foreign_names import has_foreign_letters
from bot.language.text.spans import CONTEXT
from bot.language.text.tokenizer import Token

TokenSpan = tuple[int, int]
_NUMBER_LENGTH = 4
_WEEK_LABELS = frozenset({"week", "wk"})
_JOINING_WORDS = word_set("at @ on of the to until till from and in a an for next this last following by til")
_UNIT_WORDS = (
    HOUR_WORDS | MINUTE_WORDS | DAY_WORDS | WEEK_WORDS | FORTNIGHT_WORDS | MONTH_WORDS | YEAR_WORDS
) - {"m", "h", "min", "day", "minute"}
_LIST_WORDS = frozenset({"and", "or", "/"})
_FACES = frozenset({"half", "quarter"})
_WORDS_BESIDE_TIME = ORDINAL_WORDS.keys() | ORDINAL_SUFFIXES | _FACES | {"oclock"}
_FACE_LEADS = word_set("at @ around about from until before after")
_NOT_AFTER_FACE = word_set("time term way price capacity hour hours")
_NAMES_OR_WORDS = word_set("may march mar april june august sun sat mon wed dec jan")
_CALENDAR_WORDS = frozenset(WEEKDAY_NUMBERS) | frozenset(MONTH_NUMBERS)
_LEADS = word_set("next last")
_CODED_TIME = re.compile(r"t\d{2,6}z?|\d{1,4}(?:am|pm|h)[a-z0-9]*|\d{1,2}(?:st|nd|rd|th)[a-z]*")


class _Role(Enum):
    TIME = "time"
    NUMBER = "number"
    CALENDAR = "calendar word"
    UNIT = "unit"
    JOINING = "joining word or sign"
    OTHER = "other"


def find_unread(tokens: Sequence[Token], items: Iterable[PlacedItem]) -> list[TokenSpan]:
    """Token spans `[start, end)` that belong to the time and have no place in it.

    These are items of the time grammar without a place, names of weekdays and months, and numbers, units
    and `am` or `pm` next to the time. Numbers that label or count a thing are none.
    """
    if not any(token.field == "when" for token in tokens):
        return []
    unread, ignored = _unplaced_items(tokens, items)
    ignored.update(_labelling_ordinals(tokens))
    for index in range(len(tokens)):
        if _is_dotted_label(tokens, index, ignored) or _continues_label(tokens, index, ignored):
            ignored.add(index)
    unread.update(_unplaced_words(tokens))
    roles = [
        _Role.OTHER if index in ignored else (_Role.TIME if index in unread else _role_of(token))
        for index, token in enumerate(tokens)
    ]
    unread = {index for index in unread if not _is_apart(tokens, roles, index)}
    for index, role in enumerate(roles):
        if index not in unread and _is_unread(tokens, roles, index, role):
            unread.add(index)
    return list(_join(unread, tokens))


def _unplaced_items(tokens: Sequence[Token], items: Iterable[PlacedItem]) -> tuple[set[int], set[int]]:
    """Positions of time items without a place, and of numbers that are known to be no times."""
    unplaced: set[int] = set()
    ignored: set[int] = set()
    for placed in items:
        positions = range(placed.start_index, placed.end_index)
        item = placed.item
        if isinstance(item, BareNumber):
            ignored.update(positions)
        elif isinstance(item, UnknownWord):
            is_week = item.word in _WEEK_LABELS and not _is_thing(tokens, placed.end_index)
            if item.is_label and not is_week:
                ignored.update(positions)
        elif (
            not isinstance(item, Connective | Now)
            and not (isinstance(item, ClockTime) and item.is_guess)
            and tokens[placed.start_index].field is None
        ):
            unplaced.update(positions)
    return unplaced, ignored


def _unplaced_words(tokens: Sequence[Token]) -> Iterator[int]:
    """Positions of words that need a time beside them and have none.

    These are `oclock` with the word before it, `half` or `quarter` without an hour, and ordinals that go on
    with another: `first and third tuesday`.
    """
    for index, token in enumerate(tokens):
        if token.field is not None or token.word not in _WORDS_BESIDE_TIME:
            continue
        before = tokens[index - 1] if index else None
        after = tokens[index + 1].word if index + 1 < len(tokens) else ""
        if token.word == "oclock":
            yield index
            if before is not None and before.field is None and before.word.isalpha():
                yield index - 1
        elif token.word in _FACES:
            if before is not None and before.word in _FACE_LEADS and after not in _NOT_AFTER_FACE:
                yield index
        elif after in _LIST_WORDS and _is_ordinal_of_time(tokens, index + 2):
            yield index


def _is_ordinal_of_time(tokens: Sequence[Token], index: int) -> bool:
    if index >= len(tokens) or tokens[index].field != "when":
        return False
    word = tokens[index].word
    return word in ORDINAL_WORDS or word.isdecimal() or word == "the"


def _is_thing(tokens: Sequence[Token], index: int) -> bool:
    """Whether an ordinary word stands here, such as the one that `week 5 reading` is about."""
    if not 0 <= index < len(tokens) or tokens[index].field is not None:
        return False
    return tokens[index].is_word and _role_of(tokens[index]) is _Role.OTHER


def _continues_label(tokens: Sequence[Token], index: int, ignored: set[int]) -> bool:
    """Whether a number goes on with one that labels a thing: `chapters 5 and 6`."""
    before = index - 2
    if before < 1 or not (tokens[index].word.isdecimal() and tokens[before].word.isdecimal()):
        return False
    is_label = before in ignored or _is_thing(tokens, before - 1)
    return is_label and tokens[index - 1].word in {"and", "&", ",", "-", "or", "to"}


def _is_apart(tokens: Sequence[Token], roles: Sequence[_Role], index: int) -> bool:
    """Whether an impossible date in digits, such as `50/50`, is no part of the time."""
    is_number = tokens[index].word in {"/", "."} or tokens[index].word.isdecimal()
    nearby = {token.word for token in tokens[max(index - 4, 0) : index + 5] if token.field is None}
    if not is_number or not nearby & {"/", "."} or nearby & _CALENDAR_WORDS:
        return False
    return not any(token.field == "when" for token in _reach(tokens, roles, index))


def _reach(tokens: Sequence[Token], roles: Sequence[_Role], index: int) -> Iterator[Token]:
    """The tokens that only times and joining words set apart from here, eight each way at most."""
    for step in (-1, 1):
        for distance in range(1, 9):
            at = index + step * distance
            if not 0 <= at < len(roles) or roles[at] is _Role.OTHER:
                break
            yield tokens[at]


def _labelling_ordinals(tokens: Sequence[Token]) -> Iterator[int]:
    """Positions of `2nd year`, `3rd floor`: an ordinal number and the thing it names."""
    for index, token in enumerate(tokens[:-1]):
        follows = tokens[index + 1].word
        is_thing = follows in YEAR_WORDS or not (
            follows in _UNIT_WORDS or follows in _JOINING_WORDS or follows in _CALENDAR_WORDS
        )
        if token.word in ORDINAL_SUFFIXES and follows.isalpha() and is_thing:
            yield from (index - 1, index, index + 1)


def _is_dotted_label(tokens: Sequence[Token], index: int, ignored: set[int]) -> bool:
    """Whether a number is one of `room 2.03`, `in 1.20`."""
    if not tokens[index].word.isdecimal():
        return False
    is_second = index > 1 and tokens[index - 1].word == "." and tokens[index].is_attached
    first = index - 2 if is_second else index
    has_dot = is_second or (
        index + 2 < len(tokens) and tokens[index + 1].word == "." and tokens[index + 2].is_attached
    )
    is_in = first > 0 and tokens[first - 1].word == "in" and tokens[first].field is None
    return has_dot and (first in ignored or is_in)


def _role_of(token: Token) -> _Role:
    if token.field == "when":
        return _Role.TIME
    word = token.word
    if token.field is not None:
        return _Role.JOINING if token.field == CONTEXT and word in _JOINING_WORDS else _Role.OTHER
    if word.isdecimal():
        return _Role.NUMBER if len(word) <= _NUMBER_LENGTH else _Role.OTHER
    if word in _CALENDAR_WORDS:
        return _Role.CALENDAR
    if word in _UNIT_WORDS or word in MERIDIEMS or word in ORDINAL_SUFFIXES or _CODED_TIME.fullmatch(word):
        return _Role.UNIT
    if has_foreign_letters(word) and not is_plain_han(word):
        return _Role.UNIT
    return _Role.JOINING if word in _JOINING_WORDS or not token.is_word else _Role.OTHER


def _is_unread(tokens: Sequence[Token], roles: Sequence[_Role], index: int, role: _Role) -> bool:
    if tokens[index].word in _LEADS and role is _Role.JOINING:
        return _direct(roles, index, 1) is _Role.TIME
    if role in {_Role.TIME, _Role.JOINING, _Role.OTHER}:
        return False
    before, after = _neighbour(roles, index, -1), _neighbour(roles, index, 1)
    if role is _Role.CALENDAR:
        if tokens[index].word not in _NAMES_OR_WORDS:
            return True
        return _Role.NUMBER in {before, after}
    if _Role.TIME not in {before, after} and not _touches_time(roles, index):
        return False
    if role is _Role.UNIT:
        return True
    counts = _direct(roles, index, 1) is _Role.OTHER and tokens[index + 1].field is None
    return not counts and _direct(roles, index, -1) is not _Role.OTHER


def _neighbour(roles: Sequence[_Role], index: int, step: int) -> _Role | None:
    """The role of the next token that is no joining word or sign, at most six tokens away."""
    for distance in range(1, 7):
        at = index + step * distance
        if not 0 <= at < len(roles):
            return None
        if roles[at] is not _Role.JOINING:
            return roles[at]
    return None


def _direct(roles: Sequence[_Role], index: int, step: int) -> _Role | None:
    at = index + step
    return roles[at] if 0 <= at < len(roles) else None


def _touches_time(roles: Sequence[_Role], index: int) -> bool:
    """Whether only numbers, units and joining words stand between here and the time, six tokens at most."""
    for step in (-1, 1):
        for distance in range(1, 7):
            at = index + step * distance
            if not 0 <= at < len(roles) or roles[at] is _Role.OTHER:
                break
            if roles[at] is _Role.TIME:
                return True
    return False


def _join(unread: set[int], tokens: Sequence[Token]) -> Iterator[TokenSpan]:
    """Neighbouring positions as spans; signs between them belong to a span."""
    start: int | None = None
    last = -1
    for index in sorted(unread):
        if start is not None and any(token.is_word for token in tokens[last + 1 : index]):
            yield start, last + 1
            start = None
        start = index if start is None else start
        last = index
    if start is not None:
        yield start, last + 1
