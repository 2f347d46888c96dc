"""Merge of a source's buildings and rooms with those in the catalogue."""

from collections.abc import Collection, Mapping, Sequence
from fnmatch import fnmatchcase

from msgspec import Struct
from msgspec.structs import replace

from core.model import Building, BuildingId, Room, RoomId


class MergedPlaces(Struct, frozen=True):
    """New and changed buildings and rooms, and the ids of all rooms after the merge."""

    buildings: tuple[Building, ...]
    rooms: tuple[Room, ...]
    known: Collection[RoomId]

    @property
    def are_new(self) -> bool:
        return bool(self.buildings or self.rooms)


def merge_places(
    published: tuple[Sequence[Building], Sequence[Room]],
    known_buildings: Mapping[BuildingId, Building],
    known_rooms: Mapping[RoomId, Room],
    bookable: Sequence[str],
) -> MergedPlaces:
    """Takes names and sizes from the source, and keeps everything else."""
    buildings = [_building(known_buildings.get(each.id), each) for each in published[0]]
    rooms = [_room(known_rooms.get(each.id), each, bookable) for each in published[1]]
    described = known_buildings.keys() | {each.id for each in buildings}
    unnamed = sorted({each.building_id for each in rooms} - described)
    buildings += [Building(each, each) for each in unnamed]
    return MergedPlaces(
        tuple(each for each in buildings if known_buildings.get(each.id) != each),
        tuple(each for each in rooms if known_rooms.get(each.id) != each),
        known_rooms.keys() | {each.id for each in rooms},
    )


def _building(known: Building | None, published: Building) -> Building:
    """Coordinates are rarely published, and aliases are added by hand: both are kept."""
    if known is None:
        return published
    aliases = tuple(dict.fromkeys((*known.aliases, *published.aliases)))
    place = published if published.has_coordinates else known
    return replace(
        known, name=published.name, aliases=aliases, latitude=place.latitude, longitude=place.longitude
    )


def _room(known: Room | None, published: Room, bookable: Sequence[str]) -> Room:
    """New rooms are not bookable, unless a pattern or the source says so; known ones keep their flags."""
    may_book = any(fnmatchcase(published.id, pattern) for pattern in bookable)
    if known is None:
        is_open = published.bookable or may_book
        return replace(published, bookable=is_open, individual_access=is_open)
    return replace(
        known,
        building_id=published.building_id,
        name=published.name,
        capacity=published.capacity or known.capacity,
        abbr=published.abbr or known.abbr,
        usage=published.usage or known.usage,
        school=published.school,
        equipment=published.equipment or known.equipment,
        check_in=known.check_in or published.check_in,
        bookable=known.bookable or may_book,
        individual_access=known.individual_access or (may_book and not known.bookable),
    )
