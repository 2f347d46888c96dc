"""TCP proxy that can drop or stall connections, to test network failures."""

import asyncio
from asyncio import StreamReader, StreamWriter
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self


class Proxy:
    """Forwards connections to `server`, a socket file or a local port.

    `cut` aborts connections and refuses new ones; `freeze` stalls them silently, like an unplugged cable;
    `heal` ends both.
    """

    def __init__(self, server: Path | int) -> None:
        self._server = server
        self._is_cut = False
        self._is_flowing = asyncio.Event()
        self._is_flowing.set()
        self._writers: set[StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._listener: asyncio.Server | None = None
        self.port = 0

    async def __aenter__(self) -> Self:
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = int(self._listener.sockets[0].getsockname()[1])
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._listener is not None:
            self._listener.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        self._is_cut = True
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    def freeze(self) -> None:
        self._is_flowing.clear()

    def heal(self) -> None:
        self._is_cut = False
        self._is_flowing.set()

    async def _accept(self, client_reader: StreamReader, client_writer: StreamWriter) -> None:
        try:
            if self._is_cut:
                raise ConnectionRefusedError
            server_reader, server_writer = await self._connect()
        except OSError:
            client_writer.transport.abort()
            return
        self._writers |= {client_writer, server_writer}
        for source, sink in ((client_reader, server_writer), (server_reader, client_writer)):
            task = asyncio.create_task(self._forward(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _connect(self) -> tuple[StreamReader, StreamWriter]:
        if isinstance(self._server, Path):
            return await asyncio.open_unix_connection(self._server)
        return await asyncio.open_connection("127.0.0.1", self._server)

    async def _forward(self, source: StreamReader, sink: StreamWriter) -> None:
        with suppress(OSError):
            while chunk := await source.read(65_536):
                await self._is_flowing.wait()
                sink.write(chunk)
                await sink.drain()
        self._writers.discard(sink)
        sink.close()
