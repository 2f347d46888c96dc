"""Exports tables of what is stored, from one snapshot and with few rows in memory."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import IO, Any

from bot.exporting.columns import COLUMNS, NamedSociety, TableContext
from bot.exporting.writers import write_rows
from bot.services import Services
from core.errors import Invalid
from core.interval import Interval
from core.model import BookingType, Closure, Role, TimetableEntry
from core.ports import UnitOfWork
from core.schedule_reading import ALL_TIME
from core.services.administration import Administrator
from core.services.import_facts import IMPORTED

OPERATOR = Administrator()
"""At the command line."""
DATED = frozenset({"bookings", "ledger", "audit", "closures", "timetable"})


async def export(
    services: Services,
    kind: str,
    form: str,
    out: IO[bytes],
    window: Interval | None = None,
    by: Administrator = OPERATOR,
) -> int:
    """Writes the rows of a kind, those of a window only if one is given, and notes it in the audit trail.

    Returns their number. Raises `NotPermitted` unless `by` is an administrator, and `Invalid` for a kind
    without dates and a window, or without events and `ics`.
    """
    _check(kind, form, window)
    columns = COLUMNS[kind]

    def write(unit: UnitOfWork) -> int:
        by.check(unit, services.clock.now())
        context = TableContext(services.rules.zone, {each.id: each.username for each in unit.people.all()})
        rows = (columns.cells(each, context) for each in _READERS[kind](unit, window))
        return write_rows(out, form, kind, columns.headings, rows)

    count = await services.storage.read(write)
    entry = by.entry(services.clock.now(), "export", kind, {"rows": count})
    await services.storage.write(lambda unit: unit.audit(entry))
    return count


def _check(kind: str, form: str, window: Interval | None) -> None:
    if window is not None and kind not in DATED:
        raise Invalid(f"The {kind} have no dates. Leave out --from and --to.")
    if form == "ics" and kind != "bookings":
        raise Invalid(f"Only bookings can be exported as ics. For {kind} use csv, json or xlsx.")


def _societies(unit: UnitOfWork, _window: Interval | None) -> Iterator[NamedSociety]:
    usernames = {each.id: each.username for each in unit.people.all()}
    for society in unit.societies.all():
        members = unit.societies.members(society.id)
        names = {
            role: tuple(usernames[each.person_id] for each in members if each.role is role) for role in Role
        }
        yield NamedSociety(society, names[Role.PRESIDENT], names[Role.MEMBER])


def _closures(unit: UnitOfWork, window: Interval | None) -> Iterator[Closure]:
    return (
        each for each in unit.closures.all() if window is None or any(True for _ in each.occurrences(window))
    )


def _timetable(unit: UnitOfWork, window: Interval | None) -> Iterator[TimetableEntry]:
    """The entries of files; those of sources come again by themselves."""
    for room_id, busy in unit.timetable.busy(window or ALL_TIME):
        if busy.source == IMPORTED:
            yield TimetableEntry(
                room_id, _interval(busy.start, busy.end), busy.name, BookingType(busy.booking_type)
            )


def _interval(start: int, end: int) -> Interval:
    return Interval(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))


_READERS: Mapping[str, Callable[[UnitOfWork, Interval | None], Iterable[Any]]] = {
    "buildings": lambda unit, _window: unit.rooms.buildings(),
    "rooms": lambda unit, _window: unit.rooms.rooms(),
    "people": lambda unit, _window: unit.people.all(),
    "societies": _societies,
    "timetable": _timetable,
    "closures": _closures,
    "bookings": lambda unit, window: unit.history.bookings(window),
    "ledger": lambda unit, window: unit.history.charges(window),
    "audit": lambda unit, window: unit.history.audit(window),
}
KINDS = tuple(_READERS)
