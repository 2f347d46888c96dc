"""Past requests under other rules, in worlds small enough to count by hand."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.simulation.comparison import compare
from bot.simulation.replay import GONE, replay
from bot.simulation.values import Past, PastEvent, PastKind
from core.interval import Interval
from core.model import BookingId, Busy, OpeningHours, PersonId, Role, SocietyId, UserGroup
from core.policy.rules import Rules
from tests.builders import NOW, a_booking, a_person, a_room, a_slot, a_society, at

HALL, LAB = a_room("K-J17-G01"), a_room("K-J17-LAB")
WIL, REMA, STAN = PersonId(1), PersonId(2), PersonId(3)
CHESS = SocietyId("CHESS")
PEOPLE = {
    WIL: a_person("wil", UserGroup.STUDENT, UserGroup.SOCIETY_MEMBER, person_id=WIL),
    REMA: a_person("rema", person_id=REMA),
    STAN: a_person("stan", UserGroup.STAFF, person_id=STAN),
}
RULES = Rules()


def asks(number: int, slot: Interval, by: PersonId | None = WIL, **others: object) -> PastEvent:
    """A request to book the hall, `number` minutes after now."""
    values: dict[str, object] = {"room_id": HALL.id, "slot": slot} | others
    minutes = timedelta(minutes=number)
    return PastEvent(NOW + minutes, PastKind.BOOK, BookingId(f"b{number}"), by, **values)  # type: ignore[arg-type]


def past(*events: PastEvent, **others: object) -> Past:
    return Past(
        events,
        {each.id: each for each in (HALL, LAB)},
        PEOPLE,
        {CHESS: a_society()},
        {(WIL, CHESS): Role.PRESIDENT},
        **others,  # type: ignore[arg-type]
    )


def test_a_smaller_quota_refuses_what_fitted_before():
    found = past(
        asks(0, a_slot("11:00", 90)), asks(1, a_slot("13:00", 90)), asks(2, a_slot("15:00", 60), REMA)
    )

    result = compare(found, RULES, replace(RULES, weekly_quota=120))

    assert (result.requests, result.reproduced) == (3, 3)
    assert (result.refused_now, result.refused_then) == (0, 1)
    assert result.newly_refused == {"no_quota": 1}
    assert result.newly_accepted == {}


def test_a_longer_horizon_allows_what_was_refused():
    found = past(asks(0, a_slot("11:00", days=10), was_refused="too_far_ahead"), asks(1, a_slot("11:00")))

    result = compare(found, RULES, replace(RULES, student_horizon=14))

    assert result.reproduced == 2
    assert (result.refused_now, result.refused_then) == (1, 0)
    assert result.newly_accepted == {"too_far_ahead": 1}


def test_a_booking_that_is_refused_leaves_its_room_to_the_next():
    found = past(asks(0, a_slot("11:00", 180)), asks(1, a_slot("12:00", 60), REMA, was_refused="slot_taken"))

    result = compare(found, RULES, replace(RULES, weekly_quota=120))

    assert result.newly_refused == {"no_quota": 1}
    assert result.newly_accepted == {"slot_taken": 1}


def test_cancelling_gives_room_and_quota_back():
    cancelled = PastEvent(at("10:30"), PastKind.CANCEL, BookingId("b0"), WIL)
    found = past(asks(0, a_slot("11:00", 180)), cancelled, asks(20, a_slot("11:00", 180)))

    assert replay(found, RULES) == ["", ""]


def test_changes_of_a_booking_that_is_refused_are_lost():
    moved = PastEvent(at("10:30"), PastKind.MOVE, BookingId("b0"), WIL, LAB.id, a_slot("13:00", 180))
    found = past(asks(0, a_slot("11:00", 180)), moved)

    assert replay(found, RULES) == ["", ""]
    assert replay(found, replace(RULES, weekly_quota=60)) == ["no_quota", GONE]
    assert compare(found, RULES, replace(RULES, weekly_quota=60)).lost == 1


def test_a_move_takes_the_new_slot_and_leaves_the_old_one():
    moved = PastEvent(at("10:30"), PastKind.MOVE, BookingId("b0"), WIL, LAB.id, a_slot("13:00"))
    found = past(
        asks(0, a_slot("11:00")),
        moved,
        asks(20, a_slot("11:00"), REMA),
        asks(21, a_slot("13:00"), REMA, room_id=LAB.id, was_refused="slot_taken"),
    )

    assert replay(found, RULES) == ["", "", "", "slot_taken"]


def test_classes_bookings_from_before_and_shorter_hours_count():
    lecture = a_slot("15:00")
    busy = Busy(int(lecture.start.timestamp()), int(lecture.end.timestamp()), "COMP1511", "CLASS", "unsw")
    before = a_booking("old", HALL.id, a_slot("12:00"), by=2)
    found = past(
        asks(0, lecture),
        asks(1, a_slot("12:00")),
        asks(2, a_slot("20:00", 45)),
        timetable=((HALL.id, busy),),
        bookings=(before,),
    )

    assert replay(found, RULES) == ["slot_taken", "slot_taken", ""]
    shorter = replace(RULES, weekday_hours=OpeningHours(8 * 60, 18 * 60))
    assert replay(found, shorter) == ["slot_taken", "slot_taken", "outside_hours"]


def test_who_has_got_the_slot_already_is_not_refused_it_again():
    found = past(
        asks(0, a_slot("11:00", 180)),
        asks(1, a_slot("12:00"), REMA, was_refused="slot_taken"),
        PastEvent(at("10:25"), PastKind.CANCEL, BookingId("b0"), WIL),
        asks(10, a_slot("12:00"), REMA),
    )

    assert replay(found, RULES) == ["", "slot_taken", ""]
    assert replay(found, replace(RULES, weekly_quota=60)) == ["no_quota", "", ""]


def test_dates_of_series_stay_and_cost_their_own_week():
    date = asks(0, a_slot("11:00", 120))
    series = replace(date, kind=PastKind.SERIES_DATE)
    found = past(
        series, asks(1, a_slot("13:00", 90)), asks(2, a_slot("11:00"), REMA, was_refused="slot_taken")
    )

    assert replay(found, RULES) == ["no_quota", "slot_taken"]


def test_societies_and_staff_have_no_quota_and_tokens_stay_valid():
    found = past(
        asks(0, a_slot("11:00", 240), WIL, society_id=CHESS),
        asks(1, a_slot("15:00", 240), STAN),
        asks(2, a_slot("11:00", 60), None, society_id=CHESS, room_id=LAB.id),
    )

    assert replay(found, replace(RULES, weekly_quota=30)) == ["", "", ""]


SLOTS = st.builds(
    lambda hour, quarters, days: a_slot(f"{hour}:00", 15 * quarters, days),
    st.integers(8, 20),
    st.integers(1, 16),
    st.integers(0, 12),
)


@given(st.lists(st.tuples(SLOTS, st.sampled_from([WIL, REMA, STAN])), max_size=25), st.integers(0, 400))
def test_the_same_past_under_the_same_rules_differs_in_nothing(
    wanted: list[tuple[Interval, PersonId]], quota: int
):
    found = past(*(asks(number, slot, by) for number, (slot, by) in enumerate(wanted)))
    rules = replace(RULES, weekly_quota=quota)

    result = compare(found, rules, rules)

    assert (result.newly_refused, result.newly_accepted, result.lost) == ({}, {}, 0)
    assert result.refused_now == result.refused_then
    assert result == compare(found, rules, rules)


@given(st.lists(SLOTS, max_size=20, unique=True))
def test_what_is_accepted_never_overlaps_in_a_room(slots: list[Interval]):
    found = past(*(asks(number, slot, STAN) for number, slot in enumerate(slots)))

    outcomes = replay(found, RULES)

    kept = sorted(
        (each.slot.start, each.slot.end)
        for each, code in zip(found.events, outcomes, strict=True)
        if not code and each.slot is not None
    )
    ends: list[datetime] = [end for _, end in kept]
    assert all(start >= end for (start, _), end in zip(kept[1:], ends, strict=False))
