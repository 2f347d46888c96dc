"""Makes offers, and ends waits that are over, in one transaction.

A transaction works on what it reads itself, after it has taken the lock of the line. It may be repeated, by
several processes at once, and after a crash: each step changes the state that it begins with.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct, field
from msgspec.structs import replace

from core.interval import Interval
from core.model import (
    AuditEntry,
    Booking,
    BookingId,
    BookingState,
    Busy,
    OutboxMessage,
    Person,
    Room,
    RoomId,
    Wait,
    WaitEnd,
    WaitState,
    busy_for,
)
from core.policy.quiet_hours import quiet_until
from core.policy.quota import quota_week
from core.policy.rules import Rules
from core.ports import UnitOfWork
from core.read_model import ReadModel
from core.schedule_reading import busy_in_room
from core.services.eligibility import BookingParty, EligibilityCheck
from core.services.waiting.line import MIN_HOLD, WaitCandidate, free_since, is_past, slot_left
from core.time_zones import find_time_zone

OFFER = "offer"
MISSED = "offer missed"
FREE = "room free"
_MESSAGE_LIFETIME = timedelta(days=1)


def reference(wait: Wait) -> str:
    """What buttons and messages call the offer of a wait: its id, and the beginning of its hold's."""
    return f"{wait.id}.{(wait.hold_id or '')[:8]}"


class OfferRound(Struct):
    """One pass over the line; `taken` are the slots that it has offered."""

    read_model: ReadModel
    rules: Rules
    now: datetime
    taken: list[tuple[RoomId, Interval]] = field(default_factory=list)

    def is_hopeless(self, candidate: WaitCandidate) -> bool:
        """Whether all rooms that were free for it have been offered to others since."""
        return bool(candidate.rooms) and not self._open_rooms(candidate)

    def _open_rooms(self, candidate: WaitCandidate) -> list[RoomId]:
        slot = candidate.wait.interval
        gone = {room_id for room_id, interval in self.taken if interval.overlaps(slot)}
        return [each for each in candidate.rooms if each not in gone]

    def settle(self, unit: UnitOfWork, batch: Sequence[WaitCandidate]) -> int | None:
        """Makes the offers of a batch, in the order of the line; returns how many waits have changed.

        None if another transaction makes offers at this moment.
        """
        if not unit.waits.lock_line():
            return None
        rooms = {room_id for each in batch for room_id in each.rooms}
        unit.waits.lock({each.wait.person_id for each in batch}, rooms)
        current = {each.id: each for each in unit.waits.many([each.wait.id for each in batch])}
        changed = 0
        for each in batch:
            wait = current.get(each.wait.id)
            if wait is not None and wait.state is not WaitState.ENDED:
                changed += self._settle(unit, replace(each, wait=wait))
        return changed

    def _settle(self, unit: UnitOfWork, candidate: WaitCandidate) -> bool:
        wait = candidate.wait
        if not wait.is_watch and _has_booking(unit, wait):
            return end(unit, wait, WaitEnd.BOOKED, self.now)
        if wait.state is WaitState.OFFERED:
            return self._end_offer(unit, wait)
        if is_past(wait, self.read_model, self.rules, self.now):
            return end(unit, wait, WaitEnd.OVER, self.now)
        if wait.is_watch:
            return self._notify_watcher(unit, wait)
        return not self._is_quiet(wait) and self._offer(unit, candidate)

    def _end_offer(self, unit: UnitOfWork, wait: Wait) -> bool:
        if wait.offered_until is None or wait.offered_until > self.now:
            return False
        unit.outbox.add([_message(MISSED, wait, self.now, self.now + _MESSAGE_LIFETIME)])
        return end(unit, wait, WaitEnd.MISSED, self.now)

    def _notify_watcher(self, unit: UnitOfWork, wait: Wait) -> bool:
        rest = free_since(wait, self.now)
        if rest is None or wait.room_id is None:
            return False
        moment = Interval(rest.start, rest.start + timedelta(seconds=1))
        if self._busy(unit, wait.room_id, moment):
            return False
        unit.outbox.add([_message(FREE, wait, self.now, wait.interval.end)])
        return end(unit, wait, WaitEnd.NOTIFIED, self.now)

    def _offer(self, unit: UnitOfWork, candidate: WaitCandidate) -> bool:
        """Holds the first room that the person could book now, and tells them."""
        wait = candidate.wait
        slot = slot_left(wait, self.read_model, self.rules, self.now)
        if slot is None:
            return False
        check = EligibilityCheck(self._party(unit, wait), self.rules, self.now)
        for room_id in self._open_rooms(candidate):
            room = self.read_model.catalogue.rooms.get(room_id)
            busy = self._busy(unit, room_id, slot)
            if room is not None and check.refusal(room, slot, busy) is None:
                self._hold(unit, wait, room, slot)
                return True
        return False

    def _hold(self, unit: UnitOfWork, wait: Wait, room: Room, slot: Interval) -> None:
        until = self.now + hold_time(slot.start, room, self.rules, self.now)
        hold = Booking(
            BookingId(str(uuid.uuid4())),
            room.id,
            slot,
            wait.person_id,
            self.now,
            wait.society_id,
            state=BookingState.HELD,
            held_until=until,
        )
        unit.bookings.end_expired_holds(self.now, slot, room.id)
        unit.bookings.hold(hold)
        offered = replace(wait, state=WaitState.OFFERED, hold_id=hold.id, offered_until=until)
        unit.waits.put(offered)
        unit.outbox.add([_message(OFFER, offered, self.now, until)])
        actor = f"person:{wait.person_id}"
        unit.audit(AuditEntry(self.now, actor, "offer", hold.id, {"room": room.id, "wait": wait.id}))
        self.taken.append((room.id, slot))

    def _busy(self, unit: UnitOfWork, room_id: RoomId, slot: Interval) -> tuple[Busy, ...]:
        holds = unit.bookings.holds(slot, [room_id])
        live = (each for each in holds if each.held_until is not None and each.held_until > self.now)
        return (*busy_in_room(unit, room_id, slot), *map(busy_for, live))

    def _party(self, unit: UnitOfWork, wait: Wait) -> BookingParty:
        society = unit.societies.get(wait.society_id) if wait.society_id is not None else None
        role = unit.societies.role(wait.person_id, wait.society_id) if wait.society_id is not None else None
        spent = unit.bookings.spent(wait.person_id, quota_week(self.now, self.rules))
        return BookingParty(unit.people.get(wait.person_id), society, role, spent)

    def _is_quiet(self, wait: Wait) -> bool:
        """Nobody is offered anything in their quiet hours: they could not answer."""
        account = self.read_model.directory.people.get(wait.person_id)
        person: Person | None = account.person if account is not None else None
        if person is None:
            return False
        zone = find_time_zone(person.zone or "") or self.rules.zone
        return quiet_until(self.now, person.preferences.quiet, zone) is not None


def hold_time(start: datetime, room: Room, rules: Rules, now: datetime) -> timedelta:
    """How long an offer lasts: at most half of the time that is left, but long enough to press a button.

    Of a slot that has begun, or is about to, as long as it can be booked.
    """
    usual = timedelta(minutes=rules.hold_minutes)
    if start - now < MIN_HOLD:
        return min(usual, max(MIN_HOLD, start + timedelta(minutes=rules.slot_length_of(room)) - now))
    return max(min(usual, (start - now) / 2), min(MIN_HOLD, usual))


def end(unit: UnitOfWork, wait: Wait, why: WaitEnd, now: datetime) -> bool:
    """Ends a wait, and its hold."""
    if wait.state is WaitState.OFFERED and wait.hold_id is not None:
        unit.bookings.end_hold(wait.hold_id)
    unit.waits.put(replace(wait, state=WaitState.ENDED, ended=why))
    unit.audit(AuditEntry(now, f"person:{wait.person_id}", "end wait", f"wait:{wait.id}", {"why": why}))
    return True


def _has_booking(unit: UnitOfWork, wait: Wait) -> bool:
    others: Iterable[Booking] = unit.bookings.of_person(wait.person_id, wait.interval)
    if wait.society_id is not None:
        others = unit.bookings.of_society(wait.society_id, wait.interval)
    return any(each.society_id == wait.society_id for each in others)


def _message(kind: str, wait: Wait, now: datetime, expires_at: datetime) -> OutboxMessage:
    return OutboxMessage(
        key=f"{kind} {wait.id} {wait.hold_id or ''}",
        kind=kind,
        due_at=now,
        payload=reference(wait),
        person_id=wait.person_id,
        expires_at=expires_at,
    )
