"""Examples of files to import, one of each kind."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import IO, Any
from zoneinfo import ZoneInfo

from bot.exporting.columns import COLUMNS, NamedSociety, TableContext
from bot.exporting.writers import write_rows
from core.interval import Interval
from core.localtime import local_instant
from core.model import (
    BookingType,
    Building,
    BuildingId,
    Closure,
    ClosureId,
    Equipment,
    OpeningHours,
    Person,
    PersonId,
    Room,
    RoomId,
    Society,
    SocietyId,
    TimetableEntry,
    UserGroup,
)

_MAIN = BuildingId("MAIN")
_HALL, _LAB = RoomId("MAIN-101"), RoomId("MAIN-102")
EXAMPLES = ("rooms", "buildings", "timetable", "people", "societies", "closures")


def write_example(out: IO[bytes], form: str, kind: str, now: datetime, zone: ZoneInfo) -> None:
    """Writes an example that can be imported as it is (of what names others, after theirs)."""
    columns, context = COLUMNS[kind], TableContext(zone, {})
    rows = (columns.cells(each, context) for each in _values(kind, now, zone))
    write_rows(out, form, kind, columns.headings, rows)


def _values(kind: str, now: datetime, zone: ZoneInfo) -> Sequence[Any]:
    day = (now.astimezone(zone) + timedelta(days=7)).date()
    morning = Interval(local_instant(day, 9 * 60, zone), local_instant(day, 11 * 60, zone))
    noon = Interval(local_instant(day, 12 * 60, zone), local_instant(day, 13 * 60, zone))
    whole_day = Interval(local_instant(day, 0, zone), local_instant(day + timedelta(days=1), 0, zone))
    examples: Mapping[str, Sequence[Any]] = {
        "buildings": (Building(_MAIN, "Main Building", 51.5246, -0.134, ("Main", "Old Building")),),
        "rooms": (
            Room(
                _HALL,
                _MAIN,
                "Lecture Hall",
                capacity=120,
                usage="LCTR",
                aliases=("Great Hall",),
                equipment=frozenset({Equipment.PROJECTOR, Equipment.WHEELCHAIR}),
                weekday_hours=OpeningHours(8 * 60, 21 * 60),
            ),
            Room(_LAB, _MAIN, "Computer Lab", 24, usage="CMLB", equipment=frozenset({Equipment.COMPUTER})),
        ),
        "timetable": (
            TimetableEntry(_HALL, morning, "Linear Algebra", BookingType.CLASS),
            TimetableEntry(_LAB, noon, "Programming", BookingType.CLASS),
        ),
        "people": (
            Person(PersonId(0), "ada", "ada@example.org", "Ada Example", frozenset({UserGroup.STUDENT})),
            Person(PersonId(0), "grace", "grace@example.org", "Grace Example", frozenset({UserGroup.STAFF})),
        ),
        "societies": (NamedSociety(Society(SocietyId("CHESS"), "Chess Society"), ("ada",), ("grace",)),),
        "closures": (Closure(ClosureId(0), whole_day, "Public holiday", now, "", zone.key, is_yearly=True),),
    }
    return examples[kind]
