"""Describes what an import would change: what is added, changed from what to what, and removed."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from bot.exporting.cells import to_text
from bot.exporting.columns import COLUMNS, NamedSociety, TableContext
from bot.services import Services
from core.interval import Interval
from core.model import PersonId, TimetableEntry
from core.services.import_comparison import ImportComparison
from core.services.import_people import SocietyMembers

_MAX_LINES = 200
"""Of each of added, changed and removed."""


def describe_difference(
    services: Services, kind: str, comparison: ImportComparison[Any, Any]
) -> Iterator[str]:
    """One line a value; beyond 200 added, changed or removed ones, how many more there are."""
    lines = _Lines(services, kind)
    changes = comparison.changes
    added = [key for key in changes if key not in comparison.known]
    changed = [key for key in changes if key in comparison.known]
    yield from _listed((f"+ {each}" for each in comparison.extra), len(comparison.extra), "added")
    yield from _listed((f"+ {lines.describe(key, changes[key])}" for key in added), len(added), "added")
    yield from _listed(
        (f"~ {lines.compare(key, comparison.known[key], changes[key])}" for key in changed),
        len(changed),
        "changed",
    )
    gone = comparison.removed
    yield from _listed(
        (f"- {lines.describe(key, comparison.known[key])}" for key in gone), len(gone), "removed"
    )


def _listed(lines: Iterator[str], count: int, what: str) -> Iterator[str]:
    yield from islice(lines, _MAX_LINES)
    if count > _MAX_LINES:
        yield f"… and {count - _MAX_LINES:,} more {what}"


class _Lines:
    """Describes values of one kind by the columns in which they are exported."""

    def __init__(self, services: Services, kind: str) -> None:
        self._columns = COLUMNS["timetable" if kind == "timetable entries" else kind]
        people = services.read_model.directory.people
        usernames: Mapping[PersonId, str] = {key: each.person.username for key, each in people.items()}
        self._context = TableContext(services.rules.zone, usernames)

    def describe(self, key: object, value: object) -> str:
        if isinstance(value, list):
            return f"{self._slot(key)} {_names(value)}"
        first, *others = (text for text in self._texts(value) if text)
        return f"{first}: {', '.join(others)}" if others else first

    def compare(self, key: object, before: object, after: object) -> str:
        if isinstance(before, list) and isinstance(after, list):
            return f"{self._slot(key)} {_names(before)} → {_names(after)}"
        headings = self._columns.headings
        pairs = zip(headings, self._texts(before), self._texts(after), strict=True)
        changes = (
            f"{name} {old or 'nothing'} → {new or 'nothing'}" for name, old, new in pairs if old != new
        )
        return f"{self._texts(after)[0]}: {', '.join(changes)}"

    def _texts(self, value: object) -> Sequence[str]:
        if isinstance(value, SocietyMembers):
            presidents, members = (
                tuple(sorted(map(self._context.username, each))) for each in (value.presidents, value.members)
            )
            value = NamedSociety(value.society, presidents, members)
        return [to_text(cell) for cell in self._columns.cells(value, self._context)]

    def _slot(self, key: object) -> str:
        match key:
            case (str() as room_id, Interval() as interval):
                return f"{room_id} {self._time(interval)}"
            case _:
                return str(key)

    def _time(self, interval: Interval) -> str:
        start, end = (each.astimezone(self._context.zone) for each in (interval.start, interval.end))
        return f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}"


def _names(entries: Sequence[TimetableEntry]) -> str:
    return " + ".join(f"{each.name} ({each.booking_type})" for each in entries)
