"""Cleans foreign text for display in one line of chat."""

import unicodedata

_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
MAX_NAME_LENGTH = 200


def is_visible(text: str) -> bool:
    """Whether it has no control characters, direction marks or surrogates."""
    return (text.isascii() and text.isprintable()) or not any(map(_is_invisible, text))


def to_one_line(text: str, max_length: int = MAX_NAME_LENGTH) -> str:
    """Drops invisible characters, collapses white space and clips the text to `max_length` characters."""
    if not is_visible(text):
        text = "".join(" " if _is_invisible(character) else character for character in text)
    line = " ".join(text.split())
    return line if len(line) <= max_length else f"{line[: max_length - 1]}…"


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in _INVISIBLE_CATEGORIES
