"""One interaction from its arrival to its answer: acknowledged in time, finished always, told once."""

import logging

import discord
from discord.enums import InteractionType

from bot.chat.reply import Audience, Form, Reply
from bot.platforms.discord.handlers.form_drafts import FormDrafts
from bot.platforms.discord.handlers.requests import identity_of
from bot.platforms.discord.handlers.state import DiscordState
from bot.platforms.discord.render.forms import modal
from bot.platforms.discord.render.renderer import RenderedMessage
from bot.platforms.discord.render.views import (
    ALREADY_ANSWERED,
    NETWORK_ERRORS,
    RawModal,
    is_gone,
    is_public,
    view,
)
from bot.redaction import error_name

logger = logging.getLogger(__name__)

PUBLIC_ANSWER_FOLLOWS = Reply(("Here it is, for everybody to see:",))
"""What takes the place of a private "thinking" whose answer turns out to be for all."""


class ResponseLost(Exception):
    """Nobody can be told through this interaction any more."""


class InteractionResponder:
    """The answer to an interaction; what `Reply` asks for within what Discord still allows."""

    def __init__(
        self, interaction: discord.Interaction, state: DiscordState, sent: Form | None = None
    ) -> None:
        self._interaction = interaction
        self._scene = state
        self._sent = sent
        self._deferred = False

    @property
    def is_deferred(self) -> bool:
        return self._deferred

    @property
    def _drafts(self) -> FormDrafts:
        return self._scene.drafts

    @property
    def _has_message(self) -> bool:
        """Whether it began on a message of ours, which an answer may replace."""
        return self._interaction.message is not None and self._interaction.type in {
            InteractionType.component,
            InteractionType.modal_submit,
        }

    async def defer(self) -> bool:
        """Buy fifteen minutes; false when the three seconds are over or somebody else has answered."""
        try:
            await self._defer()
        except NETWORK_ERRORS:
            self._deferred = await self._defer_again()
        except discord.HTTPException as error:
            logger.info("Interaction %s could not be deferred: %s", self._interaction.id, error_name(error))
        else:
            self._deferred = True
        self._scene.counts["deferral"] += self._deferred
        return self._deferred

    async def _defer(self) -> None:
        if self._has_message:
            await self._interaction.response.defer()
        else:
            await self._interaction.response.defer(ephemeral=self._is_private, thinking=True)

    async def _defer_again(self) -> bool:
        """Once more after the connection failed; what Discord has already was our own first try."""
        try:
            await self._defer()
        except discord.HTTPException as error:
            return error.code == ALREADY_ANSWERED
        except NETWORK_ERRORS as error:
            logger.warning(
                "Interaction %s could not be deferred: %s", self._interaction.id, error_name(error)
            )
            return False
        return True

    @property
    def _is_private(self) -> bool:
        """In direct messages everything is between the two of us, and should stay to be read again."""
        return not self._interaction.context.dm_channel

    async def respond(self, reply: Reply) -> None:
        """Show the reply, trying twice when the connection fails. `Lost` when Discord no longer takes it."""
        try:
            await self._respond(reply)
        except NETWORK_ERRORS:
            await self._retry(reply)
        except discord.HTTPException as error:
            self._settle(error)

    async def _retry(self, reply: Reply) -> None:
        try:
            await self._respond(reply)
        except NETWORK_ERRORS as error:
            raise ResponseLost(str(error)) from error
        except discord.HTTPException as error:
            self._settle(error)

    def _settle(self, error: discord.HTTPException) -> None:
        """Nothing to do when it was answered before, be it by ourselves a moment ago."""
        if error.code == ALREADY_ANSWERED:
            logger.info("Interaction %s was answered before", self._interaction.id)
        elif is_gone(error) or error.status >= 500:
            raise ResponseLost(str(error)) from error
        else:
            raise error

    async def _respond(self, reply: Reply) -> None:
        if reply.form is not None and self._can_open:
            await self._open(reply.form)
            return
        reply = self._drafts.with_button(self._user, reply, self._sent)
        message = self._scene.render(reply, identity_of(self._interaction.user))
        if self._deferred:
            await self._finish(reply, message)
        elif self._replaces(reply):
            await self._interaction.response.edit_message(view=view(message))
        else:
            await self._interaction.response.send_message(view=view(message), ephemeral=self._hides(message))

    def _replaces(self, reply: Reply) -> bool:
        """What is for one person's eyes never takes the place of what all can see."""
        is_safe = reply.audience is Audience.CHANNEL or not is_public(self._interaction)
        return reply.replaces and self._has_message and is_safe

    @property
    def _can_open(self) -> bool:
        return not self._deferred and self._interaction.type is not InteractionType.modal_submit

    @property
    def _user(self) -> str:
        return str(self._interaction.user.id)

    def _hides(self, message: RenderedMessage) -> bool:
        return message.private and self._is_private

    async def _open(self, form: Form) -> None:
        drawn = modal(form, self._drafts.custom_id(self._user, form))
        await self._interaction.response.send_modal(RawModal(drawn))

    async def _finish(self, reply: Reply, message: RenderedMessage) -> None:
        """What follows a deferral: on the message pressed, a message more, or in place of "thinking"."""
        if self._has_message:
            if self._replaces(reply):
                await self._interaction.edit_original_response(view=view(message))
            else:
                await self._interaction.followup.send(view=view(message), ephemeral=self._hides(message))
        elif reply.audience is Audience.CHANNEL and self._is_private:
            await self._interaction.edit_original_response(
                view=view(self._scene.render(PUBLIC_ANSWER_FOLLOWS))
            )
            await self._interaction.followup.send(view=view(message))
        else:
            await self._interaction.edit_original_response(view=view(message))
