"""An iCalendar feed, read as timetable entries.

The calendar libraries are imported where they are used: these functions run in the parsing process.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from core.interval import Interval
from core.model import BookingType, TimetableEntry
from scraper.entries import Entries
from scraper.errors import PageChanged, TooLarge
from scraper.places import Places
from scraper.sources.document import Contents
from scraper.sources.icalendar_rules import RuleRefused, check_event, check_timezones
from scraper.words import one_line

if TYPE_CHECKING:
    from icalendar import Calendar, Component, Event, vCalAddress

MOST_ENTRIES = 500_000
_PRIVATE = frozenset({"PRIVATE", "CONFIDENTIAL"})
_OF_ROOMS = frozenset({"ROOM", "RESOURCE"})


@dataclass(frozen=True, slots=True)
class FeedReader:
    """How one feed is to be understood. It is expanded from the day `first` up to the day `last`."""

    zone: ZoneInfo
    first: date
    last: date
    places: Places
    source: str
    usual_type: BookingType = BookingType.MISC


def read_feed(content: bytes, reader: FeedReader) -> Contents:
    """Raises `PageChanged` when it is no calendar, `TooLarge` when it holds more than any campus."""
    check_timezones(content)
    entries: list[TimetableEntry] = []
    problems: list[str] = []
    for series in _all_series(content):
        found, told = _read_series(series, reader)
        entries += found
        problems += told
        if len(entries) > MOST_ENTRIES:
            raise TooLarge(f"The feed holds more than {MOST_ENTRIES:,} entries.")
    return Contents(Entries.of(entries, reader.source), tuple(problems))


def _read_series(series: "Calendar", reader: FeedReader) -> tuple[list[TimetableEntry], list[str]]:
    """One event with all its recurrences, and problems. What cannot be read is left out and said."""
    title = one_line(str(series.events[0].get("SUMMARY", "")), 60) or "An event without a name"
    try:
        occurrences = list(_occurrences(series, reader))
    except (RuleRefused, PageChanged) as refusal:
        return [], [f"{title!r} {refusal}; it was left out."]
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, IndexError) as error:
        return [], [f"{title!r} cannot be read ({type(error).__name__}); it was left out."]
    entries = [entry for occurrence in occurrences for entry in _entries(occurrence, reader)]
    homeless = {where for each in occurrences if not reader.places.rooms_in(where := _whereabouts(each))}
    return entries, [
        f"{title!r} is at {one_line(where, 60)!r}, none of our rooms." for where in sorted(homeless)
    ]


def _occurrences(series: "Calendar", reader: FeedReader) -> "Iterator[Component]":
    import recurring_ical_events  # type: ignore[import-untyped]  # it ships no types

    for event in series.events:
        check_event(event, reader.last)
    beginning, end = (datetime.combine(day, time(), reader.zone) for day in (reader.first, reader.last))
    for occurrence in recurring_ical_events.of(series).between(beginning, end):
        if _takes_a_room(occurrence):
            yield occurrence


def _entries(occurrence: "Component", reader: FeedReader) -> Iterator[TimetableEntry]:
    interval = _interval(occurrence, reader.zone)
    if interval is None:
        return
    name, booking_type = _name(occurrence), _booking_type(occurrence, reader.usual_type)
    for room in reader.places.rooms_in(_whereabouts(occurrence)):
        yield TimetableEntry(room, interval, name, booking_type, reader.source)


def _all_series(content: bytes) -> "Iterator[Calendar]":
    """A calendar of its own for each event and its changes, so that a bad one spoils no other."""
    for calendar in _calendars(content):
        series: dict[str, list[Event]] = {}
        for number, event in enumerate(calendar.events):
            series.setdefault(str(event.get("UID", number)), []).append(event)
        for events in series.values():
            yield _calendar_of(events, calendar)


def _calendar_of(events: "list[Event]", original: "Calendar") -> "Calendar":
    from icalendar import Calendar

    calendar = Calendar()
    if "X-WR-TIMEZONE" in original:
        calendar["X-WR-TIMEZONE"] = original["X-WR-TIMEZONE"]
    for event in events:
        calendar.add_component(event)
    return calendar


def _calendars(content: bytes) -> "list[Calendar]":
    from icalendar import Calendar

    try:
        calendars = Calendar.from_ical(content, multiple=True)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise PageChanged("What the address answers is not an iCalendar feed.") from error
    if not calendars or any(calendar.name != "VCALENDAR" for calendar in calendars):
        raise PageChanged("What the address answers is not an iCalendar feed.")
    return calendars


def _takes_a_room(occurrence: "Component") -> bool:
    cancelled = str(occurrence.get("STATUS", "")).upper() == "CANCELLED"
    transparent = str(occurrence.get("TRANSP", "")).upper() == "TRANSPARENT"
    return not cancelled and not transparent


def _interval(occurrence: "Component", zone: ZoneInfo) -> Interval | None:
    """None for what takes no time."""
    start, end = (_moment(occurrence.decoded(name), zone) for name in ("DTSTART", "DTEND"))
    return Interval(start, end) if start < end else None


def _moment(value: date, zone: ZoneInfo) -> datetime:
    """A day is its midnight; a time without a zone is wall time of the campus."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), zone)
    return value if value.tzinfo else value.replace(tzinfo=zone)


def _name(occurrence: "Component") -> str:
    """What is private is not told to everybody who looks for a room."""
    if str(occurrence.get("CLASS", "")).upper() in _PRIVATE:
        return "Private event"
    return one_line(str(occurrence.get("SUMMARY", ""))) or "Event"


def _booking_type(occurrence: "Component", usual: BookingType) -> BookingType:
    told = occurrence.get("CATEGORIES")
    categories = {word.strip().upper() for word in told.to_ical().decode().split(",")} if told else set()
    return next((each for each in BookingType if each in categories), usual)


def _whereabouts(occurrence: "Component") -> str:
    """All that an event says about its place, line by line."""
    rooms = [each.params.get("CN", "") for each in _several(occurrence, "ATTENDEE") if _is_room(each)]
    told = [*_several(occurrence, "LOCATION"), *_several(occurrence, "RESOURCES"), *rooms]
    return "\n".join(str(each) for each in told)


def _is_room(attendee: "vCalAddress") -> bool:
    return str(attendee.params.get("CUTYPE", "")).upper() in _OF_ROOMS


def _several(component: "Component", name: str) -> list[Any]:
    value = component.get(name, [])
    return list(value) if isinstance(value, list) else [value]
