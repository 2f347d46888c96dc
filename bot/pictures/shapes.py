"""Shapes of a drawing, before it is written as PNG or SVG. Lengths are pixels of a phone's screen."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from bot.pictures.palette import INK, Pattern


class Anchor(StrEnum):
    """Which end of a text lies at its point."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Rectangle. `outline` is the width of its edge, inside of it."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    edge: str = ""
    outline: float = 0.0
    radius: float = 0.0
    pattern: Pattern = Pattern.NONE
    pattern_colour: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    x1: float
    y1: float
    x2: float
    y2: float
    colour: str
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class Disc:
    x: float
    y: float
    radius: float
    fill: str
    edge: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """A line of text. `y` is the middle of its height."""

    x: float
    y: float
    text: str
    size: float
    colour: str = INK
    is_bold: bool = False
    anchor: Anchor = Anchor.START


@dataclass(frozen=True, slots=True)
class Link:
    """Shapes that lead to an address, in SVG. `name` is what screen readers say."""

    url: str
    name: str
    shapes: "tuple[Rectangle | Line | Disc | Label, ...]"


Shape: TypeAlias = Rectangle | Line | Disc | Label | Link


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing with its title and alternative text."""

    width: int
    height: int
    title: str
    alternative: str
    shapes: tuple[Shape, ...]
