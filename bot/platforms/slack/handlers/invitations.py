"""Invites users by direct message whom a president wants to add and Roomie does not know."""

import logging

from msgspec.structs import replace

from bot.chat.reply import Bold, Code, Reply
from bot.platforms.ports import Deduplicator, Installation, IsLinked
from bot.platforms.slack.client.errors import SlackError
from bot.platforms.slack.client.profiles import ProfileCache
from bot.platforms.slack.handlers import event as events
from bot.platforms.slack.handlers.dispatching import DispatchedReply
from bot.platforms.slack.handlers.event import SlackEvent
from bot.platforms.slack.handlers.responder import Responder
from bot.platforms.slack.identities import identity_of
from bot.platforms.slack.render.markup import RenderContext
from bot.platforms.slack.render.renderer import message
from core.clock import Clock
from core.errors import UnknownPerson

logger = logging.getLogger(__name__)

_ADD_COMMAND = "society add "


class Invitations:
    """Sends invitations, at most one a day from one person to another."""

    def __init__(
        self,
        responder: Responder,
        profiles: ProfileCache,
        deduplicator: Deduplicator,
        is_linked: IsLinked,
        clock: Clock,
    ) -> None:
        self._responder, self._profiles, self._deduplicator = responder, profiles, deduplicator
        self._is_linked, self._clock = is_linked, clock

    async def with_invitation(
        self, installation: Installation, event: SlackEvent, line: str, dispatched: DispatchedReply
    ) -> DispatchedReply:
        """The reply; after an invitation, when it refuses to add a user whom Roomie does not know."""
        strangers = [
            user
            for user in events.people_in(line)
            if not self._is_linked(identity_of(installation.team, user))
        ]
        is_wanted = (
            line.startswith(_ADD_COMMAND)
            and dispatched.reply.code == UnknownPerson.code
            and len(strangers) == 1
        )
        if not is_wanted or not self._is_linked(identity_of(installation.team, event.user)):
            return dispatched
        if not await self._invite(installation, event, strangers[0], dispatched.context):
            return dispatched
        note = " I have told them how to become known to Roomie; add them again then."
        return replace(dispatched, reply=replace(dispatched.reply, text=(*dispatched.reply.text, note)))

    async def _invite(
        self, installation: Installation, event: SlackEvent, stranger: str, context: RenderContext
    ) -> bool:
        day = self._clock.now().date().isoformat()
        key = f"slack:invitation:{installation.team}:{event.user}:{stranger}:{day}"
        if not await self._deduplicator.claim(key):
            return True
        name = (await self._profiles.profile(installation, event.user)).name or "Someone"
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
            await self._responder.post(installation, stranger, payload, key, self._clock.now())
        except SlackError as error:
            logger.info("an invitation in %s failed: %s", installation.team, error)
            return False
        return True
