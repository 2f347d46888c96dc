"""Maps Discord's interactions and messages to chat requests, and users to identities."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

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


def command_request(interaction: discord.Interaction, name: str, options: Mapping[str, str]) -> ChatRequest:
    return ChatRequest(
        requester_of(interaction),
        text=name,
        options=dict(options),
        delivery_id=delivery_id_of(interaction),
        channel=_channel(interaction),
        is_direct=interaction.guild_id is None,
        names=_chosen_users(interaction),
    )


def _chosen_users(interaction: discord.Interaction) -> dict[Identity, str]:
    """The names of the users among the options of a command."""
    data: Mapping[str, Any] = cast("Mapping[str, Any]", interaction.data or {})
    users: Mapping[str, Any] = (data.get("resolved") or {}).get("users") or {}
    return {
        Identity(f"discord:{key}"): str(each.get("global_name") or each.get("username") or "")
        for key, each in users.items()
    }


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
        is_direct=interaction.guild_id is None,
    )


def text_request(message: discord.Message, me: discord.abc.User) -> ChatRequest | QuotedMessage | None:
    """A message to the bot. What its author only quotes, forwards or replies to stays separate.

    A bare mention asks for help; None when there is nothing to answer.
    """
    typed = split_quotes(message.content)
    own, quoted = _without_mention(me, typed.own), _without_mention(me, typed.quoted or _quoted(message))
    author = message.author
    requester = Requester(
        identity_of(author),
        PlatformName.DISCORD,
        author.display_name,
        is_channel_admin=_can_manage(message),
    )
    in_public = not is_direct(message)
    delivery_id, channel = f"message {message.id}", str(message.channel.id) if in_public else ""
    if not own and quoted:
        return QuotedMessage(requester, quoted, delivery_id=delivery_id, channel=channel, in_public=in_public)
    if not own and not in_public:
        return None
    return ChatRequest(
        requester,
        text=own or "help",
        is_free_text=True,
        delivery_id=delivery_id,
        channel=channel,
        in_public=in_public,
        is_direct=not in_public,
        names={identity_of(each): each.display_name for each in message.mentions},
    )


def _quoted(message: discord.Message) -> str:
    """The text that a message without own words brings: forwarded, embedded, or that it replies to."""
    if forwarded := _forwarded(message):
        return forwarded
    answered = message.reference.resolved if message.reference is not None else None
    return _content(answered) if isinstance(answered, discord.Message) else ""


def _without_mention(me: discord.abc.User, text: str) -> str:
    return " ".join(re.sub(rf"<@!?{me.id}>", " ", text).split())


def _content(message: discord.Message) -> str:
    return message.content or _forwarded(message)


def _forwarded(message: discord.Message) -> str:
    """The texts of forwarded messages and of embeds, such as an event that another bot posted."""
    snapshots = (each.content or _embedded(each.embeds) for each in message.message_snapshots)
    return "\n".join(filter(None, (*snapshots, _embedded(message.embeds))))


def _embedded(embeds: Iterable[discord.Embed]) -> str:
    lines = [
        line
        for each in embeds
        for line in (each.title, each.description, *(f"{part.name}: {part.value}" for part in each.fields))
    ]
    return "\n".join(filter(None, lines))


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
