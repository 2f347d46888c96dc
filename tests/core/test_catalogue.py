"""Room masks: a query matches what checking every room matches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue import Catalogue, RoomQuery
from core.errors import UnknownBuilding, UnknownRoom
from core.model import BuildingId, Equipment, Location, Room, RoomId
from tests.builders import a_building, a_room
from tests.core.strategies import catalogue_of, rooms


def queries() -> st.SearchStrategy[RoomQuery]:
    return st.builds(
        RoomQuery,
        capacity=st.integers(0, 35),
        equipment=st.frozensets(st.sampled_from(Equipment), max_size=2),
        usage=st.sampled_from([None, "MEET", "LIB"]),
        building=st.sampled_from([None, None, BuildingId("K-J17"), BuildingId("nowhere")]),
        room=st.sampled_from([None, None, RoomId("K-J17-1")]),
        location=st.sampled_from([None, Location.UPPER, Location.LOWER]),
        needs_card=st.sampled_from([None, True, False]),
        bookable_only=st.booleans(),
        individual_only=st.booleans(),
    )


def allows(query: RoomQuery, room: Room, catalogue: Catalogue) -> bool:
    return all(
        (
            room.capacity >= query.capacity,
            query.equipment <= room.equipment,
            query.usage in {None, room.usage},
            query.building in {None, room.building_id},
            query.room in {None, room.id},
            query.location in {None, catalogue.buildings[room.building_id].location},
            query.needs_card in {None, room.requires_card},
            room.bookable or not query.bookable_only,
            room.individual_access or not query.individual_only,
        )
    )


@given(rooms(), queries())
def test_a_mask_holds_exactly_the_rooms_that_fit(listed: list[Room], query: RoomQuery):
    catalogue = catalogue_of(listed)

    found = list(catalogue.rooms_in(catalogue.matching(query)))

    assert {room.id for room in found} == {room.id for room in listed if allows(query, room, catalogue)}
    assert [room.capacity for room in found] == sorted(room.capacity for room in found)


def test_a_campus_without_rooms_matches_nothing():
    catalogue = Catalogue((), ())

    assert list(catalogue.rooms_in(catalogue.matching(RoomQuery()))) == []


def test_distances_are_known_between_placed_buildings_only():
    catalogue = catalogue_of([a_room()])

    assert catalogue.metres(BuildingId("K-J17"), BuildingId("K-E4")) == pytest.approx(1112, abs=2)
    assert catalogue.metres(BuildingId("K-J17"), BuildingId("Hub")) is None


def test_unknown_ids_are_named():
    catalogue = catalogue_of([a_room()])

    with pytest.raises(UnknownRoom) as room:
        catalogue.room("K-J17-NO")
    with pytest.raises(UnknownBuilding, match="K-NO"):
        catalogue.building("K-NO")
    assert room.value.room_id == "K-J17-NO"


def test_every_building_is_listed_even_when_it_is_empty():
    catalogue = Catalogue([a_building("A1"), a_building("B2")], [a_room("A1-2", "A1"), a_room("A1-10", "A1")])

    assert {key: [room.id for room in held] for key, held in catalogue.by_building.items()} == {
        "A1": ["A1-10", "A1-2"],
        "B2": [],
    }


@pytest.mark.parametrize(
    ("building", "half"),
    [("K-E18", Location.LOWER), ("K-E19", Location.UPPER), ("Hub", Location.UPPER), ("H-B4", Location.LOWER)],
)
def test_the_grid_number_decides_the_half_of_the_campus(building: str, half: Location):
    assert a_building(building).location is half


@given(rooms(), st.integers(0, 35))
def test_masks_of_equipment_and_sizes_hold_exactly_their_rooms(listed: list[Room], seats: int):
    catalogue = catalogue_of(listed)

    def places(mask: int) -> list[Room]:
        return list(catalogue.rooms_in(mask))

    order = catalogue.order
    assert catalogue.masks_by_equipment.keys() == {each for room in order for each in room.equipment}
    for each, mask in catalogue.masks_by_equipment.items():
        assert places(mask) == [room for room in order if each in room.equipment]
    assert places(catalogue.from_capacity(seats)) == [room for room in order if room.capacity >= seats]
