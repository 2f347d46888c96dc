"""Fake timetable site: pages in the format of the UNSW site, files, and selectable failures.

An async context manager; `address` is the base URL of its pages. It records its `requests`; `overrides`
holds lists of handlers by path, each used for one request before the normal one is used again.
"""

import asyncio
import gzip
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from html import escape
from types import TracebackType
from typing import Self

from aiohttp import web
from msgspec import Struct
from msgspec.structs import replace

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
OPENS, CLOSES = 7 * 60, 22 * 60

SiteHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Lesson(Struct, frozen=True):
    """A class in a room. Times are minutes after midnight; without `weeks` it takes place in every week."""

    weekday: int
    starts: int
    ends: int
    name: str
    weeks: str | None = None


class SiteRoom(Struct, frozen=True):
    id: str
    name: str = "A room"
    abbr: str = "Rm"
    usage: str = "TUSM"
    capacity: str = "20"
    school: str = " "
    lessons: tuple[Lesson, ...] = ()
    facilities: tuple[tuple[str, str], ...] = (("Writing media", "Whiteboard"),)


class RecordedRequest(Struct, frozen=True):
    method: str
    path: str
    form: Mapping[str, str]
    headers: Mapping[str, str]


class Document(Struct):
    """A file with its HTTP validators."""

    content: bytes
    content_type: str = "text/plain"
    etag: bool = True
    last_modified: str = ""


@dataclass
class TimetableSite:
    buildings: Sequence[tuple[str, str]] = (("K-J17", "Ainsworth Building"),)
    rooms: Sequence[SiteRoom] = (SiteRoom("K-J17-G01"),)
    documents: dict[str, Document] = field(default_factory=dict)
    overrides: dict[str, list[SiteHandler]] = field(default_factory=lambda: defaultdict(list))
    requests: list[RecordedRequest] = field(default_factory=list)
    port: int = 0
    connections: int = 0
    max_concurrent: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/tt/"

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def paths(self) -> list[str]:
        """Paths of the requests, without robots.txt."""
        return [request.path for request in self.requests if request.path != "/robots.txt"]

    def change(self, room_id: str, **changes: object) -> None:
        self.rooms = [replace(room, **changes) if room.id == room_id else room for room in self.rooms]

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=2**20)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.connections += 1
        self.max_concurrent = max(self.max_concurrent, self.connections)
        try:
            form = {name: str(value) for name, value in (await request.post()).items()}
            self.requests.append(RecordedRequest(request.method, request.path, form, dict(request.headers)))
            if self.overrides[request.path]:
                return await self.overrides[request.path].pop(0)(request)
            return self._page(request, form)
        finally:
            self.connections -= 1

    def _page(self, request: web.Request, form: Mapping[str, str]) -> web.Response:
        if request.path in self.documents:
            return _document(request, self.documents[request.path])
        match request.path.rpartition("/")[2]:
            case "view_multirooms.php":
                return _html(buildings_page(self.buildings))
            case "find_rooms.php":
                return _html(rooms_page(self.rooms))
            case "view_rooms.php":
                return self._room_page(form)
        return web.Response(status=404, text="There is no such page.")

    def _room_page(self, form: Mapping[str, str]) -> web.Response:
        room = next((room for room in self.rooms if room.id == form.get("room")), None)
        if room is None:
            return web.Response(status=404, text="There is no such room.")
        return _html(facilities_page(room) if form.get("show") == "show_facilities" else room_page(room))


def buildings_page(buildings: Iterable[tuple[str, str]]) -> str:
    options = "\n".join(
        f'<option value="{building}">{escape(name)} - {building}</option>' for building, name in buildings
    )
    return _frame(
        "View Multiple Rooms",
        f'<form method="post"><select name="building"><option value="all">All buildings</option>\n{options}\n'
        '</select>\n<select name="teachingperiod" id="teachingperiod">'
        '<option value="8,Mon 16 Feb 2026,18,Sun 3 May 2026">Teaching Period T1</option></select></form>',
    )


def rooms_page(rooms: Iterable[SiteRoom]) -> str:
    rows = [
        "".join(
            f'<td class="data">{escape(cell)}</td>'
            for cell in (room.abbr, room.name, room.id, room.usage, room.capacity, room.school)
        )
        for room in rooms
    ]
    return _frame("Find Rooms", f'<form method="post"><table class="grid">\n{_rows(rows)}</table></form>')


@lru_cache(maxsize=1024)
def room_page(room: SiteRoom) -> str:
    rows = [_half_hour(room.lessons, start) for start in range(OPENS, CLOSES, 30)]
    heading = "".join(f"<td>{day}</td>" for day in ("Time", *DAYS))
    table = f'<table class="grid">\n<tr class="tableHeading">{heading}</tr>\n{_rows(rows)}</table>'
    return _frame(f"Room Timetable {room.id}", table)


def facilities_page(room: SiteRoom) -> str:
    rows = "".join(
        f'<tr><td>{title}</td><td class="data">{text}</td></tr>' for title, text in room.facilities
    )
    return _frame("Room Facilities", f"<table>{rows}</table>")


def with_status(status: int, **headers: str) -> SiteHandler:
    async def handler(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers=headers, text="Not today.")

    return handler


def with_body(body: bytes, **headers: str) -> SiteHandler:
    async def handler(_: web.Request) -> web.StreamResponse:
        return web.Response(body=body, headers=headers)

    return handler


def redirect_to(address: str, status: int = 302) -> SiteHandler:
    return with_status(status, Location=address)


async def never_respond(_: web.Request) -> web.StreamResponse:
    """Accepts the request and never responds."""
    await asyncio.sleep(3600)
    return web.Response()


async def stall(request: web.Request) -> web.StreamResponse:
    """Starts a response and stalls."""
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b"<html>")
    await asyncio.sleep(3600)
    return response


async def disconnect(request: web.Request) -> web.StreamResponse:
    """Announces more bytes than it sends, then closes the connection."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b"<html>")
    assert request.transport is not None
    request.transport.close()
    return response


async def respond_endlessly(request: web.Request) -> web.StreamResponse:
    """Sends an endless response."""
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"x" * 65536)


def gzip_bomb(size: int) -> SiteHandler:
    """A small response that decompresses to `size` bytes."""
    return with_body(gzip.compress(b"\0" * size), **{"Content-Encoding": "gzip"})


def _half_hour(lessons: Sequence[Lesson], start: int) -> str:
    columns = [
        [lesson for lesson in lessons if lesson.weekday == day and lesson.starts <= start < lesson.ends]
        for day in range(len(DAYS))
    ]
    cells = "".join(f'<td class="data">{"".join(map(_span, cell)) or "&nbsp;"}</td>' for cell in columns)
    return f'<td class="note">{start // 60:02}:{start % 60:02}</td>{cells}'


def _span(lesson: Lesson) -> str:
    title = "" if lesson.weeks is None else f' title="{lesson.weeks}"'
    return f"<span{title}>{escape(lesson.name).replace(chr(0xA0), '&nbsp;')}</span><br>"


def _rows(rows: Iterable[str]) -> str:
    colours = ("rowHighlight", "rowLowlight")
    return "".join(f'<tr class="{colours[index % 2]}">{row}</tr>\n' for index, row in enumerate(rows))


def _frame(title: str, body: str) -> str:
    return f"<html><head><title>{title}</title></head><body>\n<h2>{title}</h2>\n{body}</body></html>"


def _html(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html")


def _document(request: web.Request, document: Document) -> web.Response:
    """Responds with 304 to a request with current validators."""
    etag = f'"{blake2b(document.content, digest_size=8).hexdigest()}"'
    conditions = request.headers
    is_unchanged = (document.etag and conditions.get("If-None-Match") == etag) or (
        document.last_modified and conditions.get("If-Modified-Since") == document.last_modified
    )
    headers = {"ETag": etag} if document.etag else {}
    if document.last_modified:
        headers["Last-Modified"] = document.last_modified
    if is_unchanged:
        return web.Response(status=304, headers=headers)
    return web.Response(body=document.content, content_type=document.content_type, headers=headers)
