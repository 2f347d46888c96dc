"""Putting rendered messages into the hands of discord.py, and naming what it answers."""

from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import discord
from discord import ui

from bot.platforms.discord.render.components import Component
from bot.platforms.discord.render.renderer import RenderedMessage

UNKNOWN_INTERACTION, ALREADY_ANSWERED, CANNOT_MESSAGE = 10062, 40060, 50007
EXPIRED_CODES = frozenset({10008, 10015, UNKNOWN_INTERACTION, 50027})
"""The message, the webhook, the interaction or its token are no more."""

NETWORK_ERRORS = (aiohttp.ClientError, OSError, TimeoutError)
"""The connection failed on the way there or back, so nobody knows whether it arrived."""


class RawView(ui.LayoutView):
    """Components that are drawn already. Buttons find their way by their custom ids, not through this."""

    def __init__(self, components: Sequence[object]) -> None:
        super().__init__(timeout=None)
        self._drawn = [dict(each) for each in components if isinstance(each, Mapping)]
        self.stop()

    def to_components(self) -> list[dict[str, Any]]:
        return self._drawn

    def has_components_v2(self) -> bool:
        return True


class RawModal(ui.Modal):
    """A modal that is drawn already; what is sent in comes as an event."""

    def __init__(self, payload: Component) -> None:
        super().__init__(title=str(payload["title"]), custom_id=str(payload["custom_id"]), timeout=None)
        self._payload = payload
        self.stop()

    def to_dict(self) -> dict[str, Any]:
        return dict(self._payload)


def view(message: RenderedMessage) -> RawView:
    return RawView(message.components)


def is_gone(error: discord.HTTPException) -> bool:
    return error.code in EXPIRED_CODES


def is_public(interaction: discord.Interaction) -> bool:
    """Whether others see the message that was pressed."""
    message = interaction.message
    return message is not None and not message.flags.ephemeral and not interaction.context.dm_channel


def raw_components(message: discord.Message) -> list[dict[str, Any]]:
    """The components of a message as they came."""
    return [dict(each.to_dict()) for each in message.components]
