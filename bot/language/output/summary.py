"""Summarises a parse result in words that parse as the same values again."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.language.engine import parse_phrase
from bot.language.model.reading import Exclusions, ParsedTime, ParseResult, TimeKind
from bot.language.rooms.name_types import NameType
from bot.language.rooms.names import NameIndex
from bot.language.wording.time_text import describe_exclusions, describe_time, format_iso
from core.model import Usage

_USAGE_NAMES = {
    Usage.AUDITORIUM: "auditorium",
    Usage.COMPUTER_LAB: "computer lab",
    Usage.LABORATORY: "lab",
    Usage.LECTURE_THEATRE: "lecture theatre",
    Usage.MEETING_ROOM: "meeting room",
    Usage.STUDIO: "studio",
    Usage.TUTORIAL_ROOM: "tutorial room",
    Usage.LIBRARY: "library",
}
_BUILDING_SUFFIXES = (" Building", " Bldg", " Centre", " Center")


def summarize(result: ParseResult, names: NameIndex, *, now: datetime) -> str:
    """`Thu 12 Mar, 15:00–17:00 · 20+ seats · Ainsworth`: what was parsed, without what was only assumed."""
    parts = (
        " and ".join(
            summarize_time(time, names, now=now) for time in (result.when, *result.also) if time is not None
        ),
        *describe_exclusions(result.excluded, now.year),
        f"{result.capacity}+ seats" if result.capacity else "",
        _USAGE_NAMES[result.usage] if result.usage else "",
        f"with {', '.join(sorted(result.equipment))}" if result.equipment else "",
        _shortest_unique_name(NameType.ROOM, result.room, names),
        _shortest_unique_name(NameType.BUILDING, result.building, names),
        f"{result.location} campus" if result.location else "",
        f"near {_shortest_unique_name(NameType.BUILDING, result.near, names)}" if result.near else "",
        _summarize_excluded_places(result.excluded, names),
        f"for {_shortest_unique_name(NameType.SOCIETY, result.society, names)}" if result.society else "",
        f"“{result.title}”" if result.title else "",
        " ".join(result.people),
    )
    return " · ".join(filter(None, parts))


def summarize_time(time: ParsedTime, names: NameIndex, *, now: datetime) -> str:
    """The time alone, in the most natural of the formats that parse as exactly this time."""
    text = describe_time(time, now)
    zone = time.start.tzinfo
    if time.kind is TimeKind.DAY or time.day_part is not None or not isinstance(zone, ZoneInfo):
        return text
    for candidate in (text, describe_time(time, now, military=True), format_iso(time)):
        if parse_phrase(candidate, now=now, zone=zone, names=names).when == time:
            return candidate
    return text


def _summarize_excluded_places(excluded: Exclusions, names: NameIndex) -> str:
    places = (
        *(_shortest_unique_name(NameType.BUILDING, building, names) for building in excluded.buildings),
        *(_shortest_unique_name(NameType.ROOM, room, names) for room in excluded.rooms),
    )
    return f"not {' or '.join(places)}" if places else ""


def _shortest_unique_name(name_type: NameType, entity_id: str | None, names: NameIndex) -> str:
    """The shortest name that means nothing else."""
    if entity_id is None:
        return ""
    full = names.display_names.get((name_type, entity_id), entity_id)
    short = next((full.removesuffix(suffix) for suffix in _BUILDING_SUFFIXES if full.endswith(suffix)), full)
    for name in (short, full, entity_id):
        match = names.lookup(name)
        if match is not None and (match.name_type, match.id) == (name_type, entity_id):
            return name
    return entity_id
