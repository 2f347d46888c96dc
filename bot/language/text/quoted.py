"""Titles in quotes and the people mentioned, which are taken out before anything else is read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.language.text.tokenizer import Plain

_TITLE = re.compile(r"\"([^\"]{1,300})\"|(?<![\w'])'([^']{2,300})'(?!\w)")
_MENTION = re.compile(r"<@!?&?[\w-]+(?:\|[^<>]*)?>|(?<![\w.@])@[^\W\d][\w.-]*(?<![.-])")
_NOT_NAMES = frozenset({"@noon", "@midday", "@midnight", "@half", "@lunch", "@lunchtime", "@quarter"})


@dataclass(frozen=True, slots=True)
class Taken:
    """A value and the typed stretch `[start, end)` it stands in."""

    value: str
    start: int
    end: int


def mentions(source: Plain, typed: str) -> Iterator[Taken]:
    """`<@U123|name>`, `<@!123>`, `@name`, as they were typed."""
    for match in _MENTION.finditer(source.text):
        if match.group() not in _NOT_NAMES:
            start, end = source.span(match.start(), match.end())
            yield Taken(typed[start:end], start, end)


def titles(source: Plain, typed: str) -> Iterator[Taken]:
    """What stands in quotes, its white space made even."""
    for match in _TITLE.finditer(source.text):
        group = 1 if match.group(1) is not None else 2
        inner = source.span(match.start(group), match.end(group))
        title = " ".join(typed[inner[0] : inner[1]].split())
        if any(map(str.isalnum, title)):
            start, end = source.span(match.start(), match.end())
            yield Taken(title, start, end)
