"""Passes rendered payloads to discord.py, and classifies its errors."""

from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import discord
from discord import ui

from bot.platforms.discord.render.components import Component
from bot.platforms.discord.render.renderer import RenderedMessage

UNKNOWN_MESSAGE, UNKNOWN_INTERACTION, ALREADY_ANSWERED, CANNOT_MESSAGE = 10008, 10062, 40060, 50007
CANNOT_REPLY = 160002
"""Replies to a message need the permission to read its channel's history."""
EXPIRED_CODES = frozenset({UNKNOWN_MESSAGE, 10015, UNKNOWN_INTERACTION, 50027})
"""Unknown message, webhook or interaction, or an expired token."""

NETWORK_ERRORS = (aiohttp.ClientError, OSError, TimeoutError)
"""The connection failed; the request may have arrived."""


class RawView(ui.LayoutView):
    """View of rendered components. Their events are routed by custom id, not by this view."""

    def __init__(self, components: Sequence[object]) -> None:
        super().__init__(timeout=None)
        self._components = [dict(each) for each in components if isinstance(each, Mapping)]
        self.stop()

    def to_components(self) -> list[dict[str, Any]]:
        return self._components

    def has_components_v2(self) -> bool:
        return True


class RawModal(ui.Modal):
    """Rendered modal; its submission arrives as an event."""

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
    """Whether others see the message of the pressed button."""
    message = interaction.message
    return message is not None and not message.flags.ephemeral and not interaction.context.dm_channel


def raw_components(message: discord.Message) -> list[dict[str, Any]]:
    """The components of a message as payloads."""
    return [dict(each.to_dict()) for each in message.components]
