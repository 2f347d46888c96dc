"""A notice for somebody whose direct messages are closed is told where they last used Roomie."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.chat.reply import Reply
from bot.platforms.base import RecipientUnreachable
from bot.platforms.slack.settings import Mode
from core.model import Identity
from tests.platforms.slack.environment import Environment, read
from tests.standins.slack import SlackStandIn

BOB = Identity("slack:T1:U2")
NOTICE = Reply(("Your booking starts soon.",))


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("minutes", [1, 90])
async def test_it_is_shown_in_the_channel_to_them_alone(
    environment: Environment, slack: SlackStandIn, mode: Mode, minutes: int
) -> None:
    environment.settings = replace(environment.settings, mode=mode)
    bob = slack.person("U2")
    async with environment.open() as adapter:
        await bob.types("/rooms free now")
        slack.close_dm("U2")
        environment.clock.move(timedelta(minutes=minutes))

        await adapter.send(BOB, NOTICE, "n1")

    assert "starts soon" in read(bob.sees()[-1])
    assert slack.person("U1").sees() == []
    assert adapter.status.counts["told in a channel"] == 1


async def test_a_mention_is_a_place_too(environment: Environment, slack: SlackStandIn) -> None:
    bob = slack.person("U2")
    async with environment.open() as adapter:
        await bob.mentions_app("free now")
        await adapter.wait_idle()
        slack.close_dm("U2")

        await adapter.send(BOB, NOTICE, "n1")

    assert "starts soon" in read(bob.sees()[-1])


async def test_without_a_place_the_outbox_hears_that_they_are_unreachable(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob = slack.person("U2")
    async with environment.open() as adapter:
        await bob.says("free now")
        await adapter.wait_idle()
        slack.close_dm("U2")

        with pytest.raises(RecipientUnreachable):
            await adapter.send(BOB, NOTICE, "n1")


async def test_a_channel_that_is_gone_is_no_place(environment: Environment, slack: SlackStandIn) -> None:
    async with environment.open() as adapter:
        await slack.person("U2").types("/rooms free now")
        slack.close_dm("U2")
        slack.delete_channel("C1")

        with pytest.raises(RecipientUnreachable):
            await adapter.send(BOB, NOTICE, "n1")
