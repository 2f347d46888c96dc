"""Waiting for a room in Slack: the button below a refusal, the offer as a direct message, its answers."""

from datetime import timedelta

from bot.notifications import NOTIFICATION_TYPES
from bot.worker.offers import OfferMaker
from bot.worker.outbox import OutboxSender, OutboxSettings
from tests.platforms.slack.environment import Environment, labels, read
from tests.standins.slack import SlackStandIn


async def test_what_falls_free_is_offered_and_taken_or_passed_on(
    environment: Environment, slack: SlackStandIn
) -> None:
    ada, bob = slack.person("U1"), slack.person("U2")
    async with environment.open() as adapter:
        settings = OutboxSettings(spacing=timedelta())
        sender = OutboxSender(environment.services, [adapter], NOTIFICATION_TYPES, "worker", settings)
        offers = OfferMaker(environment.services)

        async def deliver() -> None:
            await offers.poll()
            await sender.deliver_due()

        await bob.types("/book K-J17-G01 saturday 10-11")
        await ada.types("/book K-J17-G01 saturday 10-11")
        await ada.presses(ada.sees()[-1], "Tell me when it's free")
        await slack.until(lambda: "1st in line" in read(ada.sees()[-1]))
        await bob.types("/rooms cancel")
        await deliver()
        offer = ada.dms[-1]
        assert "I'm holding it for you until" in read(offer)
        assert labels(offer) == ["Take it", "Pass"]
        await ada.presses(offer, "Take it")
        await slack.until(lambda: any("You're booked" in read(each) for each in ada.dms))

        await bob.types("/rooms wait K-J17-G01 saturday 10-11")
        assert "1st in line" in read(bob.sees()[-1])
        await ada.types("/rooms cancel")
        await deliver()
        await bob.presses(bob.dms[-1], "Pass")
        await slack.until(lambda: any("next in line" in read(each) for each in bob.dms))
        await bob.types("/rooms waiting")
        assert "aren't waiting for anything" in read(bob.sees()[-1])
        await adapter.wait_idle()
        assert slack.refusals == []
