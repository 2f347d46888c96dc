"""An operator closes a room on Discord; the holder of a booking inside gets a message with another room."""

from datetime import timedelta

from msgspec.structs import replace

from bot.notifications import NOTIFICATION_TYPES
from bot.worker.outbox import OutboxSender, OutboxSettings
from core.ports import UnitOfWork
from tests.platforms.discord.environment import Environment


def promote_ops(unit: UnitOfWork) -> None:
    person = unit.people.by_name("ops")
    assert person is not None
    unit.people.put(replace(person, is_admin=True))


async def test_closing_over_a_booking_needs_a_press_and_messages_the_holder_once(
    environment: Environment,
) -> None:
    wil, ops = environment.discord.person("wil"), environment.discord.person("ops")
    await environment.add_people(wil, ops)
    await environment.storage.write(promote_ops)
    booked = await wil.run("/book", room="K-J17-G001", when="saturday 10-11")
    refused = await wil.run("/rooms close", where="K-J17-G001", when="saturday 9-17", reason="exam")
    question = await ops.run("/rooms close", where="K-J17-G001", when="saturday 9-17", reason="exam")
    question_text = question.seen.text
    closed = await ops.press(question.seen, "Close anyway")

    sender = OutboxSender(
        environment.services,
        [environment.platform],
        NOTIFICATION_TYPES,
        "worker",
        OutboxSettings(spacing=timedelta()),
    )
    before = len(wil.sees())
    await sender.deliver_due()
    await sender.deliver_due()
    (notice,) = wil.sees()[before:]

    assert "You're booked" in booked.seen.text
    assert "Only operators can close and open rooms" in refused.seen.text
    assert "1 booking is in that time" in question_text
    assert "Closed: " in closed.seen.text
    assert "during your booking" in notice.text
    moved = await wil.press(notice, "Move")
    assert "Moved to" in moved.seen.text
    assert await environment.services.closures.unanswered() == []
