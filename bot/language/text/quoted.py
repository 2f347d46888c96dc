"""Finds titles in quotes and mentions of people, which are extracted before anything else is parsed."""

import re
from collections.abc import Iterator

from msgspec import Struct

from bot.language.text.tokenizer import NormalizedText

_TITLE_PATTERN = re.compile(r"\"([^\"]{1,300})\"|(?<![\w'])'([^']{2,300})'(?!\w)")
_MENTION_PATTERN = re.compile(r"<@!?&?[\w-]+(?:\|[^<>]*)?>|(?<![\w.@])@[^\W\d][\w.-]*(?<![.-])")
_NOT_MENTIONS = frozenset({"@noon", "@midday", "@midnight", "@half", "@lunch", "@lunchtime", "@quarter"})


class ExtractedValue(Struct, frozen=True):
    """A value and its span `[start, end)` in the typed text."""

    value: str
    start: int
    end: int


def find_mentions(normalized: NormalizedText, original: str) -> Iterator[ExtractedValue]:
    """Yields `<@U123|name>`, `<@!123>` and `@name` as they were typed."""
    for match in _MENTION_PATTERN.finditer(normalized.text):
        if match.group() not in _NOT_MENTIONS:
            start, end = normalized.source_span(match.start(), match.end())
            yield ExtractedValue(original[start:end], start, end)


def find_titles(normalized: NormalizedText, original: str) -> Iterator[ExtractedValue]:
    """Yields the texts in quotes, with white space collapsed."""
    for match in _TITLE_PATTERN.finditer(normalized.text):
        group = 1 if match.group(1) is not None else 2
        inner = normalized.source_span(match.start(group), match.end(group))
        title = " ".join(original[inner[0] : inner[1]].split())
        if any(map(str.isalnum, title)):
            start, end = normalized.source_span(match.start(), match.end())
            yield ExtractedValue(title, start, end)
