"""Readings as JSON: for `roomie parse`, and for programs that ask over HTTP."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.language.engine import read
from bot.language.model.reading import Reading, When
from bot.language.rooms.names import Names


def as_json(reading: Reading) -> dict[str, object]:
    """The reading under its documented keys; what was not said is null, times carry their zone's offset."""
    when = reading.when
    return {
        "start": when.start.isoformat() if when else None,
        "end": when.end.isoformat() if when and when.end else None,
        "kind": str(when.kind) if when else None,
        "capacity": reading.capacity,
        "equipment": sorted(map(str, reading.equipment)) or None,
        "usage": str(reading.usage) if reading.usage else None,
        "building": reading.building,
        "room": reading.room,
        "location": str(reading.location) if reading.location else None,
        "near": reading.near,
        "society": reading.society,
        "title": reading.title,
        "people": list(reading.people) or None,
        "assumed": list(reading.assumed),
        "alternatives": [_time(other) for other in reading.alternatives],
        "leftover": list(reading.leftover),
    }


def _time(when: When) -> dict[str, object]:
    return {
        "start": when.start.isoformat(),
        "end": when.end.isoformat() if when.end else None,
        "kind": str(when.kind),
    }


def parse_lines(lines: Iterable[str], names: Names, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    """One JSON object a line in (`{"text", "now", "tz"}`), one out; `now` and `zone` are the defaults.

    A line that is no such object is answered with `{"error": …}`.
    """
    for line in lines:
        if line.strip():
            yield json.dumps(_answer(line, names, now, zone), ensure_ascii=False)


def _answer(line: str, names: Names, now: datetime, zone: ZoneInfo) -> dict[str, object]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        return {"error": "This line is not JSON."}
    if not isinstance(asked, dict) or not isinstance(asked.get("text"), str):
        return {"error": 'A line is an object with a "text".'}
    try:
        there = ZoneInfo(asked["tz"]) if asked.get("tz") else zone
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        return {"error": f"I do not know the time zone {asked['tz']!r}."}
    try:
        then = datetime.fromisoformat(asked["now"]) if asked.get("now") else now
    except (ValueError, TypeError):
        return {"error": f'"now" is not an ISO 8601 time: {asked["now"]!r}.'}
    if then.tzinfo is None:
        then = then.replace(tzinfo=there)
    return as_json(read(asked["text"], now=then, zone=there, names=names))
