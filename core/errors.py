"""Domain errors, with messages fit to show to people.

Front ends map the base classes to status codes and tones; `code` is public and stable.
"""

from datetime import datetime, timedelta

from core.interval import Interval
from core.model import AttemptedRequest, Booking, Busy, Room


class RoomieError(Exception):
    """A request that cannot be fulfilled; the message says why and, where known, what to do."""

    code = "error"
    attempt: AttemptedRequest | None = None
    """The request that is refused, where a use case knows it; see `core.services.attempts`."""


class Invalid(RoomieError):
    """The request is malformed or inconsistent."""

    code = "invalid"


class NotFound(RoomieError):
    """The resource does not exist, or not for this requester."""

    code = "not_found"


class NotAllowed(RoomieError):
    """The requester lacks permission."""

    code = "not_allowed"


class Conflict(RoomieError):
    """The request conflicts with the current state."""

    code = "conflict"


class Unavailable(RoomieError):
    """The service cannot handle the request now."""

    code = "unavailable"
    is_safe_to_log = True
    """Messages are constant: they quote no user input."""


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


class InvalidSeries(Invalid):
    """The rule of a series cannot be followed."""

    code = "bad_series"


class EndlessSeries(InvalidSeries):
    code = "endless_series"

    def __init__(self) -> None:
        super().__init__("A series needs an end. Say how many dates it has, or which is its last day.")


class SeriesTooFrequent(InvalidSeries):
    code = "series_too_frequent"

    def __init__(self) -> None:
        super().__init__("A series repeats once a day at most. Choose daily, weekly or monthly.")


class TooManyDates(InvalidSeries):
    """The series has more dates than allowed; at least `dates`."""

    code = "too_many_dates"

    def __init__(self, dates: int, max_dates: int) -> None:
        super().__init__(f"That is more than {max_dates} dates, the most a series may have. End it earlier.")
        self.dates, self.max_dates = dates, max_dates


class NeverHappens(InvalidSeries):
    code = "never_happens"

    def __init__(self) -> None:
        super().__init__(
            "No day fits this rule between its first and its last day. Check both, and the weekdays."
        )


class EndsBeforeStart(InvalidSeries):
    code = "ends_before_start"

    def __init__(self) -> None:
        super().__init__("This series would end before it starts. Choose a later end.")


class UnsupportedRule(InvalidSeries):
    """The rule uses a part of RFC 5545 that series do not have; `part` is its name."""

    code = "unsupported_rule"

    def __init__(self, part: str) -> None:
        super().__init__(
            f"{part} can't be used in a series. Use FREQ, INTERVAL, BYDAY, BYMONTHDAY, COUNT and UNTIL."
        )
        self.part = part


class UnknownSeries(NotFound):
    code = "no_such_series"

    def __init__(self) -> None:
        super().__init__("There is no such series. It may have been cancelled.")


class SeriesNotAllowed(NotAllowed):
    code = "series_not_allowed"

    def __init__(self) -> None:
        super().__init__("You can't book a series here. Book one date at a time.")


class SeriesHoursSpent(Conflict):
    """The society's series would take `minutes` in one week, of `max_minutes`."""

    code = "no_series_hours"

    def __init__(self, minutes: int, max_minutes: int) -> None:
        hours = f"{max_minutes / 60:g}"
        super().__init__(f"A society's series may take {hours} hours a week; this would be more.")
        self.minutes, self.max_minutes = minutes, max_minutes


class NothingToBook(Conflict):
    code = "nothing_to_book"

    def __init__(self) -> None:
        super().__init__("None of these dates can be booked. Choose another time or another room.")


class UnknownWait(NotFound):
    code = "no_such_wait"

    def __init__(self) -> None:
        super().__init__("You aren't waiting for that any more.")


class TooManyWaits(Conflict):
    code = "too_many_waits"

    def __init__(self, max_waits: int) -> None:
        limit = f"You can wait for {max_waits} at a time. Stop one of them first."
        super().__init__(limit if max_waits else "Waiting for rooms is switched off here.")
        self.max_waits = max_waits


class OfferExpired(Conflict):
    code = "offer_expired"

    def __init__(self) -> None:
        super().__init__("This offer is over. Ask again if you still need the room.")


class NothingToWaitFor(Conflict):
    """Waiting makes no sense; `is_free`: because it can be booked now."""

    code = "nothing_to_wait_for"

    def __init__(self, message: str, *, is_free: bool = False) -> None:
        super().__init__(message)
        self.is_free = is_free
