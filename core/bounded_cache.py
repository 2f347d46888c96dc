"""Bounded in-memory caches: by age, by last use, and with a time to live."""

from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from core.clock import Clock

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class BoundedCache(OrderedDict[K, V]):
    """Dictionary of at most `max_size` entries; `put` evicts those that were stored longest ago.

    Reading is the dictionary's own `get`, which costs nothing extra and does not postpone eviction.
    """

    def __init__(self, max_size: int) -> None:
        super().__init__()
        self._max_size = max_size

    def put(self, key: K, value: V) -> None:
        if key in self:
            self.remove(key)
        self[key] = value
        if len(self) > self._max_size:
            self.evict()

    def remove(self, key: K) -> None:
        self.pop(key, None)

    def evict(self) -> None:
        """Removes the oldest entry."""
        self.remove(next(iter(self)))


class LruCache(Generic[K, V]):
    """Cache of at most `max_size` entries; the least recently used is evicted first."""

    def __init__(self, max_size: int) -> None:
        self._entries: BoundedCache[K, V] = BoundedCache(max_size)

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, key: K, value: V) -> None:
        self._entries.put(key, value)

    def get(self, key: K) -> V | None:
        if key not in self._entries:
            return None
        self._entries.move_to_end(key)
        return self._entries[key]

    def remove(self, key: K) -> None:
        self._entries.remove(key)

    def clear(self) -> None:
        self._entries.clear()


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
