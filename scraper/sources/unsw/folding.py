"""Folds rows of a room's page, so that BeautifulSoup builds a tree of a seventh as many nodes.

A class of four hours stands in eight rows, and most other cells are blank. Each distinct class becomes one
character for private use, here A and B, and a row one cell: its time, and each day after a separator:

    <tr class="rowLowlight"><td class="note">09:30</td><td class="data"><span title="01">LEC</span></td>...
    <tr class="rowLowlight"><td>09:30|A||AB||||</td></tr>

Only rows in the usual shape are folded, and only markup without influence on anything around it. A page that
could mean something else when it is folded, such as one with classes outside of these rows, is not.
"""

import re
from typing import NamedTuple

FIRST_CLASS, LAST_CLASS, DAY = 0xE000, 0xF8FE, "\uf8ff"
"""Code points of the first and last class of a page, and what stands before the classes of each day."""
_CLASSES = "[\ue000-\uf8fe]"
_CLASS_PATTERN = re.compile(
    r'(<span(?: title="[01]+")?>[^<>\x00-\x1f\x7f-\x9f\ud800-\U0010ffff]*</span>)(?:<br>)?'
)
_CELL = r'<td(?: (?!rowspan|colspan)[a-z]+(?:="[^"<>]*")?)*>'
_ROW_PATTERN = re.compile(
    rf'(<tr class="row(?:High|Low)light">)\s*{_CELL}([0-9:]+)</td>\s*'
    rf"((?:{_CELL}(?:{_CLASSES}|&nbsp;|\s)*</td>\s*){{7}})</tr>",
    re.ASCII,
)
_DAY_PATTERN = re.compile(rf"<td[^<>]*>({_CLASSES}*)</td>")
_BLANKS = re.compile(r"(?:&nbsp;|\s)+", re.ASCII)
_PRIVATE_USE = re.compile("[\ue000-\uf8ff]")
_LONG_REFERENCE = re.compile(r"&#(?!\d{1,4}\b|[xX][\da-fA-F]{1,3}\b)", re.ASCII)
"""May stand for a character for private use."""


class FoldedPage(NamedTuple):
    html: str
    classes: dict[str, str]
    """Markup of the distinct classes, each a `span`, by their characters."""
    row_count: int
    """Number of folded rows."""


def fold_rows(html: str) -> FoldedPage | None:
    """None when the page must be read as it is."""
    if _PRIVATE_USE.search(html) or _LONG_REFERENCE.search(html):
        return None
    characters: dict[str, str] = {}
    folded_classes = 0

    def fold_class(match: re.Match[str]) -> str:
        return characters.setdefault(match[1], chr(FIRST_CLASS + len(characters)))

    def fold_row(match: re.Match[str]) -> str:
        nonlocal folded_classes
        start, time, cells = match.groups()
        days = _DAY_PATTERN.sub(rf"{DAY}\1", _BLANKS.sub("", cells))
        folded_classes += len(days) - days.count(DAY)
        return f"{start}<td>{time}{days}</td></tr>"

    html, class_count = _CLASS_PATTERN.subn(fold_class, html)
    html, row_count = _ROW_PATTERN.subn(fold_row, html)
    if folded_classes != class_count or len(characters) > LAST_CLASS - FIRST_CLASS + 1:
        return None
    return FoldedPage(html, {each: markup for markup, each in characters.items()}, row_count)
