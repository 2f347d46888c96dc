"""Maps Discord's interactions and messages to chat requests, and users to identities."""

import re

import discord

from bot.chat.request import ChatRequest, PlatformName, QuotedMessage, Requester, split_quotes
from core.model import Identity


def identity_of(user: discord.abc.User) -> Identity:
    return Identity(f"discord:{user.id}")


def user_id(identity: Identity) -> int | None:
    """The id of a Discord user; None for any other identity."""
    platform, _, number = identity.partition(":")
    return int(number) if platform == "discord" and number.isascii() and number.isdecimal() else None


def channel_id(identity: Identity) -> int | None:
    """The id of a channel, as in `discord:channel:5`; None for any other identity."""
    number = identity.removeprefix("discord:channel:")
    return int(number) if number != identity and number.isascii() and number.isdecimal() else None


def requester_of(interaction: discord.Interaction) -> Requester:
    return Requester(
        identity=identity_of(interaction.user),
        platform=PlatformName.DISCORD,
        name=interaction.user.display_name,
        is_channel_admin=interaction.guild_id is not None and interaction.permissions.manage_guild,
    )


def delivery_id_of(interaction: discord.Interaction) -> str:
    return f"interaction {interaction.id}"


def dedup_key(request: ChatRequest | QuotedMessage) -> str:
    return f"{request.requester.identity} {request.delivery_id}"


def command_request(interaction: discord.Interaction, line: str) -> ChatRequest:
    return ChatRequest(
        requester_of(interaction),
        text=line,
        delivery_id=delivery_id_of(interaction),
        channel=_channel(interaction),
    )


def message_request(interaction: discord.Interaction, message: discord.Message) -> QuotedMessage:
    """A message chosen in the context menu, with the messages forwarded in it; untrusted text."""
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
    """A message to the bot. What its author only quotes or forwards stays separate; None when empty."""
    typed = split_quotes(message.content)
    own, quoted = _without_mention(me, typed.own), _without_mention(me, typed.quoted or _content(message))
    author = message.author
    requester = Requester(
        identity_of(author),
        PlatformName.DISCORD,
        author.display_name,
        is_channel_admin=_can_manage(message),
    )
    delivery_id, channel = f"message {message.id}", "" if is_direct(message) else str(message.channel.id)
    if own:
        return ChatRequest(requester, text=own, is_free_text=True, delivery_id=delivery_id, channel=channel)
    return QuotedMessage(requester, quoted, delivery_id=delivery_id, channel=channel) if quoted else None


def _without_mention(me: discord.abc.User, text: str) -> str:
    return " ".join(re.sub(rf"<@!?{me.id}>", " ", text).split())


def _content(message: discord.Message) -> str:
    return message.content or "\n".join(each.content for each in message.message_snapshots)


def is_direct(message: discord.Message) -> bool:
    """Whether a message was sent in a DM; `guild` is no test: it is None for servers not cached yet."""
    return isinstance(message.channel, discord.DMChannel)


def _can_manage(message: discord.Message) -> bool:
    author = message.author
    return (
        message.guild is not None
        and isinstance(author, discord.Member)
        and author.guild_permissions.manage_guild
    )


def _channel(interaction: discord.Interaction) -> str:
    return "" if interaction.context.dm_channel else str(interaction.channel_id or "")
