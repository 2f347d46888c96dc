"""Finding rooms: the best first, and alternatives that really would work."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.availability import Availability
from core.catalogue import RoomQuery
from core.interval import Interval
from core.model import BuildingId, Busy, OpeningHours, Person, Role, Room, RoomId, UserGroup
from core.policy.rules import Rules
from core.services.eligibility import BookingParty, EligibilityCheck
from core.services.find_rooms import AlternativeKind, alternatives, find_rooms, find_windows, first_available
from tests.builders import NOW, a_person, a_room, a_society, at
from tests.core.strategies import busy_intervals, catalogue_of, rooms, spans

HOUR = 3600
RULES = Rules()
WIL = a_person("wil", person_id=1)


def seconds(instant: datetime) -> int:
    return int(instant.timestamp())


ELEVEN, CLOSING = seconds(at("11:00")), seconds(at("21:00"))


def a_class(start: int, end: int, name: str = "MATH") -> Busy:
    return Busy(start, end, name, "CLASS", "timetable")


def campus(*listed: Room, **busy: list[tuple[int, int]]) -> Availability:
    """Rooms, and their busy intervals by room number."""
    availability = Availability(catalogue_of(list(listed)))
    for room in listed:
        for start, end in busy.get(room.number, ()):
            availability.add(room.id, a_class(start, end))
    return availability


def found(availability: Availability, query: RoomQuery, hours: int = 1) -> list[str]:
    return [free.room.number for free in find_rooms(availability, query, ELEVEN, ELEVEN + hours * HOUR).rooms]


SMALL, MIDDLE, LARGE = (
    a_room("K-J17-S", capacity=4),
    a_room("K-J17-M", capacity=20),
    a_room("K-J17-L", capacity=200),
)
ELSEWHERE = a_room("K-E4-E", "K-E4", capacity=20)


def test_with_a_capacity_the_smallest_that_fits_comes_first():
    assert found(campus(LARGE, SMALL, MIDDLE), RoomQuery(capacity=10)) == ["M", "L"]


def test_without_criteria_the_room_that_stays_free_longest_comes_first():
    availability = campus(SMALL, MIDDLE, S=[(ELEVEN + 2 * HOUR, ELEVEN + 3 * HOUR)])

    assert found(availability, RoomQuery()) == ["M", "S"]


def test_near_a_building_the_nearest_comes_first():
    query = RoomQuery(near=BuildingId("K-E4"))

    free = find_rooms(campus(MIDDLE, ELSEWHERE), query, ELEVEN, ELEVEN + HOUR).rooms

    assert [each.room for each in free] == [ELSEWHERE, MIDDLE]
    assert free[0].metres == 0
    assert free[1].metres == pytest.approx(1112, abs=2)


def test_a_free_room_has_its_next_busy_interval():
    availability = campus(MIDDLE, M=[(ELEVEN + 2 * HOUR, ELEVEN + 3 * HOUR)])

    (free,) = find_rooms(availability, RoomQuery(), ELEVEN, ELEVEN + HOUR).rooms

    assert free.until == ELEVEN + 2 * HOUR
    assert free.next_busy is not None
    assert free.next_busy.name == "MATH"


def test_pages_follow_one_another_and_the_total_stays():
    listed = [a_room(f"K-J17-{number}", capacity=number) for number in range(1, 8)]
    pages = [
        find_rooms(campus(*listed), RoomQuery(capacity=1), ELEVEN, ELEVEN + HOUR, skip=skip, limit=3)
        for skip in (0, 3, 6)
    ]

    assert [free.room for page in pages for free in page.rooms] == listed
    assert {page.total for page in pages} == {7}


def test_a_window_begins_on_the_first_free_quarter_of_an_hour():
    availability = campus(MIDDLE, M=[(ELEVEN - HOUR, ELEVEN + 500)])

    (free,) = find_windows(availability, RoomQuery(), ELEVEN, CLOSING, HOUR).rooms

    assert free.start == ELEVEN + 900


def test_a_window_is_bookable_where_there_is_one():
    late = replace(MIDDLE, weekday_hours=OpeningHours(15 * 60, 21 * 60))
    trial = EligibilityCheck(BookingParty(WIL), RULES, NOW)

    (free,) = find_windows(campus(late), RoomQuery(), ELEVEN, CLOSING, HOUR, trial.accepts).rooms

    assert free.start == seconds(at("15:00"))


# Alternatives


def kinds(
    availability: Availability, query: RoomQuery, hours: int = 1
) -> dict[AlternativeKind, tuple[tuple[str, int, int], ...]]:
    """Each alternative's rooms, with their hours after eleven."""
    return {
        each.kind: tuple(
            (room.number, (start - ELEVEN) // HOUR, (end - ELEVEN) // HOUR) for room, start, end in each.parts
        )
        for each in alternatives(availability, query, ELEVEN, ELEVEN + hours * HOUR, CLOSING)
    }


def test_alternatives_to_a_taken_room_are_later_or_nearby():
    availability = campus(SMALL, MIDDLE, ELSEWHERE, M=[(ELEVEN, ELEVEN + HOUR)])

    assert kinds(availability, RoomQuery(room=MIDDLE.id)) == {
        AlternativeKind.LATER: (("M", 1, 2),),
        AlternativeKind.NEARBY: (("E", 0, 1),),
    }


def test_alternatives_to_a_long_slot_are_shorter_or_split():
    availability = campus(MIDDLE, ELSEWHERE, M=[(ELEVEN + 2 * HOUR, CLOSING)])
    availability.add(ELSEWHERE.id, a_class(ELEVEN, ELEVEN + 2 * HOUR))

    offered = kinds(availability, RoomQuery(capacity=10), hours=4)

    assert offered[AlternativeKind.SHORTER] == (("M", 0, 2),)
    assert offered[AlternativeKind.SPLIT] == (("M", 0, 2), ("E", 2, 4))


def test_nothing_is_offered_after_closing():
    availability = campus(MIDDLE, M=[(ELEVEN, CLOSING)])

    assert alternatives(availability, RoomQuery(), ELEVEN, ELEVEN + HOUR, CLOSING) == ()


def test_the_first_available_slot_is_on_a_quarter_of_an_hour():
    availability = campus(MIDDLE, M=[(ELEVEN, ELEVEN + HOUR + 60)])

    first = first_available(availability, RoomQuery(), ELEVEN + 7, CLOSING - HOUR, HOUR)

    assert first is not None
    assert first.parts == ((MIDDLE, ELEVEN + HOUR + 900, ELEVEN + 2 * HOUR + 900),)


@given(
    rooms(),
    st.lists(st.tuples(st.integers(0, 7), busy_intervals()), max_size=10),
    spans(6 * HOUR).map(lambda span: (span[0] // 900 * 900, -(-span[1] // 900) * 900)),
    st.integers(0, 180),
    st.sampled_from([UserGroup.STUDENT, UserGroup.STAFF]),
)
def test_every_alternative_is_free_and_would_be_booked(
    listed: list[Room], busy: list[tuple[int, Busy]], slot: tuple[int, int], spent: int, group: UserGroup
):
    availability = Availability(catalogue_of(listed))
    for number, interval in busy:
        availability.add(listed[number % len(listed)].id, interval)
    now = datetime.fromtimestamp(slot[0] - 2 * HOUR, UTC)
    trial = EligibilityCheck(BookingParty(a_person("wil", group, person_id=1), spent=spent), RULES, now)
    query = RoomQuery(bookable_only=True, individual_only=True)

    offered = alternatives(availability, query, *slot, slot[1] + 8 * HOUR, trial.accepts)

    for each in offered:
        for room, start, end in each.parts:
            assert start % 900 == end % 900 == 0
            assert availability.schedule(room.id).is_free(start, end)
            part = Interval(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
            assert trial.refusal(room, part, availability.schedule(room.id).conflicts(start, end)) is None


# Eligibility


@pytest.mark.parametrize(
    ("person", "room", "answer"),
    [
        (WIL, MIDDLE, "yes"),
        (WIL, a_room(bookable=False), "no"),
        (WIL, a_room(individual_access=False), "no"),
        (replace(WIL, groups=frozenset()), MIDDLE, "no"),
    ],
)
def test_eligibility_agrees_with_booking(person: Person, room: Room, answer: str):
    trial = EligibilityCheck(BookingParty(person), RULES, NOW)

    assert trial.accepts(room, ELEVEN, ELEVEN + HOUR) is (answer == "yes")


def test_eligibility_respects_quota_where_it_applies():
    assert EligibilityCheck(BookingParty(WIL, spent=120), RULES, NOW).accepts(MIDDLE, ELEVEN, ELEVEN + HOUR)
    assert not EligibilityCheck(BookingParty(WIL, spent=135), RULES, NOW).accepts(
        MIDDLE, ELEVEN, ELEVEN + HOUR
    )
    member = replace(WIL, groups=frozenset({UserGroup.STUDENT, UserGroup.SOCIETY_MEMBER}))
    for_a_society = BookingParty(member, a_society(), Role.MEMBER, spent=180)
    assert EligibilityCheck(for_a_society, RULES, NOW).accepts(MIDDLE, ELEVEN, ELEVEN + HOUR)


def test_a_building_without_coordinates_is_never_near():
    availability = Availability(catalogue_of([MIDDLE, a_room("Hub-1", "Hub", 20)]))

    free = find_rooms(availability, RoomQuery(near=BuildingId("K-J17")), ELEVEN, ELEVEN + HOUR).rooms

    assert [(each.room.id, each.metres) for each in free] == [(MIDDLE.id, 0), (RoomId("Hub-1"), None)]
