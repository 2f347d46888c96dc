"""Waiting list and holds, as administrators see and end them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from core.clock import Clock
from core.errors import NotFound
from core.interval import Interval
from core.model import Booking, Person, RoomId, Wait, WaitEnd, WaitState
from core.ports import Storage, UnitOfWork
from core.services.administration.messages import AdminEvent, admin_message
from core.services.administration.removal import ahead
from core.services.administration.rights import Administrator


class ListedWait(Struct, frozen=True):
    """A wait that has not ended, with its person and the hold of its offer."""

    wait: Wait
    person: Person | None
    hold: Booking | None = None


class WaitAdministration:
    """Use cases of administrators. Rights are checked inside each transaction."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    async def waits(self, by: Administrator) -> list[ListedWait]:
        """Everything waited for and watched, in the order of the line."""
        now = self._clock.now()

        def transaction(unit: UnitOfWork) -> list[ListedWait]:
            by.check(unit, now)
            holds = {each.id: each for each in unit.bookings.holds(ahead(now)) if _is_live(each, now)}
            return [
                ListedWait(
                    each, unit.people.get(each.person_id), holds.get(each.hold_id) if each.hold_id else None
                )
                for each in unit.waits.open()
                if each.interval.end > now
            ]

        return await self._storage.read(transaction)

    async def remove(self, by: Administrator, wait_id: int) -> ListedWait:
        """Ends a wait, with its hold and a message to the person; `NotFound` if it has ended."""
        now = self._clock.now()

        def transaction(unit: UnitOfWork) -> ListedWait:
            by.check(unit, now)
            wait = unit.waits.get(wait_id)
            if wait is not None:
                unit.waits.lock([wait.person_id])
                wait = unit.waits.get(wait_id)
            if wait is None or wait.state is WaitState.ENDED:
                raise NotFound(f"There is no entry {wait_id} on the waiting list. See /admin wait list")
            end_waits(unit, by, [wait], now)
            return ListedWait(wait, unit.people.get(wait.person_id))

        return await self._storage.write_relaxed(transaction)

    async def holds(self, by: Administrator) -> list[ListedWait]:
        """The waits with an offer whose room is held now."""
        return [each for each in await self.waits(by) if each.hold is not None]


def end_waits(unit: UnitOfWork, by: Administrator, waits: Iterable[Wait], now: datetime) -> None:
    """Ends waits, with their holds and a message to each person."""
    for wait in waits:
        is_offered = wait.state is WaitState.OFFERED and wait.hold_id is not None
        if is_offered and wait.hold_id is not None:
            unit.bookings.end_hold(wait.hold_id)
        unit.waits.put(replace(wait, state=WaitState.ENDED, ended=WaitEnd.STOPPED))
        unit.audit(by.entry(now, "end wait", f"wait:{wait.id}", {"why": WaitEnd.STOPPED}))
        event = AdminEvent.OFFER_ENDED if is_offered else AdminEvent.WAIT_ENDED
        details = _time(wait.interval)
        unit.outbox.add([admin_message(event, wait.person_id, str(wait.id), now, details)])


def withdraw_offers(unit: UnitOfWork, rooms: Sequence[RoomId], now: datetime) -> None:
    """Ends the holds of rooms; who was offered one waits on for another."""
    held = {each.id for each in unit.bookings.holds(ahead(now), rooms)} if rooms else set()
    for wait in unit.waits.open():
        if wait.hold_id in held and unit.bookings.end_hold(wait.hold_id):
            unit.waits.put(replace(wait, state=WaitState.WAITING, offered_until=None))


def _time(interval: Interval) -> dict[str, str | int]:
    return {"start": int(interval.start.timestamp()), "end": int(interval.end.timestamp())}


def _is_live(hold: Booking, now: datetime) -> bool:
    return hold.held_until is not None and hold.held_until > now
