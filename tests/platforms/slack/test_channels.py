"""Notifications to channels are sent and found by their key."""

from datetime import timedelta

from bot.chat.reply import Reply
from core.clock import SystemClock
from core.model import Identity
from tests.platforms.slack.environment import Environment


async def test_a_message_to_a_channel_is_found_by_its_key(environment: Environment):
    channel, since = Identity("slack:T1:C1"), SystemClock().now() - timedelta(minutes=1)

    async with environment.open() as adapter:
        await adapter.send(channel, Reply(("A new week.",)), "notice 1")
        arrived = await adapter.was_sent(channel, "notice 1", since)
        another = await adapter.was_sent(channel, "notice 2", since)

    messages = environment.slack.state.workspaces["T1"].channels["C1"].messages
    assert ["A new week." in each.words for each in messages] == [True]
    assert (arrived, another) == (True, False)
