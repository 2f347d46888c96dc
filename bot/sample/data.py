"""Sample data: a small campus, and the rooms, people and society of the API document."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from core.errors import AlreadyExists, NotAllowed
from core.interval import Interval
from core.localtime import local_instant
from core.model import (
    AuditEntry,
    BookingType,
    Building,
    BuildingId,
    Equipment,
    Person,
    PersonId,
    Role,
    Room,
    RoomId,
    Society,
    SocietyId,
    TimetableEntry,
    Usage,
    UserGroup,
)
from core.ports import UnitOfWork
from core.services.import_facts import import_buildings, import_rooms, import_timetable

SAMPLE_PEOPLE = "sample_people"
"""Setting stored when people with published passwords were loaded."""
PUBLIC = "public"
"""Setting stored once others could reach this database; sample people are then refused."""

_SOURCE = "sample"
_WEEKS = 16
_P, _C, _W, _B, _A, _R = (
    Equipment.PRINTER,
    Equipment.COFFEE,
    Equipment.WATER,
    Equipment.WHITEBOARD,
    Equipment.WHEELCHAIR,
    Equipment.PROJECTOR,
)

_BUILDINGS = (
    Building(BuildingId("H-B4"), "Harbour Library", 51.523610, -0.132650, ("The Library",)),
    Building(BuildingId("H-C12"), "Wren Building", 51.524205, -0.133870),
    Building(BuildingId("H-D20"), "Lovelace Building", 51.525330, -0.131210, ("Computing",)),
    Building(BuildingId("H-E22"), "Franklin Laboratories", 51.525905, -0.134480, ("Franklin Labs",)),
    Building(BuildingId("H-F7"), "Students' House", 51.522980, -0.130540, ("The Union",)),
    Building(BuildingId("H-G9"), "Engineering Hub", 51.524500, -0.132000, ("The Hub",)),
)


def _room(building: str, number: str, name: str, seats: int, usage: Usage, *equipment: Equipment) -> Room:
    return Room(
        RoomId(f"{building}-{number}"),
        BuildingId(building),
        name,
        seats,
        usage=usage,
        equipment=frozenset(equipment),
    )


_ROOMS = (
    _room("H-B4", "101", "Library Pod 101", 4, Usage.LIBRARY, _B),
    _room("H-B4", "102", "Library Pod 102", 4, Usage.LIBRARY, _B),
    _room("H-B4", "103", "Library Pod 103", 6, Usage.LIBRARY, _B, _A),
    _room("H-B4", "201", "Library Group Room 201", 10, Usage.LIBRARY, _B, _P, _A),
    _room("H-B4", "202", "Library Group Room 202", 12, Usage.LIBRARY, _B, _P, _A, _R),
    _room("H-C12", "G01", "Wren G01", 24, Usage.TUTORIAL_ROOM, _B, _A),
    _room("H-C12", "G02", "Wren G02", 24, Usage.TUTORIAL_ROOM, _B, _A, _R),
    _room("H-C12", "G03", "Wren G03", 36, Usage.TUTORIAL_ROOM, _B, _A, _R),
    _room("H-C12", "104", "Wren 104", 18, Usage.MEETING_ROOM, _B, _C),
    _room("H-C12", "LT1", "Wren Lecture Theatre", 180, Usage.LECTURE_THEATRE, _R, _A),
    _room("H-D20", "G10", "Lovelace G10", 40, Usage.COMPUTER_LAB, _P, _R, Equipment.COMPUTER),
    _room("H-D20", "G11", "Lovelace G11", 30, Usage.COMPUTER_LAB, _P, Equipment.COMPUTER),
    _room("H-D20", "205", "Lovelace 205", 20, Usage.TUTORIAL_ROOM, _B),
    _room("H-D20", "206", "Lovelace 206", 22, Usage.TUTORIAL_ROOM, _B, _R),
    _room("H-D20", "301", "Lovelace 301", 8, Usage.MEETING_ROOM, _B, _C),
    _room("H-E22", "110", "Franklin Wet Lab", 28, Usage.LABORATORY, _W),
    _room("H-E22", "112", "Franklin Dry Lab", 32, Usage.LABORATORY, _B, _W),
    _room("H-E22", "210", "Franklin 210", 16, Usage.MEETING_ROOM, _B, _A),
    _room("H-F7", "1", "Debating Chamber", 120, Usage.AUDITORIUM, _A, _R),
    _room("H-F7", "2", "Rehearsal Studio", 30, Usage.STUDIO, _W),
    _room("H-F7", "3", "Committee Room", 14, Usage.MEETING_ROOM, _B, _C, _A),
    Room(
        RoomId("RO-PIZZA"),
        BuildingId("H-G9"),
        "Hub Kitchen Table",
        10,
        abbr="G01",
        usage=Usage.MEETING_ROOM,
        equipment=frozenset({_P}),
        individual_access=False,
    ),
    Room(
        RoomId("RO-POO"),
        BuildingId("H-G9"),
        "Hub Workshop",
        20,
        abbr="G02",
        usage=Usage.MEETING_ROOM,
        equipment=frozenset({_B, _C}),
    ),
)


class _Class(Struct, frozen=True):
    """Weekly class on a weekday (Monday is 0), from one hour to another."""

    room: str
    name: str
    weekday: int
    start: int
    end: int
    booking_type: BookingType = BookingType.CLASS


_CLASSES = (
    _Class("H-C12-LT1", "MATH1001 LEC", 0, 9, 11),
    _Class("H-C12-LT1", "PHYS1002 LEC", 1, 10, 12),
    _Class("H-C12-LT1", "COMP1010 LEC", 2, 14, 16),
    _Class("H-C12-LT1", "ECON1003 LEC", 3, 9, 11),
    _Class("H-C12-LT1", "MATH1001 LEC", 4, 13, 15),
    _Class("H-C12-G01", "MATH1001 TUT", 0, 11, 12),
    _Class("H-C12-G01", "MATH1001 TUT", 2, 9, 11),
    _Class("H-C12-G02", "ECON1003 TUT", 1, 14, 17),
    _Class("H-C12-G03", "LAWS2004 SEM", 3, 11, 13),
    _Class("H-C12-G03", "LAWS2004 SEM", 4, 9, 11),
    _Class("H-D20-G10", "COMP1010 LAB", 0, 13, 17),
    _Class("H-D20-G10", "COMP2020 LAB", 3, 14, 18),
    _Class("H-D20-G11", "COMP1010 LAB", 1, 9, 13),
    _Class("H-D20-205", "COMP2020 TUT", 2, 10, 12),
    _Class("H-D20-206", "COMP3030 TUT", 4, 10, 12),
    _Class("H-E22-110", "CHEM1005 PRAC", 1, 13, 17),
    _Class("H-E22-112", "PHYS1002 PRAC", 2, 9, 13),
    _Class("H-F7-1", "Debating Society", 3, 18, 20, BookingType.SOCIETY),
    _Class("H-F7-2", "Drama Society", 1, 17, 20, BookingType.SOCIETY),
)

_PEOPLE = (
    (
        Person(PersonId(0), "wil", "wil@wil.com", "Wil", frozenset({UserGroup.STUDENT, UserGroup.PRESIDENT})),
        "wilpassword",
    ),
    (
        Person(PersonId(0), "rema", "rema@rema.com", "rema boo", frozenset({UserGroup.STUDENT})),
        "remapassword",
    ),
    (
        Person(
            PersonId(0), "emily", "emily@emily.com", "emily emily emellee", frozenset({UserGroup.STUDENT})
        ),
        "emilypassword",
    ),
    (Person(PersonId(0), "dana", "dana@dana.com", "Dana", frozenset({UserGroup.STAFF})), "danapassword"),
)

_SOCIETY = Society(SocietyId("SOTECHSOC"), "UCLU Technology Society")


class Sample(Struct, frozen=True):
    """Number of loaded records."""

    buildings: int
    rooms: int
    entries: int
    people: int


def passwords() -> dict[str, str]:
    """The published password of each sample person, by username; `load` takes them hashed."""
    return {person.username: password for person, password in _PEOPLE}


def load(unit: UnitOfWork, hashed: dict[str, str], zone: ZoneInfo, now: datetime) -> Sample:
    """Adds the sample data, leaving existing rows alone; raises `NotAllowed` where others can log in."""
    if unit.setting(PUBLIC) is not None:
        raise NotAllowed(
            "Others can reach this database, and the sample people's passwords are published. "
            "Use a separate database to try things out."
        )
    import_buildings(unit, _BUILDINGS, now)
    import_rooms(unit, _ROOMS, now)
    entries = tuple(_entries(zone, now))
    import_timetable(unit, entries, now, _SOURCE)
    for person, _ in _PEOPLE:
        _add(unit, person, hashed[person.username])
    _found_society(unit)
    unit.set_setting(SAMPLE_PEOPLE, "present")
    return Sample(len(_BUILDINGS), len(_ROOMS), len(entries), len(_PEOPLE))


def is_empty(unit: UnitOfWork) -> bool:
    return not unit.rooms.rooms() and not unit.people.all() and unit.setting(PUBLIC) is None


def keep_out(unit: UnitOfWork, now: datetime) -> bool:
    """Stores that others can reach the database, so that the sample is never loaded.

    Returns False if it was loaded before, after revoking all tokens of sample people and their society.
    """
    if unit.setting(SAMPLE_PEOPLE) is None:
        unit.set_setting(PUBLIC, "served")
        return True
    for person, _ in _PEOPLE:
        stored = unit.people.by_name(person.username)
        if stored is not None and stored.email == person.email:
            _end_logins(unit, stored, now)
    term = unit.societies.terms().get(_SOCIETY.id)
    if term is not None:
        unit.societies.set_term(_SOCIETY.id, replace(term, generation=term.generation + 1))
    return False


def _end_logins(unit: UnitOfWork, person: Person, now: datetime) -> None:
    for login in unit.tokens.of_person(person.id):
        unit.tokens.remove(login.hash)
        unit.audit(AuditEntry(now, "server", "revoke token", f"person:{person.id}"))


def _add(unit: UnitOfWork, person: Person, hashed: str) -> None:
    try:
        unit.people.add(person, hashed)
    except AlreadyExists:
        return


def _found_society(unit: UnitOfWork) -> None:
    if unit.societies.get(_SOCIETY.id) is None:
        unit.societies.add(_SOCIETY)
    for username, role in (("wil", Role.PRESIDENT), ("emily", Role.MEMBER)):
        person = unit.people.by_name(username)
        if person is not None and unit.societies.role(person.id, _SOCIETY.id) is None:
            unit.societies.set_role(person.id, _SOCIETY.id, role)


def _entries(zone: ZoneInfo, now: datetime) -> Iterator[TimetableEntry]:
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    for week in range(_WEEKS):
        for each in _CLASSES:
            day = monday + timedelta(days=7 * week + each.weekday)
            slot = Interval(
                local_instant(day, 60 * each.start, zone), local_instant(day, 60 * each.end, zone)
            )
            yield TimetableEntry(RoomId(each.room), slot, each.name, each.booking_type)
