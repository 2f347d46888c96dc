"""Webhooks: what a booking costs with one webhook, against none."""

import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter

from msgspec.structs import replace

from bot.runtime import event_loop
from core.clock import ShiftedClock, SystemClock
from core.interval import Interval
from core.model import PersonId, RoomId, UserGroup, Webhook, WebhookId
from core.policy.rules import Rules
from core.ports import UnitOfWork
from core.read_model import ReadModel
from core.services.book_room import BookRoom
from core.services.bookings import BookingService, new_booking_id
from storage.factory import open_storage
from tests.benchmarks.harness import Row, compare
from tests.benchmarks.world import campus, filled_file
from tests.builders import a_person, a_room

_ROOM = RoomId("HOOKED")
_BOOKINGS = 20
"""In one round, of each kind in turn; the median counts."""


def run(quick: bool) -> list[Row]:  # noqa: FBT001 - how benchmarks are called
    rounds = 8 if quick else 40
    with tempfile.TemporaryDirectory() as folder:
        return event_loop.run(_rows(filled_file(Path(folder) / "roomie.db", entries=20_000), rounds))


async def _rows(path: Path, rounds: int) -> list[Row]:
    clock = ShiftedClock(_next_monday())
    storage = open_storage(f"sqlite:///{path}", ReadModel(), Rules(), clock)
    await storage.open()
    await storage.load()
    booker = await storage.write(_fill)
    rules = replace(Rules(), staff_horizon=300)
    service = BookingService(storage, storage.read_model, rules, clock)  # type: ignore[attr-defined]
    slots = _slots(clock.now())

    async def book(*, has_webhook: bool) -> float:
        storage.read_model.has_webhooks = has_webhook  # type: ignore[attr-defined]
        begin = perf_counter()
        await service.book(BookRoom(new_booking_id(), _ROOM, next(slots), booker))
        return perf_counter() - begin

    async def round_of_both() -> tuple[float, float]:
        pairs = [(await book(has_webhook=True), await book(has_webhook=False)) for _ in range(_BOOKINGS)]
        with_one, without = zip(*pairs, strict=True)
        return sorted(with_one)[_BOOKINGS // 2], sorted(without)[_BOOKINGS // 2]

    both = [await round_of_both() for _ in range(rounds)]
    await storage.close()
    with_one, without = iter([one for one, _ in both]), iter([other for _, other in both])
    return [
        compare(
            "booking with one webhook: time against none",
            lambda: next(with_one) * 1e6,
            lambda: next(without) * 1e6,
            rounds,
            target=1.3,
            at_most=True,
            unit=" µs",
        )
    ]


def _fill(unit: UnitOfWork) -> PersonId:
    unit.rooms.put_rooms([a_room(_ROOM, campus()[0][0].id)])
    unit.webhooks.add(Webhook(WebhookId(0), "https://example.org", ("*",), "", SystemClock().now()))
    return unit.people.add(a_person("hooked", UserGroup.STAFF), None).id


def _slots(now: datetime) -> Iterator[Interval]:
    """Quarters of an hour, day after day."""
    first = now.replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=2)
    for day in range(280):
        for quarter in range(36):
            start = first + timedelta(days=day, minutes=15 * quarter)
            yield Interval.of_length(start, timedelta(minutes=15))


def _next_monday() -> datetime:
    now = SystemClock().now()
    day = now + timedelta(days=(0 - now.weekday()) % 7 or 7)
    return day.replace(hour=7, minute=20, second=0, microsecond=0)
