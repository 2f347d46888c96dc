"""Readings as JSON: for `roomie parse`, and for programs that ask over HTTP."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.language.engine import parse_phrase
from bot.language.model.reading import ParsedTime, ParseResult
from bot.language.rooms.names import NameIndex
from core.time_zones import find_time_zone


def to_json(result: ParseResult) -> dict[str, object]:
    """The reading under its documented keys; what was not said is null, times carry their zone's offset."""
    when = result.when
    return {
        "start": when.start.isoformat() if when else None,
        "end": when.end.isoformat() if when and when.end else None,
        "kind": str(when.kind) if when else None,
        "capacity": result.capacity,
        "equipment": sorted(map(str, result.equipment)) or None,
        "usage": str(result.usage) if result.usage else None,
        "building": result.building,
        "room": result.room,
        "location": str(result.location) if result.location else None,
        "near": result.near,
        "society": result.society,
        "title": result.title,
        "people": list(result.people) or None,
        "assumed": list(result.assumptions),
        "alternatives": [_time_to_json(other) for other in result.alternatives],
        "leftover": list(result.unparsed),
    }


def _time_to_json(time: ParsedTime) -> dict[str, object]:
    return {
        "start": time.start.isoformat(),
        "end": time.end.isoformat() if time.end else None,
        "kind": str(time.kind),
    }


def parse_lines(lines: Iterable[str], names: NameIndex, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    """One JSON object a line in (`{"text", "now", "tz"}`), one out; `now` and `zone` are the defaults.

    A line that is no such object is answered with `{"error": …}`.
    """
    for line in lines:
        if line.strip():
            yield json.dumps(_parse_line(line, names, now, zone), ensure_ascii=False)


def _parse_line(line: str, names: NameIndex, now: datetime, zone: ZoneInfo) -> dict[str, object]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        return {"error": "This line is not JSON."}
    if not isinstance(asked, dict) or not isinstance(asked.get("text"), str):
        return {"error": 'A line is an object with a "text".'}
    there = find_time_zone(asked["tz"]) if asked.get("tz") else zone
    if there is None:
        return {"error": f"I do not know the time zone {asked['tz']!r}."}
    try:
        then = datetime.fromisoformat(asked["now"]) if asked.get("now") else now
    except (ValueError, TypeError):
        return {"error": f'"now" is not an ISO 8601 time: {asked["now"]!r}.'}
    if then.tzinfo is None:
        then = then.replace(tzinfo=there)
    return to_json(parse_phrase(asked["text"], now=then, zone=there, names=names))
