"""Coalesces concurrent single calls into one batched call (the DataLoader pattern)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Batcher(Generic[T, R]):
    """Collects items while a batch runs; `run_batch` returns the results in the order of the items."""

    def __init__(
        self, run_batch: Callable[[Sequence[T]], Awaitable[Sequence[R]]], batch_size: int = 200
    ) -> None:
        self._run_batch = run_batch
        self._batch_size = batch_size
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._task: asyncio.Task[None] | None = None

    async def __call__(self, item: T) -> R:
        result: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, result))
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._run())
        return await result

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[: self._batch_size], self._waiting[self._batch_size :]
            try:
                results = await self._run_batch([item for item, _ in batch])
            except Exception as error:  # noqa: BLE001 - raised to every caller of the batch
                for _, waiting in batch:
                    if not waiting.done():
                        waiting.set_exception(error)
                continue
            for (_, waiting), result in zip(batch, results, strict=True):
                if not waiting.done():
                    waiting.set_result(result)
