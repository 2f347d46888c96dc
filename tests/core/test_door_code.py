"""Door codes: how long they are valid, for which room, and how they may be typed."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BookingIsOver, CheckInClosed, DoorCodeNeeded, NotYourBooking, WrongDoorCode
from core.model import BookingId, PersonId, RoomId
from core.policy.door_code import (
    ALPHABET,
    LENGTH,
    WINDOW,
    DoorCodes,
    format_code,
    needs_door_code,
    next_code_at,
)
from core.policy.rules import Rules
from core.ports import Facts
from core.services.check_in import CheckIn, DoorCodeCheck, decide_check_in
from tests.builders import NOW, a_booking, a_room, a_slot, at

ROOM = a_room()
CODES = DoorCodes((b"secret",))
RULES = Rules(door_code_rooms=("*",))
CODE_CHECK = DoorCodeCheck(CODES, {ROOM.id: ROOM})


@given(room=st.text(max_size=20), second=st.integers(0, 2**33))
def test_a_code_has_eight_letters_that_nobody_confuses(room: str, second: int):
    code = CODES.current(RoomId(room), NOW + timedelta(seconds=second))

    assert len(code) == LENGTH
    assert set(code) <= set(ALPHABET)


@given(later=st.integers(0, 3_600))
def test_a_code_is_valid_for_five_minutes_at_least_and_ten_at_most(later: int):
    code, age = CODES.current(ROOM.id, NOW), timedelta(seconds=later)

    is_valid = CODES.is_valid(ROOM.id, code, NOW + age)

    assert is_valid or age > WINDOW
    assert not is_valid or age < 2 * WINDOW


def test_the_next_code_comes_when_the_window_ends():
    change = next_code_at(NOW)

    assert NOW < change <= NOW + WINDOW
    assert CODES.current(ROOM.id, change) != CODES.current(ROOM.id, NOW)
    assert CODES.current(ROOM.id, change - timedelta(seconds=1)) == CODES.current(ROOM.id, NOW)


def test_a_clock_may_be_half_a_minute_behind_that_of_the_display_but_no_code_comes_long_before_its_time():
    change = next_code_at(NOW)
    code = CODES.current(ROOM.id, change)

    assert CODES.is_valid(ROOM.id, code, change - timedelta(seconds=30))
    assert not CODES.is_valid(ROOM.id, code, change - timedelta(seconds=31))


def test_no_code_is_that_of_another_room_or_another_secret():
    code = CODES.current(ROOM.id, NOW)

    assert not CODES.is_valid(RoomId("K-J17-G02"), code, NOW)
    assert not DoorCodes((b"other",)).is_valid(ROOM.id, code, NOW)
    assert not DoorCodes().is_valid(ROOM.id, code, NOW)


def test_codes_of_a_replaced_secret_stay_valid():
    assert DoorCodes((b"new", b"secret")).is_valid(ROOM.id, CODES.current(ROOM.id, NOW), NOW)


def test_a_code_may_be_typed_in_small_letters_and_with_or_without_its_gap():
    code = CODES.current(ROOM.id, NOW)

    for typed in (code, code.lower(), format_code(code), f" {code[:4]}-{code[4:].lower()} "):
        assert CODES.is_valid(ROOM.id, typed, NOW)


@given(typed=st.text(max_size=40))
def test_any_text_may_be_tried(typed: str):
    assert not CODES.is_valid(ROOM.id, typed, NOW)


@pytest.mark.parametrize(
    ("patterns", "is_needed"), [((), False), (("K-J17",), True), (("K-J17-*",), True), (("K-E19",), False)]
)
def test_rooms_and_buildings_are_named_by_patterns(patterns: tuple[str, ...], is_needed: bool):  # noqa: FBT001
    room = a_room("K-J17-G01")

    assert needs_door_code(room, Rules(door_code_rooms=patterns)) is is_needed


def check_in(code: str = "", *, by: int = 1, now=NOW, rules: Rules = RULES, slot=None):
    booking = a_booking(slot=slot or a_slot("10:15"))
    request = CheckIn(BookingId("b1"), PersonId(by), door_code=code)
    return decide_check_in(Facts(booking=booking), request, rules, now, CODE_CHECK)


def test_the_code_at_the_door_checks_in():
    assert check_in(CODES.current(ROOM.id, NOW)).outcome.checked_in_at == NOW


def test_without_the_code_nobody_checks_in_where_it_is_needed():
    with pytest.raises(DoorCodeNeeded, match="scan the code that it shows"):
        check_in()


def test_an_old_code_is_refused_with_what_to_do():
    with pytest.raises(WrongDoorCode, match="Scan the code at the door again"):
        check_in(CODES.current(ROOM.id, NOW - 3 * WINDOW))


def test_elsewhere_people_check_in_as_ever_and_a_code_does_no_harm():
    assert check_in(rules=Rules()).outcome.checked_in_at == NOW
    assert check_in("KXPMWRTQ", rules=Rules()).outcome.checked_in_at == NOW


def test_the_code_gives_no_right_to_the_bookings_of_others():
    with pytest.raises(NotYourBooking):
        check_in(CODES.current(ROOM.id, NOW), by=2)


def test_the_code_checks_in_only_what_is_on():
    with pytest.raises(CheckInClosed):
        check_in(CODES.current(ROOM.id, NOW), slot=a_slot("12:00"))
    with pytest.raises(BookingIsOver):
        check_in(CODES.current(ROOM.id, at("11:20")), now=at("11:20"))
