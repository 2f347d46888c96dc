"""Port for random choices, so that tests can fix them; `random.Random` implements it."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class RandomSource(Protocol):
    def choice(self, seq: Sequence[T], /) -> T:
        """A random element of a sequence that is not empty."""
        ...
