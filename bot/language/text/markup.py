"""Blanks what chat platforms add to a text: emphasis, struck-out words, emoji, links, channel mentions."""

import re

_BLANKED = re.compile(
    r"""
    (?<![\w~])(?P<strike>~~?)(?=[^\s~])[^~\n]{1,200}(?<=\S)(?P=strike)(?![\w~])  # ~3pm~ is taken back
    | <a?:\w{1,64}:[0-9]{1,20}>                      # a custom emoji of Discord
    | (?<![\w:]):[a-z][a-z0-9_+'-]{0,63}:(?![\w:])   # :tada:
    | <[#!][^<>\^|\n]{1,80}(?:\|[^<>\n]{0,80})?>     # <#C1|general>, <!here>
    | https?://[^\s<>|]{1,500}
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LABELLED_LINK = re.compile(r"<(?:https?://|mailto:|tel:)[^\s<>|]{1,500}(?:\|(?P<label>[^<>\n]{0,200}))?>")
_EMPHASIS = re.compile(
    r"""
    (?<![\w*])(?P<stars>\*{1,3})(?=[^\s*])[^*\n]{1,300}(?<=\S)(?P=stars)(?![\w*])
    | (?<![\w_])(?P<lines>_{1,2})(?=[^\s_])[^_\n]{1,300}(?<=\S)(?P=lines)(?![\w_])
    | (?<!`)(?P<ticks>`{1,3})(?=[^`])[^`]{1,300}(?P=ticks)(?!`)
    | (?P<bars>\|\|)(?=[^\s|])[^|\n]{1,300}(?<=\S)(?P=bars)
    """,
    re.VERBOSE,
)
SIGNS_OF_MARKUP = frozenset("*_`~|")
_MARKS = SIGNS_OF_MARKUP | frozenset("<:")
_MAX_NESTING = 3


def blank_markup(text: str) -> str:
    """The text with spaces in place of markup, of the same length; most texts come back as they are."""
    if _MARKS.isdisjoint(text) and "://" not in text:
        return text
    text = _LABELLED_LINK.sub(_keep_label, text)
    text = _BLANKED.sub(_blank, text)
    for _ in range(_MAX_NESTING):
        unmarked = _EMPHASIS.sub(_blank_marks, text)
        if unmarked == text:
            break
        text = unmarked
    return text


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _keep_label(match: re.Match[str]) -> str:
    label = match.group("label") or ""
    return (label + " ").rjust(len(match.group())) if label else _blank(match)


def _blank_marks(match: re.Match[str]) -> str:
    size = len(match.group(match.lastgroup or 0))
    return f"{' ' * size}{match.group()[size:-size]}{' ' * size}"
