"""Parses HTML with BeautifulSoup, which is imported where it is used: only the parsing process loads it."""

import re
from typing import TYPE_CHECKING

from scraper.common.errors import PageFormatChanged

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from bs4.element import PageElement

MAX_NESTING = 500
"""Depth of elements. Real pages have some 20; searching a deeper tree takes time quadratic in its size."""
ROW_CLASSES = ["rowLowlight", "rowHighlight"]
_BLANK_CELL = re.compile(r"(<td[^<>]*>)(?:&nbsp;|\s)+(?=</td>)")
"""Most cells of a week: without their blanks, the tree has a third fewer nodes to build."""


def parse_html(html: str, only: str, max_nesting: int = MAX_NESTING) -> "BeautifulSoup":
    """Parses the elements `only`. Raises `PageFormatChanged` when they are nested too deeply."""
    from bs4 import BeautifulSoup
    from bs4.filter import SoupStrainer

    soup = BeautifulSoup(_BLANK_CELL.sub(r"\1", html), "lxml", parse_only=SoupStrainer(only))
    _check_nesting(soup, max_nesting)
    return soup


def only_text(element: "PageElement") -> str:
    """The text of a cell that has nothing else, no element and no comment; else nothing."""
    from bs4.element import NavigableString, Tag

    if isinstance(element, Tag) and element.name == "td" and len(element.contents) == 1:
        child = element.contents[0]
        return str(child) if type(child) is NavigableString else ""
    return ""


def _check_nesting(soup: "BeautifulSoup", limit: int) -> None:
    depths = {id(soup): 0}
    for element in soup.descendants:
        depths[id(element)] = depth = depths[id(element.parent)] + 1
        if depth > limit:
            raise PageFormatChanged(f"A page has elements nested more than {limit} deep.")
