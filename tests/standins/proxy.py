"""A network between a process and its database that can be cut, frozen and healed."""

import asyncio
from asyncio import StreamReader, StreamWriter
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self


class Proxy:
    """Listens on a port of this machine and passes on what comes to `server`, a socket file or a port here.

    `cut` breaks what is connected and refuses what comes; `freeze` lets nothing pass and tells nobody, as a
    cable does that somebody pulled; `heal` ends either.
    """

    def __init__(self, server: Path | int) -> None:
        self._server = server
        self._is_cut = False
        self._flows = asyncio.Event()
        self._flows.set()
        self._ends: set[StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._listening: asyncio.Server | None = None
        self.port = 0

    async def __aenter__(self) -> Self:
        self._listening = await asyncio.start_server(self._join, "127.0.0.1", 0)
        self.port = int(self._listening.sockets[0].getsockname()[1])
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._listening is not None:
            self._listening.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        self._is_cut = True
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()

    def freeze(self) -> None:
        self._flows.clear()

    def heal(self) -> None:
        self._is_cut = False
        self._flows.set()

    async def _join(self, here: StreamReader, back: StreamWriter) -> None:
        try:
            if self._is_cut:
                raise ConnectionRefusedError
            there, on = await self._reach()
        except OSError:
            back.transport.abort()
            return
        self._ends |= {back, on}
        for source, sink in ((here, on), (there, back)):
            task = asyncio.create_task(self._pass_on(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _reach(self) -> tuple[StreamReader, StreamWriter]:
        if isinstance(self._server, Path):
            return await asyncio.open_unix_connection(self._server)
        return await asyncio.open_connection("127.0.0.1", self._server)

    async def _pass_on(self, source: StreamReader, sink: StreamWriter) -> None:
        with suppress(OSError):
            while said := await source.read(65_536):
                await self._flows.wait()
                sink.write(said)
                await sink.drain()
        self._ends.discard(sink)
        sink.close()
