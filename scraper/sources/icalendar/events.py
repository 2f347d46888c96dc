"""Parses an iCalendar feed (RFC 5545) into timetable entries.

The calendar libraries are imported where they are used: these functions run in the parsing process.

The work is bounded by design, not by a timeout. Lines are read in time linear in the feed; each event is
checked before it is expanded, and expanded only within the window; the feed's budget is spent on its cheapest
events first, so that a costly one is left out and reported instead of crowding out others.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from core.interval import Interval
from core.model import TimetableEntry
from core.room_names import FoundRooms
from scraper.common.entries import EntryCollection
from scraper.common.errors import PageFormatChanged, SourceTooLarge
from scraper.common.text import to_one_line
from scraper.sources.document import DocumentContents
from scraper.sources.icalendar.date_lines import rewrite_dates
from scraper.sources.icalendar.occurrence import (
    declined_rooms,
    detect_booking_type,
    entry_name,
    event_interval,
    is_cancelled,
    location_texts,
    treatment_of,
)
from scraper.sources.icalendar.options import FeedOptions, Treatment
from scraper.sources.icalendar.report import FeedReport
from scraper.sources.icalendar.rules import MAX_OCCURRENCES, RuleRejected, check_event
from scraper.sources.icalendar.series import EventSeries, Window, align_change, check_change, parse_event
from scraper.sources.icalendar.text import EventKey, EventText, FeedText, read_text
from scraper.sources.icalendar.zone_names import resolve_zone
from scraper.sources.icalendar.zones import Zones, register_zones

if TYPE_CHECKING:
    from icalendar import Component, Event

MAX_ENTRIES = 500_000
MAX_TEXT = 40_000_000
"""Characters of all events, plus some for each: the calendar library parses one in half a microsecond."""
MAX_WORK = 400_000
"""Occurrences, or equivalents of one: about 70 microseconds each."""
_CHARACTERS_PER_EVENT = 500
_MIN_REJECTED_TEXT = 20_000
_MIN_REJECTED_WORK = 500
"""No event that costs less is left out: a feed with too many of them is rejected as a whole."""
_MAX_PLACE_LENGTH = 4_000
_ESCAPED = (("\\n", " "), ("\\N", " "), ("\\,", ","), ("\\;", ";"), ("\\\\", "\\"))


class _Costly(Protocol):
    @property
    def title(self) -> str: ...

    @property
    def cost(self) -> int: ...

    @property
    def without_changes(self) -> Self | None: ...


C = TypeVar("C", bound=_Costly)


class _EventLines(Struct, frozen=True):
    """The lines of one main event, or of all changes of one UID."""

    title: str
    texts: list[EventText]
    is_changes: bool
    has_main: bool = True
    without_changes: None = None

    @property
    def key(self) -> EventKey:
        return self.texts[0].key

    @property
    def cost(self) -> int:
        return sum(_CHARACTERS_PER_EVENT + text.size for text in self.texts)


class _CheckedEvent(Struct, frozen=True):
    """An event that can be read. `weight` is what its time zone makes each occurrence cost."""

    event: "Event"
    weight: int
    rooms: int
    unknown_zones: frozenset[str] = frozenset()


class _CheckedSeries(Struct, frozen=True):
    """A series that may be expanded, its cost, and the same without its changes."""

    title: str
    series: EventSeries
    cost: int
    without_changes: Self | None = None
    unknown_zones: frozenset[str] = frozenset()


def parse_feed(content: bytes, options: FeedOptions) -> DocumentContents:
    """Raises `PageFormatChanged` when it is no calendar, `SourceTooLarge` when it is too large."""
    return _FeedParser(options).parse(read_text(content))


class _FeedParser:
    """Turns the lines of one feed into entries, and collects the problems.

    An error is confined to the smallest part it belongs to: a change (RECURRENCE-ID), an event or a zone.
    """

    def __init__(self, options: FeedOptions) -> None:
        self._options = options
        self._window = Window(options.first_day, options.last_day, options.zone)
        self._report = FeedReport()
        self._rooms_by_place: dict[tuple[tuple[str, ...], tuple[str, ...]], FoundRooms] = {}
        self._zones = Zones()
        self._calendar_zones: list[str] = []

    def parse(self, feed: FeedText) -> DocumentContents:
        self._zones = register_zones(feed, {zone for event in feed.events for zone in event.zones})
        self._calendar_zones = [self._known_calendar_zone(zone) for zone in feed.calendar_zones]
        lines = [found for each in _group_lines(feed.events) if (found := self._readable(each)) is not None]
        lines = self._affordable(lines, MAX_TEXT, _MIN_REJECTED_TEXT)
        series = list(self._check_all(lines))
        series = self._affordable(series, MAX_WORK, _MIN_REJECTED_WORK)
        entries = [entry for each in series for entry in self._entries(each)]
        if len(entries) > MAX_ENTRIES:
            raise SourceTooLarge(f"The feed holds more than {MAX_ENTRIES:,} entries.")
        report = self._report
        return DocumentContents(
            EntryCollection.from_entries(entries, self._options.source),
            report.all_problems(self._options.zone.key),
            {place: count for place, count in report.places.items() if place},
            event_count=report.read + report.lost,
            lost_count=report.lost,
        )

    # Reading lines

    def _known_calendar_zone(self, name: str) -> str:
        """The zone that the X-WR-TIMEZONE of a calendar means, or nothing when there is no such zone."""
        zone = resolve_zone(name) if name else ""
        if zone is None:
            shown = to_one_line(name, 60)
            self._report.problems.append(
                f"The calendar names the time zone {shown!r}, which we do not know; it was ignored."
            )
        return zone or ""

    def _readable(self, lines: _EventLines) -> _EventLines | None:
        if lines.is_changes and len(lines.texts) > MAX_OCCURRENCES:
            self._report.lost += 1
            self._report.problems.append(
                f"{lines.title!r} has more than {MAX_OCCURRENCES:,} changes; they were left out."
            )
            return None
        texts = [text for text in lines.texts if self._is_readable(text, lines)]
        return replace(lines, texts=texts) if texts else None

    def _is_readable(self, text: EventText, lines: _EventLines) -> bool:
        problem = text.problem or self._zone_problem(text)
        if problem:
            self._report.leave_out(_subject(lines), problem)
        return not problem

    def _zone_problem(self, text: EventText) -> str:
        rejected = sorted(text.zones & self._zones.rejected.keys())
        if not rejected:
            return ""
        return (
            f"is in the time zone {to_one_line(rejected[0], 60)!r}, which {self._zones.rejected[rejected[0]]}"
        )

    # Spending the budget

    def _affordable(self, items: Sequence[C], budget: int, min_rejected: int) -> list[C]:
        """The items that fit into the budget, cheapest first. Raises if one below `min_rejected` does not."""
        chosen: dict[int, C] = {}
        for place in sorted(range(len(items)), key=lambda place: items[place].cost):
            item = self._affordable_part(items[place], budget, min_rejected)
            if item is not None:
                chosen[place] = item
                budget -= item.cost
        return [chosen[place] for place in sorted(chosen)]

    def _affordable_part(self, item: C, budget: int, min_rejected: int) -> C | None:
        if item.cost <= budget:
            return item
        if item.cost <= min_rejected:
            raise SourceTooLarge("The feed holds more events than any campus.")
        main = item.without_changes
        if main is not None and main.cost <= budget:
            self._report.lost += 1
            self._report.problems.append(
                f"The changes of {item.title!r} take more work than a feed may; they were left out."
            )
            return main
        self._report.leave_out(repr(item.title), "takes more work than a feed may")
        return None

    # Checking events before they are expanded

    def _check_all(self, lines: Sequence[_EventLines]) -> Iterator[_CheckedSeries]:
        """Checks repeating events first: where several have one UID, the first valid one gets its changes."""
        changes = {each.key: each for each in lines if each.is_changes}
        for each in sorted(lines, key=lambda each: not each.texts[0].repeats):
            if each.is_changes:
                continue
            with self._leave_out_on_error(repr(each.title)):
                main = self._check_event(each.texts[0])
                yield self._with_changes(
                    self._check_series(each.title, [main]), main, changes.pop(each.key, None)
                )
        for each in changes.values():
            events = self._check_changes(each)
            with self._leave_out_on_error(repr(each.title)):
                if events:
                    yield self._check_series(each.title, events)

    def _with_changes(
        self, alone: _CheckedSeries, main: _CheckedEvent, changes: _EventLines | None
    ) -> _CheckedSeries:
        """The series of a main event with those of its changes that can be read."""
        series = alone
        events = self._check_changes(changes, main.event) if changes is not None else []
        if events:
            with self._leave_out_on_error(f"The series of changes of {alone.title!r}"):
                series = replace(self._check_series(alone.title, [main, *events]), without_changes=alone)
        return series

    def _check_changes(self, changes: _EventLines, main: "Event | None" = None) -> list[_CheckedEvent]:
        events = []
        for text in changes.texts:
            with self._leave_out_on_error(_subject(changes)):
                checked = self._check_event(text)
                if main is not None:
                    align_change(checked.event, main, self._options.zone)
                events.append(checked)
        return events

    def _check_event(self, text: EventText) -> _CheckedEvent:
        lines, dropped = rewrite_dates(text.lines, self._zones.names)
        event = parse_event(lines, self._calendar_zones[text.key.calendar])
        check_event(event, self._window.first, self._window.last, self._options.zone)
        if text.is_change:
            check_change(event)
        self._report.problems.extend(f"{_title(text)!r} {problem}." for problem in dropped)
        weight = max([self._zones.costs.get(zone, 1) for zone in text.zones], default=1)
        unknown = frozenset(zone for zone in text.zones if self._zones.names.get(zone) == "")
        return _CheckedEvent(event, weight, max(1, len(self._rooms_of(event).rooms)), unknown)

    def _check_series(self, title: str, events: Sequence[_CheckedEvent]) -> _CheckedSeries:
        series = EventSeries([each.event for each in events], self._window)
        cost = series.work * max(each.weight for each in events) * max(each.rooms for each in events)
        unknown = frozenset(zone for each in events for zone in each.unknown_zones)
        return _CheckedSeries(title, series, cost, unknown_zones=unknown)

    # Expanding

    def _entries(self, checked: _CheckedSeries) -> list[TimetableEntry]:
        entries: list[TimetableEntry] | None = None
        if checked.without_changes is not None:
            with self._leave_out_on_error(f"The series of changes of {checked.title!r}"):
                entries = self._expand(checked)
            checked = checked.without_changes
        if entries is None:
            with self._leave_out_on_error(repr(checked.title)):
                entries = self._expand(checked)
        return entries or []

    def _expand(self, checked: _CheckedSeries) -> list[TimetableEntry]:
        occurrences = [each for each in checked.series.occurrences() if not is_cancelled(each)]
        busy = self._busy_ones(occurrences)
        timed = [(each, interval) for each in busy if (interval := event_interval(each, self._window))]
        placed = [(each, interval, self._rooms_of(each)) for each, interval in timed]
        entries = [entry for each in placed for entry in self._to_entries(*each)]
        report = self._report
        if busy and not timed:
            report.problems.append(f"{checked.title!r} has no end or takes no time; it occupies no room.")
        report.problems.extend(
            f"A change of {checked.title!r} is of {day:%d %B %Y}, when it does not take place;"
            " it was read as a further event."
            for day in checked.series.unmatched_changes
        )
        if placed:
            report.count_event((found for _, _, found in placed), checked.unknown_zones)
        return entries

    def _busy_ones(self, occurrences: "Sequence[Component]") -> "list[Component]":
        """The occurrences that take their room, by the options of the source."""
        treated = [(each, *treatment_of(each, self._options.treatments)) for each in occurrences]
        self._report.unoccupied.update({kind for _, how, kind in treated if how is Treatment.REPORT})
        return [each for each, how, _ in treated if how is Treatment.BUSY]

    def _to_entries(
        self, occurrence: "Component", interval: Interval, found: FoundRooms
    ) -> Iterator[TimetableEntry]:
        if not found.rooms:
            return
        name = entry_name(occurrence)
        booking_type = detect_booking_type(occurrence, self._options.default_type)
        for room in found.rooms:
            yield TimetableEntry(room, interval, name, booking_type, self._options.source)

    def _rooms_of(self, event: "Component") -> FoundRooms:
        """The rooms of an event, cached by its place: each occurrence looks up the same one."""
        place = location_texts(event), declined_rooms(event)
        if place not in self._rooms_by_place:
            if sum(len(text) for texts in place for text in texts) > _MAX_PLACE_LENGTH:
                raise RuleRejected(f"says in more than {_MAX_PLACE_LENGTH:,} characters where it is")
            self._rooms_by_place[place] = self._options.room_lookup.find_all(*place)
        return self._rooms_by_place[place]

    @contextmanager
    def _leave_out_on_error(self, subject: str) -> Iterator[None]:
        """Reports any error, ours or a library's, as a problem of `subject` alone."""
        try:
            yield
        except (RuleRejected, PageFormatChanged) as refusal:
            self._report.leave_out(subject, str(refusal))
        except Exception as error:  # noqa: BLE001  # see above
            self._report.leave_out(subject, f"cannot be read ({type(error).__name__})")


def _subject(lines: _EventLines) -> str:
    return f"A change of {lines.title!r}" if lines.is_changes and lines.has_main else repr(lines.title)


def _group_lines(events: Iterable[EventText]) -> list[_EventLines]:
    """Groups each main event on its own, even where two share a UID, with the changes of each UID."""
    mains: list[EventText] = []
    changes: dict[EventKey, list[EventText]] = {}
    for event in events:
        if event.is_change:
            changes.setdefault(event.key, []).append(event)
        else:
            mains.append(event)
    titles = {main.key: _title(main) for main in reversed(mains)}
    return [
        *(_EventLines(_title(main), [main], is_changes=False) for main in mains),
        *(
            _EventLines(titles.get(key, _title(texts[0])), texts, is_changes=True, has_main=key in titles)
            for key, texts in changes.items()
        ),
    ]


def _title(event: EventText) -> str:
    title = event.title
    for escaped, character in _ESCAPED:
        title = title.replace(escaped, character)
    return to_one_line(title, 60) or "An event without a name"
