"""Finds what the records of a file name (buildings, rooms, people), and says what there is none of."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from core.errors import RoomieError
from core.model import BuildingId, Person, PersonId, Room, Society, TimetableEntry
from core.names import same_name
from core.ports import UnitOfWork
from core.services.import_people import (
    PeopleIndex,
    SocietyMembers,
    merge_person,
    merge_society,
    stored_society,
)

if TYPE_CHECKING:
    from scraper.files.people import SocietyRecord
    from scraper.files.records import ParsedFile

_BUILDING = ("building_id", "buildingid", "building", "id", "room_id")
_ROOM = ("room", "room_id")
_MAX_SUGGESTED = 200
"""Names for which similar ones are looked for."""


def check_references(
    unit: UnitOfWork, kind: str, parsed: "ParsedFile[Any]", given: Mapping[str, frozenset[str]]
) -> tuple[Sequence[Any], tuple[str, ...]]:
    """The values to import, and the reasons against them with their places in the file."""
    match kind:
        case "rooms":
            return _place_rooms(unit, parsed, given)
        case "timetable entries":
            return parsed.values, _check_rooms(unit, parsed)
        case "people":
            return parsed.values, _check_people(unit, parsed, given)
        case "societies":
            return _find_members(unit, parsed, given)
        case _:
            return parsed.values, ()


def _place_rooms(
    unit: UnitOfWork, parsed: "ParsedFile[Room]", given: Mapping[str, frozenset[str]]
) -> tuple[list[Room], tuple[str, ...]]:
    """The rooms, each in a building named by its id or its name, and reasons why some are in none.

    On a campus without any building the rooms' own are made, so that a list of rooms is enough to begin.
    """
    buildings = {each.id: each for each in unit.rooms.buildings()}
    by_name = {each.name.casefold(): each.id for each in buildings.values()}
    known = {each.id for each in unit.rooms.rooms()}
    rooms: list[Room] = []
    reasons: list[str] = []
    for index, room in enumerate(parsed.values):
        building = room.building_id
        if building not in buildings:
            building = by_name.get(building.casefold(), building)
        is_new = room.id not in known or "building_id" in given[room.id]
        if BuildingId(room.id) in buildings and room.id not in known:
            reason = f"{room.id} is a building; is this a list of buildings? It lacks lat and long"
            reasons.append(parsed.located(index, ("id", "room_id"), reason))
        elif buildings and building not in buildings and is_new:
            advice = _advise(building, buildings if len(reasons) < _MAX_SUGGESTED else (), "buildings")
            reason = f"{room.id}: there is no building {building}; {advice}"
            reasons.append(parsed.located(index, _BUILDING, reason))
        rooms.append(replace(room, building_id=building))
    return rooms, tuple(reasons)


def _advise(name: str, known: Iterable[str], kind: str) -> str:
    """What to do about a name that is not `known`."""
    close = get_close_matches(name, list(known), n=1)
    return f"did you mean {close[0]}?" if close else f"import the {kind} first"


def _check_rooms(unit: UnitOfWork, parsed: "ParsedFile[TimetableEntry]") -> tuple[str, ...]:
    """A reason for each room that there is not, at its first entry."""
    known = {each.id for each in unit.rooms.rooms()}
    unknown: dict[str, list[int]] = {}
    for index, entry in enumerate(parsed.values):
        if entry.room_id not in known:
            unknown.setdefault(entry.room_id, []).append(index)
    reasons: list[str] = []
    for room_id, found in unknown.items():
        advice = _advise(room_id, known if len(reasons) < _MAX_SUGGESTED else (), "rooms")
        more = f" ({len(found) - 1} more of it)" if len(found) > 1 else ""
        reasons.append(parsed.located(found[0], _ROOM, f"{room_id}: there is no such room; {advice}{more}"))
    return tuple(reasons)


def _check_people(
    unit: UnitOfWork, parsed: "ParsedFile[Person]", given: Mapping[str, frozenset[str]]
) -> tuple[str, ...]:
    index, reasons = PeopleIndex(unit.people.all()), []
    seen: dict[str, str] = {}
    for number, person in enumerate(parsed.values):
        try:
            merged = merge_person(index, person, given[person.username])
        except RoomieError as error:
            reasons.append(parsed.located(number, ("email", "username"), str(error).rstrip(".")))
            continue
        for name in {merged.username.casefold(), merged.email.casefold()}:
            if name in seen:
                reason = f"{name} is another person's, in {seen[name]}; correct one of the two"
                reasons.append(parsed.located(number, ("email", "username"), reason))
            seen.setdefault(name, parsed.records[number].location)
    return tuple(reasons)


def _find_members(
    unit: UnitOfWork, parsed: "ParsedFile[SocietyRecord]", given: Mapping[str, frozenset[str]]
) -> tuple[list[SocietyMembers], tuple[str, ...]]:
    """The societies with their people found, and reasons against them."""
    index = PeopleIndex(unit.people.all())
    stored = unit.societies.all()
    societies, reasons = [], []
    for number, record in enumerate(parsed.values):
        missing = [each for each in (*record.presidents, *record.members) if index.find(each) is None]
        for name in missing:
            reason = f"there is nobody called {name}; import the people first"
            reasons.append(parsed.located(number, ("presidents", "president", "members"), reason))
        society = record.society
        presidents = _ids(index, record.presidents)
        found = SocietyMembers(society, presidents, _ids(index, record.members) - presidents)
        if clash := _clash(society, stored):
            reasons.append(
                parsed.located(number, ("name", "id"), f"the society {clash.id} is called so already")
            )
        reasons += _check_society(unit, parsed, number, found, given[society.id])
        societies.append(found)
    return societies, tuple(reasons)


def _check_society(
    unit: UnitOfWork,
    parsed: "ParsedFile[SocietyRecord]",
    number: int,
    new: SocietyMembers,
    given: frozenset[str],
) -> list[str]:
    try:
        merge_society(stored_society(unit, new.society.id), new, given)
    except RoomieError as error:
        return [parsed.located(number, ("presidents", "president"), str(error).rstrip("."))]
    return []


def _ids(index: PeopleIndex, names: Iterable[str]) -> frozenset[PersonId]:
    return frozenset(found.id for each in names if (found := index.find(each)) is not None)


def _clash(society: Society, stored: Sequence[Society]) -> Society | None:
    """Another society that a typed id or name of this one could mean."""
    for each in stored:
        if same_name(each.id, society.id):
            continue
        if any(
            same_name(ours, theirs) for ours in (society.id, society.name) for theirs in (each.id, each.name)
        ):
            return each
    return None
