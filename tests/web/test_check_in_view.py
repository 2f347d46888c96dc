"""What the page says to which the code at the door leads."""

from msgspec.structs import replace

from bot.web.pages.check_in_view import CheckInStep, CheckInView, ScannedRoom, check_in_view
from core.availability import RoomSchedule
from core.model import Booking, BookingId, Busy, RoomId, busy_for
from core.policy.door_code import WINDOW, DoorCodes
from core.policy.rules import Rules
from tests.builders import NOW, a_booking, a_room, a_slot, at

ROOM, CODES = a_room(), DoorCodes((b"secret",))
RULES, WITH_CODES = Rules(), Rules(door_code_rooms=("K-J17",))


def view(
    *bookings: Booking, code: str = "", rules: Rules = RULES, others: tuple[Booking, ...] = ()
) -> CheckInView:
    here = [busy_for(each) for each in (*bookings, *others) if each.room_id == ROOM.id]
    return check_in_view(ScannedRoom(ROOM, RoomSchedule(here), code), bookings, CODES, rules, NOW)


def booking(start: str = "10:00", room_id: str = ROOM.id, minutes: int = 60) -> Booking:
    return replace(
        a_booking(slot=a_slot(start, minutes)), room_id=RoomId(room_id), id=BookingId(f"{room_id} {start}")
    )


def test_a_booking_that_is_on_can_be_checked_in_to():
    own = booking()

    assert view(own) == CheckInView(CheckInStep.READY, own)


def test_the_code_at_the_door_is_asked_for_where_it_is_needed():
    own = booking()
    old = CODES.current(ROOM.id, NOW - 3 * WINDOW)

    assert view(own, rules=WITH_CODES) == CheckInView(CheckInStep.CODE, own)
    assert view(own, rules=WITH_CODES, code=old) == CheckInView(CheckInStep.CODE, own, is_code_wrong=True)
    assert view(own, rules=WITH_CODES, code=CODES.current(ROOM.id, NOW)).step is CheckInStep.READY


def test_who_has_checked_in_sees_that_without_any_code():
    own = replace(booking(), checked_in_at=NOW)

    assert view(own, rules=WITH_CODES) == CheckInView(CheckInStep.DONE, own)


def test_of_two_that_follow_on_the_one_without_a_check_in_is_next():
    first, second = replace(booking("09:30"), checked_in_at=NOW), booking("10:30")

    assert view(first, second).booking == second


def test_who_stands_at_the_wrong_room_hears_of_the_right_one():
    own = booking(room_id="K-J17-G02")

    assert view(own) == CheckInView(CheckInStep.ELSEWHERE, own)


def test_who_is_too_early_hears_from_when_on():
    own = booking("12:00")

    assert view(own) == CheckInView(CheckInStep.EARLY, own, opens=at("11:45"))


def test_without_a_booking_a_free_room_is_offered():
    assert view(others=(booking("12:00"),)) == CheckInView(CheckInStep.FREE, until=at("12:00"))
    assert view() == CheckInView(CheckInStep.FREE)


def test_without_a_booking_a_taken_room_says_until_when_and_no_name():
    assert view(others=(booking(),)) == CheckInView(CheckInStep.TAKEN, until=at("11:00"), holder="Booked")


def test_a_closed_room_says_why_and_nothing_of_people_who_may_come():
    start, end = (int(at(each).timestamp()) for each in ("09:00", "12:00"))
    closed = RoomSchedule([Busy(start, end, "Painting", "BLOCK", source="closure:1")])

    shown = check_in_view(ScannedRoom(ROOM, closed), (), CODES, RULES, NOW)

    assert shown == CheckInView(CheckInStep.CLOSED, until=at("12:00"), holder="Painting")
