"""Strategies for busy times of rooms, and queries."""

from hypothesis import strategies as st

from core.catalogue import Catalogue
from core.model import Busy, Equipment, Room, RoomId
from tests.builders import a_building, a_room

MIDNIGHT = 1_773_187_200
"""Wednesday, 11 March 2026, in seconds."""
DAY = 86_400


def instants() -> st.SearchStrategy[int]:
    """Within three days, on a quarter of an hour more often than not."""
    quarters = st.integers(0, 3 * 96).map(lambda quarter: MIDNIGHT + quarter * 900)
    return st.one_of(quarters, st.integers(MIDNIGHT, MIDNIGHT + 3 * DAY))


def spans(max_length: int = DAY) -> st.SearchStrategy[tuple[int, int]]:
    lengths = st.one_of(st.integers(1, 16).map(lambda quarters: quarters * 900), st.integers(1, max_length))
    return st.tuples(instants(), lengths).map(lambda pair: (pair[0], pair[0] + pair[1]))


def busy_intervals() -> st.SearchStrategy[Busy]:
    names = st.sampled_from(["MATH", "ART", "BookingResult"])
    return st.builds(
        lambda span, name: Busy(span[0], span[1], name, "CLASS", "timetable"), spans(2 * DAY), names
    )


def rooms() -> st.SearchStrategy[list[Room]]:
    one = st.builds(
        lambda number, building, capacity, equipment, usage, individual, bookable: a_room(
            f"{building}-{number}",
            building,
            capacity,
            equipment=frozenset(equipment),
            usage=usage,
            individual_access=individual,
            bookable=bookable,
        ),
        st.integers(1, 40),
        st.sampled_from(["K-J17", "K-E4", "Hub"]),
        st.integers(0, 30),
        st.sets(st.sampled_from(Equipment), max_size=2),
        st.sampled_from(["MEET", "LIB", ""]),
        st.booleans(),
        st.booleans(),
    )
    return st.lists(one, min_size=1, max_size=8, unique_by=lambda room: room.id)


def catalogue_of(rooms: list[Room]) -> Catalogue:
    buildings = (
        a_building("K-J17", latitude=51.52, longitude=-0.13),
        a_building("K-E4", "Red Centre", latitude=51.53, longitude=-0.13),
        a_building("Hub", "Hub"),
    )
    return Catalogue(buildings, rooms)


def room_ids(rooms: list[Room]) -> list[RoomId]:
    return [room.id for room in rooms]
