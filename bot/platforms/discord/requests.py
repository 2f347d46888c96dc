"""Turning what people do on Discord into what is asked."""

import re

import discord

from bot.chat.request import ChatRequest, PlatformName, QuotedMessage, Requester, split_quotes
from core.model.entities import Identity


def identity_of(user: discord.abc.User) -> Identity:
    return Identity(f"discord:{user.id}")


def user_id(identity: Identity) -> int | None:
    """The Discord user behind an identity, or nothing when it is not one of Discord's."""
    platform, _, number = identity.partition(":")
    return int(number) if platform == "discord" and number.isascii() and number.isdecimal() else None


def requester_of(interaction: discord.Interaction) -> Requester:
    return Requester(
        identity=identity_of(interaction.user),
        platform=PlatformName.DISCORD,
        name=interaction.user.display_name,
        is_channel_admin=interaction.guild_id is not None and interaction.permissions.manage_guild,
    )


def delivery_id_of(interaction: discord.Interaction) -> str:
    return f"interaction {interaction.id}"


def command_request(interaction: discord.Interaction, words: str) -> ChatRequest:
    return ChatRequest(
        requester_of(interaction),
        text=words,
        delivery_id=delivery_id_of(interaction),
        channel=_channel(interaction),
    )


def pointed_at(interaction: discord.Interaction, message: discord.Message) -> QuotedMessage:
    """A message of anybody's, with what was passed on in it."""
    return QuotedMessage(
        requester_of(interaction),
        _content(message),
        delivery_id=delivery_id_of(interaction),
        channel=_channel(interaction),
    )


def button_request(
    interaction: discord.Interaction, action: str, value: str, form: dict[str, str] | None = None
) -> ChatRequest:
    return ChatRequest(
        requester_of(interaction),
        action=action,
        value=value,
        form=form or {},
        delivery_id=delivery_id_of(interaction),
        channel=_channel(interaction),
    )


def text_request(message: discord.Message, me: discord.abc.User) -> ChatRequest | QuotedMessage | None:
    """What was written to the bot in plain words; what its author only quotes or passes on stays apart."""
    typed = split_quotes(message.content)
    words, quoted = _without(me, typed.own), _without(me, typed.quoted or _content(message))
    author = message.author
    by = Requester(
        identity_of(author),
        PlatformName.DISCORD,
        author.display_name,
        is_channel_admin=_manages(message),
    )
    key, channel = f"message {message.id}", str(message.channel.id)
    if words:
        return ChatRequest(by, text=words, is_free_text=True, delivery_id=key, channel=channel)
    return QuotedMessage(by, quoted, delivery_id=key, channel=channel) if quoted else None


def _without(me: discord.abc.User, text: str) -> str:
    return " ".join(re.sub(rf"<@!?{me.id}>", " ", text).split())


def _content(message: discord.Message) -> str:
    return message.content or "\n".join(each.content for each in message.message_snapshots)


def is_direct(message: discord.Message) -> bool:
    """Whether it was said between the two of us; the library knows no server of messages from new ones."""
    return isinstance(message.channel, discord.DMChannel)


def _manages(message: discord.Message) -> bool:
    author = message.author
    return (
        message.guild is not None
        and isinstance(author, discord.Member)
        and author.guild_permissions.manage_guild
    )


def _channel(interaction: discord.Interaction) -> str:
    return str(interaction.channel_id or "")
