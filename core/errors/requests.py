"""Errors of requests about bookings, rooms, people and societies."""

from datetime import datetime, timedelta

from core.errors.kinds import Conflict, Invalid, NotAllowed, NotFound
from core.interval import Interval
from core.model import Booking, Busy, Room


class InvalidTimes(Invalid):
    code = "bad_times"

    def __init__(self, message: str = "Invalid times given.", granularity: int | None = None) -> None:
        super().__init__(message)
        self.granularity = granularity


class InvalidDate(Invalid):
    code = "bad_date"

    def __init__(self, message: str = "Invalid date or time given.") -> None:
        super().__init__(message)


class InThePast(InvalidDate):
    code = "in_the_past"

    def __init__(self, start: datetime) -> None:
        super().__init__("Invalid date or time given. That time has passed.")
        self.start = start


class OutsideHours(Invalid):
    """The room is closed during part of the slot. `opens`, `closes`: minutes after midnight, campus time."""

    code = "outside_hours"

    def __init__(self, message: str, opens: int, closes: int) -> None:
        super().__init__(message)
        self.opens, self.closes = opens, closes


class TooFarAhead(Invalid):
    code = "too_far_ahead"

    def __init__(self, message: str, days: int) -> None:
        super().__init__(message)
        self.days = days


class SameDayOnly(TooFarAhead):
    """Until `until` the person may not book in advance, because of their no-shows."""

    code = "same_day_only"

    def __init__(self, until: datetime) -> None:
        why = "because nobody checked in to several of your bookings"
        super().__init__(f"You can only book for today for a while, {why}.", 0)
        self.until = until


class UnknownCalendar(NotFound):
    """No calendar with this secret, or no longer."""

    code = "no_such_calendar"

    def __init__(self) -> None:
        super().__init__("This calendar address is not valid any more. Type /calendar in chat for yours.")


class MissingField(Invalid):
    code = "missing_field"


class UnknownPicture(NotFound):
    """No picture at this address: it was cut off or changed, or what it shows is gone."""

    code = "no_such_picture"

    def __init__(self) -> None:
        super().__init__("There is no picture at this address. Ask Roomie in chat again for a new one.")


class PictureExpired(NotFound):
    code = "picture_expired"

    def __init__(self) -> None:
        super().__init__("This picture has expired. Ask Roomie in chat again for a new one.")


class UnknownRoom(NotFound):
    code = "unknown_room"

    def __init__(self, room_id: str = "") -> None:
        super().__init__("Room ID does not exist.")
        self.room_id = room_id


class UnknownBuilding(NotFound):
    code = "unknown_building"


class UnknownPerson(NotFound):
    code = "unknown_user"

    def __init__(self, name: str = "") -> None:
        super().__init__("User does not exist.")
        self.name = name


class UnknownSociety(NotFound):
    """No such society, or none that the requester may act for."""

    code = "bad_society"

    def __init__(self, society_id: str = "") -> None:
        super().__init__("Bad society ID.")
        self.society_id = society_id


class UnknownBooking(NotFound):
    code = "no_such_booking"

    def __init__(self) -> None:
        super().__init__("No booking has been found")


class NoBookings(UnknownBooking):
    """The requester has no bookings to come."""


class NotYourBooking(Conflict):
    code = "not_your_booking"

    def __init__(self) -> None:
        super().__init__("The booking does not belong to you.")


class BookingIsOver(Conflict):
    code = "booking_is_over"

    def __init__(self) -> None:
        super().__init__("This booking is already over.")


class CheckInClosed(Conflict):
    """Check-in before it opens, at `opens`."""

    code = "check_in_closed"

    def __init__(self, opens: datetime, minutes: int) -> None:
        super().__init__(f"You can check in from {minutes} minutes before the booking starts.")
        self.opens = opens


class DoorCodeNeeded(Conflict):
    """Check-in to `room` without the code that the display at the door shows."""

    code = "door_code_needed"

    def __init__(
        self,
        room: Room,
        message: str = "Check in at the door: scan the code that it shows, or type it in.",
    ) -> None:
        super().__init__(message)
        self.room = room


class WrongDoorCode(DoorCodeNeeded):
    """The code is not that of `room`, or too old."""

    code = "wrong_door_code"

    def __init__(self, room: Room) -> None:
        super().__init__(room, "This code is too old, or not this room's. Scan the code at the door again.")


class NothingToPostpone(Conflict):
    """The release of a booking cannot be postponed, or not again."""

    code = "nothing_to_postpone"


class StaleVersion(Conflict):
    code = "changed_meanwhile"

    def __init__(self) -> None:
        super().__init__("This booking has changed in the meantime. Check it and try again.")


class SlotTaken(Conflict):
    """The room is busy during part of the slot, with `holders`."""

    code = "slot_taken"

    def __init__(self, holders: tuple[Busy, ...] = ()) -> None:
        super().__init__("This slot has already been booked.")
        self.holders = holders


class RoomClosed(Conflict):
    """The room, its building or the campus is closed during part of the slot.

    `closed` is that closure's interval; `opens_at` when the room is open again, campus time.
    """

    code = "closed"

    def __init__(self, room: Room, reason: str, closed: Interval, opens_at: datetime) -> None:
        because = "" if reason == "Closed" else f" ({reason})"
        super().__init__(
            f"This room is closed then{because}. It opens again on"
            f" {opens_at:%a} {opens_at.day} {opens_at:%b %Y} at {opens_at:%H:%M}."
        )
        self.room, self.reason, self.closed, self.opens_at = room, reason, closed, opens_at


class UnknownClosure(NotFound):
    code = "no_such_closure"

    def __init__(self) -> None:
        super().__init__("There is no such closure. It may be open again already.")


class BookingsInClosure(Conflict):
    """Bookings lie in the time of a new closure; it needs a confirmation."""

    code = "bookings_in_closure"

    def __init__(self, bookings: tuple[Booking, ...]) -> None:
        count = len(bookings)
        super().__init__(
            f"{count} booking{' is' if count == 1 else 's are'} in that time. Confirm to close anyway."
        )
        self.bookings = bookings


class QuotaSpent(Conflict):
    """The quota week has fewer minutes left (`left`) than the booking costs (`cost`)."""

    code = "no_quota"

    def __init__(self, cost: int, left: int, resets_in: timedelta) -> None:
        super().__init__("You do not have enough quota left.")
        self.cost, self.left, self.resets_in = cost, left, resets_in


class SocietyOnly(Conflict):
    code = "society_only"

    def __init__(self, room: Room) -> None:
        super().__init__("This room can only be booked for a society.")
        self.room = room


class NotBookable(Conflict):
    code = "not_bookable"

    def __init__(self, room: Room) -> None:
        super().__init__("This room can't be booked here.")
        self.room = room


class NotAuthenticated(NotAllowed):
    """The request has no valid credentials or linked account."""

    code = "not_signed_in"


class NotPermitted(NotAllowed):
    """The account lacks the group or role required."""

    code = "not_entitled"


class LastPresident(Conflict):
    code = "last_president"

    def __init__(self) -> None:
        super().__init__("A society needs a president. Make somebody else president first.")


class AlreadyExists(Conflict):
    """A name or address that must be unique is taken."""

    code = "already_there"


class DuplicateRequest(Conflict):
    """The idempotency key was used before, for a different request."""

    code = "handled"

    def __init__(self, booking: Booking | None = None) -> None:
        super().__init__("This request was already carried out.")
        self.booking = booking
