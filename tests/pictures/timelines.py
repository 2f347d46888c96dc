"""Timelines for the tests of pictures."""

from bot.chat.picture import Bar, BarKind, BarRow, OpenTime, TimeAxis, Timeline

OPEN = (OpenTime(8 * 60, 21 * 60),)
ALL_KINDS = tuple(Bar((9 + place) * 60, (10 + place) * 60, kind) for place, kind in enumerate(BarKind))
NAMES = "Größe Ωmέga Привет مرحبا"


def a_row(*bars: Bar, label: str = "Thu 12", now: int | None = None) -> BarRow:
    return BarRow(label, bars, OPEN, now)


def a_timeline(*rows: BarRow, axis: TimeAxis = TimeAxis.DOWN) -> Timeline:
    return Timeline("Wren G01", "Thu 12 Mar", 8 * 60, 21 * 60, axis, rows or (a_row(*ALL_KINDS),))
