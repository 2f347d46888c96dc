"""Channels are told like people: findable afterwards, and given up when they are gone."""

from datetime import timedelta

import pytest

from bot.chat.reply import Reply
from bot.platforms.base import RecipientUnreachable
from bot.platforms.discord.adapter import DiscordPlatform
from core.clock import SystemClock
from core.model.entities import Identity
from tests.standins.discord import Discord


async def test_a_channel_is_written_to_and_searched(discord: Discord, platform: DiscordPlatform):
    _, channel = discord.guild()
    address, since = Identity(f"discord:channel:{channel.id}"), SystemClock().now() - timedelta(minutes=1)

    await platform.send(address, Reply(("A new week.",)), "notice 1")

    assert len(channel.messages) == 1
    assert await platform.was_sent(address, "notice 1", since)
    assert not await platform.was_sent(address, "notice 2", since)


async def test_a_channel_that_is_gone_is_given_up(platform: DiscordPlatform):
    with pytest.raises(RecipientUnreachable):
        await platform.send(Identity("discord:channel:4711"), Reply(("A new week.",)), "notice 1")
