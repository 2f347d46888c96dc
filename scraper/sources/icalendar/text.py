"""Splits an iCalendar stream into the lines of each event, without those that decide neither when nor where.

This happens before any library sees the stream, in time linear in its length. So an error in one event (an
alarm, an image of ten megabytes, a missing END) stays in that event.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct, field

from scraper.common.errors import PageFormatChanged
from scraper.sources.icalendar.date_lines import DATE_PROPERTIES, zone_of_line

MAX_LINE_LENGTH = 2_000
"""Characters of a line; one of dates may have as many as its dates need."""
MAX_DATES = 10_000
"""Dates that the RDATE and EXDATE of one event may list."""
_MAX_LINES = 1_000
_MAX_DEPTH = 20
_DATES = frozenset({"RDATE", "EXDATE"})
_CLIPPED = frozenset({"SUMMARY", "CATEGORIES"})
"""May be clipped without changing when or where an event is."""
_PARSED = (
    _DATES
    | _CLIPPED
    | {
        *("DTSTART", "DTEND", "DURATION", "RRULE", "EXRULE", "RECURRENCE-ID", "SEQUENCE"),
        *("LOCATION", "RESOURCES", "ATTENDEE", "CLASS", "STATUS", "TRANSP"),
    }
)
_NAME_PATTERN = re.compile(r"[A-Za-z0-9-]{1,60}")
_ROOM_PATTERN = re.compile(r"CUTYPE=\"?(ROOM|RESOURCE)", re.IGNORECASE)
_BUSY_TYPE = re.compile(r";FBTYPE=\"?([A-Z-]{1,40})", re.IGNORECASE)


class EventKey(NamedTuple):
    """Identifies an event in a stream: the index of its calendar, and its UID line or its own index."""

    calendar: int
    uid: str | int


class EventText(Struct):
    """The lines of a VEVENT that are parsed. `problem` says why they cannot be: "has no end"."""

    key: EventKey
    lines: list[str] = field(default_factory=list)
    title: str = ""
    problem: str = ""
    is_change: bool = False
    """Whether it changes an occurrence of another event (RECURRENCE-ID)."""
    repeats: bool = False
    """Whether it has rules or lists of dates."""
    size: int = 0
    dates: int = 0
    zones: set[str] = field(default_factory=set)
    """The time zones that its lines name; one of them may be blank."""

    def add(self, name: str, line: str) -> None:
        if name == "UID":
            self.key = EventKey(self.key.calendar, line)
        elif name == "SUMMARY":
            self.title = line.partition(":")[2][:MAX_LINE_LENGTH]
        elif name == "RECURRENCE-ID":
            self.is_change = True
        elif name in {"RRULE", "RDATE"}:
            self.repeats = True
        if name in _PARSED and (name != "ATTENDEE" or _ROOM_PATTERN.search(line)):
            self._add_line(name, line)

    def _add_line(self, name: str, line: str) -> None:
        self.dates += line.count(",") + 1 if name in _DATES else 0
        if self.dates > MAX_DATES or len(self.lines) >= _MAX_LINES:
            self._reject(f"lists more than {MAX_DATES:,} dates or {_MAX_LINES:,} lines")
        if name in _CLIPPED:
            line = line[:MAX_LINE_LENGTH]
        elif name not in _DATES and len(line) > MAX_LINE_LENGTH:
            self._reject(f"has a {name} of more than {MAX_LINE_LENGTH:,} characters")
        if not self.problem:
            zone = zone_of_line(line) if name in DATE_PROPERTIES else None
            self.zones.update(() if zone is None else (zone,))
            self.lines.append(line)
            self.size += len(line)

    def _reject(self, problem: str) -> None:
        self.problem = self.problem or problem
        self.lines.clear()
        self.zones.clear()


class FeedText(Struct):
    """The events and time zones of a stream, and the zone each of its calendars gives all of its events."""

    events: list[EventText] = field(default_factory=list)
    zones: dict[str, list[str]] = field(default_factory=dict)
    """Lines of the first VTIMEZONE of each name, from BEGIN to END."""
    calendar_zones: list[str] = field(default_factory=list)
    """The X-WR-TIMEZONE of each calendar, empty where it has none."""


def read_text(content: bytes) -> FeedText:
    """Raises `PageFormatChanged`, with line and cause, when this is not a stream of whole calendars."""
    reader, number = _Reader(), 0
    for number, line in content_lines(content):
        reader.add(number, line)
    if not reader.feed.calendar_zones:
        raise PageFormatChanged(f"Line 1: {_describe(content)}, not an iCalendar feed (BEGIN:VCALENDAR).")
    if reader.within:
        component, begun = reader.within[-1], reader.begun[-1]
        raise PageFormatChanged(
            f"Line {number}: the feed ends here, within a {component} that began on line {begun};"
            " perhaps only a part of it was sent."
        )
    return reader.feed


def _describe(content: bytes) -> str:
    start = content[:200].lstrip().lower()
    if not start:
        return "the response is empty"
    if start.startswith((b"<!doctype html", b"<html")):
        return "this is a web page (perhaps to log in)"
    if start.startswith((b"{", b"[")):
        return "this is JSON"
    return "this is an XML document" if start.startswith(b"<") else "this is something else"


def content_lines(content: bytes) -> Iterator[tuple[int, str]]:
    """Yields the unfolded lines that are not blank, each with the number of the line it begins on.

    Folds are removed before bytes become characters.
    """
    pieces: list[bytes] = []
    begun = 1
    for number, raw in enumerate(_split_lines(content), 1):
        line = raw.rstrip(b"\r")
        if line[:1] in (b" ", b"\t") and pieces:
            pieces.append(line[1:])
        elif line:
            if pieces:
                yield begun, _decode_line(b"".join(pieces))
            pieces, begun = [line], number
    if pieces:
        yield begun, _decode_line(b"".join(pieces))


def _split_lines(content: bytes) -> list[bytes]:
    """Lines end in CR LF, LF, or as on old systems in CR. UTF-16 is recognised by its byte order mark."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        content = content.decode("utf-16", "replace").encode()
    content = content.removeprefix(b"\xef\xbb\xbf")
    return content.split(b"\n" if b"\n" in content else b"\r")


class _Reader:
    """Reads lines one by one and tracks the nesting of components."""

    def __init__(self) -> None:
        self.feed = FeedText()
        self.within: list[str] = []
        self.begun: list[int] = []
        """The components that are open, and the lines they began on."""
        self._line = 0
        self._busy_room = ""
        self._calendars: list[int] = []
        """Indices of the calendars that have begun and not ended."""
        self._event: EventText | None = None
        self._zone: list[str] | None = None
        self._zone_name = ""

    def add(self, number: int, line: str) -> None:
        self._line = number
        match = _NAME_PATTERN.match(line)
        name = match[0].upper() if match else ""
        if name == "BEGIN":
            self._begin(line.partition(":")[2].strip().upper())
        elif name == "END":
            self._end(line.partition(":")[2].strip().upper())
        else:
            self._add_property(name, line)

    def _add_property(self, name: str, line: str) -> None:
        if self._event is not None:
            if self.within[-1] == "VEVENT":
                self._event.add(name, line)
        elif self._zone is not None:
            self._zone.append(line)
            if name == "TZID" and self.within[-1] == "VTIMEZONE":
                self._zone_name = line.partition(":")[2].strip()
        elif self.within[-1:] == ["VFREEBUSY"]:
            self._add_busy_time(name, line)
        elif self.within == ["VCALENDAR"] and name == "X-WR-TIMEZONE":
            self.feed.calendar_zones[self._calendars[-1]] = line.partition(":")[2].strip()[:MAX_LINE_LENGTH]

    def _begin(self, component: str) -> None:
        if not self.within and component != "VCALENDAR":
            self._reopen_calendar(component)
        if component in {"VEVENT", "VCALENDAR"}:
            self._close_unclosed(component)
        self._begin_component(component)
        if self._zone is not None:
            self._zone.append(f"BEGIN:{component}")
        if len(self.within) < _MAX_DEPTH:
            self.within.append(component)
            self.begun.append(self._line)

    def _begin_component(self, component: str) -> None:
        if component == "VCALENDAR":
            self._calendars.append(len(self.feed.calendar_zones))
            self.feed.calendar_zones.append("")
        elif component == "VEVENT":
            self._event = EventText(EventKey(self._calendars[-1], len(self.feed.events)))
            self.feed.events.append(self._event)
        elif component == "VFREEBUSY":
            self._busy_room = ""
        elif component == "VTIMEZONE" and self._event is None and self._zone is None:
            self._zone, self._zone_name = [], ""

    def _add_busy_time(self, name: str, line: str) -> None:
        """Makes an event of each period of a FREEBUSY line. The room is that of an attendee before it."""
        if name == "ATTENDEE" and _ROOM_PATTERN.search(line) and len(line) <= MAX_LINE_LENGTH:
            self._busy_room = line
        elif name == "FREEBUSY":
            head, _, periods = line.rpartition(":")
            match = _BUSY_TYPE.search(head)
            kind = match[1].upper() if match else "BUSY"
            if kind != "FREE":
                for period in periods.split(","):
                    self._add_busy_period(period.strip(), is_tentative=kind == "BUSY-TENTATIVE")

    def _add_busy_period(self, period: str, *, is_tentative: bool) -> None:
        start, _, end = period.partition("/")
        event = EventText(EventKey(self._calendars[-1], len(self.feed.events)))
        event.add("SUMMARY", "SUMMARY:Busy")
        event.add("DTSTART", f"DTSTART:{start}")
        is_duration = "P" in end.upper()
        event.add("DURATION" if is_duration else "DTEND", f"{'DURATION' if is_duration else 'DTEND'}:{end}")
        if is_tentative:
            event.add("STATUS", "STATUS:TENTATIVE")
        if self._busy_room:
            event.add("ATTENDEE", self._busy_room)
        self.feed.events.append(event)

    def _reopen_calendar(self, component: str) -> None:
        """Continues a calendar whose END came too early, or was that of a calendar inside."""
        if not self.feed.calendar_zones:
            raise PageFormatChanged(
                f"Line {self._line}: a {component[:40]} begins before any BEGIN:VCALENDAR."
            )
        if not self._calendars:
            self._calendars.append(len(self.feed.calendar_zones) - 1)
        self.within.append("VCALENDAR")
        self.begun.append(self._line)

    def _close_unclosed(self, component: str) -> None:
        """Closes what a BEGIN of this component shows to have lost its END: neither of them nests."""
        if self._event is not None:
            self._event.problem = "has no end"
            self._leave("VEVENT")
        if self._zone is not None:
            self._leave("VTIMEZONE")
        kept = 0 if component == "VCALENDAR" else 1
        del self.within[kept:], self.begun[kept:]

    def _end(self, component: str) -> None:
        if component not in self.within:
            return
        if self._event is not None and component == "VCALENDAR":
            self._event.problem = "has no end"
        if self._zone is not None:
            self._zone.append(f"END:{component}")
        self._leave(component)
        if component == "VCALENDAR":
            self._calendars.pop()

    def _leave(self, component: str) -> None:
        """Closes a component and all that is open inside of it."""
        while self.within.pop() != component:
            self.begun.pop()
        self.begun.pop()
        if "VEVENT" not in self.within:
            self._event = None
        if "VTIMEZONE" not in self.within and self._zone is not None:
            self.feed.zones.setdefault(self._zone_name, self._zone)
            self._zone = None


def _decode_line(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")
