"""Notifications to channels are found in the history; a deleted channel is unreachable."""

from datetime import timedelta

import pytest

from bot.chat.reply import Reply
from bot.platforms.base import RecipientUnreachable
from bot.platforms.discord.adapter import DiscordPlatform
from core.clock import SystemClock
from core.model import Identity
from tests.standins.discord import Discord


async def test_a_channel_message_is_sent_and_found(discord: Discord, platform: DiscordPlatform):
    _, channel = discord.guild()
    address, since = Identity(f"discord:channel:{channel.id}"), SystemClock().now() - timedelta(minutes=1)

    await platform.send(address, Reply(("A new week.",)), "notice 1")

    assert len(channel.messages) == 1
    assert await platform.was_sent(address, "notice 1", since)
    assert not await platform.was_sent(address, "notice 2", since)


async def test_a_deleted_channel_is_unreachable(platform: DiscordPlatform):
    with pytest.raises(RecipientUnreachable):
        await platform.send(Identity("discord:channel:4711"), Reply(("A new week.",)), "notice 1")
