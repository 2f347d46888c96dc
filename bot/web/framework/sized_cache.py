"""Bounded cache of values of different sizes."""

from abc import ABC, abstractmethod
from collections.abc import Hashable
from typing import TypeVar

from core.bounded_cache import BoundedCache

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class SizedCache(BoundedCache[K, V], ABC):
    """Caches values up to a total size and number; those stored longest ago are evicted first."""

    def __init__(self, max_total: int, max_entries: int) -> None:
        super().__init__(max_entries)
        self._max_total = max_total
        self._total = 0

    @abstractmethod
    def size_of(self, value: V) -> int:
        """The size of a value, which never changes."""

    def put(self, key: K, value: V) -> None:
        if key in self:
            self.remove(key)
        self[key] = value
        self._total += self.size_of(value)
        while self._total > self._max_total or len(self) > self._max_size:
            self.evict()

    def evict(self) -> None:
        _, value = self.popitem(last=False)
        self._total -= self.size_of(value)

    def remove(self, key: K) -> None:
        if key in self:
            self._total -= self.size_of(self.pop(key))
