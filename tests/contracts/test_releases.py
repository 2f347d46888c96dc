"""Release without a check-in: warnings, the clock that they start, and what is released."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.interval import Interval
from core.model import Booking, DeliveryOutcome, Identity, MessageState, OutboxMessage
from core.policy.rules import Rules
from core.services.releasing import RELEASE_WARNING, RELEASED, ReleasedBooking, ReleaseService
from tests.builders import a_slot, at
from tests.contracts.campus import HALL, Campus
from tests.contracts.raw import ask

SLOT = a_slot("11:00")
CHAT = Identity("chat:someone")


@pytest.fixture
def rules() -> Rules:
    return Rules(check_in_rooms=(HALL,))


class ReleaseTrial:
    """Everything that happens to bookings of the campus as time passes: looks, deliveries, chats that run."""

    def __init__(self, campus: Campus, rules: Rules | None = None) -> None:
        self.campus = campus if rules is None else replace(campus, rules=rules)
        self.releases = ReleaseService(
            campus.storage, campus.storage.read_model, self.campus.rules, campus.clock
        )
        self.messages: list[OutboxMessage] = []

    async def look(self, *, is_delivering: bool = True, is_chat_up: bool = True) -> None:
        await self.releases.record_presence(["chat"] if is_chat_up else [])
        await self.releases.release_absent()
        if is_delivering:
            await self.deliver()
            await self.releases.release_absent()

    async def deliver(self) -> None:
        now = self.campus.clock.now()

        def send(unit) -> list[OutboxMessage]:
            claimed = unit.outbox.claim("test", now, now + timedelta(minutes=1), 100)
            unit.outbox.start("test", {each.id: each.message.identity or CHAT for each in claimed}, now, now)
            unit.outbox.complete("test", [DeliveryOutcome(each.id, MessageState.SENT) for each in claimed])
            return [each.message for each in claimed]

        self.messages += await self.campus.storage.write_relaxed(send)

    async def pass_time(self, until: str, **how: bool) -> None:
        """Looks every half minute."""
        while self.campus.clock.now() < at(until):
            await self.look(**how)
            self.campus.clock.move(timedelta(seconds=30))
        await self.look(**how)

    def sent(self, kind: str) -> list[OutboxMessage]:
        return [each for each in self.messages if each.kind == kind]

    async def stored(self, booking: Booking) -> Booking:
        found = await self.campus.storage.read(lambda unit: unit.bookings.get(booking.id))
        assert found is not None
        return found


@pytest.fixture
def trial(campus: Campus) -> ReleaseTrial:
    return ReleaseTrial(campus)


async def test_a_booking_without_a_check_in_is_released_after_a_warning(
    trial: ReleaseTrial, database_url: str
):
    booking = (await trial.campus.book(SLOT)).booking

    await trial.pass_time("11:09")
    assert trial.sent(RELEASE_WARNING) == []
    await trial.pass_time("11:14")
    (warning,) = trial.sent(RELEASE_WARNING)
    assert (warning.person_id, (await trial.stored(booking)).interval) == (trial.campus.wil, SLOT)
    await trial.pass_time("11:16")

    released = await trial.stored(booking)
    assert released.interval == Interval(at("11:00"), at("11:15"))
    assert released.released_at is not None
    (word,) = trial.sent(RELEASED)
    assert ReleasedBooking.read(word.payload) == ReleasedBooking(HALL, SLOT, at("11:15"))
    assert await ask(database_url, "SELECT count(*) FROM audit WHERE action = 'release'") == 1
