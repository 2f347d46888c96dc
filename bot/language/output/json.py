"""Serialises parse results as JSON, for `roomie parse` and for the HTTP API."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.language.engine import parse_phrase
from bot.language.model.reading import ParsedTime, ParseResult
from bot.language.rooms.names import NameIndex
from core.time_zones import find_time_zone


def to_json(result: ParseResult) -> dict[str, object]:
    """The result under its documented keys; what was not said is null, times have their zone's offset."""
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
    """Parses JSON lines (`{"text", "now", "tz"}`), one result a line; `now` and `zone` are the defaults.

    A line that is not such an object gives `{"error": …}`.
    """
    for line in lines:
        if line.strip():
            yield json.dumps(_parse_line(line, names, now, zone), ensure_ascii=False)


def _parse_line(line: str, names: NameIndex, now: datetime, zone: ZoneInfo) -> dict[str, object]:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        return {"error": "This line is not JSON."}
    if not isinstance(request, dict) or not isinstance(request.get("text"), str):
        return {"error": 'A line is an object with a "text".'}
    request_zone = find_time_zone(request["tz"]) if request.get("tz") else zone
    if request_zone is None:
        return {"error": f"I do not know the time zone {request['tz']!r}."}
    try:
        request_now = datetime.fromisoformat(request["now"]) if request.get("now") else now
    except (ValueError, TypeError):
        return {"error": f'"now" is not an ISO 8601 time: {request["now"]!r}.'}
    if request_now.tzinfo is None:
        request_now = request_now.replace(tzinfo=request_zone)
    return to_json(parse_phrase(request["text"], now=request_now, zone=request_zone, names=names))
