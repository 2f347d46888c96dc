"""Decisions on bookings: refusals, charges, and a ledger that always adds up."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.errors import (
    BookingIsOver,
    CheckInClosed,
    DuplicateRequest,
    InThePast,
    InvalidTimes,
    NotAuthenticated,
    NotBookable,
    NotPermitted,
    NotYourBooking,
    QuotaSpent,
    RoomieError,
    SlotTaken,
    SocietyOnly,
    StaleVersion,
    TooFarAhead,
    UnknownBooking,
    UnknownRoom,
    UnknownSociety,
)
from core.interval import Interval
from core.model import (
    Booking,
    BookingId,
    BookingState,
    Busy,
    PersonId,
    Role,
    SocietyId,
    TokenTerm,
    UserGroup,
    busy_for,
)
from core.policy.access import token_day
from core.policy.quota import quota_left, quota_week
from core.policy.rules import Rules
from core.ports import Facts
from core.services.book_room import BookRoom, decide_booking
from core.services.cancel_booking import CancelBooking, decide_cancel
from core.services.check_in import CheckIn, decide_check_in
from core.services.move_booking import MoveBooking, decide_move
from tests.builders import NOW, a_booking, a_person, a_room, a_slot, a_society, at

RULES = Rules()
WIL = a_person("wil", person_id=1)
STAN = a_person("stan", UserGroup.STAFF, person_id=1)
MEMBER = a_person("mem", UserGroup.STUDENT, UserGroup.SOCIETY_MEMBER, person_id=1)
CHESS = SocietyId("CHESS")
TERM = TokenTerm(3, token_day(NOW, RULES))


def facts(**others: object) -> Facts:
    return replace(Facts(room=a_room(), person=WIL), **others)


def club(**others: object) -> Facts:
    return facts(**{"person": MEMBER, "society": a_society(), "role": Role.MEMBER} | others)


def by_token(**others: object) -> Facts:
    return facts(person=None, society=a_society(), term=TERM, **others)


def booking_request(slot: Interval | None = None, **others: object) -> BookRoom:
    return replace(BookRoom(BookingId("b1"), a_room().id, slot or a_slot(), PersonId(1)), **others)


def a_class(slot: Interval) -> Busy:
    return Busy(int(slot.start.timestamp()), int(slot.end.timestamp()), "MATH", "CLASS", "timetable")


REFUSALS = [
    ("nobody knows the room", facts(room=None), booking_request(), UnknownRoom),
    ("nobody is logged in", facts(person=None), booking_request(), NotAuthenticated),
    (
        "the account may book nothing",
        facts(person=replace(WIL, groups=frozenset())),
        booking_request(),
        NotPermitted,
    ),
    (
        "the room is for societies",
        facts(room=a_room(individual_access=False)),
        booking_request(),
        SocietyOnly,
    ),
    ("nobody may book the room", facts(room=a_room(bookable=False)), booking_request(), NotBookable),
    ("nor may a society", club(room=a_room(bookable=False)), booking_request(society_id=CHESS), NotBookable),
    (
        "a stranger to all societies",
        facts(society=a_society()),
        booking_request(society_id=CHESS),
        NotPermitted,
    ),
    ("a stranger to this society", club(role=None), booking_request(society_id=CHESS), UnknownSociety),
    ("no such society", facts(person=MEMBER), booking_request(society_id=SocietyId("GO")), UnknownSociety),
    ("the slot is over", facts(), booking_request(a_slot("09:00")), InThePast),
    ("off the grid", facts(), booking_request(a_slot("11:05")), InvalidTimes),
    ("too far ahead for a student", facts(), booking_request(a_slot(days=8)), TooFarAhead),
    ("too far ahead for staff", facts(person=STAN), booking_request(a_slot(days=91)), TooFarAhead),
    ("too far ahead for a society", club(), booking_request(a_slot(days=22), society_id=CHESS), TooFarAhead),
    ("a class is there", facts(busy=(a_class(a_slot()),)), booking_request(), SlotTaken),
    ("quota is spent", facts(spent=135), booking_request(), QuotaSpent),
    (
        "the token is an old one",
        by_token(),
        booking_request(by=None, society_id=CHESS, term=TokenTerm(2, TERM.issued_on)),
        NotPermitted,
    ),
    (
        "the society is gone",
        facts(person=None, term=TERM),
        booking_request(by=None, society_id=CHESS, term=TERM),
        UnknownSociety,
    ),
    (
        "a token for a room nobody may book",
        by_token(room=a_room(bookable=False)),
        booking_request(by=None, society_id=CHESS, term=TERM),
        NotBookable,
    ),
]


@pytest.mark.parametrize(
    ("known", "command", "error"), [each[1:] for each in REFUSALS], ids=[each[0] for each in REFUSALS]
)
def test_a_booking_is_refused_when(known: Facts, command: BookRoom, error: type[RoomieError]):
    with pytest.raises(error) as refusal:
        decide_booking(known, command, RULES, NOW)

    assert type(refusal.value) is error
    assert str(refusal.value)


@pytest.mark.parametrize(
    ("known", "command", "cost"),
    [
        (facts(), booking_request(a_slot(minutes=45)), 45),
        (facts(spent=120), booking_request(a_slot(minutes=60)), 60),
        (facts(person=STAN), booking_request(a_slot(minutes=600)), 0),
        (facts(person=STAN), booking_request(a_slot(days=90)), 0),
        (club(spent=180), booking_request(society_id=CHESS), 0),
        (club(room=a_room(individual_access=False)), booking_request(a_slot(days=21), society_id=CHESS), 0),
        (by_token(), booking_request(by=None, society_id=CHESS, term=TERM), 0),
    ],
)
def test_a_booking_costs_its_minutes_unless_it_is_for_a_society_or_by_staff(
    known: Facts, command: BookRoom, cost: int
):
    decision = decide_booking(known, command, RULES, NOW)

    assert decision.outcome.cost == cost
    assert decision.writes is not None
    assert decision.writes.insert == decision.outcome.booking
    assert (decision.writes.charge.minutes if decision.writes.charge else 0) == cost
    assert decision.outcome.quota_left == quota_left(known.spent + cost, RULES)


def test_a_booking_is_charged_to_the_week_in_which_it_is_made():
    sunday = at("23:00", days=4)

    decision = decide_booking(facts(), booking_request(a_slot(days=5)), RULES, sunday)

    assert decision.writes is not None
    assert decision.writes.charge is not None
    assert decision.writes.charge.week == quota_week(sunday, RULES) != quota_week(at(days=5), RULES)


def test_a_repeated_request_returns_the_result_and_is_not_executed_again():
    made = a_booking()

    decision = decide_booking(facts(previous_result=made, spent=60), booking_request(request="k"), RULES, NOW)

    assert decision.writes is None
    assert (decision.outcome.booking, decision.outcome.quota_left) == (made, 120)


@pytest.mark.parametrize(
    "earlier",
    [
        a_booking(room_id="K-J17-G02"),
        a_booking(by=2),
        a_booking(slot=a_slot("15:00")),
        a_booking(society_id=CHESS),
    ],
    ids=["another room", "another person", "another slot", "for a society"],
)
def test_a_key_that_was_used_for_something_else_is_refused(earlier: Booking):
    with pytest.raises(DuplicateRequest) as refusal:
        decide_booking(facts(previous_result=earlier), booking_request(request="k"), RULES, NOW)

    assert refusal.value.booking == earlier


def test_a_request_is_recognised_after_its_booking_was_changed():
    moved = a_booking(slot=a_slot("15:00"), version=2)

    decision = decide_booking(facts(previous_result=moved), booking_request(request="k"), RULES, NOW)

    assert decision.outcome.booking == moved


# Cancelling


def owned(**others: object) -> Facts:
    return facts(**{"booking": a_booking(), "charged": 60, "spent": 60} | others)


NOT_CHANGEABLE = [
    ("it was never there", owned(booking=None), UnknownBooking),
    ("it was given up", owned(booking=a_booking(state=BookingState.CANCELLED)), UnknownBooking),
    ("somebody else has it", owned(booking=a_booking(by=2)), NotYourBooking),
    (
        "a society's token made it",
        owned(booking=a_booking(by=None, society_id=CHESS), role=Role.MEMBER),
        NotYourBooking,
    ),
    ("it is over", owned(booking=a_booking(slot=a_slot("09:00"))), BookingIsOver),
]


@pytest.mark.parametrize(
    ("known", "error"), [each[1:] for each in NOT_CHANGEABLE], ids=[each[0] for each in NOT_CHANGEABLE]
)
def test_a_booking_cannot_be_changed_when(known: Facts, error: type[RoomieError]):
    move = MoveBooking(BookingId("b1"), PersonId(1), a_room().id, a_slot("15:00"), 1)

    with pytest.raises(error):
        decide_cancel(known, CancelBooking(BookingId("b1"), PersonId(1)), RULES, NOW)
    with pytest.raises(error):
        decide_move(known, move, RULES, NOW)
    with pytest.raises(error):
        decide_check_in(known, CheckIn(BookingId("b1"), PersonId(1)), RULES, NOW)


def test_presidents_act_for_what_their_societys_token_booked():
    known = owned(booking=a_booking(by=None, society_id=CHESS), role=Role.PRESIDENT, charged=0, spent=0)

    decision = decide_cancel(known, CancelBooking(BookingId("b1"), PersonId(1)), RULES, NOW)

    assert decision.outcome.booking.state is BookingState.CANCELLED


def cancel(known: Facts, rules: Rules = RULES, now: datetime = NOW) -> int:
    decision = decide_cancel(known, CancelBooking(BookingId("b1"), PersonId(1)), rules, now)
    assert decision.writes is not None
    charge = decision.writes.charge
    assert (-charge.minutes if charge else 0) == decision.outcome.refund
    return decision.outcome.refund


def test_cancelling_refunds_exactly_what_this_week_was_charged():
    assert cancel(owned()) == 60
    assert cancel(owned(charged=15)) == 15
    assert cancel(owned(charged=0)) == 0


def test_a_booking_in_progress_is_not_refunded():
    assert cancel(owned(), now=at("11:00")) == 0
    assert cancel(owned(), now=at("10:59")) == 60


def test_a_booking_that_starts_now_is_refunded_for_one_grid_step():
    just_now = owned(booking=a_booking(slot=a_slot("10:15"), created_at=NOW))

    assert cancel(just_now, now=at("10:34")) == 60
    assert cancel(just_now, now=at("10:35")) == 0


def test_a_refund_may_require_notice():
    rules = Rules(refund_notice=timedelta(hours=2))

    assert cancel(owned(), rules, at("08:59")) == 60
    assert cancel(owned(), rules, at("09:00")) == 0


# Moving, extending, shortening


def move(known: Facts, slot: Interval, now: datetime = NOW, version: int = 1, room: str = "K-J17-G01") -> int:
    """The minutes that the move costs."""
    command = MoveBooking(BookingId("b1"), PersonId(1), a_room(room).id, slot, version)
    decision = decide_move(known, command, RULES, now)
    assert decision.writes is not None
    assert (decision.writes.charge.minutes if decision.writes.charge else 0) == decision.outcome.cost
    assert decision.outcome.booking.interval == slot
    assert decision.outcome.booking.version == version + 1
    return decision.outcome.cost


def test_only_the_difference_is_charged():
    assert move(owned(), a_slot("11:00", 90)) == 30
    assert move(owned(), a_slot("15:00", 60)) == 0
    assert move(owned(), a_slot("11:00", 30)) == -30


def test_shortening_refunds_no_more_than_this_week_was_charged():
    assert move(owned(charged=0, spent=0), a_slot("11:00", 15)) == 0
    assert move(owned(charged=20), a_slot("11:00", 15)) == -20


def test_a_booking_does_not_conflict_with_itself():
    itself = busy_for(a_booking())

    assert move(owned(busy=(itself,)), a_slot("11:30", 60)) == 0


@pytest.mark.parametrize("society", [None, SocietyId("CHESS")])
def test_a_booking_gets_another_title_whatever_else_is_allowed_by_now(society: SocietyId | None):
    lecture = a_class(a_slot("11:00"))
    known = owned(spent=180, busy=(lecture,), booking=a_booking(society_id=society, title="", notes=""))
    request = MoveBooking(BookingId("b1"), PersonId(1), a_room().id, a_slot("11:00"), 1, title="Blitz")

    decision = decide_move(known, request, RULES, at("11:30"))

    booking = decision.outcome.booking
    assert (booking.title, booking.notes) == (("Blitz", "") if society else ("", "Blitz"))
    assert (booking.version, decision.outcome.cost) == (2, 0)
    assert decision.writes is not None
    assert decision.writes.charge is None


MOVES_REFUSED = [
    ("somebody else is there", owned(busy=(a_class(a_slot("15:00")),)), a_slot("15:00"), NOW, 1, SlotTaken),
    ("it was changed meanwhile", owned(), a_slot("15:00"), NOW, 2, StaleVersion),
    ("the difference is more than is left", owned(spent=160), a_slot("11:00", 90), NOW, 1, QuotaSpent),
    ("there is no such room", owned(room=None), a_slot("15:00"), NOW, 1, UnknownRoom),
    ("the new slot is past", owned(), a_slot("09:00"), NOW, 1, InThePast),
    ("the new slot is too far ahead", owned(), a_slot(days=8), NOW, 1, TooFarAhead),
    ("it has begun and would start anew", owned(), a_slot("11:15", 45), at("11:05"), 1, InvalidTimes),
    ("it has begun and would end in the past", owned(), a_slot("11:00", 30), at("11:40"), 1, InThePast),
    (
        "the room is for societies",
        owned(room=a_room(individual_access=False)),
        a_slot("15:00"),
        NOW,
        1,
        SocietyOnly,
    ),
]


@pytest.mark.parametrize(
    ("known", "slot", "now", "version", "error"),
    [each[1:] for each in MOVES_REFUSED],
    ids=[each[0] for each in MOVES_REFUSED],
)
def test_a_move_is_refused_when(
    known: Facts, slot: Interval, now: datetime, version: int, error: type[RoomieError]
):
    with pytest.raises(error):
        move(known, slot, now, version)


def test_a_booking_in_progress_can_be_extended_and_shortened_but_refunds_no_more_than_cancelling():
    assert move(owned(), a_slot("11:00", 90), at("11:40")) == 30
    assert move(owned(), a_slot("11:00", 45), at("11:40")) == 0


# Check-in


@pytest.mark.parametrize("now", [at("10:45"), at("11:59")])
def test_check_in_is_open_from_a_quarter_of_an_hour_before_to_the_end(now: datetime):
    decision = decide_check_in(owned(), CheckIn(BookingId("b1"), PersonId(1)), RULES, now)

    assert decision.outcome.checked_in_at == now


def test_an_early_check_in_is_refused_with_its_opening_time():
    with pytest.raises(CheckInClosed) as refusal:
        decide_check_in(owned(), CheckIn(BookingId("b1"), PersonId(1)), RULES, at("10:44"))

    assert refusal.value.opens == at("10:45")


def test_checking_in_twice_changes_nothing():
    known = owned(booking=a_booking(checked_in_at=at("10:50")))

    assert decide_check_in(known, CheckIn(BookingId("b1"), PersonId(1)), RULES, at("11:10")).writes is None


# The ledger


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["book", "move", "cancel"]),
        st.integers(1, 8).map(lambda quarters: quarters * 15),
        st.integers(0, 2 * 24 * 60),
    ),
    max_size=25,
)


@given(STEPS)
def test_no_sequence_of_changes_makes_or_loses_a_minute(steps: list[tuple[str, int, int]]):
    """One booking after another through quota weeks: what is left is never above the allowance nor below 0,
    and with nothing booked in a week, all of it is there."""
    now, booking, ledger, last = at("09:00"), None, [], 0
    for action, length, pause in steps:
        now += timedelta(minutes=pause)
        week = quota_week(now, RULES)
        known = facts(
            booking=booking,
            spent=sum(minutes for at_week, _, minutes in ledger if at_week == week),
            charged=sum(
                minutes for at_week, of, minutes in ledger if (at_week, of) == (week, booking and booking.id)
            ),
        )
        start = now.replace(hour=12, minute=0) + timedelta(days=1)
        slot = Interval.of_length(start, timedelta(minutes=length))
        try:
            match action:
                case "book" if booking is None or booking.state is BookingState.CANCELLED:
                    last += 1
                    command = BookRoom(BookingId(f"b{last}"), a_room().id, slot, PersonId(1))
                    decision = decide_booking(replace(known, booking=None), command, RULES, now)
                case "move" if booking is not None:
                    command = MoveBooking(booking.id, PersonId(1), booking.room_id, slot, booking.version)
                    decision = decide_move(known, command, RULES, now)
                case "cancel" if booking is not None:
                    decision = decide_cancel(known, CancelBooking(booking.id, PersonId(1)), RULES, now)
                case _:
                    continue
        except RoomieError:
            continue
        booking = decision.outcome.booking
        if charge := decision.writes.charge:
            ledger.append((charge.week, charge.booking_id, charge.minutes))
        spent = sum(minutes for at_week, _, minutes in ledger if at_week == week)
        assert 0 <= spent <= RULES.weekly_quota
        assert decision.outcome.quota_left == RULES.weekly_quota - spent


@given(st.integers(1, 12).map(lambda quarters: quarters * 15), st.integers(0, 180))
def test_cancelling_within_the_week_undoes_booking(length: int, spent: int):
    command = booking_request(a_slot("12:00", length))
    try:
        made = decide_booking(facts(spent=spent), command, RULES, NOW)
    except QuotaSpent:
        assert spent + length > RULES.weekly_quota
        return

    known = facts(booking=made.outcome.booking, spent=spent + length, charged=length)
    undone = decide_cancel(known, CancelBooking(BookingId("b1"), PersonId(1)), RULES, NOW)

    assert undone.outcome.refund == made.outcome.cost
    assert undone.outcome.quota_left == quota_left(spent, RULES)
