"""Recognises small talk: thanks, greetings, farewells and remarks that ask for nothing.

A text is small talk when all of it is: `thanks, and a room for 5?` is a request that begins with thanks.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from bot.language.lexicon import word_set
from bot.language.lexicon.small_talk import PHRASES, REMARK_WORDS, REMARKS, VOCATIVES
from bot.language.lexicon.vocabulary import (
    CANONICAL_WORDS,
    DAY_PART_WORDS,
    DAY_WORDS,
    HOUR_WORDS,
    MERIDIEMS,
    MINUTE_WORDS,
    MONTH_NUMBERS,
    NUMBER_WORDS,
    WEEK_WORDS,
    WEEKDAY_NUMBERS,
)
from bot.language.model.reading import SmallTalk
from bot.language.text.tokenizer import Token

_MAX_WORDS = 24


def find_small_talk(tokens: Sequence[Token]) -> SmallTalk | None:
    """The kind of small talk that a whole text is; None for a text that may ask for something."""
    words = [token.raw for token in islice(tokens, _MAX_WORDS + 1) if token.is_word]
    if len(words) > _MAX_WORDS:
        return None
    if not words:
        return SmallTalk.ACKNOWLEDGEMENT if any(ord(token.word[0]) > 0x2190 for token in tokens) else None
    return _classify(words)


def _classify(words: list[str]) -> SmallTalk | None:
    kinds: list[SmallTalk] = []
    begins = index = 0
    while index < len(words):
        match = _match(_PHRASES, words, index)
        if match is None:
            return _classify_remark(words, index) or _classify_remark(words, begins)
        kinds.append(match[0])
        begins, index = index, _skip_vocatives(words, match[1])
    return max(kinds, key=_PRECEDENCE.index)


def _classify_remark(words: list[str], index: int) -> SmallTalk | None:
    """A remark from here to the end, with nothing but times and the like after its beginning."""
    match = _match(_REMARKS, words, index)
    if match is None or not all(map(_may_follow_remark, words[match[1] :])):
        return None
    return match[0]


_Phrases = Mapping[str, list[tuple[tuple[str, ...], SmallTalk]]]


def _match(phrases: _Phrases, words: list[str], index: int) -> tuple[SmallTalk, int] | None:
    """The longest phrase that begins here, and the position after it."""
    word = words[index]
    for phrase, kind in phrases.get(word, ()):
        if tuple(words[index : index + len(phrase)]) == phrase:
            return kind, index + len(phrase)
    if len(word) >= 3 and set(word) <= set("haeio") and word.count("h") > 1:
        return SmallTalk.ACKNOWLEDGEMENT, index + 1  # hahaha, hehe
    return None


def _skip_vocatives(words: list[str], index: int) -> int:
    while index < len(words) and words[index] in VOCATIVES:
        index += 1
    return index


def _may_follow_remark(word: str) -> bool:
    return word in _TIME_WORDS or word in VOCATIVES or word in REMARK_WORDS or word.isdecimal()


def _index(phrases_by_kind: Mapping[str, Iterable[tuple[str, ...]]]) -> _Phrases:
    """Phrases by their first word, the longest first."""
    index: dict[str, list[tuple[tuple[str, ...], SmallTalk]]] = {}
    for kind, phrases_of_kind in phrases_by_kind.items():
        for phrase in phrases_of_kind:
            index.setdefault(phrase[0], []).append((phrase, SmallTalk(kind)))
    for phrases in index.values():
        phrases.sort(key=lambda entry: len(entry[0]), reverse=True)
    return index


_PRECEDENCE = tuple(
    map(
        SmallTalk,
        ("acknowledgement", "remark", "greeting", "thanks", "farewell", "question about the bot"),
    )
)
"""Of several kinds in one text the last of these is answered."""

_NEAR_DAYS = frozenset({"tomorrow", "today", "tonight"})
_TIME_WORDS = (
    frozenset(WEEKDAY_NUMBERS)
    | frozenset(MONTH_NUMBERS)
    | frozenset(NUMBER_WORDS)
    | frozenset(DAY_PART_WORDS)
    | MERIDIEMS
    | MINUTE_WORDS
    | HOUR_WORDS
    | DAY_WORDS
    | WEEK_WORDS
    | frozenset(
        variant for variant, word in CANONICAL_WORDS.items() if word in {"tomorrow", "today", "tonight"}
    )
    | word_set(
        "tomorrow today tonight weekend noon midday midnight later soon next this around about half past"
    )
    | word_set("st nd rd th few couple sec secs second seconds while bit moment ish year christmas easter")
)
_PHRASES = _index(PHRASES)
_REMARKS = _index(REMARKS)
