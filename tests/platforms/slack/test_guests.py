"""People on a booking on Slack: with and without an account of Roomie, and bookings that change hands."""

from bot.notifications import NOTIFICATION_TYPES
from bot.platforms.slack.adapter import SlackPlatform
from bot.worker.outbox import OutboxSender
from tests.platforms.slack.environment import Environment
from tests.standins.slack import Message, SlackStandIn


def words(message: Message) -> str:
    return message.words.replace("\u200b", "")


async def deliver(environment: Environment, adapter: SlackPlatform) -> None:
    await OutboxSender(environment.services, [adapter], NOTIFICATION_TYPES, "worker").deliver_due()


async def test_people_with_and_without_an_account_are_invited_by_direct_message(
    environment: Environment, slack: SlackStandIn
) -> None:
    ada, bob, cyd = (slack.person(each) for each in ("U1", "U2", "U3"))
    async with environment.open() as adapter:
        await ada.types("/book K-J17-G01 3pm for 1 hour")
        await ada.types("/rooms invite @bob @cyd")
        await slack.until(lambda: len(ada.sees()) == 2)
        await deliver(environment, adapter)

        invited = words(ada.sees()[1])
        assert "Invited Bob and " in invited
        assert "slack:" not in invited
        assert "U3" not in invited.replace("<@U3>", "")
        for guest in (bob, cyd):
            (message,) = guest.dms
            assert "Ada invited you to" in words(message)

        await cyd.presses(cyd.dms[0], "Who's coming")
        await slack.until(lambda: any("3 people are coming" in words(each) for each in cyd.dms))
        await cyd.presses(cyd.dms[0], "Leave")
        await slack.until(lambda: "You've left" in words(cyd.dms[0]))
        await ada.types("/rooms guests")
        await slack.until(lambda: "2 people are coming: Ada and Bob." in words(ada.sees()[-1]))
        await adapter.wait_idle()
    assert slack.refusals == []


async def test_a_booking_is_given_with_two_presses(environment: Environment, slack: SlackStandIn) -> None:
    ada, bob = slack.person("U1"), slack.person("U2")
    async with environment.open() as adapter:
        await ada.types("/book K-J17-G01 3pm for 1 hour")
        await ada.types("/book K-J17-G02 5pm for 1 hour")
        await ada.types("/rooms give @bob")
        await slack.until(lambda: len(ada.sees()) == 3)
        await ada.presses(ada.sees()[2], "Give")
        await slack.until(lambda: "You've offered" in words(ada.sees()[2]))
        await deliver(environment, adapter)
        await bob.presses(bob.dms[0], "Accept")
        await slack.until(lambda: "It's yours" in words(bob.dms[0]))
        await deliver(environment, adapter)

        assert "Bob accepted your booking" in words(ada.dms[-1])
        await bob.types("/rooms mine")
        await slack.until(lambda: "1 upcoming booking" in words(bob.sees()[-1]))
        await adapter.wait_idle()
    assert slack.refusals == []


async def test_somebody_without_an_account_cannot_be_given_a_booking(
    environment: Environment, slack: SlackStandIn
) -> None:
    ada = slack.person("U1")
    async with environment.open() as adapter:
        await ada.types("/book K-J17-G01 3pm for 1 hour")
        await ada.types("/rooms give @cyd")
        await slack.until(lambda: len(ada.sees()) == 2)
        await adapter.wait_idle()

    assert any("Roomie doesn't know " in words(each) for each in ada.sees())


async def test_only_people_of_the_own_workspace_are_invited_without_an_account(
    environment: Environment, slack: SlackStandIn
) -> None:
    ada = slack.person("U1")
    async with environment.open() as adapter:
        await ada.types("/book K-J17-G01 3pm for 1 hour")
        await ada.types("/rooms invite slack:T9:U3 discord:5")
        await slack.until(lambda: len(ada.sees()) == 2)
        await adapter.wait_idle()

    assert any("Roomie doesn't know " in words(each) for each in ada.sees())
