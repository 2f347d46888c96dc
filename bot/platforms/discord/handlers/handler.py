"""Attending to interactions: ask the dispatcher, answer or defer in time, do nothing twice."""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeVar

import discord

from bot.chat.reply import Form, Reply, Tone
from bot.chat.request import ChatRequest, QuotedMessage
from bot.platforms.discord.handlers import requests
from bot.platforms.discord.handlers.delivery import DirectMessenger
from bot.platforms.discord.handlers.form_drafts import DRAFT_EXPIRED, REOPEN, with_known
from bot.platforms.discord.handlers.latency import MAX_INTERACTION_AGE, DeliveryLatency
from bot.platforms.discord.handlers.responder import InteractionResponder, ResponseLost
from bot.platforms.discord.handlers.state import DiscordState
from bot.platforms.discord.ports import ChatDispatcher, FirstDelivery
from bot.platforms.discord.render.confirmation import confirmation_message, with_confirmation
from bot.platforms.discord.render.custom_id import decode
from bot.platforms.discord.render.views import RawView, is_public, raw_components
from bot.redaction import error_name, without_text
from core.clock import Clock
from core.errors import RoomieError

logger = logging.getLogger(__name__)
T = TypeVar("T")
ALREADY_PROCESSED = Reply(("That was dealt with before.",))
NOTHING: Mapping[str, str] = MappingProxyType({})
APOLOGY = "Something went wrong here. Please try again in a moment."
STALE = Reply(("This button is from an older Roomie. Ask again, please.",), tone=Tone.UNCLEAR)


class InteractionHandler:
    """What happens with interactions, whichever way they came in."""

    def __init__(
        self,
        dispatcher: ChatDispatcher,
        once: FirstDelivery,
        state: DiscordState,
        messenger: DirectMessenger,
        clock: Clock,
        patience: float,
    ) -> None:
        self._dispatcher = dispatcher
        self._once = once
        self._scene = state
        self._doorstep = messenger
        self._clock = clock
        self._patience = patience
        self._punctuality = DeliveryLatency()
        self._at_work: set[asyncio.Task[Any]] = set()

    async def on_command(self, interaction: discord.Interaction, words: str, *, once: bool) -> None:
        """A command; with `once`, however often it is delivered it is carried out one time."""
        await self._start_response(interaction, requests.command_request(interaction, words), once=once)

    async def pointed_at(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """A message that somebody wants a room for: data, whoever wrote it."""
        await self._start_response(interaction, requests.pointed_at(interaction, message), once=True)

    async def on_form_opened(
        self, interaction: discord.Interaction, action: str, filled_in: Mapping[str, str]
    ) -> None:
        """A form, some of whose inputs are known already."""
        await self._start_response(
            interaction, requests.button_request(interaction, action, ""), once=False, known=filled_in
        )

    async def on_button(self, interaction: discord.Interaction, custom_id: str, picked: str = "") -> None:
        """A button, or an option of a menu."""
        wish = decode(custom_id)
        if wish is None:
            await InteractionResponder(interaction, self._scene).respond(STALE)
        elif wish.needs_confirmation:
            await self._ask_confirmation(interaction, custom_id)
        elif wish.action == REOPEN:
            await self._reopen(interaction, wish.value)
        else:
            value = picked if wish.is_menu else wish.value
            await self._start_response(
                interaction, requests.button_request(interaction, wish.action, value), once=True
            )

    async def on_modal_submit(self, interaction: discord.Interaction) -> None:
        """A form that was filled in."""
        payload: Mapping[str, Any] = interaction.data or {}
        user, custom_id = str(interaction.user.id), str(payload.get("custom_id", ""))
        sent = self._scene.drafts.read(user, custom_id, payload.get("components", []))
        if sent is None:
            await InteractionResponder(interaction, self._scene).respond(
                Reply((DRAFT_EXPIRED,), tone=Tone.UNCLEAR)
            )
            return
        asked = requests.button_request(interaction, sent.action, sent.state, dict(sent.inputs))
        await self._start_response(interaction, asked, once=True, sent=sent.form)

    async def apologise(self, interaction: discord.Interaction, sentence: str = APOLOGY) -> None:
        """Say that it went wrong, if it can still be said."""
        conversation = InteractionResponder(interaction, self._scene)
        try:
            await conversation.respond(Reply((sentence,), tone=Tone.FAILED))
        except (ResponseLost, discord.DiscordException) as error:
            logger.warning("Interaction %s stays without an answer: %s", interaction.id, error_name(error))

    async def _reopen(self, interaction: discord.Interaction, key: str) -> None:
        form = self._scene.drafts.find(str(interaction.user.id), key)
        reply = Reply((DRAFT_EXPIRED,), tone=Tone.UNCLEAR) if form is None else Reply(form=form)
        await InteractionResponder(interaction, self._scene).respond(reply)

    async def _ask_confirmation(self, interaction: discord.Interaction, custom_id: str) -> None:
        """The first press of a button that asks: it becomes the question, and the next press counts."""
        if interaction.message is None:
            return
        question, components = self._scene.question(custom_id), raw_components(interaction.message)
        if is_public(interaction):
            asking = RawView(confirmation_message(components, custom_id, question))
            await interaction.response.send_message(view=asking, ephemeral=True)
        else:
            await interaction.response.edit_message(
                view=RawView(with_confirmation(components, custom_id, question))
            )

    async def _start_response(
        self,
        interaction: discord.Interaction,
        asked: ChatRequest | QuotedMessage,
        *,
        once: bool,
        sent: Form | None = None,
        known: Mapping[str, str] = NOTHING,
    ) -> None:
        """Attend in a task of our own, so that we can wait for it when we leave."""
        self._doorstep.remember_followup(interaction)
        self._scene.counts["interaction"] += 1
        conversation = InteractionResponder(interaction, self._scene, sent)
        work = self._answer(asked, once=once)
        await self._track(self._respond(interaction, conversation, work, known))

    async def _respond(
        self,
        interaction: discord.Interaction,
        responder: InteractionResponder,
        work: Coroutine[Any, Any, Reply | None],
        known: Mapping[str, str],
    ) -> None:
        """Ask, and tell the answer; when it takes long, defer first and tell it then."""
        age = self._punctuality.age(interaction.created_at, self._clock.now())
        if age > MAX_INTERACTION_AGE and not await responder.defer():
            work.close()
            self._scene.counts["late interaction"] += 1
            logger.warning("Interaction %s came %s late and was left alone", interaction.id, age)
            return
        thinking = self._track(work)
        await asyncio.wait({thinking}, timeout=max(0.0, self._patience - age.total_seconds()))
        if not thinking.done() and not responder.is_deferred:
            await responder.defer()
        reply = await thinking or (ALREADY_PROCESSED if responder.is_deferred else None)
        if reply is not None:
            await self._tell(interaction, responder, with_known(reply, known))

    async def _answer(self, asked: ChatRequest | QuotedMessage, *, once: bool) -> Reply | None:
        """The dispatcher's answer; nothing when the same thing was dealt with before."""
        try:
            if once and not await self._once.first(f"{asked.requester.identity} {asked.delivery_id}"):
                logger.info("%s was delivered again", asked.delivery_id)
                self._scene.counts["repeated delivery"] += 1
                return None
        except RoomieError as error:
            return Reply((str(error),), tone=Tone.FAILED)
        if isinstance(asked, QuotedMessage):
            return await self._dispatcher.offer(asked)
        return await self._dispatcher.dispatch(asked)

    async def _tell(
        self, interaction: discord.Interaction, responder: InteractionResponder, reply: Reply
    ) -> None:
        """Show the answer; what was done is told by message where the interaction is lost."""
        try:
            await responder.respond(reply)
        except ResponseLost as lost:
            logger.warning("The answer to interaction %s was lost: %s", interaction.id, error_name(lost))
            self._scene.counts["lost answer"] += 1
            if reply.tone is Tone.DONE:
                await self._doorstep.send_or_log(interaction.user.id, reply)
        except discord.HTTPException as error:
            logger.exception(
                "Discord refused the answer to interaction %s", interaction.id, exc_info=without_text(error)
            )
            if error.status == 400:
                await responder.respond(_plainly(reply))

    def _track(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        task = asyncio.create_task(work)
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)
        return task

    def watch(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Attend to something in the background; it answers for its own failures."""
        return self._track(work)

    @property
    def running_count(self) -> int:
        """How many things are under way."""
        return len(self._at_work)

    async def wait_idle(self, within: float) -> None:
        """Wait for what is under way, so that no deferral stays unfinished."""
        if self._at_work:
            await asyncio.wait(set(self._at_work), timeout=within)


def _plainly(reply: Reply) -> Reply:
    """As little as possible of a reply that Discord would not show."""
    return replace(Reply(reply.text or (reply.title,), tone=reply.tone), audience=reply.audience)
