"""Stores the latest answer of each person and place for ten minutes, where every process finds it.

Answers are written behind the reply. The first is written at once; those that follow it within
`_PAUSE_SECONDS` are written together, so that a busy process makes a few transactions a second.
"""

import asyncio
import json
import logging
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from math import inf

from msgspec.structs import replace

from bot.chat.command import CommandContext
from bot.chat.reply import Reply
from bot.chat.request import ChatRequest, PlatformName, Requester
from bot.conversation.memory.record import (
    RememberedAnswer,
    decode_answer,
    encode_answer,
    is_memorable,
    remember_reply,
)
from bot.redaction import without_text
from bot.services import Services
from core.errors import RoomieError
from core.model import Draft, Identity

logger = logging.getLogger(__name__)

LIFETIME = timedelta(minutes=10)
_PAUSE_SECONDS = 0.05
_PLACES = 64
"""Answers that are stored of one chat account; of two places that share a number, the later stays."""
_MAX_PENDING = 5_000


class AnswerMemory:
    """The latest answer of each person and place."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._pending: dict[str, tuple[Draft, str, Reply]] = {}
        self._writing: Mapping[str, tuple[Draft, str, Reply]] = {}
        self._writer: asyncio.Task[None] | None = None
        self._next_write_at = -inf
        self._latest_stored = asyncio.Event()
        self._latest_stored.set()

    async def remember(self, context: CommandContext, reply: Reply) -> None:
        """Remembers the reply if later words could refer to it; forgets all answers after a logout."""
        if context.account is None or not _is_conversation(context.request):
            return
        if not self._is_linked(context.request.requester):
            await self._forget(context.request.requester.identity)
            return
        if not is_memorable(reply) or len(self._pending) >= _MAX_PENDING:
            return
        place, expires_at = _place(context.request), self._services.clock.now() + LIFETIME
        draft_id = _draft_id(context.request.requester.identity, place)
        draft = Draft(draft_id, context.account.person.id, "", expires_at)
        if not self._pending:
            self._latest_stored = asyncio.Event()
        self._pending[draft_id] = draft, place, reply
        if self._writer is None or self._writer.done():
            self._writer = asyncio.get_running_loop().create_task(self._write_pending(), name="answers")
            self._services.unfinished.add(self._writer)
            self._writer.add_done_callback(self._services.unfinished.discard)

    async def recall(self, context: CommandContext) -> RememberedAnswer | None:
        """The latest answer that the requester got here within the last ten minutes."""
        if context.account is None or not _is_conversation(context.request):
            return None
        place = _place(context.request)
        draft_id = _draft_id(context.request.requester.identity, place)
        fresh = self._pending.get(draft_id) or self._writing.get(draft_id)
        found = _encode(*fresh) if fresh is not None else await self._read(draft_id)
        is_own = found is not None and found.person_id == context.account.person.id
        if found is None or not is_own or found.expires_at <= self._services.clock.now():
            return None
        stored = json.loads(found.payload)
        if stored["place"] != place:
            return None
        return replace(decode_answer(stored["answer"]), shown_at=found.expires_at - LIFETIME)

    def _is_linked(self, requester: Requester) -> bool:
        """Whether the chat account still belongs to a person; terminals and browsers name theirs."""
        directory = self._services.read_model.directory
        return (
            requester.platform in {PlatformName.TERMINAL, PlatformName.WEB}
            or directory.by_identity(requester.identity) is not None
        )

    async def _forget(self, identity: Identity) -> None:
        """Deletes all answers of a chat account."""
        await self.settle()
        ids = [_numbered_id(identity, number) for number in range(_PLACES)]
        await self._services.storage.write(lambda unit: unit.drafts.remove(ids))

    async def _read(self, draft_id: str) -> Draft | None:
        return await self._services.storage.read(lambda unit: unit.drafts.get(draft_id))

    async def settle(self) -> None:
        """Waits until all answers so far are stored, not for those that others get meanwhile."""
        await self._latest_stored.wait()

    async def _write_pending(self) -> None:
        loop = asyncio.get_running_loop()
        while self._pending:
            await asyncio.sleep(max(0.0, self._next_write_at - loop.time()))
            self._writing, self._pending = self._pending, {}
            stored = self._latest_stored
            try:
                await self._write(self._writing)
            except RoomieError as error:
                logger.info("answers could not be remembered: %s", type(error).__name__)
            except Exception as error:
                logger.exception("answers could not be remembered", exc_info=without_text(error))
            self._writing, self._next_write_at = {}, loop.time() + _PAUSE_SECONDS
            stored.set()

    async def _write(self, answers: Mapping[str, tuple[Draft, str, Reply]]) -> None:
        await self._services.storage.write_relaxed(
            lambda unit: unit.drafts.put([_encode(*answers[each]) for each in sorted(answers)])
        )


def _encode(draft: Draft, place: str, reply: Reply) -> Draft:
    payload = json.dumps({"place": place, "answer": encode_answer(remember_reply(reply))})
    return Draft(draft.id, draft.person_id, payload, draft.expires_at)


def _is_conversation(request: ChatRequest) -> bool:
    """Whether words can follow a reply; in Slack's App Home and forms, which have no channel, they cannot."""
    return bool(request.channel) or request.requester.platform is not PlatformName.SLACK


def _place(request: ChatRequest) -> str:
    """Digest of a person's channel and thread."""
    where = f"{request.requester.identity}\n{request.channel}\n{request.thread}"
    return sha256(where.encode("utf-8", "replace")).hexdigest()[:32]


def _draft_id(identity: Identity, place: str) -> str:
    return _numbered_id(identity, int(place, 16) % _PLACES)


def _numbered_id(identity: Identity, number: int) -> str:
    digest = sha256(identity.encode("utf-8", "replace")).hexdigest()
    return f"answer-{digest[:24]}-{number}"
