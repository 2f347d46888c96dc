"""Normalises a typed text and splits it into tokens that know their position in it."""

import re
import unicodedata

from msgspec import Struct
from msgspec.structs import replace

from bot.language.lexicon.vocabulary import (
    CANONICAL_WORDS,
    HOUR_WORDS,
    RANGE_BOUND_WORDS,
    SMALL_NUMBER_WORDS,
    TENS_WORDS,
    WORDS_AFTER_NUMBER,
    WORDS_BEFORE_NUMBER,
)

_LOOKALIKES = str.maketrans(
    {
        **dict.fromkeys("’‘‛ʼ´`′＇", "'"),  # noqa: RUF001 - look-alikes are the point, here and below
        **dict.fromkeys("“”„‟«»″＂", '"'),  # noqa: RUF001
        **dict.fromkeys("–—−‐‑‒―→➡~", "-"),  # noqa: RUF001
        "⁄": "/",  # noqa: RUF001
        "½": " 1/2",
        "¼": " 1/4",
        "¾": " 3/4",
    }
)
_LAST_FACE_HOUR = 12
_WORDS_AFTER_WE_WOULD = frozenset({"like", "love", "prefer", "rather", "appreciate", "be", "really"})
TIMESTAMP_PATTERN = r"<t:[0-9]{1,13}(?::[a-z])?>|<!date\^[0-9]{1,13}\^[^<>]{0,200}>"
"""A platform's time, which is one token: `<t:1773230400:F>`."""
_TOKEN_PATTERN = re.compile(rf"{TIMESTAMP_PATTERN}|[0-9]+|[^\W\d_]+(?:'[^\W\d_]+)*|\S")


class Token(Struct):
    """A run of digits, a word (lower case, without apostrophes) or a sign. `is_attached`: no space before it.

    `field` is the part of the result that the token was marked for, None while it is free; `raw` is the word
    before shorthands were written out, `glue` the joining hyphen before it that is no token, `key` what it
    adds to the key of a name, once that was asked for.
    """

    word: str
    start: int
    end: int
    is_attached: bool
    field: str | None = None
    raw: str = ""
    glue: str = ""
    key: str = ""

    @property
    def is_word(self) -> bool:
        return self.word[:1].isalnum()

    @property
    def number(self) -> int | None:
        word = self.word
        return int(word) if len(word) <= 9 and word.isdecimal() and word.isascii() else None


class NormalizedText(Struct, frozen=True):
    """A normalised text; `offsets[i]` is the position of its character `i` in the typed text."""

    text: str
    offsets: tuple[int, ...] | range
    source_length: int

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """The offsets in the typed text of a span of this one."""
        last = self.offsets[end - 1] + 1 if end > start else self.source_offset(start)
        return self.source_offset(start), last

    def cut(self, length: int) -> "NormalizedText":
        """Truncates it: one typed character may have become many (`½`, ligatures)."""
        if len(self.text) <= length:
            return self
        return NormalizedText(self.text[:length], self.offsets[:length], self.offsets[length])

    def source_offset(self, index: int) -> int:
        return self.offsets[index] if index < len(self.offsets) else self.source_length


def normalize(text: str) -> NormalizedText:
    """Makes letters lower case, quotes and dashes ASCII, and drops accents and invisible characters."""
    if text.isascii():
        return NormalizedText(text.lower(), range(len(text)), len(text))
    characters: list[str] = []
    origin: list[int] = []
    for index, character in enumerate(text):
        normalized = character.lower() if character.isascii() else _normalize_character(character)
        characters.append(normalized)
        origin.extend([index] * len(normalized))
    return NormalizedText("".join(characters), tuple(origin), len(text))


def _normalize_character(character: str) -> str:
    replaced = character.translate(_LOOKALIKES)
    if replaced != character:
        return replaced
    parts = unicodedata.normalize("NFKD", character).translate(_LOOKALIKES)
    return "".join(part for part in parts if unicodedata.category(part) not in {"Mn", "Cf"}).lower()


def tokenize(normalized: NormalizedText) -> list[Token]:
    """Splits a text into words, numbers and signs, with common shorthands written out."""
    tokens = _join_codes(_split_runs(normalized))
    kept: list[Token] = []
    for index, token in enumerate(tokens):
        if _is_joining_hyphen(tokens, index):
            tokens[index + 1].glue = token.word
        else:
            kept.append(token)
    _spell_out_contractions(kept)
    return _join_words(kept)


def _spell_out_contractions(tokens: list[Token]) -> None:
    """`we'd`, and `wed` where only that fits, is no Wednesday."""
    for index, token in enumerate(tokens):
        if token.raw == "wed":
            follows = tokens[index + 1].word if index + 1 < len(tokens) else ""
            if token.end - token.start > len(token.raw) or follows in _WORDS_AFTER_WE_WOULD:
                token.word = "we"


_WORD_PAIRS = {("o", "clock"): "oclock", ("mid", "night"): "midnight", ("mid", "day"): "midday"}
_SECOND_WORDS = frozenset(second for _, second in _WORD_PAIRS)


def _join_words(tokens: list[Token]) -> list[Token]:
    """Joins words that are commonly torn apart (`o clock`, `mid-day`), and splits `elevenish`."""
    joined: list[Token] = []
    for token in tokens:
        stem = token.word.removesuffix("ish")
        if stem != token.word and stem in SMALL_NUMBER_WORDS:
            cut = token.end - 3
            joined.append(replace(token, word=stem, end=cut, raw=stem))
            joined.append(Token("ish", cut, token.end, is_attached=True, raw="ish"))
            continue
        if token.word == "clock" and len(joined) > 1 and joined[-1].word == "'":
            joined.pop()  # `o' clock`
        pair = (joined[-1].word, token.word) if joined and token.word in _SECOND_WORDS else None
        if pair in _WORD_PAIRS:
            first, word = joined.pop(), _WORD_PAIRS[pair]
            token = Token(word, first.start, token.end, first.is_attached, raw=word)
        joined.append(token)
    return joined


def _split_runs(normalized: NormalizedText) -> list[Token]:
    tokens: list[Token] = []
    last_end = -1
    for match in _TOKEN_PATTERN.finditer(normalized.text):
        first, after = match.span()
        start, end = normalized.source_span(first, after)
        tokens.append(Token(match.group().replace("'", "") or "'", start, end, first == last_end))
        last_end = after
    return tokens


def _join_codes(runs: list[Token]) -> list[Token]:
    """Joins letters and digits where they make a code (`comp1511`, `g03`)."""
    tokens: list[Token] = []
    for run in runs:
        if (
            tokens
            and run.is_attached
            and run.is_word
            and tokens[-1].is_word
            and _is_code_continuation(tokens, run.word)
        ):
            tokens[-1] = Token(tokens[-1].word + run.word, tokens[-1].start, run.end, tokens[-1].is_attached)
        else:
            tokens.append(run)
    for token in tokens:
        token.raw = token.word
        token.word = CANONICAL_WORDS.get(token.word, token.word)
    return tokens


def _is_code_continuation(tokens: list[Token], word: str) -> bool:
    before = tokens[-1].word
    if before.isdecimal():
        return not word.isdecimal() and (word not in WORDS_AFTER_NUMBER or (before == "2" and word == "day"))
    return not (before in WORDS_BEFORE_NUMBER or (before in WORDS_AFTER_NUMBER and tokens[-1].is_attached))


def _is_joining_hyphen(tokens: list[Token], index: int) -> bool:
    """Whether the token is a dash that only joins two words (`twenty-five`, `2-hour`, `12-mar`)."""
    if tokens[index].word != "-" or not 0 < index < len(tokens) - 1:
        return False
    before, after = tokens[index - 1], tokens[index + 1]
    if not (tokens[index].is_attached and after.is_attached and before.is_word and after.is_word):
        return False
    if before.word in HOUR_WORDS and after.word.isdecimal():
        return False
    if before.word == "a" and after.word in {"half", "quarter"}:
        return True
    if before.word in TENS_WORDS and after.word in SMALL_NUMBER_WORDS:
        return True
    if before.word in SMALL_NUMBER_WORDS and _are_spelled_minutes(after.word):
        return True
    return not (_can_bound_range(before) and _can_bound_range(after))


def _are_spelled_minutes(word: str) -> bool:
    """Whether a number in words is no hour (`five-thirty`, `two-fifteen`)."""
    return word in TENS_WORDS or SMALL_NUMBER_WORDS.get(word, 0) > _LAST_FACE_HOUR


def _can_bound_range(token: Token) -> bool:
    return token.word.isdecimal() or token.word in RANGE_BOUND_WORDS
