"""A series (one event of a calendar and its changes): what it costs to expand, and its occurrences."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from msgspec import Struct

from scraper.sources.icalendar.recurrence import Rule, days_walked, starts_between
from scraper.sources.icalendar.rules import RuleRejected, check_readable, occurrences_in, raw_rules, rule_of

if TYPE_CHECKING:
    from icalendar import Component, Event

MAX_REPEATED_DURATION = timedelta(days=366)
_DAYS_PER_OCCURRENCE = 50
"""Days, or other small items, that are processed in the time that one occurrence takes."""
_PIECE_DAYS = 7
"""A long entry is stored in pieces of about this many days."""
EXACT_PART = "X-ROOMIE-EXACT"
"""Property of an event: its duration and the part of it that is not in days, in seconds ("93600:7200")."""
_EXACT_DURATION = re.compile(r"\+?P(?:\d+W)?(?:\d+D)?T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?", re.IGNORECASE)
_DAY = timedelta(days=1)
_COMMON_UID = "UID:1"
"""Links a change to its event for the calendar library; the feed's own UID may be of any length."""


class Window(Struct, frozen=True):
    """The days a feed is expanded for: from the midnight of `first` to that of `last`, campus time."""

    first: date
    last: date
    zone: ZoneInfo

    def widen(self, margin: timedelta) -> "Window":
        return Window(self.first - margin, self.last + margin, self.zone)


class EventSeries:
    """A main event and its changes, all of them checked by `check_event` before.

    The constructor raises `RuleRejected` for a series that must not be expanded.
    """

    def __init__(self, events: Sequence["Event"], window: Window) -> None:
        self._events = events
        self._window = window
        self._repeated = [_RepeatedEvent(event, window) for event in events if _repeats(event)]
        reach = max([each.duration for each in self._repeated] + [_reach(event) for event in events])
        if self._repeated and reach > MAX_REPEATED_DURATION:
            raise RuleRejected(f"repeats and lasts, or moves by, more than {MAX_REPEATED_DURATION.days} days")
        self.unmatched_changes: list[date] = []
        """The days of changes (RECURRENCE-ID) that belong to no occurrence; known once it is expanded."""
        self._reach = min(reach, MAX_REPEATED_DURATION) + 2 * _DAY

    @property
    def work(self) -> int:
        """Upper bound of the occurrences, plus equivalents of one for all else that takes time."""
        changes = self._events
        window = self._window.widen(self._reach)
        starts = sum(each.max_starts(window) for each in self._repeated) + sum(map(_listed, changes))
        walked = sum(each.days_walked(window) for each in self._repeated)
        looked_through = sum(1 for event in changes if "RECURRENCE-ID" in event and _is_looked_through(event))
        days = (self._window.last - self._window.first).days
        pieces = 1 + max(min(_duration(event).days, days) for event in changes) // _PIECE_DAYS
        return (len(changes) + starts) * pieces + (walked + starts * looked_through) // _DAYS_PER_OCCURRENCE

    def occurrences(self) -> "Iterator[Component]":
        import recurring_ical_events  # type: ignore[import-untyped]  # it ships no types
        from icalendar import Calendar

        for each in self._repeated:
            each.list_starts(self._window.widen(self._reach))
        self.unmatched_changes = list(self._find_unmatched_changes())
        begin, end = (
            datetime.combine(day, time(), self._window.zone)
            for day in (self._window.first, self._window.last)
        )
        calendar = Calendar()
        for event in self._events:
            calendar.add_component(event)
        yield from recurring_ical_events.of(calendar).between(begin, end)

    def _find_unmatched_changes(self) -> Iterator[date]:
        """Changes within the window that are of no occurrence of their event."""
        mains = [event for event in self._events if "RECURRENCE-ID" not in event]
        if not mains or len(mains) == len(self._events):
            return
        starts = {start for event in mains for start in _listed_starts(event, self._window.zone)}
        for of in (event.decoded("RECURRENCE-ID") for event in self._events if "RECURRENCE-ID" in event):
            is_within = self._window.first <= _wall(of).date() < self._window.last
            if is_within and _instant(of, self._window.zone) not in starts:
                yield _wall(of).date()


class _RepeatedEvent:
    """An event with recurrence rules.

    They are replaced by the dates they mean within a window, of which the calendar library makes occurrences.
    Asked to expand a rule itself, it may walk through all the years of the calendar.
    """

    def __init__(self, event: "Event", window: Window) -> None:
        self._event = event
        self._value = event.decoded("DTSTART")
        self._start = _moment(self._value)
        zone = self._start.tzinfo or window.zone
        self._raw = raw_rules(event)
        is_day = not isinstance(self._value, datetime)
        self._rules: list[Rule] = [rule_of(each, zone, is_day=is_day) for each in self._raw]
        self.duration = _duration(event)
        wall = self._start.replace(tzinfo=None)
        if all(rule.until is not None and rule.until < wall for rule in self._rules):
            raise RuleRejected("has a rule that ends before it begins")

    def max_starts(self, window: Window) -> int:
        start = max(self._start.date(), window.first)
        return sum(occurrences_in(raw, start, window.last) for raw in self._raw)

    def days_walked(self, window: Window) -> int:
        return sum(days_walked(rule, self._start.date(), window.first, window.last) for rule in self._rules)

    def list_starts(self, window: Window) -> None:
        starts = {
            start
            for rule in self._rules
            for start in starts_between(rule, self._start, window.first, window.last)
        }
        is_day = not isinstance(self._value, datetime)
        self._event.pop(
            "RRULE", None
        )  # absent the second time, when the series is expanded without its changes
        if starts:
            self._event.add("RDATE", [each.date() if is_day else each for each in sorted(starts)])


def parse_event(lines: Sequence[str], calendar_zone: str) -> "Event":
    """Parses one event. `calendar_zone` is the X-WR-TIMEZONE of its calendar, or empty.

    Raises `RuleRejected` if the library could not read one of its dates or rules.
    """
    from icalendar import Event

    whole = ("BEGIN:VEVENT", _COMMON_UID, *lines, "END:VEVENT", "")
    event = cast("Event", Event.from_ical("\r\n".join(whole)))
    check_readable(event)
    _forget_end_of_day(event)
    _mark_exact_part(event, lines)
    return _in_calendar_zone(event, calendar_zone) if calendar_zone else event


def _forget_end_of_day(event: "Event") -> None:
    """A day that ends on the day it starts is that whole day, as all calendar programs show it."""
    start, end = (getattr(event.get(name), "dt", None) for name in ("DTSTART", "DTEND"))
    if start is not None and start == end and not isinstance(start, datetime):
        event.pop("DTEND")


def _mark_exact_part(event: "Event", lines: Sequence[str]) -> None:
    """Notes how much of a DURATION is exact: `PT24H` is 24 hours, `P1D` until this time of the next day."""
    duration = event.get("DURATION")
    written = next((line.rpartition(":")[2] for line in lines if line.upper().startswith("DURATION")), "")
    match = _EXACT_DURATION.fullmatch(written.strip())
    if match is None or not hasattr(duration, "dt"):
        return
    exact = sum(int(part or 0) * unit for part, unit in zip(match.groups(), (3600, 60, 1), strict=True))
    if exact:
        event.add(EXACT_PART, f"{duration.dt.total_seconds():.0f}:{exact}")


def _in_calendar_zone(event: "Event", zone: str) -> "Event":
    import x_wr_timezone  # type: ignore[import-untyped]  # likewise
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add_component(event)
    standard: Calendar = x_wr_timezone.to_standard(calendar, ZoneInfo(zone))
    return standard.events[0]


def align_change(change: "Event", main: "Event", zone: ZoneInfo) -> None:
    """Gives the RECURRENCE-ID of a change the type of its event's start: a day, or a moment in its zone."""
    of, start = change.decoded("RECURRENCE-ID"), main.decoded("DTSTART")
    aligned = of
    if not isinstance(start, datetime):
        aligned = _day_of(of, zone)
    elif not isinstance(of, datetime):
        aligned = datetime.combine(of, start.time(), start.tzinfo)
    elif (of.tzinfo is None) != (start.tzinfo is None):
        is_local = of.tzinfo is None
        aligned = of.replace(tzinfo=start.tzinfo) if is_local else of.astimezone(zone).replace(tzinfo=None)
    if aligned is not of:
        later = change["RECURRENCE-ID"].params.get("RANGE")
        change.pop("RECURRENCE-ID")
        change.add("RECURRENCE-ID", aligned, parameters={"RANGE": later} if later else {})


def _day_of(value: Any, zone: ZoneInfo) -> date:  # noqa: ANN401 - what the library decodes
    """The day that a moment means: midnight in its own zone is that day, other moments lie in campus time."""
    if not isinstance(value, datetime):
        return cast("date", value)
    is_midnight = value.time() == time() or value.tzinfo is None
    return value.date() if is_midnight else value.astimezone(zone).date()


def check_change(event: "Event") -> None:
    """Raises `RuleRejected` for a change (RECURRENCE-ID) that moves later occurrences too far."""
    if _reach(event) > MAX_REPEATED_DURATION:
        raise RuleRejected(f"moves by, or lasts, more than {MAX_REPEATED_DURATION.days} days")


def _repeats(event: "Event") -> bool:
    """A change of an occurrence does not repeat, whatever rule it has."""
    return "RRULE" in event and "RECURRENCE-ID" not in event


def _is_looked_through(change: "Event") -> bool:
    """Whether the calendar library goes through such changes once for each occurrence."""
    return "RANGE" in change["RECURRENCE-ID"].params or any(
        name in change for name in ("RRULE", "RDATE", "EXDATE")
    )


def _listed(event: "Event") -> int:
    """How many dates its RDATEs list."""
    value = event.get("RDATE", ())
    return sum(len(dates.dts) for dates in (value if isinstance(value, list | tuple) else (value,)))


def _listed_starts(event: "Event", zone: ZoneInfo) -> Iterator[datetime]:
    """The starts of an event whose rules have been expanded."""
    yield _instant(event.decoded("DTSTART"), zone)
    value = event.get("RDATE", ())
    for dates in value if isinstance(value, list | tuple) else (value,):
        for each in dates.dts:
            yield _instant(each.dt[0] if isinstance(each.dt, tuple) else each.dt, zone)


def _reach(event: "Event") -> timedelta:
    """How far a change of this and all later occurrences takes them from where the rule has them."""
    if "RECURRENCE-ID" not in event:
        return timedelta(0)
    if "RANGE" not in event["RECURRENCE-ID"].params:
        return timedelta(0)
    before, after = (_wall(event.decoded(name)) for name in ("RECURRENCE-ID", "DTSTART"))
    return abs(after - before) + _duration(event)


def _duration(event: "Event") -> timedelta:
    start = event.decoded("DTSTART")
    if "DTEND" in event:
        return abs(_wall(event.decoded("DTEND")) - _wall(start)) + _DAY
    if "DURATION" in event:
        duration: timedelta = abs(event.decoded("DURATION"))
        return duration
    return timedelta(0) if isinstance(start, datetime) else _DAY


def _moment(value: Any) -> datetime:  # noqa: ANN401 - what the library decodes
    if isinstance(value, datetime):
        return value
    return datetime.combine(value, time())


def _instant(value: Any, zone: ZoneInfo) -> datetime:  # noqa: ANN401 - likewise
    moment = _moment(value)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _wall(value: Any) -> datetime:  # noqa: ANN401 - likewise
    return _moment(value).replace(tzinfo=None)
