"""Readiness checks of the parts that requests depend on, at most once a second."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter
from typing import TypeAlias

Check: TypeAlias = Callable[[], Awaitable[Mapping[str, object]]]
"""Checks a part: returns facts, `ok` among them; an exception means that it is not ok."""
Parts: TypeAlias = Mapping[str, Mapping[str, object]]

_MAX_AGE_SECONDS = 1.0
_CHECK_TIMEOUT = 2.0


class Readiness:
    """Caches the outcome of all checks for a second, and shares a run of them among concurrent callers.

    One of the checks writes to the database, and anyone may request `/readyz`.
    """

    def __init__(self, checks: Mapping[str, Check], ticks: Callable[[], float] = perf_counter) -> None:
        self._checks, self._ticks = checks, ticks
        self._run: asyncio.Task[Parts] | None = None
        self._began = 0.0

    async def parts(self) -> Parts:
        """The outcome of each check, from a run that is in progress or at most a second old."""
        run, now = self._run, self._ticks()
        if run is None or (run.done() and now - self._began >= _MAX_AGE_SECONDS):
            self._began = now
            self._run = run = asyncio.create_task(self._check_all())
        return await asyncio.shield(run)

    async def stop(self) -> None:
        if self._run is not None:
            self._run.cancel()
            await asyncio.gather(self._run, return_exceptions=True)
            self._run = None

    async def _check_all(self) -> Parts:
        names = tuple(self._checks)
        found = await asyncio.gather(*(_run_check(self._checks[name]) for name in names))
        return dict(zip(names, found, strict=True))


async def _run_check(check: Check) -> Mapping[str, object]:
    try:
        async with asyncio.timeout(_CHECK_TIMEOUT):
            return {"ok": True} | dict(await check())
    except TimeoutError:
        return {"ok": False, "reason": f"no answer within {_CHECK_TIMEOUT:g} seconds"}
    except Exception as error:  # noqa: BLE001 - any failure of a part is its state
        return {"ok": False, "reason": str(error) or type(error).__name__}
