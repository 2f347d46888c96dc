"""Usage figures of small worlds that can be counted by hand."""

from datetime import date, timedelta

import pytest

from bot.usage.counting import UsageCounter
from bot.usage.figures import Count, size_label, size_of
from bot.usage.periods import Period
from core.interval import Interval
from core.model import (
    AttemptedRequest,
    BookingState,
    Busy,
    Charge,
    PersonId,
    RefusedRequest,
    RequestedAction,
    RoomId,
    SocietyId,
    Wait,
    WaitEnd,
    WaitId,
)
from core.policy.rules import Rules
from tests.builders import NOW, a_booking, a_room, a_slot, at

HALL, LAB = a_room("K-J17-G01", capacity=20), a_room("K-J17-LAB", capacity=60, check_in=True)
ROOMS = {each.id: each for each in (HALL, LAB)}
WEEK = Period("this week", date(2026, 3, 9), date(2026, 3, 15))
WHOLE = WEEK.interval(Rules())


def counter(building: str = "") -> UsageCounter:
    return UsageCounter(WEEK, ROOMS, Rules(), NOW + timedelta(days=5), building)


def test_bookings_are_counted_by_what_became_of_them():
    counting = counter()
    counting.add_bookings(
        [
            a_booking("1", HALL.id, a_slot("11:00", 90), by=1),
            a_booking("2", LAB.id, a_slot("11:00"), by=2, checked_in_at=at("11:00")),
            a_booking("3", LAB.id, a_slot("13:00"), by=2, released_at=at("13:15")),
            a_booking("4", LAB.id, a_slot("15:00"), by=3, state=BookingState.CANCELLED),
            a_booking("5", HALL.id, a_slot("15:00", days=7), by=4),
            a_booking("6", RoomId("elsewhere"), a_slot("15:00"), by=5),
            a_booking("7", HALL.id, a_slot("16:00"), by=6, held_until=at("16:00"), state=BookingState.HELD),
        ]
    )

    figures = counting.figures

    assert figures.booked == Count(3, 2)
    assert figures.booked_minutes == 90 + 60 + 60
    assert (figures.cancelled, figures.awaited, figures.used) == (Count(1, 1), Count(2, 1), Count(1, 1))
    assert figures.no_shows == Count(1, 1)


def test_occupancy_is_minutes_of_rooms_by_hour_and_weekday():
    counting = counter()
    counting.add_bookings([a_booking("1", HALL.id, a_slot("11:30", 60), by=1)])
    lecture = a_slot("11:00", 120)
    busy = Busy(int(lecture.start.timestamp()), int(lecture.end.timestamp()), "COMP1511", "CLASS", "unsw")
    counting.add_timetable([(LAB.id, busy), (RoomId("elsewhere"), busy)], WHOLE)

    occupancy = counting.figures.occupancy

    eleven, twelve = occupancy[2, 11], occupancy[2, 12]
    assert (eleven.open, eleven.timetable, eleven.booked) == (120, 60, 30)
    assert (twelve.open, twelve.timetable, twelve.booked) == (120, 60, 30)
    assert eleven.share == 0.75
    assert occupancy[2, 8].share == 0.0
    assert (2, 7) not in occupancy
    assert (5, 8) not in occupancy
    assert occupancy[5, 9].open == 120


def test_a_lecture_over_the_border_of_two_slices_counts_once():
    counting = counter()
    start, end = at("11:30"), at("12:30")
    busy = Busy(int(start.timestamp()), int(end.timestamp()), "COMP1511", "CLASS", "unsw")
    for window in (Interval(WHOLE.start, at("12:00")), Interval(at("12:00"), WHOLE.end)):
        counting.add_timetable([(LAB.id, busy)], window)

    occupancy = counting.figures.occupancy

    assert (occupancy[2, 11].timetable, occupancy[2, 12].timetable) == (30, 30)


def a_refusal(by: int | None, code: str = "no_quota", **others: object) -> RefusedRequest:
    values: dict[str, object] = {"room_id": HALL.id, "slot": a_slot("15:00")} | others
    attempt = AttemptedRequest(RequestedAction.BOOK, by and PersonId(by), **values)  # type: ignore[arg-type]
    return RefusedRequest(NOW, attempt, code, "", "slack")


def test_refusals_are_counted_by_reason_and_the_same_request_once():
    counting = counter()
    counting.add_refusals(
        [
            a_refusal(1),
            a_refusal(1),
            a_refusal(2),
            a_refusal(1, "slot_taken"),
            a_refusal(None, "nothing_free", room_id=None, seats=200),
        ]
    )

    figures = counting.figures

    assert figures.refusals == {
        "no_quota": Count(2, 2),
        "slot_taken": Count(1, 1),
        "nothing_free": Count(1, 1),
    }
    assert figures.wanted_hours[15] == (Count(), Count(), Count(4, 3))
    assert figures.wanted_sizes[2][2] == Count(3, 2)
    assert figures.wanted_sizes[5][2] == Count(1, 1)


def test_refusals_without_a_room_belong_to_no_building():
    counting = counter("Ainsworth Building")
    counting.add_refusals([a_refusal(1, room_id=None), a_refusal(1)])

    assert counting.figures.refusals == {"no_quota": Count(1, 1)}


def test_waits_and_those_that_ended_in_a_booking():
    counting = counter()
    waits = [
        Wait(WaitId(1), PersonId(1), a_slot("15:00"), NOW, HALL.id, ended=WaitEnd.BOOKED),
        Wait(WaitId(2), PersonId(2), a_slot("15:00"), NOW, None, '{"capacity": 8}', ended=WaitEnd.OVER),
        Wait(WaitId(3), PersonId(3), a_slot("15:00"), NOW, HALL.id, is_watch=True, ended=WaitEnd.NOTIFIED),
    ]
    counting.add_waits(waits)

    figures = counting.figures

    assert (figures.waited, figures.got_room) == (Count(2, 2), Count(1, 1))
    assert figures.wanted_sizes[1][1] == Count(1, 1)


def test_quota_is_net_of_refunds_and_societies_have_their_bookings():
    counting = counter()
    counting.add_charges([Charge(PersonId(1), a_booking().id, 0, each, NOW) for each in (60, 60, -60)])
    chess = SocietyId("CHESS")
    counting.add_bookings(
        [
            a_booking(str(each), HALL.id, a_slot(f"{each}:00"), by=each, society_id=chess)
            for each in (11, 12, 13)
        ]
    )

    figures = counting.figures

    assert figures.spent == Count(60, 1)
    assert figures.societies == {"CHESS": Count(3, 3)}


@pytest.mark.parametrize(
    ("seats", "label"), [(1, "1–5 seats"), (20, "11–20 seats"), (999, "101 or more seats")]
)
def test_sizes_are_ranges(seats: int, label: str):
    size = size_of(seats)

    assert size is not None
    assert size_label(size) == label
    assert size_of(0) is None
