"""Turning what people do on Discord into what is asked."""

import discord

from bot.asked import Asked, Asker, Door
from core.model import Identity


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


def typed(interaction: discord.Interaction, words: str, *, free: bool = False) -> Asked:
    return Asked(
        asker(interaction), words=words, free=free, key=key_of(interaction), channel=_channel(interaction)
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


def said(message: discord.Message, words: str) -> Asked:
    """Something written to the bot in plain words."""
    author = message.author
    by = Asker(
        identity_of(author),
        Door.DISCORD,
        author.display_name,
        manages=_manages(message),
    )
    return Asked(by, words=words, free=True, key=f"message {message.id}", channel=str(message.channel.id))


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
