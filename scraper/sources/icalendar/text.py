"""An iCalendar stream as lines: each event by itself, with nothing of it that decides neither when nor where.

Read before any library sees it, in time linear in its length. So what is wrong in one event (an alarm, a
picture of ten megabytes, an end that is missing) stays in that event.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from scraper.common.errors import PageFormatChanged

LONGEST_LINE = 2_000
"""Characters of a line that matters; one of dates may have as many as its dates need."""
MOST_DATES = 10_000
"""Dates that the RDATE and EXDATE of one event may list."""
_MOST_LINES = 1_000
_DEEPEST = 20
_DATES = frozenset({"RDATE", "EXDATE"})
_CUT = frozenset({"SUMMARY", "CATEGORIES"})
"""What may be shortened without changing when or where an event is."""
_READ = (
    _DATES
    | _CUT
    | {
        *("DTSTART", "DTEND", "DURATION", "RRULE", "EXRULE", "RECURRENCE-ID", "SEQUENCE"),
        *("LOCATION", "RESOURCES", "ATTENDEE", "CLASS", "STATUS", "TRANSP"),
    }
)
_NAME = re.compile(r"[A-Za-z0-9-]{1,60}")
_ROOM = re.compile(r"CUTYPE=\"?(ROOM|RESOURCE)", re.IGNORECASE)
_ZONE = re.compile(r"TZID=(\"[^\"]*\"|[^;:\"]*)", re.IGNORECASE)
_NO_FEED = "What the address answers is not an iCalendar feed."


@dataclass(slots=True)
class EventText:
    """The lines of a VEVENT that are read. `trouble` is why it cannot be, in words that follow its title."""

    calendar: int
    """Which calendar of the stream it is of."""
    number: int
    lines: list[str] = field(default_factory=list)
    uid: str = ""
    title: str = ""
    trouble: str = ""
    size: int = 0
    dates: int = 0

    def add(self, name: str, line: str) -> None:
        if name == "UID":
            self.uid = line
        elif name == "SUMMARY":
            self.title = line.partition(":")[2][:LONGEST_LINE]
        if name in _READ and (name != "ATTENDEE" or _ROOM.search(line)):
            self._keep(name, line)

    def _keep(self, name: str, line: str) -> None:
        self.dates += line.count(",") + 1 if name in _DATES else 0
        if self.dates > MOST_DATES or len(self.lines) >= _MOST_LINES:
            self._give_up(f"lists more than {MOST_DATES:,} dates or {_MOST_LINES:,} lines")
        if name in _CUT:
            line = line[:LONGEST_LINE]
        elif name not in _DATES and len(line) > LONGEST_LINE:
            self._give_up(f"has a {name} of more than {LONGEST_LINE:,} characters")
        if not self.trouble:
            self.lines.append(line)
            self.size += len(line)

    def _give_up(self, trouble: str) -> None:
        self.trouble = self.trouble or trouble
        self.lines.clear()

    @property
    def zones(self) -> set[str]:
        """The time zones that its lines name."""
        found = (_ZONE.search(line.partition(":")[0]) for line in self.lines)
        return {match[1].strip('"') for match in found if match}


@dataclass(slots=True)
class FeedText:
    """The events and time zones of a stream, and what each of its calendars says for all of its events."""

    events: list[EventText] = field(default_factory=list)
    zones: dict[str, list[str]] = field(default_factory=dict)
    """Lines of the first VTIMEZONE of each name, from BEGIN to END."""
    calendar_zones: list[str] = field(default_factory=list)
    """The X-WR-TIMEZONE of each calendar, empty where it has none."""


def read_text(content: bytes) -> FeedText:
    """Raises `PageFormatChanged` when this is no stream of whole calendars."""
    reader = _Reader()
    for line in content_lines(content):
        reader.take(line)
    if reader.within or not reader.feed.calendar_zones:
        raise PageFormatChanged(_NO_FEED)
    return reader.feed


def content_lines(content: bytes) -> Iterator[str]:
    """Unfolded lines, none of them blank. Folds are taken out before bytes become characters."""
    pieces: list[bytes] = []
    for raw in content.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        line = raw.rstrip(b"\r")
        if line[:1] in (b" ", b"\t") and pieces:
            pieces.append(line[1:])
        elif line:
            if pieces:
                yield _decoded(b"".join(pieces))
            pieces = [line]
    if pieces:
        yield _decoded(b"".join(pieces))


class _Reader:
    """Where in the nesting of components the stream is."""

    def __init__(self) -> None:
        self.feed = FeedText()
        self.within: list[str] = []
        self._event: EventText | None = None
        self._zone: list[str] | None = None
        self._zone_name = ""

    def take(self, line: str) -> None:
        match = _NAME.match(line)
        name = match[0].upper() if match else ""
        if name == "BEGIN":
            self._begin(line.partition(":")[2].strip().upper())
        elif name == "END":
            self._end(line.partition(":")[2].strip().upper())
        elif self._event is not None:
            if self.within[-1] == "VEVENT":
                self._event.add(name, line)
        elif self._zone is not None:
            self._zone.append(line)
            if name == "TZID" and self.within[-1] == "VTIMEZONE":
                self._zone_name = line.partition(":")[2].strip()
        elif self.within == ["VCALENDAR"] and name == "X-WR-TIMEZONE":
            self.feed.calendar_zones[-1] = line.partition(":")[2][:LONGEST_LINE]

    def _begin(self, component: str) -> None:
        if not self.within and component != "VCALENDAR":
            raise PageFormatChanged(_NO_FEED)
        if component in {"VEVENT", "VCALENDAR"}:
            self._end_what_is_open(component)
        if component == "VCALENDAR":
            self.feed.calendar_zones.append("")
        elif component == "VEVENT":
            self._event = EventText(len(self.feed.calendar_zones) - 1, len(self.feed.events))
            self.feed.events.append(self._event)
        elif component == "VTIMEZONE" and self._event is None and self._zone is None:
            self._zone, self._zone_name = [], ""
        if self._zone is not None:
            self._zone.append(f"BEGIN:{component}")
        if len(self.within) < _DEEPEST:
            self.within.append(component)

    def _end_what_is_open(self, component: str) -> None:
        """No event lies in another one, nor a calendar: the one before has lost its end."""
        if self._event is not None:
            self._event.trouble = "has no end"
            self._leave("VEVENT")
        if self._zone is not None:
            self._leave("VTIMEZONE")
        del self.within[0 if component == "VCALENDAR" else 1 :]

    def _end(self, component: str) -> None:
        if component not in self.within:
            return
        if self._event is not None and component == "VCALENDAR":
            self._event.trouble = "has no end"
        if self._zone is not None:
            self._zone.append(f"END:{component}")
        self._leave(component)

    def _leave(self, component: str) -> None:
        """Whatever is open inside of the component ends with it."""
        while self.within.pop() != component:
            pass
        if "VEVENT" not in self.within:
            self._event = None
        if "VTIMEZONE" not in self.within and self._zone is not None:
            self.feed.zones.setdefault(self._zone_name, self._zone)
            self._zone = None


def _decoded(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")
