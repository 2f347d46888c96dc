"""Buildings and rooms as a source brings them, beside what operators have said about them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from core.model import Building, BuildingId, Room, RoomId


@dataclass(frozen=True, slots=True)
class MergedPlaces:
    """What is new or different, and all rooms that are known with them."""

    buildings: tuple[Building, ...]
    rooms: tuple[Room, ...]
    known: Collection[RoomId]

    @property
    def are_new(self) -> bool:
        return bool(self.buildings or self.rooms)


def merge_places(
    brought: tuple[Sequence[Building], Sequence[Room]],
    known_buildings: Mapping[BuildingId, Building],
    known_rooms: Mapping[RoomId, Room],
    bookable: Sequence[str],
) -> MergedPlaces:
    """A source says what a place is called and how large it is; everything else stays as it was."""
    buildings = [_building(known_buildings.get(each.id), each) for each in brought[0]]
    rooms = [_room(known_rooms.get(each.id), each, bookable) for each in brought[1]]
    described = known_buildings.keys() | {each.id for each in buildings}
    unnamed = sorted({each.building_id for each in rooms} - described)
    buildings += [Building(each, each) for each in unnamed]
    return MergedPlaces(
        tuple(each for each in buildings if known_buildings.get(each.id) != each),
        tuple(each for each in rooms if known_rooms.get(each.id) != each),
        known_rooms.keys() | {each.id for each in rooms},
    )


def _building(known: Building | None, brought: Building) -> Building:
    """Where it stands is rarely published, and other names are added by hand."""
    if known is None:
        return brought
    aliases = tuple(dict.fromkeys((*known.aliases, *brought.aliases)))
    place = brought if brought.has_coordinates else known
    return replace(
        known, name=brought.name, aliases=aliases, latitude=place.latitude, longitude=place.longitude
    )


def _room(known: Room | None, brought: Room, bookable: Sequence[str]) -> Room:
    """Nobody may book what a source brings, unless a pattern says so or an operator said so before."""
    may_book = any(fnmatchcase(brought.id, pattern) for pattern in bookable)
    if known is None:
        is_open = brought.bookable or may_book
        return replace(brought, bookable=is_open, individual_access=is_open)
    return replace(
        known,
        building_id=brought.building_id,
        name=brought.name,
        capacity=brought.capacity or known.capacity,
        abbr=brought.abbr or known.abbr,
        usage=brought.usage or known.usage,
        school=brought.school,
        equipment=brought.equipment or known.equipment,
        bookable=known.bookable or may_book,
        individual_access=known.individual_access or (may_book and not known.bookable),
    )
