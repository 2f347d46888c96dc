"""An operator closes a room in Slack; the holder of a booking inside gets a message with another room."""

from datetime import timedelta

from msgspec.structs import replace

from bot.notifications import NOTIFICATION_TYPES
from bot.worker.outbox import OutboxSender, OutboxSettings
from core.ports import UnitOfWork
from tests.platforms.slack.environment import Environment, labels, read
from tests.standins.slack import SlackStandIn


def promote_ada(unit: UnitOfWork) -> None:
    ada = unit.people.by_name("ada")
    assert ada is not None
    unit.people.put(replace(ada, is_admin=True))


async def test_closing_over_a_booking_needs_a_press_and_messages_the_holder_once(
    environment: Environment, slack: SlackStandIn
) -> None:
    await environment.storage.write(promote_ada)
    ada, bob = slack.person("U1"), slack.person("U2")
    async with environment.open() as adapter:
        await bob.types("/book K-J17-G01 saturday 10-11")
        assert "You're booked" in bob.sees()[-1].words
        await ada.types('/rooms close K-J17-G01 saturday 9-17 "exam"')
        question = ada.sees()[-1]
        assert "1 booking is in that time" in read(question)
        assert "Bob" in read(question)
        await ada.presses(question, "Close anyway")
        await slack.until(lambda: "Closed: " in read(ada.sees()[-1]))

        sender = OutboxSender(
            environment.services,
            [adapter],
            NOTIFICATION_TYPES,
            "worker",
            OutboxSettings(spacing=timedelta()),
        )
        await sender.deliver_due()
        await sender.deliver_due()
        (notice,) = (each for each in bob.dms if "during your booking" in read(each))
        assert "will be closed (exam) during your booking" in read(notice)
        assert "Cancel booking" in labels(notice)
        await bob.presses(notice, "Move")
        await slack.until(lambda: any("Moved to" in each.words for each in bob.dms))
        await adapter.wait_idle()
        assert slack.refusals == []
    assert await environment.services.closures.unanswered() == []


async def test_others_are_refused(environment: Environment, slack: SlackStandIn) -> None:
    bob = slack.person("U2")
    async with environment.open():
        await bob.types('/rooms close K-J17-G01 saturday 9-17 "exam"')
        assert "Only operators can close and open rooms" in read(bob.sees()[-1])
    assert await environment.services.closures.all() == []
