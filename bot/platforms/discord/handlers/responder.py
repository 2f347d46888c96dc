"""Responds to one interaction: defers in time, responds exactly once, follows up."""

import logging

import discord
from discord.enums import InteractionType
from msgspec import Struct
from msgspec.structs import replace

from bot.chat.reply import Audience, Form, Reply
from bot.platforms.discord.handlers.form_drafts import FormDrafts
from bot.platforms.discord.handlers.pictures import EditMessage, attach_file, attach_picture, edit_of
from bot.platforms.discord.handlers.requests import identity_of
from bot.platforms.discord.handlers.state import DiscordState
from bot.platforms.discord.render.forms import modal
from bot.platforms.discord.render.renderer import RenderedMessage
from bot.platforms.discord.render.views import (
    ALREADY_ANSWERED,
    NETWORK_ERRORS,
    UNKNOWN_MESSAGE,
    RawModal,
    RawView,
    is_gone,
    is_public,
    view,
)
from bot.redaction import error_name

logger = logging.getLogger(__name__)

PUBLIC_ANSWER_FOLLOWS = Reply(("Here it is, for everyone to see:",))
"""Replaces the private "thinking" when the reply turns out to be public; the reply follows."""


class ResponseLost(Exception):
    """The interaction cannot be answered any more: expired, or the connection failed twice."""


class _ShownReply(Struct, frozen=True):
    """A reply as it was sent, and how to edit it."""

    reply: Reply
    message: RenderedMessage
    edit: EditMessage


class InteractionResponder:
    """Shows a reply in the way that the interaction still allows: modal, message, edit or follow-up."""

    def __init__(
        self, interaction: discord.Interaction, state: DiscordState, submitted: Form | None = None
    ) -> None:
        self._interaction = interaction
        self._state = state
        self._submitted = submitted
        self._deferred = False
        self._shown: _ShownReply | None = None

    @property
    def is_deferred(self) -> bool:
        return self._deferred

    @property
    def _drafts(self) -> FormDrafts:
        return self._state.drafts

    @property
    def _has_message(self) -> bool:
        """Whether it started on a message of ours, which the response may replace."""
        return self._interaction.message is not None and self._interaction.type in {
            InteractionType.component,
            InteractionType.modal_submit,
        }

    async def defer(self) -> bool:
        """Defer, for up to 15 minutes; False when the 3 s are over or another process has answered."""
        try:
            await self._defer()
        except NETWORK_ERRORS:
            self._deferred = await self._defer_again()
        except discord.HTTPException as error:
            logger.info("Interaction %s could not be deferred: %s", self._interaction.id, error_name(error))
        else:
            self._deferred = True
        if self._deferred:
            self._state.status.count("deferral")
        return self._deferred

    async def _defer(self) -> None:
        if self._has_message:
            await self._interaction.response.defer()
        else:
            await self._interaction.response.defer(ephemeral=self._is_private, thinking=True)

    async def _defer_again(self) -> bool:
        """Retry after a lost connection; "already acknowledged" then means that the first try arrived."""
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
        """Whether responses should be ephemeral; in direct messages they should stay readable."""
        return not self._interaction.context.dm_channel

    async def respond(self, reply: Reply) -> None:
        """Show the reply, with one retry when the connection fails; raises `ResponseLost`."""
        try:
            await self._respond(reply)
        except NETWORK_ERRORS:
            await self._retry(reply)
        except discord.HTTPException as error:
            if error.code == UNKNOWN_MESSAGE and self._has_message:
                await self._retry(replace(reply, replaces=False))  # the message was deleted meanwhile
            else:
                self._raise_unless_answered(error)

    async def _retry(self, reply: Reply) -> None:
        try:
            await self._respond(reply)
        except NETWORK_ERRORS as error:
            raise ResponseLost(str(error)) from error
        except discord.HTTPException as error:
            self._raise_unless_answered(error)

    def _raise_unless_answered(self, error: discord.HTTPException) -> None:
        """Ignore "already acknowledged": another process or our first try has answered."""
        if error.code == ALREADY_ANSWERED:
            logger.info("Interaction %s was answered before", self._interaction.id)
        elif is_gone(error) or error.status >= 500:
            raise ResponseLost(str(error)) from error
        else:
            raise error

    async def _respond(self, reply: Reply) -> None:
        if reply.form is not None and self._can_open_modal:
            await self._open_modal(reply.form)
            return
        reply = self._drafts.with_button(self._user, reply, self._submitted)
        message = self._state.render(reply, identity_of(self._interaction.user))
        if self._deferred:
            edit = await self._respond_deferred(reply, message)
        elif self._replaces(reply):
            await self._interaction.response.edit_message(view=view(message), attachments=[])
            edit = self._edit_original
        else:
            await self._interaction.response.send_message(
                view=view(message), ephemeral=self._is_ephemeral(message)
            )
            edit = self._edit_original
        self._shown = _ShownReply(reply, message, edit)

    async def attach(self) -> None:
        """Add the picture or the file of the reply that was sent, if it has one."""
        if (shown := self._shown) is None:
            return
        if (picture := shown.reply.picture) is not None:
            await attach_picture(self._state.pictures, picture, shown.message, shown.edit)
        elif (file := shown.reply.file) is not None:
            await attach_file(file, shown.message, shown.edit)

    async def _edit_original(self, new: RawView, files: list[discord.File]) -> None:
        await self._interaction.edit_original_response(view=new, attachments=files)

    def _replaces(self, reply: Reply) -> bool:
        """Whether the reply replaces the message; a private reply never replaces a public message."""
        is_visibility_kept = reply.audience is Audience.CHANNEL or not is_public(self._interaction)
        return reply.replaces and self._has_message and is_visibility_kept

    @property
    def _can_open_modal(self) -> bool:
        return not self._deferred and self._interaction.type is not InteractionType.modal_submit

    @property
    def _user(self) -> str:
        return str(self._interaction.user.id)

    def _is_ephemeral(self, message: RenderedMessage) -> bool:
        return message.private and self._is_private

    async def _open_modal(self, form: Form) -> None:
        payload = modal(form, self._drafts.custom_id(self._user, form))
        await self._interaction.response.send_modal(RawModal(payload))

    async def _respond_deferred(self, reply: Reply, message: RenderedMessage) -> EditMessage:
        """Respond after a deferral: edit the pressed message, follow up, or replace "thinking"."""
        if self._has_message:
            if not self._replaces(reply):
                return await self._follow_up(message, ephemeral=self._is_ephemeral(message))
            await self._interaction.edit_original_response(view=view(message), attachments=[])
        elif reply.audience is Audience.CHANNEL and self._is_private:
            await self._interaction.edit_original_response(
                view=view(self._state.render(PUBLIC_ANSWER_FOLLOWS))
            )
            return await self._follow_up(message, ephemeral=False)
        else:
            await self._interaction.edit_original_response(view=view(message))
        return self._edit_original

    async def _follow_up(self, message: RenderedMessage, *, ephemeral: bool) -> EditMessage:
        return edit_of(
            await self._interaction.followup.send(view=view(message), ephemeral=ephemeral, wait=True)
        )
