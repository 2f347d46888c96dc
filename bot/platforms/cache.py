"""Bounded in-memory caches: least recently used entries are evicted first."""

from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from core.clock import Clock

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class LruCache(Generic[K, V]):
    """LRU cache of at most `max_size` entries."""

    def __init__(self, max_size: int) -> None:
        self._max_size = max_size
        self._entries: OrderedDict[K, V] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, key: K, value: V) -> None:
        self._entries[key] = value
        self._entries.move_to_end(key)
        if len(self._entries) > self._max_size:
            self._entries.popitem(last=False)

    def get(self, key: K) -> V | None:
        if key not in self._entries:
            return None
        self._entries.move_to_end(key)
        return self._entries[key]

    def remove(self, key: K) -> None:
        self._entries.pop(key, None)


class TtlCache(Generic[K, V]):
    """LRU cache of at most `max_size` entries, each with a time to live of its own."""

    def __init__(self, max_size: int, clock: Clock) -> None:
        self._clock = clock
        self._entries: LruCache[K, tuple[V, datetime]] = LruCache(max_size)

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, key: K, value: V, ttl: timedelta) -> None:
        self._entries.put(key, (value, self._clock.now() + ttl))

    def get(self, key: K) -> V | None:
        entry = self._entries.get(key)
        return entry[0] if entry is not None and self._clock.now() < entry[1] else None

    def get_stale(self, key: K) -> V | None:
        """The entry even past its time to live."""
        entry = self._entries.get(key)
        return entry[0] if entry is not None else None

    def remove(self, key: K) -> None:
        self._entries.remove(key)
