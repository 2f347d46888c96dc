"""Sends the message that answers an interaction, without having it sent back."""

from typing import Any

import discord
from discord.enums import InteractionResponseType
from discord.http import Route
from discord.webhook.async_ import async_context, interaction_message_response_params


async def send_first_response(
    interaction: discord.Interaction[Any], view: discord.ui.LayoutView, *, ephemeral: bool
) -> None:
    """As `interaction.response.send_message`, which has Discord return the message, to parse it again.

    discord.py has no public function for this; tests fail when the private ones change.
    """
    state = interaction._state  # noqa: SLF001  # as in `InteractionResponse.send_message`
    route = Route(
        "POST",
        "/interactions/{webhook_id}/{webhook_token}/callback",
        webhook_id=interaction.id,
        webhook_token=interaction.token,
    )
    with interaction_message_response_params(
        type=InteractionResponseType.channel_message.value,
        content=None,
        flags=discord.MessageFlags(ephemeral=ephemeral),
        view=view,
        previous_allowed_mentions=state.allowed_mentions,
    ) as params:
        await async_context.get().request(
            route,
            session=interaction._session,  # noqa: SLF001
            proxy=state.http.proxy,
            proxy_auth=state.http.proxy_auth,
            payload=params.payload,
        )
