"""The type of `ServerState.read`, for the caches that read through it."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from core.ports import UnitOfWork

T = TypeVar("T")


class DatabaseRead(Protocol):
    """Reads from the database; raises `Unavailable` if too many reads wait already."""

    async def __call__(self, work: Callable[[UnitOfWork], T]) -> T: ...
