"""Which events a change of bookings causes."""

from datetime import timedelta

from msgspec.structs import replace

from core.model import BookingState, EventType, Guest, PersonId
from core.policy.quota import quota_week
from core.policy.rules import Rules
from core.policy.webhook_events import booking_events, events_of, quota_reset
from core.ports import WriteSet
from tests.builders import NOW, a_booking, a_slot, at


def types_of(before, after, now=NOW):
    return [each.type.value for each in booking_events(before, after, now)]


def changed(booking, **values):
    return replace(booking, version=booking.version + 1, **values)


def test_a_new_booking_is_one_event_and_frees_nothing():
    [event] = booking_events(None, a_booking(), NOW)

    assert event.type is EventType.BOOKING_CREATED
    assert event.data["booking"]["state"] == "active"


def test_a_cancelled_booking_frees_its_room_from_now_on():
    booking = a_booking(slot=a_slot("9:00", minutes=120))

    cancelled, freed = booking_events(booking, changed(booking, state=BookingState.CANCELLED), NOW)

    assert cancelled.type is EventType.BOOKING_CANCELLED
    assert (freed.data["start"], freed.data["end"]) == ("2026-03-11T10:20:00Z", "2026-03-11T11:00:00Z")
    assert freed.data["reason"] == "cancelled"


def test_a_cancelled_booking_that_is_over_frees_nothing():
    booking = a_booking(slot=a_slot("8:00"))

    assert types_of(booking, changed(booking, state=BookingState.CANCELLED)) == ["booking.cancelled"]


def test_a_longer_booking_frees_nothing_and_a_shorter_one_its_rest():
    booking = a_booking(slot=a_slot("15:00", minutes=60))

    assert types_of(booking, changed(booking, interval=a_slot("15:00", minutes=90))) == ["booking.changed"]
    _, freed = booking_events(booking, changed(booking, interval=a_slot("15:00", minutes=15)), NOW)
    assert (freed.data["start"], freed.data["end"]) == ("2026-03-11T15:15:00Z", "2026-03-11T16:00:00Z")


def test_check_in_and_release_are_events_of_their_own():
    booking = a_booking(slot=a_slot("10:00", minutes=60))
    cut = a_slot("10:00", minutes=30)

    assert types_of(booking, changed(booking, checked_in_at=NOW)) == ["booking.checked_in"]
    assert types_of(booking, changed(booking, interval=cut, released_at=NOW)) == [
        "booking.released",
        "room.freed",
    ]


def test_guests_holds_and_warnings_are_no_events():
    booking = a_booking()
    hold = replace(booking, state=BookingState.HELD, held_until=at("11:00"))

    assert types_of(booking, changed(booking, guests=(Guest(PersonId(7)),))) == []
    assert types_of(None, hold) == []
    assert types_of(hold, changed(hold, state=BookingState.CANCELLED)) == []


def test_a_swap_frees_neither_room():
    mine, theirs = a_booking(), a_booking(room_id="K-J17-LAB")
    given = changed(mine, room_id=theirs.room_id)
    taken = changed(theirs, room_id=mine.room_id)

    events = events_of([WriteSet(update=given, before=mine), WriteSet(update=taken, before=theirs)], NOW)

    assert [each.type.value for each in events] == ["booking.changed", "booking.changed"]


def test_ids_differ_for_each_version_and_hold_no_separator_of_signed_content():
    booking = a_booking(slot=a_slot("15:00"))
    later = changed(booking, interval=a_slot("17:00"))
    events = [*booking_events(None, booking, NOW), *booking_events(booking, later, NOW)]

    ids = [each.id for each in events]

    assert len(set(ids)) == 3
    assert not any("." in each for each in ids)


def test_titles_and_people_are_not_in_the_data():
    booking = a_booking(title="Secret plan", notes="bring cake", by=77)

    [event] = booking_events(None, booking, NOW)

    assert "Secret" not in str(event.data)
    assert "77" not in str(event.data).replace(booking.id, "")


def test_a_quota_week_has_the_same_event_whenever_it_is_announced():
    rules = Rules()
    first, second = (
        quota_reset(quota_week(each, rules), rules, each) for each in (NOW, NOW + timedelta(hours=5))
    )

    assert first.id == second.id == "quota-2026-03-09"
    assert first.data == second.data
    assert first.data["start"] == "2026-03-09T03:00:00Z"
