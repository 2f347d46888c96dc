"""Turning what people do on Discord into what is asked."""

import re

import discord

from bot.chat.request import Asked, Asker, Door, QuotedMessage, taken_apart
from core.model.entities import Identity


def identity_of(user: discord.abc.User) -> Identity:
    return Identity(f"discord:{user.id}")


def user_id(identity: Identity) -> int | None:
    """The Discord user behind an identity, or nothing when it is not one of Discord's."""
    platform, _, number = identity.partition(":")
    return int(number) if platform == "discord" and number.isascii() and number.isdecimal() else None


def asker(interaction: discord.Interaction) -> Asker:
    return Asker(
        identity=identity_of(interaction.user),
        door=Door.DISCORD,
        name=interaction.user.display_name,
        manages=interaction.guild_id is not None and interaction.permissions.manage_guild,
    )


def key_of(interaction: discord.Interaction) -> str:
    return f"interaction {interaction.id}"


def typed(interaction: discord.Interaction, words: str) -> Asked:
    return Asked(asker(interaction), words=words, key=key_of(interaction), channel=_channel(interaction))


def pointed_at(interaction: discord.Interaction, message: discord.Message) -> QuotedMessage:
    """A message of anybody's, with what was passed on in it."""
    return QuotedMessage(
        asker(interaction), _content(message), key=key_of(interaction), channel=_channel(interaction)
    )


def pressed(
    interaction: discord.Interaction, action: str, value: str, form: dict[str, str] | None = None
) -> Asked:
    return Asked(
        asker(interaction),
        action=action,
        value=value,
        form=form or {},
        key=key_of(interaction),
        channel=_channel(interaction),
    )


def said(message: discord.Message, me: discord.abc.User) -> Asked | QuotedMessage | None:
    """What was written to the bot in plain words; what its author only quotes or passes on stays apart."""
    typed = taken_apart(message.content)
    words, quoted = _without(me, typed.own), _without(me, typed.quoted or _content(message))
    author = message.author
    by = Asker(
        identity_of(author),
        Door.DISCORD,
        author.display_name,
        manages=_manages(message),
    )
    key, channel = f"message {message.id}", str(message.channel.id)
    if words:
        return Asked(by, words=words, free=True, key=key, channel=channel)
    return QuotedMessage(by, quoted, key=key, channel=channel) if quoted else None


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
