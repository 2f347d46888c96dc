"""Decisions: invite guests to a booking, remove one, leave it."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from core.errors import Conflict, Invalid
from core.model import AuditEntry, Booking, BookingId, Guest, Identity, Person, PersonId
from core.policy.rules import Rules
from core.ports import Decision, Facts, WriteSet
from core.services.guest_messages import GuestEvent, guest_notices, invitations
from core.services.ownership import attended_booking, guest_of, own_booking
from core.services.reminders import guest_reminders
from core.services.versions import next_version


class TooManyGuests(Conflict):
    """The booking has `guests`, and may have `max_guests`."""

    code = "too_many_guests"

    def __init__(self, guests: int, max_guests: int) -> None:
        super().__init__(
            f"A booking can have up to {max_guests} guests, and this one has {guests}. Invite fewer people."
        )
        self.guests, self.max_guests = guests, max_guests


class Attendee(Struct, frozen=True):
    """A requester with the chat accounts that are theirs; `person_id` is None without an account."""

    person_id: PersonId | None
    identities: tuple[Identity, ...] = ()

    @property
    def actor(self) -> str:
        """The requester as an actor of the audit trail."""
        return f"person:{self.person_id}" if self.person_id is not None else self.identities[0]


class InviteGuests(Struct, frozen=True):
    """Request to invite guests; `people` are those with accounts."""

    booking_id: BookingId
    by: PersonId
    guests: tuple[Guest, ...]
    people: tuple[Person, ...] = ()


class InvitationResult(Struct, frozen=True):
    """The booking with its guests: those who are new, and those who were invited before."""

    booking: Booking
    invited: tuple[Guest, ...]
    already: tuple[Guest, ...]


def decide_invite(
    facts: Facts, request: InviteGuests, rules: Rules, now: datetime
) -> Decision[InvitationResult]:
    """Invites; owners are no guests of their own."""
    booking = own_booking(facts, request.by, now)
    known = {each.key for each in booking.guests}
    owner = None if booking.booked_by is None else Guest(booking.booked_by).key
    wanted = {each.key: each for each in request.guests if each.key != owner}
    invited = tuple(each for key, each in wanted.items() if key not in known)
    already = tuple(each for key, each in wanted.items() if key in known)
    if not invited:
        return Decision(InvitationResult(booking, (), already))
    if len(booking.guests) + len(invited) > rules.max_guests:
        raise TooManyGuests(len(booking.guests), rules.max_guests)
    after = with_guests(booking, (*booking.guests, *invited))
    audit = AuditEntry(now, f"person:{request.by}", "invite", booking.id, {"guests": len(invited)})
    return Decision(
        InvitationResult(after, invited, already),
        WriteSet(
            update=after,
            before=booking,
            audit=audit,
            messages=(
                *invitations(after, invited, now),
                *guest_reminders(after, invited, request.people, now),
            ),
        ),
    )


def decide_remove(
    facts: Facts, booking_id: BookingId, by: PersonId, key: str, now: datetime
) -> Decision[tuple[Booking, Guest | None]]:
    """Removes the guest with this key, who gets a notice; None if there is none."""
    booking = own_booking(facts, by, now)
    guest = next((each for each in booking.guests if each.key == key), None)
    if guest is None:
        return Decision((booking, None))
    after = _without(booking, guest)
    notice = guest_notices(GuestEvent.REMOVED, booking, (guest,), after.version, now)
    audit = AuditEntry(now, f"person:{by}", "remove guest", booking_id)
    return Decision((after, guest), WriteSet(update=after, before=booking, audit=audit, messages=notice))


def decide_leave(facts: Facts, requester: Attendee, now: datetime) -> Decision[tuple[Booking, Guest]]:
    """Takes the requester off the booking."""
    booking = attended_booking(facts, requester.person_id, now, requester.identities)
    guest = guest_of(booking, requester.person_id, requester.identities)
    if guest is None:
        raise Invalid("This booking is yours. Cancel it, or give it to somebody else.")
    after = _without(booking, guest)
    audit = AuditEntry(now, requester.actor, "leave", booking.id)
    return Decision((after, guest), WriteSet(update=after, before=booking, audit=audit))


def with_guests(booking: Booking, guests: Sequence[Guest]) -> Booking:
    return replace(next_version(booking), guests=tuple(guests))


def _without(booking: Booking, guest: Guest) -> Booking:
    return with_guests(booking, [each for each in booking.guests if each.key != guest.key])
