"""One event of a calendar with its changes: what expanding it costs, told beforehand, and its occurrences."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from scraper.sources.icalendar.recurrence import Rule, days_walked, starts_between
from scraper.sources.icalendar.rules import RuleRejected, check_event, occurrences_in, raw_rules, rule_of
from scraper.sources.icalendar.text import EventText

if TYPE_CHECKING:
    from icalendar import Calendar, Component, Event

LONGEST_REPEATED = timedelta(days=366)
_DAYS_AT_ONCE = 50
"""Days, or other small things, that are looked at in the time that one occurrence takes."""
_PIECE_DAYS = 7
"""A long entry is kept in pieces of about this many days."""
_DAY = timedelta(days=1)
_SAME_UID = "UID:1"
"""What the calendar library knows a change by; the feed's own may be of any length."""


@dataclass(frozen=True, slots=True)
class Window:
    """What is to be known of an event: from the midnight of one day up to that of another, campus time."""

    first: date
    last: date
    zone: ZoneInfo

    def wider_by(self, length: timedelta) -> "Window":
        return Window(self.first - length, self.last + length, self.zone)


class Series:
    """Raises `RuleRejected`, when it is made, for an event that is not to be expanded."""

    def __init__(self, calendar: "Calendar", window: Window) -> None:
        self._calendar = calendar
        self._window = window
        self._repeated = [_Repeated(event, window) for event in calendar.events if _repeats(event)]
        for event in calendar.events:
            check_event(event, window.last)
        reach = max([each.length for each in self._repeated] + [_reach(event) for event in calendar.events])
        if self._repeated and reach > LONGEST_REPEATED:
            raise RuleRejected(f"repeats and lasts, or moves by, more than {LONGEST_REPEATED.days} days")
        self._reach = min(reach, LONGEST_REPEATED) + 2 * _DAY

    @property
    def work(self) -> int:
        """No less than the occurrences there will be, and all that takes as long."""
        changes = self._calendar.events
        window = self._window.wider_by(self._reach)
        starts = sum(each.most_starts(window) for each in self._repeated) + sum(map(_listed, changes))
        walked = sum(each.days_walked(window) for each in self._repeated)
        looked_through = sum(1 for event in changes if "RECURRENCE-ID" in event and _is_looked_through(event))
        days = (self._window.last - self._window.first).days
        pieces = 1 + max(min(_length(event).days, days) for event in changes) // _PIECE_DAYS
        return (len(changes) + starts) * pieces + (walked + starts * looked_through) // _DAYS_AT_ONCE

    def occurrences(self) -> "Iterator[Component]":
        import recurring_ical_events  # type: ignore[import-untyped]  # it ships no types

        for each in self._repeated:
            each.list_starts(self._window.wider_by(self._reach))
        begin, end = (
            datetime.combine(day, time(), self._window.zone)
            for day in (self._window.first, self._window.last)
        )
        yield from recurring_ical_events.of(self._calendar).between(begin, end)


class _Repeated:
    """An event with rules. They give way to the dates that they mean within a window, of which the calendar
    library makes occurrences: it is not asked to expand a rule, for which it may look at all years there are.
    """

    def __init__(self, event: "Event", window: Window) -> None:
        check_event(event, window.last)
        self._event = event
        self._value = event.decoded("DTSTART")
        self._start = _moment(self._value)
        zone = self._start.tzinfo or window.zone
        self._raw = raw_rules(event)
        self._rules: list[Rule] = [rule_of(each, zone) for each in self._raw]
        self.length = _length(event)
        wall = self._start.replace(tzinfo=None)
        if all(rule.until is not None and rule.until < wall for rule in self._rules):
            raise RuleRejected("has a rule that ends before it begins")

    def most_starts(self, window: Window) -> int:
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
        del self._event["RRULE"]
        if starts:
            self._event.add("RDATE", [each.date() if is_day else each for each in sorted(starts)])


def calendar_of(texts: Collection[EventText], calendar_zone: str) -> "Calendar":
    """A calendar of its own for an event and its changes. `calendar_zone` is that of X-WR-TIMEZONE."""
    import x_wr_timezone  # type: ignore[import-untyped]  # likewise
    from icalendar import Calendar, Event

    calendar = Calendar()
    for text in texts:
        lines = ("BEGIN:VEVENT", _SAME_UID, *text.lines, "END:VEVENT", "")
        calendar.add_component(Event.from_ical("\r\n".join(lines)))
    if not calendar_zone:
        return calendar
    calendar["X-WR-TIMEZONE"] = calendar_zone
    standard: Calendar = x_wr_timezone.to_standard(calendar)
    standard.pop("X-WR-TIMEZONE", None)
    return standard


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


def _reach(event: "Event") -> timedelta:
    """How far a change of this and all later occurrences takes them from where the rule has them."""
    if "RECURRENCE-ID" not in event:
        return timedelta(0)
    if "RANGE" not in event["RECURRENCE-ID"].params:
        return timedelta(0)
    before, after = (_wall(event.decoded(name)) for name in ("RECURRENCE-ID", "DTSTART"))
    return abs(after - before) + _length(event)


def _length(event: "Event") -> timedelta:
    start = event.decoded("DTSTART")
    if "DTEND" in event:
        return abs(_wall(event.decoded("DTEND")) - _wall(start)) + _DAY
    if "DURATION" in event:
        length: timedelta = abs(event.decoded("DURATION"))
        return length
    return timedelta(0) if isinstance(start, datetime) else _DAY


def _moment(value: Any) -> datetime:  # noqa: ANN401 - what the library decodes
    if isinstance(value, datetime):
        return value
    return datetime.combine(value, time())


def _wall(value: Any) -> datetime:  # noqa: ANN401 - likewise
    return _moment(value).replace(tzinfo=None)
