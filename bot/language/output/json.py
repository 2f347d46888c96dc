"""Serialises parse results as JSON, for `roomie parse` and for the HTTP API."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.language.engine import DEFAULTS, parse_phrase
from bot.language.model.reading import Clarification, Exclusions, ParsedTime, ParseProblem, ParseResult
from bot.language.output.series import RRULE_WEEKDAYS, occurrences, to_rrule
from bot.language.resolve.defaults import ParserDefaults
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
        "duration": _minutes(when.duration) if when else None,
        **(_series_to_json(when) or {"rrule": None, "occurrences": None}),
        "also": [_time_to_json(other) for other in result.also],
        "excluded": _exclusions_to_json(result.excluded) or None,
        "zone": result.zone_name,
        "alternatives": [_time_to_json(other) for other in result.alternatives],
        "leftover": list(result.unparsed),
        "problem": _problem_to_json(result.problem) if result.problem else None,
        "question": _question_to_json(result.clarification) if result.clarification else None,
    }


def _time_to_json(time: ParsedTime) -> dict[str, object]:
    return {
        **_span_to_json(time),
        "kind": str(time.kind),
        "duration": _minutes(time.duration),
        **_series_to_json(time),
    }


def _span_to_json(time: ParsedTime) -> dict[str, object]:
    return {"start": time.start.isoformat(), "end": time.end.isoformat() if time.end else None}


def _series_to_json(time: ParsedTime | None) -> dict[str, object]:
    """The rule and the times of a series; nothing for a single time."""
    if time is None or time.recurrence is None:
        return {}
    spans = [_span_to_json(occurrence) for occurrence in occurrences(time)]
    return {"rrule": to_rrule(time.recurrence), "occurrences": spans}


def _minutes(duration: timedelta | None) -> int | None:
    return None if duration is None else int(duration.total_seconds()) // 60


def _exclusions_to_json(excluded: Exclusions) -> dict[str, object]:
    """Only the keys that hold something."""
    values: dict[str, list[object]] = {
        "dates": [day.isoformat() for day in excluded.dates],
        "weekdays": [RRULE_WEEKDAYS[day] for day in excluded.weekdays],
        "times": [{"start": f"{one.start:%H:%M}", "end": f"{one.end:%H:%M}"} for one in excluded.times],
        "buildings": list(excluded.buildings),
        "rooms": list(excluded.rooms),
    }
    return {key: value for key, value in values.items() if value}


def _problem_to_json(problem: ParseProblem) -> dict[str, object]:
    return {"code": problem.reason.code, "message": problem.message}


def _question_to_json(question: Clarification) -> dict[str, object]:
    return {"text": question.message, "choices": list(question.choices)}


def parse_lines(
    lines: Iterable[str],
    names: NameIndex,
    now: datetime,
    zone: ZoneInfo,
    defaults: ParserDefaults = DEFAULTS,
) -> Iterator[str]:
    """Parses JSON lines (`{"text", "now", "tz"}`), one result a line; `now` and `zone` are the defaults.

    A line that is not such an object gives `{"error": …}`.
    """
    for line in lines:
        if line.strip():
            yield json.dumps(_parse_line(line, names, now, zone, defaults), ensure_ascii=False)


def _parse_line(
    line: str, names: NameIndex, now: datetime, zone: ZoneInfo, defaults: ParserDefaults
) -> dict[str, object]:
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
    return to_json(
        parse_phrase(request["text"], now=request_now, zone=request_zone, names=names, defaults=defaults)
    )
