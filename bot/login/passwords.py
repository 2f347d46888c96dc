"""Password hashing with Argon2id, in a thread pool."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from core.errors import Unavailable

if TYPE_CHECKING:
    from argon2 import PasswordHasher

T = TypeVar("T")


class Cost(Struct, frozen=True):
    """Argon2 cost: passes, KiB of memory, lanes. RFC 9106's second recommended profile."""

    passes: int = 3
    memory: int = 64 * 1024
    lanes: int = 4


class Argon2Passwords:
    """Implements the port `Passwords`. More than `waiting` callers in the queue get `Unavailable`."""

    def __init__(self, cost: Cost | None = None, *, threads: int = 2, waiting: int = 64) -> None:
        self._cost = cost or Cost()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._max_pending = threads + waiting
        self._pending = 0
        self._hasher: PasswordHasher | None = None
        self._dummy_hash = ""

    async def hash(self, password: str) -> str:
        return await self._run(lambda: self._get_hasher().hash(_bytes(password)))

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Checks a password; takes equally long without a hash, so that timing reveals no accounts."""
        return await self._run(lambda: self._matches(password_hash, password))

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _run(self, function: Callable[[], T]) -> T:
        if self._pending >= self._max_pending:
            raise Unavailable("Too many people are logging in right now. Please try again in a moment.")
        self._pending += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, function)
        finally:
            self._pending -= 1

    def _matches(self, password_hash: str | None, password: str) -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError

        hasher = self._get_hasher()
        try:
            hasher.verify(password_hash or self._dummy_hash, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
        return bool(password_hash)

    def _get_hasher(self) -> "PasswordHasher":
        """The hasher, created on first use, because importing argon2 is slow."""
        if self._hasher is None:
            from argon2 import PasswordHasher

            hasher = PasswordHasher(self._cost.passes, self._cost.memory, self._cost.lanes)
            self._dummy_hash = hasher.hash("no account")
            self._hasher = hasher
        return self._hasher


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
