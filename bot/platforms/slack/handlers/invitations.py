"""Telling someone who was named to Roomie, and whom it does not know, how to become known."""

import logging
from dataclasses import replace

from bot.chat.reply import Bold, Code, Reply
from bot.platforms.slack.client.api import SlackTrouble
from bot.platforms.slack.client.profiles import People
from bot.platforms.slack.handlers import event as incoming
from bot.platforms.slack.handlers.dispatching import Answered
from bot.platforms.slack.handlers.event import Incoming
from bot.platforms.slack.handlers.responder import Speaker
from bot.platforms.slack.ports import Bot, Linked, Once, identity_of
from bot.platforms.slack.render.markup import Look
from bot.platforms.slack.render.renderer import message
from core.clock import Clock
from core.errors import UnknownPerson

logger = logging.getLogger(__name__)

_ADDING = "society add "


class Inviting:
    """Invites people whom presidents want to add. Nobody is invited twice a day by the same person."""

    def __init__(self, speaker: Speaker, people: People, once: Once, linked: Linked, clock: Clock) -> None:
        self._speaker, self._people, self._once = speaker, people, once
        self._linked, self._clock = linked, clock

    async def with_invitation(self, bot: Bot, did: Incoming, line: str, answered: Answered) -> Answered:
        """The same answer, and an invitation when it says that the person named is unknown."""
        strangers = [
            user for user in incoming.people_in(line) if not self._linked(identity_of(bot.team, user))
        ]
        wanted = (
            line.startswith(_ADDING) and answered.reply.code == UnknownPerson.code and len(strangers) == 1
        )
        if not wanted or not self._linked(identity_of(bot.team, did.user)):
            return answered
        if not await self._invite(bot, did, strangers[0], answered.look):
            return answered
        said = " I have told them how to become known to Roomie; add them again then."
        return replace(answered, reply=replace(answered.reply, text=(*answered.reply.text, said)))

    async def _invite(self, bot: Bot, did: Incoming, stranger: str, look: Look) -> bool:
        day = self._clock.now().date().isoformat()
        key = f"slack:invitation:{bot.team}:{did.user}:{stranger}:{day}"
        if not await self._once.claim(key):
            return True
        name = (await self._people.profile(bot, did.user)).name or "Someone"
        invitation = Reply(
            (
                Bold(name),
                " would like to add you to a society in Roomie, which does not know you yet. Type ",
                Code("/whoami"),
                " to see how to become known.",
            )
        )
        try:
            payload = message(invitation, replace(look, reader_zone=""))
            await self._speaker.post(bot, stranger, payload, key, self._clock.now())
        except SlackTrouble as trouble:
            logger.info("nobody could be invited in %s: %s", bot.team, trouble)
            return False
        return True
