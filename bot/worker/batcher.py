"""Many small things to write down, made one work: what comes in while one is under way goes together next."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Batcher(Generic[T, R]):
    """Call it with one item and get the answer to that; `carry_out` answers several, in their order."""

    def __init__(self, carry_out: Callable[[Sequence[T]], Awaitable[Sequence[R]]], most: int = 200) -> None:
        self._carry_out = carry_out
        self._most = most
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._at_work: asyncio.Task[None] | None = None

    async def __call__(self, item: T) -> R:
        answer: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if self._at_work is None or self._at_work.done():
            self._at_work = asyncio.ensure_future(self._work())
        return await answer

    async def _work(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            try:
                answers = await self._carry_out([item for item, _ in batch])
            except Exception as error:  # noqa: BLE001 - it belongs to everybody who waits
                for _, waiting in batch:
                    if not waiting.done():
                        waiting.set_exception(error)
                continue
            for (_, waiting), answer in zip(batch, answers, strict=True):
                if not waiting.done():
                    waiting.set_result(answer)
