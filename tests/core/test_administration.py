"""Administration as plain functions: what is asked, what becomes of bookings, what the audit says."""

import pytest

from core.errors import Conflict, Invalid
from core.model import Block, BookingState, OpeningHours, PersonId, SocietyId
from core.policy.administrators import may_administer
from core.policy.blocking import Blocked, check_not_blocked, is_blocked
from core.policy.rules import Rules
from core.policy.society_limits import check_society_minutes, minutes_with
from core.services.administration import Administrator
from core.services.administration.announcements import check_announcement
from core.services.administration.confirmation import (
    CANCEL,
    KEEP,
    YES,
    Answer,
    Confirmation,
    ConfirmationNeeded,
    confirm,
)
from core.services.administration.messages import AdminEvent, read_payload
from core.services.administration.removal import Reason, decide_hand_over, decide_removal
from core.services.administration.rights import changed
from tests.builders import NOW, a_booking, a_person, a_slot, a_society, at

BY = Administrator(PersonId(9))
THIS_WEEK, NEXT_WEEK, LAST_WEEK = 20521, 20528, 20514
"""Mondays, as days since 1970-01-01."""


def test_a_removed_booking_gives_back_all_that_this_and_later_weeks_were_charged():
    booking = a_booking(non_refundable=60)
    charges = {LAST_WEEK: 30, THIS_WEEK: 45, NEXT_WEEK: 15}

    change = decide_removal(booking, charges, [PersonId(1)], Reason(BY, "blocked", NOW), Rules())

    assert change.after.state is BookingState.CANCELLED
    assert {each.week: each.minutes for each in change.charges} == {THIS_WEEK: -45, NEXT_WEEK: -15}
    assert change.audit.actor == "person:9"
    assert change.audit.details == {"room": booking.room_id, "refund": 60, "reason": "blocked"}
    [message] = change.messages
    assert message.person_id == 1
    event, details = read_payload(message.payload)
    assert (event, details["refund"]) == (AdminEvent.CANCELLED, 60)


def test_holders_who_were_not_charged_are_promised_no_minutes():
    booking = a_booking(by=None, society_id=SocietyId("CHESS"))

    change = decide_removal(booking, {}, [PersonId(3), PersonId(4)], Reason(BY, "x", NOW), Rules())

    assert not change.charges
    assert [read_payload(each.payload)[1]["refund"] for each in change.messages] == [0, 0]


def test_a_booking_that_is_handed_over_keeps_its_place_and_leaves_its_series():
    booking = a_booking(society_id=SocietyId("CHESS"))

    change = decide_hand_over(booking, SocietyId("GO"), [PersonId(1)], Reason(BY, "x", NOW))

    assert (change.after.society_id, change.after.occurrence) == ("GO", None)
    assert change.after.place == booking.place
    assert change.after.version == booking.version + 1
    assert change.audit.details == {"society": "CHESS → GO"}


def a_question(*answers: str, text: str = "Sure?", version: int = 1) -> ConfirmationNeeded:
    return ConfirmationNeeded(text, [Answer(each, each) for each in answers], [a_booking(version=version)])


def test_an_answer_counts_only_for_the_question_that_was_shown():
    question = a_question(KEEP, CANCEL)

    assert confirm(Confirmation(CANCEL, question.digest), question) == CANCEL
    for other in (a_question(KEEP, CANCEL, text="Really?"), a_question(KEEP, CANCEL, version=2)):
        with pytest.raises(ConfirmationNeeded):
            confirm(Confirmation(CANCEL, question.digest), other)
    with pytest.raises(ConfirmationNeeded):
        confirm(None, question)


def test_a_yes_in_advance_answers_only_a_question_with_one_answer():
    assert confirm(Confirmation(YES), a_question(CANCEL)) == CANCEL
    with pytest.raises(ConfirmationNeeded):
        confirm(Confirmation(YES), a_question(KEEP, CANCEL))
    with pytest.raises(Invalid, match="keep or cancel"):
        confirm(Confirmation("burn"), a_question(KEEP, CANCEL))


def test_the_audit_shows_before_and_after_of_what_changed_only():
    details = changed(
        capacity=(30, 40),
        bookable=(True, False),
        name=("G01", "G01"),
        equipment=(frozenset({"b", "a"}), frozenset()),
        hours=(None, OpeningHours(480, 1440)),
    )

    assert details == {
        "capacity": "30 → 40",
        "bookable": "yes → no",
        "equipment": "a, b → none",
        "hours": "none → 08:00-24:00",
    }


def test_a_block_lasts_until_its_end_and_no_longer():
    person = a_person("wil", block=Block(at("12:00"), "noise"))

    assert is_blocked(person, at("11:59"))
    assert not is_blocked(person, at("12:00"))
    check_not_blocked(person, at("12:00"))
    check_not_blocked(None, NOW)
    with pytest.raises(Blocked, match=r"until 2026-03-11 12:00 UTC \(noise\)\. Ask an administrator"):
        check_not_blocked(person, NOW)


def test_only_administrators_who_are_not_blocked_may_administer():
    blocked = Block(at("12:00"))

    assert may_administer(a_person("ada", is_admin=True), NOW)
    assert not may_administer(a_person("ada", is_admin=True, block=blocked), NOW)
    assert not may_administer(a_person("wil"), NOW)


def test_a_society_s_minutes_count_a_changed_booking_once():
    booked, longer = a_booking(slot=a_slot(minutes=60)), a_slot(minutes=90)
    next_week = a_slot(minutes=90, days=7)

    assert minutes_with(longer, 60, booked, Rules()) == 90
    assert minutes_with(next_week, 30, booked, Rules()) == 120
    assert minutes_with(longer, 60, None, Rules()) == 150
    check_society_minutes(10_000, a_society())
    with pytest.raises(Conflict, match="45 minutes a week; this would make it 60"):
        check_society_minutes(60, type(a_society())(SocietyId("CHESS"), "Chess", weekly_minutes=45))


@pytest.mark.parametrize("text", ["", " \n ", "a\u202eb", "x" * 1_501])
def test_an_announcement_is_some_visible_text(text: str):
    with pytest.raises(Invalid):
        check_announcement(text)


def test_an_announcement_may_have_lines():
    assert check_announcement(" Closed today. \n\nSorry! ") == "Closed today.\n\nSorry!"
