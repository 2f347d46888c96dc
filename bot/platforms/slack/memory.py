"""What the Slack door keeps in the database: installations, OAuth states, what was taken in hand."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from hashlib import blake2s

from bot.platforms.slack.ports import Bot
from core.clock import Clock
from core.ports import Storage, Unit

_SLOTS = 65_536
_STATES = 1_024
_BELIEVED_FOR = timedelta(seconds=30)
_DONE = "done"


def _slot(key: str, slots: int) -> int:
    return int.from_bytes(blake2s(key.encode(), digest_size=4).digest()) % slots


class StoredOnce:
    """What was taken in hand, in a ring of slots that never grows: each knows the last key that fell into it.

    Slack repeats within the hour, so a slot is long forgotten by Slack before another key takes it.
    """

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage, self._clock = storage, clock

    async def claim(self, key: str, *, again_after: timedelta | None = None) -> bool:
        now = self._clock.now()
        until = (now + again_after).isoformat() if again_after is not None else _DONE
        name = f"slack.once.{_slot(key, _SLOTS)}"

        def work(unit: Unit) -> bool:
            held, _, state = (unit.setting(name) or "").partition(" ")
            if held == key and (state == _DONE or datetime.fromisoformat(state) > now):
                return False
            unit.set_setting(name, f"{key} {until}")
            return True

        return await self._storage.write(work)

    async def finish(self, key: str) -> None:
        name = f"slack.once.{_slot(key, _SLOTS)}"
        await self._storage.write(lambda unit: unit.set_setting(name, f"{key} {_DONE}"))


class StoredBots:
    """Installations. What was read is believed for half a minute, as others may install and forget too."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage, self._clock = storage, clock
        self._read: dict[str, tuple[Bot, datetime]] = {}

    async def find(self, team: str) -> Bot | None:
        read = self._read.get(team)
        if read is not None and read[1] > self._clock.now():
            return read[0]
        text = await self._storage.read(lambda unit: unit.setting(f"slack.bot.{team}"))
        if not text:
            self._read.pop(team, None)
            return None
        told = json.loads(text)
        bot = Bot(**{**told, "scopes": tuple(told["scopes"])})
        self._read[team] = (bot, self._clock.now() + _BELIEVED_FOR)
        return bot

    async def save(self, bot: Bot) -> None:
        text = json.dumps(asdict(bot))
        await self._storage.write(lambda unit: unit.set_setting(f"slack.bot.{bot.team}", text))
        self._read.pop(bot.team, None)

    async def forget(self, team: str) -> None:
        await self._storage.write(lambda unit: unit.set_setting(f"slack.bot.{team}", ""))
        self._read.pop(team, None)


class StoredStates:
    """OAuth states on their way, as hashes; the newest thousand."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def keep(self, state: str, until: datetime) -> None:
        text = f"{_hash(state)} {until.isoformat()}"
        await self._storage.write(lambda unit: unit.set_setting(_place(state), text))

    async def take(self, state: str, now: datetime) -> bool:
        def work(unit: Unit) -> bool:
            held, _, until = (unit.setting(_place(state)) or "").partition(" ")
            if held != _hash(state):
                return False
            unit.set_setting(_place(state), "")
            return datetime.fromisoformat(until) > now

        return await self._storage.write(work)


def _hash(state: str) -> str:
    return blake2s(state.encode()).hexdigest()


def _place(state: str) -> str:
    return f"slack.state.{_slot(state, _STATES)}"
