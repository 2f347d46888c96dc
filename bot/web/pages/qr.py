"""QR codes as SVG, to be placed within a page."""

from functools import lru_cache

from markupsafe import Markup

_MAX_CACHED = 1_024
"""Codes of some 5 kB: those of all displays, which ask every 15 seconds, and of some buildings' signs."""
_QUIET_MODULES = 4
"""White border that scanners need (ISO/IEC 18004, 5.3.8)."""


@lru_cache(maxsize=_MAX_CACHED)
def qr_svg(text: str, label: str) -> Markup:
    """A QR code, black on white whatever the colours of the page, with `label` as its alternative text.

    It takes some 6 ms: draw more than one off the event loop. Level M corrects 15 % of damage: paper at a
    corridor's wall gets scratched.
    """
    import segno  # late: few processes draw one

    code = segno.make(text, error="m", micro=False, boost_error=False)
    svg = code.svg_inline(
        omitsize=True, border=_QUIET_MODULES, dark="#000", light="#fff", svgclass="qr", lineclass=None
    )
    return Markup('<div role="img" aria-label="{}">{}</div>').format(label, Markup(svg))  # noqa: S704 - from a library
