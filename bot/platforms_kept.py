"""What platforms ask to be remembered, kept in our own storage: it outlives a process, and all share it."""

import json
from datetime import datetime, timedelta

from bot.desk import Desk
from bot.platforms.slack.ports import Bot
from bot.reply import Reply
from bot.reply_json import as_json
from core.model import Identity
from core.outbox import Message
from core.ports import Installation


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
        await self._desk.storage.write(lambda unit: unit.installations.keep_state(state, until))

    async def take(self, state: str, now: datetime) -> bool:
        return await self._desk.storage.write(lambda unit: unit.installations.take_state(state, now))


class KeptBots:
    """Where Roomie is installed in Slack."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def find(self, team: str) -> Bot | None:
        found = await self._desk.storage.read(lambda unit: unit.installations.get(team))
        if found is None:
            return None
        return Bot(
            found.team,
            found.token,
            found.bot_user,
            found.bot_id,
            found.name,
            found.scopes,
            found.installed_by,
        )

    async def save(self, bot: Bot) -> None:
        new = Installation(bot.team, bot.token, bot.user, bot.id, bot.team_name, bot.scopes, bot.installed_by)
        now = self._desk.clock.now()
        await self._desk.storage.write(lambda unit: unit.installations.put(new, now))

    async def forget(self, team: str) -> None:
        await self._desk.storage.write(lambda unit: unit.installations.remove(team))


class KeptLater:
    """What could not be said at once, queued in the outbox."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def say_later(self, to: Identity, reply: Reply, key: str) -> None:
        message = Message(
            key=f"later {to} {key}",
            kind="reply",
            due_at=self._desk.clock.now(),
            payload=json.dumps(as_json(reply), ensure_ascii=False),
            identity=to,
        )
        await self._desk.storage.write(lambda unit: unit.outbox.add([message]))
