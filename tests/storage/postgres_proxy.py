"""TCP proxy between Roomie and PostgreSQL that can be cut, frozen and healed."""

import asyncio
import tempfile
from asyncio import StreamReader, StreamWriter
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_SOCKET = ".s.PGSQL.5432"


class PostgresProxy:
    """Listens in place of the server, and forwards all bytes until it is cut or frozen."""

    def __init__(self, server: Path) -> None:
        self._server = server / _SOCKET
        self._folder = tempfile.TemporaryDirectory(prefix="proxy-")
        self._flows = asyncio.Event()
        self._flows.set()
        self._cut_before: bytes | None = None
        self._cut_after: bytes | None = None
        self._freezes = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._ends: set[StreamWriter] = set()

    @property
    def host(self) -> str:
        return self._folder.name

    @property
    def has_broken(self) -> bool:
        """Whether the trigger has been seen."""
        return self._cut_before is None and self._cut_after is None

    async def __aenter__(self) -> Self:
        self._listening = await asyncio.start_unix_server(self._join, Path(self.host) / _SOCKET)
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._listening.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._folder.cleanup()

    def cut(self) -> None:
        """Breaks all connections; new ones are accepted."""
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()

    def freeze(self) -> None:
        """Forwards nothing any more, without closing connections."""
        self._flows.clear()

    def heal(self) -> None:
        self._flows.set()

    def cut_before(self, data: bytes, *, then_freeze: bool = False) -> None:
        """Breaks the connection that sends this next; the server does not receive it."""
        self._cut_before, self._freezes = data, then_freeze

    def cut_after(self, data: bytes, *, then_freeze: bool = False) -> None:
        """Breaks the connection that sends this next, once the server has received it."""
        self._cut_after, self._freezes = data, then_freeze

    async def _join(self, here: StreamReader, back: StreamWriter) -> None:
        try:
            there, on = await asyncio.open_unix_connection(self._server)
        except OSError:
            back.close()
            return
        self._ends |= {back, on}
        for source, sink in ((here, on), (there, back)):
            task = asyncio.create_task(self._pass_on(source, sink, back))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, source: StreamReader, sink: StreamWriter, client: StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65_536):
                await self._flows.wait()
                if self._cut_before is not None and self._cut_before in data:
                    self._cut_before = None
                    client.transport.abort()
                    if self._freezes:
                        self.freeze()
                    break
                sink.write(data)
                await sink.drain()
                if self._cut_after is not None and self._cut_after in data:
                    self._cut_after = None
                    client.transport.abort()
                    if self._freezes:
                        self.freeze()
                    return
        sink.close()
