"""Reads one occurrence of an event: when, where, what it is called, and whether it takes its room."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from core.interval import Interval
from core.model import BookingType
from scraper.common.text import to_one_line
from scraper.sources.icalendar.options import Treatment, Treatments
from scraper.sources.icalendar.series import EXACT_PART, MAX_REPEATED_DURATION, Window

if TYPE_CHECKING:
    from icalendar import Component, vCalAddress

_PRIVATE_CLASSES = frozenset({"PRIVATE", "CONFIDENTIAL"})
_ROOM_USER_TYPES = frozenset({"ROOM", "RESOURCE"})


def event_interval(occurrence: "Component", window: Window) -> Interval | None:
    """None for an event without duration. An event of years is clipped to the window."""
    start = to_instant(occurrence.decoded("DTSTART"), window.zone)
    end = _exact_end(occurrence, window.zone) or to_instant(occurrence.decoded("DTEND"), window.zone)
    if start < end and end - start > MAX_REPEATED_DURATION:
        first, last = to_instant(window.first, window.zone), to_instant(window.last, window.zone)
        start, end = max(start, first), min(end, last)
    return Interval(start, end) if start < end else None


def _exact_end(occurrence: "Component", zone: ZoneInfo) -> datetime | None:
    """The end of an event whose DURATION has an exact part: the library counts it on the wall clock."""
    if EXACT_PART not in occurrence:
        return None
    total, exact = (timedelta(seconds=int(part)) for part in str(occurrence[EXACT_PART]).split(":"))
    start, end = (occurrence.decoded(name) for name in ("DTSTART", "DTEND"))
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        return None
    if end.replace(tzinfo=None) - start.replace(tzinfo=None) != total:
        return None  # a further date (RDATE) that has a duration of its own
    return to_instant(end - exact, zone).astimezone(UTC) + exact


def to_instant(value: date, zone: ZoneInfo) -> datetime:
    """A day becomes its midnight; a time without a zone is campus wall time."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), zone)
    return value if value.tzinfo else value.replace(tzinfo=zone)


def is_cancelled(occurrence: "Component") -> bool:
    return _word(occurrence, "STATUS") == "CANCELLED"


def treatment_of(occurrence: "Component", treatments: Treatments) -> tuple[Treatment, str]:
    """Whether the occurrence takes its room, and the kind of event that decides it."""
    if treatments.transparent is not Treatment.BUSY and _word(occurrence, "TRANSP") == "TRANSPARENT":
        return treatments.transparent, "transparent"
    if treatments.tentative is not Treatment.BUSY and _word(occurrence, "STATUS") == "TENTATIVE":
        return treatments.tentative, "tentative"
    if treatments.all_day is not Treatment.BUSY and not isinstance(occurrence.decoded("DTSTART"), datetime):
        return treatments.all_day, "all-day"
    return Treatment.BUSY, ""


def _word(occurrence: "Component", name: str) -> str:
    return str(occurrence.get(name, "")).strip().upper()


def entry_name(occurrence: "Component") -> str:
    """The summary, hidden when the event is private: everybody who looks for a room sees it."""
    if _word(occurrence, "CLASS") in _PRIVATE_CLASSES:
        return "Private event"
    return to_one_line(str(occurrence.get("SUMMARY", ""))) or "Event"


def detect_booking_type(occurrence: "Component", default: BookingType) -> BookingType:
    value = occurrence.get("CATEGORIES")
    categories = {word.strip().upper() for word in value.to_ical().decode().split(",")} if value else set()
    return next((each for each in BookingType if each in categories), default)


def location_texts(occurrence: "Component") -> tuple[str, ...]:
    """An event's LOCATION, RESOURCES and attending rooms that did not decline."""
    rooms = [name for name, is_declined in _attending_rooms(occurrence) if not is_declined]
    places = [*_property_values(occurrence, "LOCATION"), *_property_values(occurrence, "RESOURCES"), *rooms]
    return tuple(text for text in map(str, places) if text.strip())


def declined_rooms(occurrence: "Component") -> tuple[str, ...]:
    """Names of attending rooms that declined; calendar programs leave them in the LOCATION."""
    return tuple(name for name, is_declined in _attending_rooms(occurrence) if is_declined and name.strip())


def _attending_rooms(occurrence: "Component") -> Iterator[tuple[str, bool]]:
    """The name of each attending room, and whether it declined."""
    for attendee in _property_values(occurrence, "ATTENDEE"):
        if _parameter(attendee, "CUTYPE") in _ROOM_USER_TYPES:
            yield str(attendee.params.get("CN", "")), _parameter(attendee, "PARTSTAT") == "DECLINED"


def _parameter(attendee: "vCalAddress", name: str) -> str:
    return str(attendee.params.get(name, "")).upper()


def _property_values(component: "Component", name: str) -> Iterator[Any]:
    value = component.get(name, [])
    yield from value if isinstance(value, list) else [value]
