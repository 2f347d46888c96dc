"""What the Discord door remembers: in the database what must outlive it, in memory what may be forgotten."""

from collections import OrderedDict
from hashlib import blake2s
from typing import Generic, TypeVar

from core.ports import Storage, Unit

T = TypeVar("T")
SLOTS = 4096
"""How many of the latest things done are remembered at least roughly; a repeat comes within seconds."""


class StoredNotebook:
    """A notebook among the settings that the service keeps about itself."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def get(self, key: str) -> str | None:
        return await self._storage.read(lambda unit: unit.setting(f"discord.{key}"))

    async def put(self, key: str, text: str) -> None:
        await self._storage.write(lambda unit: unit.set_setting(f"discord.{key}", text))


class StoredOnce:
    """What was done, in a ring of slots that never grows: each knows the last thing that fell into it."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def first(self, key: str) -> bool:
        slot = int.from_bytes(blake2s(key.encode(), digest_size=4).digest()) % SLOTS

        def claim(unit: Unit) -> bool:
            if unit.setting(f"discord.once.{slot}") == key:
                return False
            unit.set_setting(f"discord.once.{slot}", key)
            return True

        return await self._storage.write(claim)


class Recent(Generic[T]):
    """The latest things by key, at most so many; the oldest are forgotten first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[str, T] = OrderedDict()

    def put(self, key: str, value: T) -> None:
        self._kept[key] = value
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def get(self, key: str) -> T | None:
        return self._kept.get(key)

    def drop(self, key: str) -> None:
        self._kept.pop(key, None)
