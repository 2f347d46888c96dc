"""Hashing passwords slowly, in a few threads of their own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from core.errors import Unavailable

if TYPE_CHECKING:
    from argon2 import PasswordHasher

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one hash takes: passes, KiB of memory, lanes. The second profile that RFC 9106 recommends."""

    passes: int = 3
    memory: int = 64 * 1024
    lanes: int = 4


class Argon2Passwords:
    """The core's `Passwords`, by Argon2id. At most `waiting` wait for a thread; more are sent away."""

    def __init__(self, cost: Cost | None = None, *, threads: int = 2, waiting: int = 64) -> None:
        self._cost = cost or Cost()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._most = threads + waiting
        self._under_way = 0
        self._hasher: PasswordHasher | None = None
        self._nobodys = ""

    async def hash(self, password: str) -> str:
        return await self._run(lambda: self._ready().hash(_bytes(password)))

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password fits; takes as long for a hash that is not there."""
        return await self._run(lambda: self._fits(password_hash, password))

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[], T]) -> T:
        if self._under_way >= self._most:
            raise Unavailable("Too many people are logging in right now. Please try again in a moment.")
        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._under_way -= 1

    def _fits(self, password_hash: str | None, password: str) -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError

        hasher = self._ready()
        try:
            hasher.verify(password_hash or self._nobodys, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
        return bool(password_hash)

    def _ready(self) -> "PasswordHasher":
        """The hasher, made when first needed: importing it takes a while."""
        if self._hasher is None:
            from argon2 import PasswordHasher

            hasher = PasswordHasher(self._cost.passes, self._cost.memory, self._cost.lanes)
            self._nobodys = hasher.hash("nobody's")
            self._hasher = hasher
        return self._hasher


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
