"""Marks codes that are no name on this campus (`H-B4-10`), so that nothing in them is taken for a time."""

import re
from collections.abc import Iterator, Sequence

from bot.language.text.spans import UNKNOWN_NAME
from bot.language.text.tokenizer import Token

_JOINERS = frozenset("-_.")
_CODE = re.compile(r"(?!(?:w|wk|week|t|term)\d)(?:[a-z]{1,5}\d+[a-z]?\d*|\d[a-su-z]\d{2,})")
_TIME = re.compile(
    r"\d+(?:am|pm|a|p|h|hrs?|hours?|m|mins?|minutes?|st|nd|rd|th|ish|days?|weeks?|wks?|oclock)"
    r"|(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\d*"
    r"|tomorrow|today|tonight|noon|midday|midnight|now|am|pm|b4|2day|2moro"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_MIN_LONG_SEGMENT = 3


def mark_unknown_codes(tokens: Sequence[Token]) -> None:
    """Marks the free tokens of every code of several parts."""
    for start, end in _attached_runs(tokens):
        run = tokens[start:end]
        if all(token.field is None for token in run) and _is_code(_segments(run)):
            for token in run:
                token.field = UNKNOWN_NAME


def _attached_runs(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Runs of words that only hyphens, dots and underscores join."""
    start = 0
    while start < len(tokens):
        end = start + 1
        if not tokens[start].is_word:
            start = end
            continue
        while end < len(tokens) and tokens[end].is_attached and _belongs_to_run(tokens, end):
            end += 1
        if end > start + 1:
            yield start, end
        start = end


def _belongs_to_run(tokens: Sequence[Token], index: int) -> bool:
    if tokens[index].is_word:
        return True
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    return (
        tokens[index].word in _JOINERS
        and following is not None
        and following.is_attached
        and following.is_word
    )


def _segments(run: Sequence[Token]) -> list[str]:
    segments = [""]
    for token in run:
        if not token.is_word:
            segments.append("")
        elif token.glue:
            segments.append(token.raw)
        else:
            segments[-1] += token.raw
    return segments


def _is_code(segments: Sequence[str]) -> bool:
    """`j17`, `10`: a part of letters and digits beside another short one; or `k`, `10`: a letter first."""
    first, *others = segments
    if not others or _YEAR.fullmatch(first):
        return False
    starts_with_letter = len(first) == 1 and first.isalpha() and first != "a"
    if any(_TIME.fullmatch(each) for each in (others if starts_with_letter else segments)):
        return starts_with_letter and any(_CODE.fullmatch(each) for each in others)
    if starts_with_letter and any(any(map(str.isdecimal, each)) for each in others):
        return True
    codes = sum(_CODE.fullmatch(each) is not None for each in segments)
    short = sum(each.isdecimal() or len(each) < _MIN_LONG_SEGMENT for each in segments)
    return codes > 1 or (
        codes == 1
        and short > sum(len(each) < _MIN_LONG_SEGMENT for each in segments if _CODE.fullmatch(each))
    )
