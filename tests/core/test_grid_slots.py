"""Times on the booking grid."""

from datetime import timedelta

from core.interval import Interval
from core.model import UserGroup
from core.policy.rules import Rules
from core.services.bookings import GridSlot, snap_to_grid
from core.services.eligibility import BookingParty, EligibilityCheck
from tests.builders import NOW, a_person, a_room, at


def test_a_snapped_slot_is_bookable_where_the_time_as_typed_is_not() -> None:
    rules, room = Rules(), a_room()
    check = EligibilityCheck(BookingParty(a_person("rema", UserGroup.STUDENT)), rules, NOW)
    typed = Interval.of_length(at("11:05"), timedelta(hours=1))

    assert not check.accepts(room, int(typed.start.timestamp()), int(typed.end.timestamp()))
    assert check.allows(room, snap_to_grid(typed, room, rules))


def test_snapping_twice_changes_nothing() -> None:
    slot: GridSlot = snap_to_grid(Interval.of_length(at("11:05"), timedelta(minutes=50)), None, Rules())

    assert slot == Interval(at("11:00"), at("12:00"))
    assert snap_to_grid(slot, None, Rules()) == slot
