"""Shapes of a drawing, before it is written as PNG or SVG. Lengths are pixels of a phone's screen."""

from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from bot.pictures.palette import INK, Pattern


class Anchor(StrEnum):
    """Which end of a text lies at its point."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


class Rectangle(Struct, frozen=True):
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


class Line(Struct, frozen=True):
    x1: float
    y1: float
    x2: float
    y2: float
    colour: str
    width: float = 1.0


class Disc(Struct, frozen=True):
    x: float
    y: float
    radius: float
    fill: str
    edge: str = ""


class Label(Struct, frozen=True):
    """A line of text. `y` is the middle of its height."""

    x: float
    y: float
    text: str
    size: float
    colour: str = INK
    is_bold: bool = False
    anchor: Anchor = Anchor.START


class Link(Struct, frozen=True):
    """Shapes that lead to an address, in SVG. `name` is what screen readers say."""

    url: str
    name: str
    shapes: "tuple[Rectangle | Line | Disc | Label, ...]"


Shape: TypeAlias = Rectangle | Line | Disc | Label | Link


class Drawing(Struct, frozen=True):
    """A drawing with its title and alternative text."""

    width: int
    height: int
    title: str
    alternative: str
    shapes: tuple[Shape, ...]
