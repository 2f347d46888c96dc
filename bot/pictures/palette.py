"""Colours and patterns of bars.

The colours are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), which people with any common
colour vision deficiency can tell apart. Every bar has a dark outline, and most kinds a pattern, so that
colour is never the only sign.
"""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from bot.chat.picture import BarKind

PAPER = "#ffffff"
"""Pictures bring their own light ground, so that they are readable in dark clients as well."""
INK = "#1b1b1f"
SOFT_INK = "#55555f"
GRID = "#d4d4dc"
EDGE = "#8e8e99"
SHADE = "#e4e4ea"
SHADE_LINE = "#c4c4cd"
NOW = "#c1121f"
BLUE, SKY, GREEN, ORANGE, YELLOW, PURPLE = (
    "#0072b2",
    "#56b4e9",
    "#009e73",
    "#e69f00",
    "#f0e442",
    "#cc79a7",
)


class Pattern(StrEnum):
    NONE = "none"
    RISING = "rising"
    FALLING = "falling"
    CROSSED = "crossed"


class BarStyle(Struct, frozen=True):
    """How bars of a kind look. `name` stands in the legend, `word` in sentences and bars of text."""

    fill: str
    ink: str
    name: str
    word: str
    pattern: Pattern = Pattern.NONE
    pattern_colour: str = ""
    outline: float = 1.0


BAR_STYLES: Mapping[BarKind, BarStyle] = {
    BarKind.CLASS: BarStyle(BLUE, PAPER, "Timetable", "timetable"),
    BarKind.BOOKED: BarStyle(ORANGE, INK, "Booked", "booked", Pattern.RISING, "#f5c45e"),
    BarKind.OWN: BarStyle(GREEN, INK, "Yours", "yours", outline=2.5),
    BarKind.HELD: BarStyle(SKY, INK, "Held", "held", Pattern.FALLING, "#9ad3f5"),
    BarKind.CLOSED: BarStyle("#b4b4be", INK, "Closed", "closed", Pattern.CROSSED, "#d4d4dc"),
    BarKind.FREE: BarStyle(GREEN, INK, "Free for you", "free", outline=2.5),
    BarKind.OTHER_ROOM: BarStyle(YELLOW, INK, "Another room", "in another room", Pattern.RISING, "#f9f3a0"),
    BarKind.TAKEN: BarStyle(PURPLE, INK, "Can't be booked", "can't be booked", Pattern.CROSSED, "#dfa6c6"),
}
HEAT = ("#eceff5", "#cfe1f0", "#a3c8e4", "#74abd5", "#2a70a3", "#0a4a78")
"""Steps of a heat map, light to dark: one hue, so that lightness alone tells them apart."""


def heat_step(share: float) -> int:
    """The step for a share from 0 to 1; 0 has the first for itself."""
    if share <= 0:
        return 0
    return min(len(HEAT) - 1, 1 + int(share * (len(HEAT) - 1)))


def heat_ink(step: int) -> str:
    """The colour of text on a step."""
    return PAPER if step >= len(HEAT) - 2 else INK


GROUNDS = (
    PAPER,
    SHADE,
    SHADE_LINE,
    GRID,
    EDGE,
    SOFT_INK,
    *(each.fill for each in BAR_STYLES.values()),
    *(each.pattern_colour for each in BAR_STYLES.values() if each.pattern_colour),
    *HEAT,
)
INKS = (INK, PAPER, NOW)
"""What text is written in on `GROUNDS`; the palette of an image holds the shades between them."""
