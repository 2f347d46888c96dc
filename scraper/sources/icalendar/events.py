"""An iCalendar feed, read as timetable entries.

The calendar libraries are imported where they are used: these functions run in the parsing process.

The work is bounded by design and not by a clock. Lines are read in time linear in the feed; each event is
judged before it is expanded, and expanded only within the window; and the feed has a budget that is spent on
its cheapest events first, so that a costly one is left out, and told, before it costs another its place.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from core.interval import Interval
from core.model.entities import BookingType, RoomId, TimetableEntry
from scraper.common.entries import EntryCollection
from scraper.common.errors import PageFormatChanged, SourceTooLarge
from scraper.common.room_lookup import RoomLookup
from scraper.common.text import to_one_line
from scraper.sources.document import DocumentContents
from scraper.sources.icalendar.rules import MAX_OCCURRENCES, RuleRejected
from scraper.sources.icalendar.series import LONGEST_REPEATED, Series, Window, calendar_of
from scraper.sources.icalendar.text import EventText, FeedText, read_text
from scraper.sources.icalendar.zones import Zones, make_zones_known

if TYPE_CHECKING:
    from icalendar import Component, vCalAddress

MAX_ENTRIES = 500_000
MOST_TEXT = 40_000_000
"""Characters of all events, with some for each: the calendar library reads one in half a microsecond."""
MOST_WORK = 400_000
"""Occurrences, and what takes as long as one: some 70 microseconds."""
_EACH_EVENT = 500
_ORDINARY_TEXT = 20_000
_ORDINARY_WORK = 500
"""No event of such a size is left out: a feed with too many of them is refused."""
_MOST_PROBLEMS = 500
_LONGEST_PLACE = 4_000
_ESCAPED = (("\\n", " "), ("\\N", " "), ("\\,", ","), ("\\;", ";"), ("\\\\", "\\"))
_PRIVATE_CLASSES = frozenset({"PRIVATE", "CONFIDENTIAL"})
_ROOM_USER_TYPES = frozenset({"ROOM", "RESOURCE"})


@dataclass(frozen=True, slots=True)
class FeedOptions:
    """How one feed is to be understood. It is expanded from the day `first` up to the day `last`."""

    zone: ZoneInfo
    first_day: date
    last_day: date
    room_lookup: RoomLookup
    source: str
    default_type: BookingType = BookingType.MISC


@dataclass(frozen=True, slots=True)
class _Texts:
    """The lines of one event and of its changes."""

    texts: list[EventText]

    @property
    def title(self) -> str:
        raw = self.texts[0].title
        for escaped, meant in _ESCAPED:
            raw = raw.replace(escaped, meant)
        return to_one_line(raw, 60) or "An event without a name"

    @property
    def cost(self) -> int:
        return sum(_EACH_EVENT + text.size for text in self.texts)

    @property
    def trouble(self) -> str:
        if len(self.texts) > MAX_OCCURRENCES:
            return f"has more than {MAX_OCCURRENCES:,} changes"
        return next((text.trouble for text in self.texts if text.trouble), "")

    @property
    def zones(self) -> set[str]:
        return {zone for text in self.texts for zone in text.zones}


@dataclass(frozen=True, slots=True)
class _Judged:
    """An event that may be expanded, and what that costs."""

    title: str
    series: Series
    cost: int


class _Costly(Protocol):
    @property
    def title(self) -> str: ...

    @property
    def cost(self) -> int: ...


C = TypeVar("C", bound=_Costly)


def parse_feed(content: bytes, options: FeedOptions) -> DocumentContents:
    """Raises `PageFormatChanged` when it is no calendar, `SourceTooLarge` when it is too large."""
    return _Reading(options).read(read_text(content))


class _Reading:
    """What one feed brings, and what of it cannot be read."""

    def __init__(self, reader: FeedOptions) -> None:
        self._reader = reader
        self._window = Window(reader.first_day, reader.last_day, reader.zone)
        self._problems: list[str] = []
        self._rooms: dict[str, tuple[RoomId, ...]] = {}

    def read(self, feed: FeedText) -> DocumentContents:
        series = _by_uid(feed.events)
        zones = make_zones_known(feed, {zone for each in series for zone in each.zones})
        texts = [each for each in series if self._is_readable(each, zones)]
        texts = self._affordable(texts, MOST_TEXT, _ORDINARY_TEXT)
        judged = list(self._judge_each(texts, feed.calendar_zones, zones))
        judged = self._affordable(judged, MOST_WORK, _ORDINARY_WORK)
        entries = [entry for each in judged for entry in self._entries(each)]
        if len(entries) > MAX_ENTRIES:
            raise SourceTooLarge(f"The feed holds more than {MAX_ENTRIES:,} entries.")
        return DocumentContents(
            EntryCollection.from_entries(entries, self._reader.source), _shortened(self._problems)
        )

    def _is_readable(self, series: _Texts, zones: Zones) -> bool:
        if series.trouble:
            self._leave_out(series.title, series.trouble)
            return False
        refused = sorted(series.zones & zones.refused.keys())
        if refused:
            name = to_one_line(refused[0], 60)
            self._leave_out(series.title, f"is in the time zone {name!r}, which {zones.refused[refused[0]]}")
        return not refused

    def _affordable(self, items: Sequence[C], budget: int, ordinary: int) -> list[C]:
        """Those that the budget is enough for, the cheapest first. The others are told."""
        left_out: set[int] = set()
        for place in sorted(range(len(items)), key=lambda place: items[place].cost):
            budget -= items[place].cost
            if budget >= 0:
                continue
            if items[place].cost <= ordinary:
                raise SourceTooLarge("The feed holds more events than any campus.")
            left_out.add(place)
            self._leave_out(items[place].title, "takes more work than a feed may")
        return [item for place, item in enumerate(items) if place not in left_out]

    def _judge_each(
        self, series: Iterable[_Texts], calendar_zones: Sequence[str], zones: Zones
    ) -> Iterator[_Judged]:
        for each in series:
            with self._left_out_if_broken(each.title):
                calendar = calendar_of(each.texts, calendar_zones[each.texts[0].calendar])
                judged = Series(calendar, self._window)
                rooms = max(len(self._rooms_of(event)) for event in calendar.events)
                weight = max([zones.costs.get(zone, 1) for zone in each.zones], default=1)
                yield _Judged(each.title, judged, judged.work * weight * max(1, rooms))

    def _entries(self, judged: _Judged) -> list[TimetableEntry]:
        entries: list[TimetableEntry] = []
        homeless: set[str] = set()
        with self._left_out_if_broken(judged.title):
            taking = [each for each in judged.series.occurrences() if _occupies_room(each)]
            entries = [entry for each in taking for entry in self._entries_of(each)]
            homeless = {_location_text(each) for each in taking if not self._rooms_of(each)}
        for where in sorted(homeless):
            self._problems.append(f"{judged.title!r} is at {to_one_line(where, 60)!r}, none of our rooms.")
        return entries

    def _entries_of(self, occurrence: "Component") -> Iterator[TimetableEntry]:
        interval = self._interval(occurrence)
        if interval is None:
            return
        name, booking_type = (
            _entry_name(occurrence),
            _detect_booking_type(occurrence, self._reader.default_type),
        )
        for room in self._rooms_of(occurrence):
            yield TimetableEntry(room, interval, name, booking_type, self._reader.source)

    def _interval(self, occurrence: "Component") -> Interval | None:
        """None for what takes no time. Of what lasts for years, the part within the window."""
        zone, window = self._reader.zone, self._window
        start, end = (_to_instant(occurrence.decoded(name), zone) for name in ("DTSTART", "DTEND"))
        if start < end and end - start > LONGEST_REPEATED:
            start, end = max(start, _to_instant(window.first, zone)), min(end, _to_instant(window.last, zone))
        return Interval(start, end) if start < end else None

    def _rooms_of(self, event: "Component") -> tuple[RoomId, ...]:
        """Remembered, for each occurrence of an event asks about the same place."""
        where = _location_text(event)
        if where not in self._rooms:
            if len(where) > _LONGEST_PLACE:
                raise RuleRejected(f"says in more than {_LONGEST_PLACE:,} characters where it is")
            self._rooms[where] = self._reader.room_lookup.find_rooms(where)
        return self._rooms[where]

    @contextmanager
    def _left_out_if_broken(self, title: str) -> Iterator[None]:
        """Whatever an event sets off, in us or in a library, is the trouble of that event alone."""
        try:
            yield
        except (RuleRejected, PageFormatChanged) as refusal:
            self._leave_out(title, str(refusal))
        except Exception as error:  # noqa: BLE001  # see above
            self._leave_out(title, f"cannot be read ({type(error).__name__})")

    def _leave_out(self, title: str, reason: str) -> None:
        self._problems.append(f"{title!r} {reason}; it was left out.")


def _by_uid(events: Iterable[EventText]) -> list[_Texts]:
    """An event with its changes; one without a UID is by itself."""
    series: dict[tuple[int, str | int], list[EventText]] = {}
    for event in events:
        series.setdefault((event.calendar, event.uid or event.number), []).append(event)
    return [_Texts(texts) for texts in series.values()]


def _shortened(problems: Sequence[str]) -> tuple[str, ...]:
    if len(problems) <= _MOST_PROBLEMS:
        return tuple(problems)
    return (*problems[:_MOST_PROBLEMS], f"{len(problems) - _MOST_PROBLEMS:,} more like these.")


def _occupies_room(occurrence: "Component") -> bool:
    cancelled = str(occurrence.get("STATUS", "")).upper() == "CANCELLED"
    transparent = str(occurrence.get("TRANSP", "")).upper() == "TRANSPARENT"
    return not cancelled and not transparent


def _to_instant(value: date, zone: ZoneInfo) -> datetime:
    """A day is its midnight; a time without a zone is wall time of the campus."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), zone)
    return value if value.tzinfo else value.replace(tzinfo=zone)


def _entry_name(occurrence: "Component") -> str:
    """What is private is not told to everybody who looks for a room."""
    if str(occurrence.get("CLASS", "")).upper() in _PRIVATE_CLASSES:
        return "Private event"
    return to_one_line(str(occurrence.get("SUMMARY", ""))) or "Event"


def _detect_booking_type(occurrence: "Component", default: BookingType) -> BookingType:
    told = occurrence.get("CATEGORIES")
    categories = {word.strip().upper() for word in told.to_ical().decode().split(",")} if told else set()
    return next((each for each in BookingType if each in categories), default)


def _location_text(occurrence: "Component") -> str:
    """All that an event says about its place, line by line."""
    rooms = [each.params.get("CN", "") for each in _property_values(occurrence, "ATTENDEE") if _is_room(each)]
    told = [*_property_values(occurrence, "LOCATION"), *_property_values(occurrence, "RESOURCES"), *rooms]
    return "\n".join(str(each) for each in told)


def _is_room(attendee: "vCalAddress") -> bool:
    return str(attendee.params.get("CUTYPE", "")).upper() in _ROOM_USER_TYPES


def _property_values(component: "Component", name: str) -> list[Any]:
    value = component.get(name, [])
    return list(value) if isinstance(value, list) else [value]
