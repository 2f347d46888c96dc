"""What platforms ask to be remembered, kept in our own storage: it outlives a process, and all share it."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.chat.reply import Reply
from bot.login.encrypted_replies import seal_reply
from bot.login.encryption import Unsealable, seal_text, unseal_text
from bot.platforms.slack.ports import Bot
from bot.services import Desk
from core.model.entities import Identity
from core.model.outbox import Message
from core.policy.retention import MAX_INSTALLATION_STATES
from core.ports.storage import Installation, Unit

logger = logging.getLogger(__name__)


class KeptOnce:
    """Claims on what a platform delivered: each acts once, however often it comes."""

    def __init__(self, desk: Desk, platform: str) -> None:
        self._desk, self._platform = desk, platform

    async def first(self, key: str) -> bool:
        return await self.claim(key)

    async def claim(self, key: str, *, again_after: timedelta | None = None) -> bool:
        now, name = self._desk.clock.now(), f"{self._platform} {key}"
        return await self._desk.storage.write(lambda unit: unit.seen.claim(name, now, again_after))

    async def finish(self, key: str) -> None:
        await self._desk.storage.write(lambda unit: unit.seen.finish(f"{self._platform} {key}"))


class KeptNotebook:
    """A few small facts of a platform."""

    def __init__(self, desk: Desk, platform: str) -> None:
        self._desk, self._platform = desk, platform

    async def get(self, key: str) -> str | None:
        return await self._desk.storage.read(lambda unit: unit.setting(f"{self._platform} {key}"))

    async def put(self, key: str, text: str) -> None:
        await self._desk.storage.write(lambda unit: unit.set_setting(f"{self._platform} {key}", text))


class KeptStates:
    """Secrets given to browsers on their way through an installation; each is good once."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def keep(self, state: str, until: datetime) -> None:
        now, most = self._desk.clock.now(), MAX_INSTALLATION_STATES
        await self._desk.storage.write(lambda unit: unit.installations.keep_state(state, now, until, most))

    async def take(self, state: str, now: datetime) -> bool:
        return await self._desk.storage.write(lambda unit: unit.installations.take_state(state, now))


class KeptBots:
    """Where Roomie is installed in Slack. Tokens are sealed with the server's secret, each for its team."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def find(self, team: str) -> Bot | None:
        found = await self._desk.storage.read(lambda unit: unit.installations.get(team))
        if found is None:
            return None
        try:
            token = unseal_text(found.token, self._desk.accounts.secrets, _purpose(found.team)).text
        except Unsealable:
            logger.warning(
                "Slack's token for the workspace %s was sealed with another secret; %s", team, _REMEDY
            )
            return None
        return Bot(
            found.team,
            token,
            found.bot_user,
            found.bot_id,
            found.name,
            found.scopes,
            found.installed_by,
        )

    async def save(self, bot: Bot) -> None:
        token = seal_text(bot.token, self._desk.accounts.secrets, _purpose(bot.team))
        new = Installation(bot.team, token, bot.user, bot.id, bot.team_name, bot.scopes, bot.installed_by)
        now = self._desk.clock.now()
        await self._desk.storage.write(lambda unit: unit.installations.put(new, now))

    async def forget(self, team: str) -> None:
        await self._desk.storage.write(lambda unit: unit.installations.remove(team))


@dataclass(frozen=True, slots=True)
class SealedAnew:
    """How many tokens were sealed with the secret of today, and which workspaces' no secret opens."""

    sealed: int = 0
    lost: tuple[str, ...] = ()


async def seal_anew(desk: Desk) -> SealedAnew:
    """Seal with the secret of today what was sealed with an earlier one, or not at all."""
    secrets, lost = desk.accounts.secrets, []
    changes: list[tuple[str, str, str]] = []
    for each in await desk.storage.read(lambda unit: unit.installations.all()):
        try:
            token, is_current = unseal_text(each.token, secrets, _purpose(each.team))
        except Unsealable:
            lost.append(each.team)
            continue
        if not is_current:
            changes.append((each.team, each.token, seal_text(token, secrets, _purpose(each.team))))

    def work(unit: Unit) -> int:
        return sum(unit.installations.replace_token(*each) for each in changes)

    return SealedAnew(await desk.storage.take(work) if changes else 0, tuple(lost))


def _purpose(team: str) -> str:
    return f"slack token of {team}"


_REMEDY = "name that one in ROOMIE_SECURITY__PREVIOUS_SECRETS, or install Roomie there again"


class KeptLater:
    """What could not be said at once, queued in the outbox."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def say_later(self, to: Identity, reply: Reply, key: str) -> None:
        name = f"later {to} {key}"
        message = Message(
            key=name,
            kind="reply",
            due_at=self._desk.clock.now(),
            payload=seal_reply(reply, name, self._desk.accounts.secrets),
            identity=to,
        )
        await self._desk.storage.write(lambda unit: unit.outbox.add([message]))
