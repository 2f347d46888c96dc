"""A reading said back in words that read as the same values again."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.language.engine import read
from bot.language.model.reading import Kind, Reading, When
from bot.language.rooms.names import Names, What
from bot.language.wording.time_text import stamped, time_in_words
from core.model.entities import Usage

_USAGES = {
    Usage.AUDITORIUM: "auditorium",
    Usage.COMPUTER_LAB: "computer lab",
    Usage.LABORATORY: "lab",
    Usage.LECTURE_THEATRE: "lecture theatre",
    Usage.MEETING_ROOM: "meeting room",
    Usage.STUDIO: "studio",
    Usage.TUTORIAL_ROOM: "tutorial room",
    Usage.LIBRARY: "library",
}
_SUFFIXES = (" Building", " Bldg", " Centre", " Center")


def echo(reading: Reading, names: Names, *, now: datetime) -> str:
    """`Thu 12 Mar, 15:00–17:00 · 20+ seats · Ainsworth`: what was read, and nothing that was only assumed."""
    parts = (
        when_echo(reading.when, names, now=now) if reading.when else "",
        f"{reading.capacity}+ seats" if reading.capacity else "",
        _USAGES[reading.usage] if reading.usage else "",
        f"with {', '.join(sorted(reading.equipment))}" if reading.equipment else "",
        _name(What.ROOM, reading.room, names),
        _name(What.BUILDING, reading.building, names),
        f"{reading.location} campus" if reading.location else "",
        f"near {_name(What.BUILDING, reading.near, names)}" if reading.near else "",
        f"for {_name(What.SOCIETY, reading.society, names)}" if reading.society else "",
        f"“{reading.title}”" if reading.title else "",
        " ".join(reading.people),
    )
    return " · ".join(filter(None, parts))


def when_echo(when: When, names: Names, *, now: datetime) -> str:
    """The time alone, in the most natural of the ways that are read back as this very time."""
    told = time_in_words(when, now)
    zone = when.start.tzinfo
    if when.kind in {Kind.DAY, Kind.PART} or not isinstance(zone, ZoneInfo):
        return told
    for way in (told, time_in_words(when, now, plainly=True), stamped(when)):
        if read(way, now=now, zone=zone, names=names).when == when:
            return way
    return told


def _name(what: What, owner: str | None, names: Names) -> str:
    """The shortest way to call it that calls nothing else."""
    if owner is None:
        return ""
    full = names.spoken.get((what, owner), owner)
    short = next((full.removesuffix(suffix) for suffix in _SUFFIXES if full.endswith(suffix)), full)
    for name in (short, full, owner):
        called = names.by_words(name)
        if called is not None and (called.what, called.id) == (what, owner):
            return name
    return owner
