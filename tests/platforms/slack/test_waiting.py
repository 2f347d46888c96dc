"""Waiting for a room in Slack: the button below a refusal, the offer as a direct message, its answers."""

from datetime import timedelta

from bot.notifications import NOTIFICATION_TYPES
from bot.worker.offers import OfferMaker
from bot.worker.outbox import OutboxSender, OutboxSettings
from tests.platforms.slack.environment import Environment, labels, read
from tests.standins.slack import SlackStandIn
from tests.standins.slack.people import Person


async def test_what_falls_free_is_offered_and_taken_or_passed_on(
    environment: Environment, slack: SlackStandIn
) -> None:
    ada, bob = slack.person("U1"), slack.person("U2")
    async with environment.open() as adapter:
        settings = OutboxSettings(spacing=timedelta())
        sender = OutboxSender(environment.services, [adapter], NOTIFICATION_TYPES, "worker", settings)
        offers = OfferMaker(environment.services)

        async def cancel(person: Person) -> None:
            await person.types("/rooms cancel")
            await person.presses(person.sees()[-1], "Yes, cancel it")
            await slack.until(lambda: "Cancelled" in read(person.sees()[-1]))

        async def deliver() -> None:
            await offers.poll()
            await sender.deliver_due()

        await bob.types("/book K-J17-G01 saturday 10-11")
        await ada.types("/book K-J17-G01 saturday 10-11")
        await ada.presses(ada.sees()[-1], "Tell me when it's free")
        await slack.until(lambda: "1st in line" in read(ada.sees()[-1]))
        await cancel(bob)
        await deliver()
        offer = ada.dms[-1]
        assert "I'm holding it for you until" in read(offer)
        assert labels(offer) == ["Take it", "Pass"]
        await ada.presses(offer, "Take it")
        await slack.until(lambda: any("You're booked" in read(each) for each in ada.dms))

        await bob.types("/rooms wait K-J17-G01 saturday 10-11")
        assert "1st in line" in read(bob.sees()[-1])
        await cancel(ada)
        await deliver()
        await bob.presses(bob.dms[-1], "Pass")
        await slack.until(lambda: any("next in line" in read(each) for each in bob.dms))
        await bob.types("/rooms waiting")
        assert "aren't waiting for anything" in read(bob.sees()[-1])
        await adapter.wait_idle()
        assert slack.refusals == []


async def test_a_room_that_the_form_finds_taken_is_waited_for(
    environment: Environment, slack: SlackStandIn
) -> None:
    ada, bob = slack.person("U1"), slack.person("U2")
    async with environment.open() as adapter:
        await bob.types("/book K-J17-G01 saturday 10-11")
        await ada.types("/rooms form")
        await slack.until(lambda: ada.modal)
        form = ada.modal
        values = {"in.date": "2026-03-14", "in.time": "10:00", "in.room": "v1:K-J17-G01", "in.title": "Go"}
        await ada.submits(**values)
        refused = ada.modal
        assert refused is not None
        assert refused is not form
        await ada.presses(refused, "Tell me when it's free")
        await slack.until(lambda: "1st in line" in str(refused.content))
        await ada.closes_modal()

        assert form is not None
        assert ada.modal is form
        assert form.values()["in.title"]["value"]["value"] == "Go"
        await adapter.wait_idle()
        assert slack.refusals == []


async def test_the_only_taken_date_of_a_series_is_waited_for(
    environment: Environment, slack: SlackStandIn
) -> None:
    ada, bob = slack.person("U1"), slack.person("U2")
    async with environment.open() as adapter:
        await bob.types("/book K-J17-G01 saturday 10-11")
        await ada.types("/book K-J17-G01 every day 10-11 until saturday")
        await ada.presses(ada.sees()[-1], "Tell me when Sat 14 Mar is free")
        await slack.until(lambda: "1st in line" in read(ada.sees()[-1]))
        await adapter.wait_idle()
        assert slack.refusals == []
