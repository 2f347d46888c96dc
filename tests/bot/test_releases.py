"""Checking in at a terminal: in plain words, and with the buttons of a warning."""

import pytest
from msgspec.structs import force_setattr

from bot.chat.reply import Tone
from bot.services import Services
from bot.worker.releases import ReleaseRunner
from core.model import DeliveryOutcome, Identity, MessageState
from core.policy.rules import Rules
from tests.bot.chat import Chat
from tests.builders import at
from tests.fakes.clock import StillClock


@pytest.fixture
def rules() -> Rules:
    return Rules(check_in_rooms=("*",))


async def deliver(services: Services, clock: StillClock) -> None:
    """As the outbox sender does, to a terminal."""

    def send(unit) -> None:
        now = clock.now()
        claimed = unit.outbox.claim("test", now, now, 100)
        unit.outbox.start(
            "test", dict.fromkeys([each.id for each in claimed], Identity("terminal:wil")), now, now
        )
        unit.outbox.complete("test", [DeliveryOutcome(each.id, MessageState.SENT) for each in claimed])

    await services.storage.write_relaxed(send)


async def warn(wil: Chat, clock: StillClock) -> str:
    """Books a room, and lets the time pass until wil was warned; returns the booking's id."""
    await wil.say("/book Wren G02 11:00 for 1 hour")
    runner = ReleaseRunner(wil.services, ["terminal"], is_worker=True)
    clock.set(at("11:10"))
    await runner.poll()
    await deliver(wil.services, clock)
    await runner.poll()
    (booking,) = [each for each in wil.services.read_model.bookings.values() if each.release is not None]
    return booking.id


@pytest.mark.parametrize("words", ["I'm here", "check in", "we are in the room"])
async def test_plain_words_check_in(wil: Chat, clock: StillClock, words: str):
    await warn(wil, clock)

    assert "You're checked in" in await wil.say(words, free=True)


async def test_still_coming_is_possible_once(wil: Chat, clock: StillClock):
    booking_id = await warn(wil, clock)

    first = await wil.act("still_coming", booking_id)
    second = await wil.act("still_coming", booking_id)

    assert "is kept for you until 11:30" in first
    assert "You've said so once already" in second
    assert wil.tone is Tone.REFUSED


async def test_strangers_cannot_postpone(wil: Chat, rema: Chat, clock: StillClock):
    booking_id = await warn(wil, clock)

    assert "That booking isn't yours" in await rema.act("still_coming", booking_id)


async def test_who_must_not_book_ahead_reads_why(wil: Chat, services: Services):
    force_setattr(services.rules, "no_show_limit", 3)
    person_id = services.read_model.directory.by_name("wil").person.id
    await services.storage.write(lambda unit: unit.people.restrict(person_id, at("15:00", days=6)))

    refused = await wil.say("/book Wren G02 tomorrow 11:00 for 30 min")
    series = await wil.say("/book Wren G02 every day 11:00 for 30 min until friday")
    booked = await wil.say("/book Wren G02 11:00 for 30 min")

    assert "nobody checked in to several of your bookings" in refused
    assert "You can book ahead again from Tue 17 Mar, 15:00" in refused
    assert "until 11 March" in series or "Wed 11 Mar" in series
    assert "You're booked" in booked
