"""The steps of one booking to its release, each in one transaction.

A transaction works on what it reads itself, after it has taken the booking's locks: it may be repeated, by
several processes at once, and after a crash.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from core.interval import Interval
from core.model import AuditEntry, Booking, Charge, Guest, ReleaseNotice, Room
from core.policy.check_in import (
    NO_SHOW_WINDOW,
    SAME_DAY_ONLY,
    WARNING,
    free_from,
    is_awaited,
    release_due,
    unused_minutes,
)
from core.policy.quota import quota_week
from core.policy.refund import released_minutes
from core.policy.rules import Rules
from core.policy.webhook_events import booking_events
from core.ports import UnitOfWork
from core.services.conflicts import holders_of
from core.services.releasing.messages import ReleasedBooking, released_message, warnings
from core.services.releasing.presence import present_since
from core.services.versions import next_version

WORKER = "worker"
"""The part of Roomie that warns and releases."""


class ReleaseStep(Struct, frozen=True):
    """The next step of a booking of `room`: to warn, to note that the warning arrived, or to release."""

    room: Room
    rules: Rules
    now: datetime

    def run(self, unit: UnitOfWork, known: Booking) -> bool:
        """Whether anything has changed; False when it is too early, or somebody has checked in."""
        unit.bookings.lock(known)
        booking = unit.bookings.get(known.id)
        if booking is None or booking.room_id != self.room.id:
            return False
        if not is_awaited(booking, self.room, self.rules, self.now):
            return False
        notice = booking.release
        if notice is None:
            planned = max(release_due(booking, self.room, self.rules), self.now + WARNING)
            return warn(unit, booking, ReleaseNotice(1, planned))
        if notice.delivered_at is None:
            return self._note_delivery(unit, booking, notice)
        if self.now < notice.release_at:
            return False
        present = self._present_since(unit, booking, notice)
        if present is None:
            return False
        if present > notice.delivered_at:
            again = ReleaseNotice(notice.number + 1, self.now + WARNING, is_postponed=notice.is_postponed)
            return warn(unit, booking, again)
        return self._release(unit, booking)

    def _note_delivery(self, unit: UnitOfWork, booking: Booking, notice: ReleaseNotice) -> bool:
        """The clock starts when a warning is known to have arrived: everybody has as long to answer."""
        if not platforms_reached(unit, booking, notice):
            return False
        release_at = max(notice.release_at, self.now + WARNING)
        return _put(unit, booking, replace(notice, release_at=release_at, delivered_at=self.now))

    def _present_since(self, unit: UnitOfWork, booking: Booking, notice: ReleaseNotice) -> datetime | None:
        """Since when the worker and a platform where the warning arrived have run; None if one does not.

        After a break the chance to check in was not real.
        """
        worker = present_since(unit, WORKER, self.now)
        found = (present_since(unit, each, self.now) for each in platforms_reached(unit, booking, notice))
        platform = min((each for each in found if each is not None), default=None)
        return max(worker, platform) if worker is not None and platform is not None else None

    def _release(self, unit: UnitOfWork, booking: Booking) -> bool:
        free = free_from(self.room, self.rules, self.now)
        after = replace(
            next_version(booking),
            interval=Interval(booking.interval.start, free),
            released_at=self.now,
        )
        if not unit.bookings.update(booking, after):
            return False
        unit.webhooks.announce(booking_events(booking, after, self.now))
        refund = self._refund(unit, booking, free)
        no_shows, until = self._count_no_show(unit, booking)
        details: dict[str, str | int] = {
            "reason": "nobody checked in",
            "room": booking.room_id,
            "minutes": unused_minutes(booking, free),
            "refund": refund,
            "warning": booking.release.number if booking.release is not None else 0,
        }
        if no_shows:
            details["no_shows"] = no_shows
        unit.audit(AuditEntry(self.now, "roomie", "release", booking.id, details))
        released = ReleasedBooking(booking.room_id, booking.interval, free, refund, no_shows, until)
        to_others = replace(released, refund=0, no_shows=0, same_day_until=None)
        unit.outbox.add(
            released_message(booking, released if _is_holder(each, booking) else to_others, each, self.now)
            for each in people_on(unit, booking)
        )
        return True

    def _refund(self, unit: UnitOfWork, booking: Booking, free: datetime) -> int:
        if not self.rules.refunds_released or booking.booked_by is None:
            return 0
        week, unused = quota_week(self.now, self.rules), unused_minutes(booking, free)
        charges = unit.bookings.charges(booking.id, booking.booked_by)
        refunds = released_minutes(booking, charges.items(), unused, week)
        for each, minutes in refunds.items():
            unit.bookings.charge(Charge(booking.booked_by, booking.id, each, -minutes, self.now))
        return sum(refunds.values())

    def _count_no_show(self, unit: UnitOfWork, booking: Booking) -> tuple[int, datetime | None]:
        """The no-shows of who made a personal booking, and until when they may not book in advance."""
        person_id, limit = booking.booked_by, self.rules.no_show_limit
        if not limit or person_id is None or booking.society_id is not None:
            return 0, None
        no_shows = unit.bookings.no_shows(person_id, self.now - NO_SHOW_WINDOW)
        if no_shows <= limit:
            return no_shows, None
        until = self.now + SAME_DAY_ONLY
        unit.people.restrict(person_id, until)
        actor, details = f"person:{person_id}", {"no_shows": no_shows}
        unit.audit(AuditEntry(self.now, "roomie", "restrict to the same day", actor, details))
        return no_shows, until


def warn(unit: UnitOfWork, booking: Booking, notice: ReleaseNotice) -> bool:
    """Stores the notice, and queues its warnings."""
    if not _put(unit, booking, notice):
        return False
    unit.outbox.add(warnings(booking, notice, people_on(unit, booking)))
    return True


def _put(unit: UnitOfWork, booking: Booking, notice: ReleaseNotice) -> bool:
    return unit.bookings.update(booking, replace(next_version(booking), release=notice))


def people_on(unit: UnitOfWork, booking: Booking) -> Sequence[Guest]:
    """Who may check in: the holders of a booking, and its guests."""
    holders = [Guest(each) for each in holders_of(unit, booking)]
    return list({each.key: each for each in (*holders, *booking.guests)}.values())


def _is_holder(guest: Guest, booking: Booking) -> bool:
    return guest.person_id is not None and guest.person_id == booking.booked_by


def platforms_reached(unit: UnitOfWork, booking: Booking, notice: ReleaseNotice) -> set[str]:
    """The platforms on which a warning has arrived."""
    keys = [each.key for each in warnings(booking, notice, people_on(unit, booking))]
    return {identity.partition(":")[0] for identity in unit.outbox.sent_to(keys)}
