"""Reads the QR code of a page, module by module, and compares it with that of a text."""

import re

import segno

_PATH = re.compile(r'<path (?:class="\w+" )?stroke="#000" d="([^"]+)"')
_STEP = re.compile(r"([Mm])(-?[\d.]+) (-?[\d.]+)|h(\d+)")
_QUIET_MODULES = 4


def shows_qr(html: str, text: str) -> bool:
    """Whether the first QR code in HTML is that of a text, with its quiet zone around it."""
    return dark_modules(html) == {
        (x + _QUIET_MODULES, y + _QUIET_MODULES)
        for y, row in enumerate(segno.make(text, error="m", micro=False, boost_error=False).matrix)
        for x, is_dark in enumerate(row)
        if is_dark
    }


def dark_modules(html: str) -> set[tuple[int, int]]:
    """The dark modules of the first QR code, as columns and rows from its corner."""
    path = _PATH.search(html)
    assert path, "there is no QR code"
    found, x, y = set[tuple[int, int]](), 0.0, 0.0
    for kind, dx, dy, length in _STEP.findall(path[1]):
        if kind == "M":
            x, y = float(dx), float(dy)
        elif kind == "m":
            x, y = x + float(dx), y + float(dy)
        else:
            found |= {(int(x) + each, int(y)) for each in range(int(length))}
            x += int(length)
    return found
