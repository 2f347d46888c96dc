"""What the display at the door of a room says, from its schedule."""

from datetime import datetime

import pytest
from msgspec.structs import replace

from bot.web.pages.display_view import DisplayState, DisplayView, display_view
from core.availability import RoomSchedule
from core.model import Busy, ReleaseNotice, busy_for
from core.policy.rules import Rules
from tests.builders import NOW, a_booking, a_room, a_slot, at

ROOM, RULES = a_room(), Rules()


def busy(start: str, minutes: int = 60, name: str = "COMP1511", source: str = "unsw", days: int = 0) -> Busy:
    slot = a_slot(start, minutes, days)
    return Busy(int(slot.start.timestamp()), int(slot.end.timestamp()), name, "CLASS", source)


def view(*entries: Busy, now: datetime = NOW, room=ROOM, bookings=()) -> DisplayView:
    booked = [busy_for(each) for each in bookings]
    return display_view(room, RoomSchedule([*entries, *booked]), bookings, RULES, now)


def test_a_free_room_is_free_until_it_is_taken():
    shown = view(busy("15:00"))

    assert (shown.state, shown.heading, shown.until) == (DisplayState.FREE, "Free", "until 15:00")
    assert shown.upcoming == (("15:00–16:00", "COMP1511"),)
    assert shown.now is None


def test_a_free_room_is_free_until_it_closes():
    assert view().until == "until 21:00"


def test_a_room_that_cannot_be_booked_is_free_all_day_without_opening_hours():
    shown = view(room=replace(ROOM, bookable=False), now=at("23:00"))

    assert (shown.state, shown.until) == (DisplayState.FREE, "for the rest of the day")


def test_a_taken_room_falls_free_after_the_last_of_what_follows_on():
    shown = view(busy("10:00"), busy("11:00", name="Chess"), busy("13:00", name="Drama"))

    assert (shown.state, shown.until) == (DisplayState.TAKEN, "until 12:00")
    assert shown.now == ("10:00–11:00", "COMP1511")
    assert shown.upcoming == (("11:00–12:00", "Chess"), ("13:00–14:00", "Drama"))


def test_personal_bookings_show_no_name():
    shown = view(bookings=[replace(a_booking(slot=a_slot("10:00")), title="Secret plans", notes="More")])

    assert shown.now == ("10:00–11:00", "Booked")


def test_only_today_comes_next_and_three_at_most():
    entries = [busy(f"{hour}:00", 30) for hour in (12, 13, 14, 15)]

    assert [each.time[:5] for each in view(*entries, busy("09:00", days=1)).upcoming] == [
        "12:00",
        "13:00",
        "14:00",
    ]


def test_outside_its_hours_a_room_is_closed_until_it_opens():
    shown = view(now=at("23:00"))

    assert (shown.state, shown.heading, shown.until) == (
        DisplayState.CLOSED,
        "Closed",
        "until 08:00 tomorrow",
    )


def test_a_closure_says_why():
    shown = view(busy("10:00", 300, "Painting", "closure:1"))

    assert (shown.state, shown.now) == (DisplayState.CLOSED, ("10:00–15:00", "Painting"))


def test_a_long_closure_names_its_last_day():
    assert view(busy("10:00", 4 * 24 * 60, "Holidays", "closure:1")).until == "until Sun 15 Mar 10:00"


@pytest.mark.parametrize(
    ("now", "can_check_in", "note"),
    [
        ("10:44", False, ""),
        ("10:45", True, "Check-in for 11:00 is open."),
        ("11:05", True, "Check in by 11:15, or the room falls free."),
        ("11:20", True, "Please check in."),
        ("12:00", False, ""),
    ],
)
def test_people_are_asked_to_check_in_while_they_can(now: str, can_check_in: bool, note: str):  # noqa: FBT001
    shown = view(bookings=[a_booking(slot=a_slot("11:00"))], now=at(now), room=replace(ROOM, check_in=True))

    assert (shown.can_check_in, shown.note) == (can_check_in, note)


def test_who_is_still_coming_has_until_the_postponed_time():
    late = replace(a_booking(slot=a_slot("11:00")), release=ReleaseNotice(2, at("11:30"), is_postponed=True))

    shown = view(bookings=[late], now=at("11:20"), room=replace(ROOM, check_in=True))

    assert shown.note == "Check in by 11:30, or the room falls free."


def test_who_has_checked_in_is_asked_no_more():
    done = replace(a_booking(slot=a_slot("10:00")), checked_in_at=at("10:00"))

    assert not view(bookings=[done]).can_check_in
