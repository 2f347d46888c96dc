"""Telling someone who was named to Roomie, and whom it does not know, how to become known."""

import logging
from dataclasses import replace

from bot.chat.reply import Bold, Code, Reply
from bot.platforms.slack.client.api import SlackError
from bot.platforms.slack.client.profiles import ProfileCache
from bot.platforms.slack.handlers import event as incoming
from bot.platforms.slack.handlers.dispatching import DispatchedReply
from bot.platforms.slack.handlers.event import SlackEvent
from bot.platforms.slack.handlers.responder import Responder
from bot.platforms.slack.ports import Deduplicator, Linked, SlackInstallation, identity_of
from bot.platforms.slack.render.markup import RenderContext
from bot.platforms.slack.render.renderer import message
from core.clock import Clock
from core.errors import UnknownPerson

logger = logging.getLogger(__name__)

_ADDING = "society add "


class Invitations:
    """Invites people whom presidents want to add. Nobody is invited twice a day by the same person."""

    def __init__(
        self, responder: Responder, profiles: ProfileCache, once: Deduplicator, linked: Linked, clock: Clock
    ) -> None:
        self._speaker, self._people, self._once = responder, profiles, once
        self._linked, self._clock = linked, clock

    async def with_invitation(
        self, installation: SlackInstallation, event: SlackEvent, line: str, dispatched: DispatchedReply
    ) -> DispatchedReply:
        """The same answer, and an invitation when it says that the person named is unknown."""
        strangers = [
            user
            for user in incoming.people_in(line)
            if not self._linked(identity_of(installation.team, user))
        ]
        wanted = (
            line.startswith(_ADDING) and dispatched.reply.code == UnknownPerson.code and len(strangers) == 1
        )
        if not wanted or not self._linked(identity_of(installation.team, event.user)):
            return dispatched
        if not await self._invite(installation, event, strangers[0], dispatched.context):
            return dispatched
        said = " I have told them how to become known to Roomie; add them again then."
        return replace(dispatched, reply=replace(dispatched.reply, text=(*dispatched.reply.text, said)))

    async def _invite(
        self, installation: SlackInstallation, event: SlackEvent, stranger: str, context: RenderContext
    ) -> bool:
        day = self._clock.now().date().isoformat()
        key = f"slack:invitation:{installation.team}:{event.user}:{stranger}:{day}"
        if not await self._once.claim(key):
            return True
        name = (await self._people.profile(installation, event.user)).name or "Someone"
        invitation = Reply(
            (
                Bold(name),
                " would like to add you to a society in Roomie, which does not know you yet. Type ",
                Code("/whoami"),
                " to see how to become known.",
            )
        )
        try:
            payload = message(invitation, replace(context, reader_zone=""))
            await self._speaker.post(installation, stranger, payload, key, self._clock.now())
        except SlackError as trouble:
            logger.info("nobody could be invited in %s: %s", installation.team, trouble)
            return False
        return True
