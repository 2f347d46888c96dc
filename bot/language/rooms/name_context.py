"""Decides by the neighbouring words whether a name stands on its own, and whether a number is a room's."""

from collections.abc import Sequence

from bot.language.lexicon import word_set
from bot.language.lexicon.common_words import BUILDING_SUFFIXES, COMMON_WORDS
from bot.language.lexicon.vocabulary import (
    CONNECTIVE_WORDS,
    DAY_WORDS,
    FILLER_WORDS,
    HOUR_WORDS,
    KNOWN_WORDS,
    MERIDIEMS,
    MINUTE_WORDS,
    MONTH_NUMBERS,
    ORDINAL_SUFFIXES,
    PEOPLE_WORDS,
    TIME_FIRST_WORDS,
    WEEK_WORDS,
    WEEKDAY_NUMBERS,
)
from bot.language.text.tokenizer import Token

IN_WORDS = word_set("in at near inside to by around nearby nearest beside opposite")
ROOM_WORDS = word_set("room rm rooms")
_JOINERS = frozenset("-_.'")
_ARTICLES = word_set("a an any some our my your their no every each another this that all")
_TOPIC_WORDS = word_set("about for and or but with like of & than as per using")
_NAME_ENDINGS = BUILDING_SUFFIXES | ROOM_WORDS | word_set("school faculty campus")
_DAY_NAMES = frozenset(WEEKDAY_NUMBERS) | word_set("today tomorrow tonight now this next all every")
_UNITS = MINUTE_WORDS | HOUR_WORDS | DAY_WORDS | WEEK_WORDS
_WORDS_OF_TIME = (_UNITS - {"m", "h"}) | MERIDIEMS | ORDINAL_SUFFIXES | {"oclock"}
_COUNTED_WORDS = PEOPLE_WORDS | frozenset(MONTH_NUMBERS) | word_set("noon ish seat % past rooms others")
_ATTACHED_AFTER_COUNT = word_set("a p m h x k")
_LATEST_HOUR = 24
_MAX_HOUR_DIGITS = 2
_MIN_NUMBER_DIGITS = 3
_NEUTRAL_WORDS = FILLER_WORDS | CONNECTIVE_WORDS | TIME_FIRST_WORDS | _UNITS | MERIDIEMS | PEOPLE_WORDS
_PLACING_WORDS = word_set("in at of")


def word_at(tokens: Sequence[Token], index: int) -> str:
    """The word at a position; empty outside the text and where the token is marked."""
    if not 0 <= index < len(tokens) or tokens[index].field is not None:
        return ""
    return tokens[index].word


def starts_inside_code(tokens: Sequence[Token], index: int) -> bool:
    """Whether the token continues a word or a code (`S0.11` in `WM_S0.11`)."""
    if not index or not tokens[index].is_attached:
        return False
    before = tokens[index - 1]
    if tokens[index].glue:
        return not _is_word_of_its_own(before)
    if before.is_word:
        return True
    if before.word not in _JOINERS or not before.is_attached or index < 2:
        return False
    return tokens[index - 2].is_word and not _is_word_of_its_own(tokens[index - 2])


def continues_code(tokens: Sequence[Token], end_index: int) -> bool:
    """Whether more of a word or code is attached behind a name (`-B` in `S0.11-B`)."""
    if end_index >= len(tokens) or not tokens[end_index].is_attached:
        return False
    following = tokens[end_index]
    if following.is_word:
        return not (following.glue and _opens_another(tokens, end_index))
    if following.word not in _JOINERS or end_index + 1 >= len(tokens):
        return False
    after = tokens[end_index + 1]
    return after.is_attached and after.is_word and not _opens_another(tokens, end_index + 1)


def _is_word_of_its_own(token: Token) -> bool:
    """Whether a word means something without what a joining sign ties it to."""
    return token.field is not None or token.word.isdecimal() or (len(token.raw) > 1 and _is_plain(token))


def _is_plain(token: Token) -> bool:
    return token.raw in KNOWN_WORDS or token.word in FILLER_WORDS or token.raw in WEEKDAY_NUMBERS


def _opens_another(tokens: Sequence[Token], index: int) -> bool:
    """Whether a known word or a time of day follows (`G01-tomorrow`, `G01-3pm`)."""
    token = tokens[index]
    if token.word.isdecimal():
        are_numbers = len(token.word) >= _MIN_NUMBER_DIGITS and tokens[index - 2].word.isdecimal()
        return word_at(tokens, index + 1) in MERIDIEMS or are_numbers
    return len(token.raw) > 1 and _is_plain(token) and token.raw.isalpha()


def is_count_or_clock(tokens: Sequence[Token], index: int, *, is_named: bool = False) -> bool:
    """Whether the digits at a position count something or tell a time (`3 pm`, `2-4`, `2 hours`, `12.30`).

    `is_named`: they are the end of a name that is known in full (`Pod 3`), so less counts against it.
    """
    word = tokens[index].word
    if not word.isdecimal():
        return False
    follows, is_small = word_at(tokens, index + 1), len(word) <= _MAX_HOUR_DIGITS
    is_attached = index + 1 < len(tokens) and tokens[index + 1].is_attached
    if follows in _WORDS_OF_TIME or (is_attached and (follows in _ATTACHED_AFTER_COUNT or follows == ":")):
        return True
    number_follows = word_at(tokens, index + 2).isdecimal()
    if follows == "-" and number_follows:
        return _is_hour(word)
    if follows in {".", "/"} and is_attached and number_follows and tokens[index + 2].is_attached:
        return is_small
    if is_named or not is_small:
        return False
    return follows in _COUNTED_WORDS or (follows in {"to", "or", "until"} and number_follows)


def _is_hour(word: str) -> bool:
    """Whether digits may be a time of day: `3`, `15`, `1530`."""
    if len(word) <= _MAX_HOUR_DIGITS:
        return int(word) <= _LATEST_HOUR
    return len(word) == 4 and int(word[:2]) <= _LATEST_HOUR and int(word[2:]) % 5 == 0 and int(word[2:]) < 60


def is_bare_number(tokens: Sequence[Token], start_index: int, end_index: int) -> bool:
    """Whether a name is only digits that may as well be a time, without `room` before them."""
    word = tokens[start_index].word
    return (
        end_index == start_index + 1
        and word.isdecimal()
        and _is_hour(word)
        and word_at(tokens, start_index - 1) not in ROOM_WORDS
    )


def stands_as_place(tokens: Sequence[Token], start_index: int, end_index: int) -> bool:
    """Whether a common word is a place here: `law 160`, `in law at 3`, not `the law says so`."""
    before = word_at(tokens, start_index - 1)
    if before in _ARTICLES or before in _TOPIC_WORDS or not (_is_neutral(before) or before in ROOM_WORDS):
        return False
    return _ends_place(tokens, end_index)


def _ends_place(tokens: Sequence[Token], index: int) -> bool:
    word = word_at(tokens, index)
    if not word or word in _NAME_ENDINGS or word in _DAY_NAMES or any(map(str.isdecimal, word)):
        return True
    if word in {"and", "&", "/", "-", "is", "are", "was", "has", "have", "did", "will", "would", "can"}:
        return False
    return word in CONNECTIVE_WORDS or word in MONTH_NUMBERS or not word[0].isalnum() or word == "please"


def is_introduced(tokens: Sequence[Token], start_index: int) -> bool:
    """Whether `in`, `at` or `near` stands before a name, with or without `the`."""
    at = start_index - (word_at(tokens, start_index - 1) == "the") - 1
    return word_at(tokens, at) in IN_WORDS


def is_shorthand_of_time(tokens: Sequence[Token], start_index: int, end_index: int) -> bool:
    """Whether a name is another word's shorthand as well, and a time follows: `b4 5pm`, not `in B4 at 5`."""
    token = tokens[start_index]
    if end_index != start_index + 1 or token.word == token.raw or is_introduced(tokens, start_index):
        return False
    follows = word_at(tokens, end_index)
    return follows.isdecimal() or follows in TIME_FIRST_WORDS


def belongs_to_unknown(tokens: Sequence[Token], index: int) -> bool:
    """Whether a lone room number goes with a name that nobody knows (`Hyde Park G01`, `G01 in Hyde Park`)."""
    before = word_at(tokens, index - 1)
    if before and before not in ROOM_WORDS and before[0].isalnum() and not _is_neutral(before):
        return True
    after = index + 1
    if word_at(tokens, after) not in _PLACING_WORDS:
        return False
    after += 1 + (word_at(tokens, after + 1) == "the")
    follows = word_at(tokens, after)
    return follows.isalpha() and not _is_neutral(follows) and follows not in COMMON_WORDS


def _is_neutral(word: str) -> bool:
    return not word or word in _NEUTRAL_WORDS or not word[0].isalpha()
