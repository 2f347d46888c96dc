"""The font of all pictures: DejaVu Sans, which has Latin, Greek, Cyrillic, Arabic and Hebrew letters.

It comes with the package, so that pictures look the same on every machine.
"""

from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING
from unicodedata import category

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

_FILES = {False: "DejaVuSans.ttf", True: "DejaVuSans-Bold.ttf"}
ELLIPSIS = "…"
_LAST_BASIC = "\uffff"
_UNDRAWN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@lru_cache(maxsize=32)
def font(size: float, *, is_bold: bool, is_plain: bool = True) -> "FreeTypeFont":
    """A font in pixels. Scripts other than Latin, Greek and Cyrillic need shaping (`is_plain` false)."""
    from PIL import ImageFont  # late, to keep the start fast

    layout = ImageFont.Layout.BASIC if is_plain else ImageFont.Layout.RAQM
    content = BytesIO((files(__name__) / _FILES[is_bold]).read_bytes())
    return ImageFont.truetype(content, size, layout_engine=layout)


def is_plain(text: str) -> bool:
    """Whether letters stand one after another, as in Latin, Greek and Cyrillic."""
    return all(each < "\u0300" or "\u0370" <= each < "\u0590" or "\u1e00" <= each < "\u2600" for each in text)


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, *, is_bold: bool = False) -> float:
    return font(size, is_bold=is_bold, is_plain=is_plain(text)).getlength(text)


def drawable(text: str) -> str:
    """The text on one line, without emoji and control characters, for which the font has no shapes."""
    kept = (each if each <= _LAST_BASIC and category(each) not in _UNDRAWN else " " for each in text)
    return " ".join("".join(kept).split())


@lru_cache(maxsize=4096)
def fit_text(text: str, width: float, size: float, *, is_bold: bool = False, shortest: int = 2) -> str:
    """As much of the text as fits into a width, with an ellipsis where it was cut.

    Empty if less than `shortest` letters would be left.
    """
    text = drawable(text)
    if text_width(text, size, is_bold=is_bold) <= width:
        return text
    length = _fitting(text, width, size, ELLIPSIS, is_bold=is_bold)
    return text[:length].rstrip() + ELLIPSIS if length >= shortest else ""


def clip_text(text: str, width: float, size: float) -> str:
    """As many letters as fit into a width, for places where an ellipsis would take most of it."""
    return text[: _fitting(text, width, size, "")]


def _fitting(text: str, width: float, size: float, end: str, *, is_bold: bool = False) -> int:
    """The number of letters that fit, with an end, by bisection."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        fits = text_width(text[:middle].rstrip() + end, size, is_bold=is_bold) <= width
        low, high = (middle, high) if fits else (low, middle - 1)
    return low
