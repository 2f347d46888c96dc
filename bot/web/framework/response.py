"""Rendered responses, and how they are written.

A `RenderedResponse` holds the bytes of status line, fixed headers and body, and from 1 KiB on a gzipped
version made on first use. `RawResponse` writes them with the headers that differ (date, request id) in one
piece, past aiohttp's own construction of headers.
"""

import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeAlias

import orjson
from aiohttp import web
from aiohttp.helpers import rfc822_formatted_time
from aiohttp.http import HttpVersion10
from msgspec import Struct
from xxhash import xxh3_128_hexdigest

if TYPE_CHECKING:
    from aiohttp.abc import AbstractStreamWriter

JSON = "application/json"
_MIN_GZIP_SIZE = 1024
_GZIP = 31
"""Window bits of zlib for the gzip format."""
_ALWAYS = "X-Content-Type-Options: nosniff\r\n"
_SHARED = (
    "Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: ETag, Retry-After, X-Request-ID\r\n"
)
_REVALIDATED = {"Cache-Control": "no-cache"}
_PRIVATE = {"Cache-Control": "private, no-cache"}
_NO_CONTENT = HTTPStatus.NO_CONTENT.value
"""A plain number: reading a member of an enumeration calls a descriptor in Python 3.11."""
_REFUSES_GZIP = re.compile(r"(?:gzip|\*)\s*;\s*q=0(?:\.0*)?\s*(?:,|$)")


class RenderedResponse:
    """A response as bytes. `etag` is empty if clients cannot revalidate it; `is_compressed`: not gzipped.

    `cookies` are values of `Set-Cookie`. Scripts of other sites may read it if it `is_shared`.
    """

    __slots__ = (
        "_fixed_at",
        "_gzipped",
        "_gzipped_head",
        "_head",
        "_is_gzippable",
        "_lead",
        "body",
        "etag",
        "status",
    )

    def __init__(
        self,
        body: bytes,
        *,
        status: int = 200,
        media_type: str = JSON,
        headers: Mapping[str, str] | None = None,
        etag: str = "",
        is_compressed: bool = False,
        cookies: Sequence[str] = (),
        is_shared: bool = True,
    ) -> None:
        self.body, self.status, self.etag = body, status, etag
        self._is_gzippable = len(body) >= _MIN_GZIP_SIZE and not is_compressed
        length = f"Content-Length: {len(body)}\r\n" if status != _NO_CONTENT else ""
        tag = f"ETag: {etag}\r\n" if etag else ""
        vary = "Vary: Accept-Encoding\r\n" if self._is_gzippable else ""
        more = "".join([f"{name}: {value}\r\n" for name, value in headers.items()]) if headers else ""
        if cookies:
            more += "".join([f"Set-Cookie: {cookie}\r\n" for cookie in cookies])
        self._lead = _lead(status, media_type if body else "")
        fixed = f"{tag}{vary}{more}{_SHARED if is_shared else ''}{_ALWAYS}"
        self._head = f"{self._lead}{length}{fixed}".encode("latin-1")
        self._fixed_at = len(self._head) - len(fixed)
        self._gzipped: bytes | None = None
        self._gzipped_head = b""

    @property
    def size(self) -> int:
        """Bytes this page takes up in memory, its gzipped twin included."""
        return len(self.body) * 5 // 4 + 1_000

    def parts(self, accepts: str | None) -> tuple[bytes, bytes]:
        """The head without its last lines, and the body, in the best coding that a client accepts."""
        if accepts and self._is_gzippable and _accepts_gzip(accepts):
            return self._in_gzip()
        return self._head, self.body

    def unchanged(self) -> bytes:
        """The head that says that what the client holds is still true."""
        return _NOT_MODIFIED + self._head[self._fixed_at :]

    def _in_gzip(self) -> tuple[bytes, bytes]:
        if self._gzipped is None:
            packer = zlib.compressobj(4, zlib.DEFLATED, _GZIP)
            self._gzipped = packer.compress(self.body) + packer.flush()
            length = f"Content-Length: {len(self._gzipped)}\r\nContent-Encoding: gzip\r\n"
            self._gzipped_head = f"{self._lead}{length}".encode() + self._head[self._fixed_at :]
        return self._gzipped_head, self._gzipped


def json_response(
    content: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> RenderedResponse:
    """A JSON response for one client that is not to be cached."""
    all_headers = {"Cache-Control": "no-store"} | dict(headers or {})
    return RenderedResponse(orjson.dumps(content), status=status, headers=all_headers)


def with_etag(
    body: bytes,
    *,
    private: bool = False,
    media_type: str = JSON,
    headers: Mapping[str, str] | None = None,
    is_compressed: bool = False,
) -> RenderedResponse:
    """A response that clients may cache and revalidate; `private` ones stay out of shared caches."""
    all_headers = _PRIVATE if private else _REVALIDATED
    if headers:
        all_headers = all_headers | dict(headers)
    return RenderedResponse(
        body, media_type=media_type, headers=all_headers, etag=etag_of(body), is_compressed=is_compressed
    )


def etag_of(body: bytes) -> str:
    """A tag of the content. The hash is not cryptographic: it guards nothing."""
    return f'W/"{xxh3_128_hexdigest(body)}"'


def etag_matches(etag: str, header: str) -> bool:
    """Whether an `If-None-Match` header contains this tag, by weak comparison (RFC 9110, 13.1.2)."""
    if header == etag:
        return True
    bare = etag.removeprefix("W/")
    return any(each in {"*", bare} for each in (tag.strip().removeprefix("W/") for tag in header.split(",")))


IsValid: TypeAlias = Callable[[int], bool]
"""Whether a cached response is still valid at an instant (seconds since 1970)."""


class CacheableResponse(Struct, frozen=True):
    """A response that may be sent again for the same request while `is_valid`."""

    response: RenderedResponse
    is_valid: IsValid


_MAX_JOINED_BYTES = 128 * 1024


class RawResponse(web.StreamResponse):
    """A rendered response that is written at once. After an `is_last` one the connection is closed."""

    def __init__(
        self, head: bytes, body: bytes, request_id: str, status: int, *, is_last: bool
    ) -> None:  # no super: nothing of it is used
        self._head, self._content, self._request_id = head, body, request_id
        self._status, self._is_last = status, is_last
        self._reason = ""

    async def prepare(self, request: web.BaseRequest) -> "AbstractStreamWriter | None":
        self._keep_alive = keep_alive = request.keep_alive and not self._is_last
        connection = ""
        if not keep_alive:
            connection = "Connection: close\r\n"
        elif request.version == HttpVersion10:
            connection = "Connection: keep-alive\r\n"
        writer = request.writer
        *first, last = self.pieces(connection)
        for each in first:
            await writer.write(each)
        await writer.write_eof(last)
        return writer

    def pieces(self, connection: str = "") -> tuple[bytes, ...]:
        """Head and body, in one piece unless the body is long: connections share it while they send it.

        `connection` is a line of the head, needed unless HTTP/1.1 keeps it open.
        """
        tail = f"Date: {rfc822_formatted_time()}\r\nX-Request-ID: {self._request_id}\r\n{connection}\r\n"
        head = self._head + tail.encode("latin-1")
        return (head + self._content,) if len(self._content) <= _MAX_JOINED_BYTES else (head, self._content)

    async def write_eof(self, data: bytes = b"") -> None:
        """Does nothing: `prepare` writes everything."""

    @property
    def prepared(self) -> bool:
        return True


@lru_cache(maxsize=256)
def _accepts_gzip(accepts: str) -> bool:
    lowered = accepts.lower()
    return ("gzip" in lowered or "*" in lowered) and _REFUSES_GZIP.search(lowered) is None


@lru_cache(maxsize=256)
def _lead(status: int, media_type: str) -> str:
    status_line = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
    return f"{status_line}Content-Type: {media_type}\r\n" if media_type else status_line


_NOT_MODIFIED = _lead(304, "").encode()
