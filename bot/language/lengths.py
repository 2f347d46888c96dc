"""Finds lengths of time in a text: `30 min`, `an hour and a half`, `half an hour`."""

from datetime import timedelta

from msgspec import Struct

from bot.language.grammar.durations import DURATION_FIRST_WORDS, parse_duration
from bot.language.text.token_cursor import TokenCursor
from bot.language.text.tokenizer import Token, normalize, tokenize


class FoundLength(Struct, frozen=True):
    """A length, and its offsets `[start, end)` in the text as it was typed."""

    length: timedelta
    start: int
    end: int


def may_begin_with_length(text: str) -> bool:
    """A quick test by the first word."""
    tokens = tokenize(normalize(text.partition(" ")[0]))
    return bool(tokens) and _can_begin(tokens[0])


def find_lengths(text: str) -> tuple[FoundLength, ...]:
    """All lengths of hours and minutes, from left to right."""
    tokens = tokenize(normalize(text))
    cursor = TokenCursor(tokens)
    found, index = [], 0
    while index < len(tokens):
        match = parse_duration(cursor, index) if _can_begin(tokens[index]) else None
        if match is not None and match[0].minutes and not match[0].days and not match[0].months:
            length = timedelta(minutes=match[0].minutes)
            found.append(FoundLength(length, tokens[index].start, tokens[match[1] - 1].end))
        index = max(index + 1, match[1] if match is not None else 0)
    return tuple(found)


def _can_begin(token: Token) -> bool:
    return token.number is not None or token.word in DURATION_FIRST_WORDS
