"""Handles interactions: dispatches them, responds or defers in time, and drops repeated deliveries."""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from types import MappingProxyType
from typing import Any

import discord
from msgspec.structs import replace

from bot.chat.reply import Form, Reply, Tone
from bot.chat.request import ChatRequest, QuotedMessage
from bot.platforms.discord.handlers import requests
from bot.platforms.discord.handlers.delivery import DirectMessenger
from bot.platforms.discord.handlers.form_drafts import DRAFT_EXPIRED, REOPEN, with_prefill
from bot.platforms.discord.handlers.latency import MAX_INTERACTION_AGE, DeliveryLatency
from bot.platforms.discord.handlers.responder import InteractionResponder, ResponseLost
from bot.platforms.discord.handlers.state import DiscordState
from bot.platforms.discord.render.confirmation import confirmation_message, with_confirmation
from bot.platforms.discord.render.custom_id import decode
from bot.platforms.discord.render.views import (
    ALREADY_ANSWERED,
    UNKNOWN_MESSAGE,
    RawView,
    is_public,
    raw_components,
)
from bot.platforms.ports import ChatDispatcher, Deduplicator
from bot.platforms.tasks import BackgroundTasks
from bot.redaction import error_name, without_text
from core.clock import Clock
from core.errors import RoomieError

logger = logging.getLogger(__name__)
ALREADY_PROCESSED = Reply(("That is done already.",))
NOTHING: Mapping[str, str] = MappingProxyType({})
APOLOGY = "Something went wrong here. Please try again in a moment."
STALE = Reply(("This button is from an older version of Roomie. Please ask again.",), tone=Tone.UNCLEAR)


class InteractionHandler:
    """Handles interactions from the gateway and from the endpoint."""

    def __init__(
        self,
        dispatcher: ChatDispatcher,
        deduplicator: Deduplicator,
        state: DiscordState,
        messenger: DirectMessenger,
        tasks: BackgroundTasks,
        clock: Clock,
        *,
        timeout_seconds: float,
    ) -> None:
        self._dispatcher = dispatcher
        self._deduplicator = deduplicator
        self._state = state
        self._messenger = messenger
        self._tasks = tasks
        self._clock = clock
        self._timeout_seconds = timeout_seconds
        self._latency = DeliveryLatency()

    async def on_command(
        self, interaction: discord.Interaction, name: str, options: Mapping[str, str], *, deduplicate: bool
    ) -> None:
        """Run a command with these options; with `deduplicate` only on its first delivery."""
        request = requests.command_request(interaction, name, options)
        await self._handle(interaction, request, deduplicate=deduplicate)

    async def on_message_chosen(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """Offer rooms for a message chosen in the context menu; its text is never a command."""
        await self._handle(interaction, requests.message_request(interaction, message), deduplicate=True)

    async def on_form_opened(
        self, interaction: discord.Interaction, action: str, prefill: Mapping[str, str]
    ) -> None:
        request = requests.button_request(interaction, action, "")
        await self._handle(interaction, request, deduplicate=False, prefill=prefill)

    async def on_button(self, interaction: discord.Interaction, custom_id: str, picked: str = "") -> None:
        """Handle a button, or the option picked from a menu."""
        button = decode(custom_id)
        if button is None:
            await InteractionResponder(interaction, self._state).respond(STALE)
        elif button.needs_confirmation:
            await self._ask_confirmation(interaction, custom_id)
        elif button.action == REOPEN:
            await self._reopen_form(interaction, button.value)
        else:
            value = picked if button.is_menu else button.value
            request = requests.button_request(interaction, button.action, value)
            await self._handle(interaction, request, deduplicate=True)

    async def on_modal_submit(self, interaction: discord.Interaction) -> None:
        payload: Mapping[str, Any] = interaction.data or {}
        user, custom_id = str(interaction.user.id), str(payload.get("custom_id", ""))
        submitted = self._state.drafts.read(user, custom_id, payload.get("components", []))
        if submitted is None:
            await InteractionResponder(interaction, self._state).respond(
                Reply((DRAFT_EXPIRED,), tone=Tone.UNCLEAR)
            )
            return
        request = requests.button_request(
            interaction, submitted.action, submitted.state, dict(submitted.inputs)
        )
        await self._handle(interaction, request, deduplicate=True, submitted=submitted.form)

    async def apologise(self, interaction: discord.Interaction, sentence: str = APOLOGY) -> None:
        """Respond with an error message; log when the interaction cannot be answered any more."""
        responder = InteractionResponder(interaction, self._state)
        try:
            await responder.respond(Reply((sentence,), tone=Tone.FAILED))
        except (ResponseLost, discord.DiscordException) as error:
            logger.warning("Interaction %s got no response: %s", interaction.id, error_name(error))

    async def _reopen_form(self, interaction: discord.Interaction, key: str) -> None:
        form = self._state.drafts.find(str(interaction.user.id), key)
        reply = Reply((DRAFT_EXPIRED,), tone=Tone.UNCLEAR) if form is None else Reply(form=form)
        await InteractionResponder(interaction, self._state).respond(reply)

    async def _ask_confirmation(self, interaction: discord.Interaction, custom_id: str) -> None:
        """Turn a button into its question; the second press acts."""
        if interaction.message is None:
            return
        question, components = self._state.question(custom_id), raw_components(interaction.message)
        alone = RawView(confirmation_message(components, custom_id, question))
        try:
            if is_public(interaction):
                await interaction.response.send_message(view=alone, ephemeral=True)
            else:
                await interaction.response.edit_message(
                    view=RawView(with_confirmation(components, custom_id, question))
                )
        except discord.HTTPException as error:
            if error.code == UNKNOWN_MESSAGE:  # the message was deleted meanwhile
                await interaction.response.send_message(view=alone, ephemeral=True)
            elif error.code != ALREADY_ANSWERED:
                raise

    async def _handle(
        self,
        interaction: discord.Interaction,
        request: ChatRequest | QuotedMessage,
        *,
        deduplicate: bool,
        submitted: Form | None = None,
        prefill: Mapping[str, str] = NOTHING,
    ) -> None:
        """Dispatch and respond in a task, which shutdown waits for."""
        self._messenger.remember_followup(interaction)
        self._state.status.count("interaction")
        responder = InteractionResponder(interaction, self._state, submitted)
        dispatching = self._dispatch(request, deduplicate=deduplicate)
        await self._tasks.track(self._respond_in_time(interaction, responder, dispatching, prefill))

    async def _respond_in_time(
        self,
        interaction: discord.Interaction,
        responder: InteractionResponder,
        dispatching: Coroutine[Any, Any, Reply | None],
        prefill: Mapping[str, str],
    ) -> None:
        """Respond with the reply; defer first when it is not there within the timeout."""
        age = self._latency.age(interaction.created_at, self._clock.now())
        if age > MAX_INTERACTION_AGE and not await responder.defer():
            dispatching.close()
            self._state.status.count("late interaction")
            logger.warning("Interaction %s came %s late and was dropped", interaction.id, age)
            return
        task = self._tasks.track(dispatching)
        await asyncio.wait({task}, timeout=max(0.0, self._timeout_seconds - age.total_seconds()))
        if not task.done() and not responder.is_deferred:
            await responder.defer()
        reply = await task or (ALREADY_PROCESSED if responder.is_deferred else None)
        if reply is not None:
            await self._respond(interaction, responder, with_prefill(reply, prefill))

    async def _dispatch(self, request: ChatRequest | QuotedMessage, *, deduplicate: bool) -> Reply | None:
        """The dispatcher's reply; None for a repeated delivery."""
        try:
            if deduplicate and not await self._deduplicator.claim(requests.dedup_key(request)):
                logger.info("%s was delivered again", request.delivery_id)
                self._state.status.count("repeated delivery")
                return None
        except RoomieError as error:
            return Reply((str(error),), tone=Tone.FAILED)
        if isinstance(request, QuotedMessage):
            return await self._dispatcher.offer(request)
        return await self._dispatcher.dispatch(request)

    async def _respond(
        self, interaction: discord.Interaction, responder: InteractionResponder, reply: Reply
    ) -> None:
        """Respond; when the interaction is lost, report a completed action by direct message."""
        try:
            await responder.respond(reply)
            await responder.attach()
        except ResponseLost as lost:
            logger.warning("The response to interaction %s was lost: %s", interaction.id, error_name(lost))
            self._state.status.count("lost answer")
            if reply.tone is Tone.DONE:
                await self._messenger.send_or_log(interaction.user.id, reply)
        except discord.HTTPException as error:
            logger.exception(
                "Discord refused the response to interaction %s", interaction.id, exc_info=without_text(error)
            )
            if error.status == 400:
                await responder.respond(_text_only(reply))


def _text_only(reply: Reply) -> Reply:
    """The reply's text alone, for when Discord refuses its components."""
    return replace(Reply(reply.text or (reply.title,), tone=reply.tone), audience=reply.audience)
