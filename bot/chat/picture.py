"""Pictures as data: rows of bars on a time axis. Each platform shows them as an image or as bars of text."""

from enum import StrEnum

from msgspec import Struct


class BarKind(StrEnum):
    """What a bar stands for.

    CLASS to CLOSED take a room. The others are wanted times: FREE can be booked, OTHER_ROOM only in another
    room, and TAKEN not at all.
    """

    CLASS = "class"
    BOOKED = "booked"
    OWN = "own"
    HELD = "held"
    CLOSED = "closed"
    FREE = "free"
    OTHER_ROOM = "other_room"
    TAKEN = "taken"


class TimeAxis(StrEnum):
    """Whether time runs downwards, with a column for each row of bars, or across."""

    DOWN = "down"
    ACROSS = "across"


class Bar(Struct, frozen=True):
    """A bar from `start` to `end`, minutes of wall time after the midnight that its row begins at."""

    start: int
    end: int
    kind: BarKind
    label: str = ""


class OpenTime(Struct, frozen=True):
    """Opening hours within a row, in minutes like those of a bar."""

    start: int
    end: int


class BarRow(Struct, frozen=True):
    """A room or a day. `now` is the present, if it lies in the row; `is_marked`: today among other days."""

    label: str
    bars: tuple[Bar, ...] = ()
    open_times: tuple[OpenTime, ...] = ()
    now: int | None = None
    is_marked: bool = False


class Timeline(Struct, frozen=True):
    """Rows of bars on one axis from `start` to `end`, whole hours in minutes after midnight.

    With `dates` the axis is not a clock: each date has the place of an hour, from 0 on.
    """

    title: str
    subtitle: str
    start: int
    end: int
    axis: TimeAxis
    rows: tuple[BarRow, ...]
    dates: tuple[str, ...] = ()


class Picture(Struct, frozen=True):
    """Picture of a timeline. `alternative` says in sentences what it shows.

    `content` is what the server draws when the picture is fetched by its URL (`bot.pictures.requests`).
    """

    timeline: Timeline
    alternative: str
    content: str = ""
