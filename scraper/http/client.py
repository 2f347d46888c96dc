"""Polite HTTP client for the site of one source."""

import asyncio
import json
import logging
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from functools import cached_property
from types import TracebackType
from typing import Self

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientSSLError,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)
from aiohttp.abc import AbstractResolver
from msgspec import Struct
from msgspec.structs import replace
from yarl import URL

from core.guarded_sockets import PrivateNetworkError, guarded_socket_factory
from scraper.common.errors import AddressRefused, PageUnavailable, SourceFailed, SourceTooLarge
from scraper.http.page import FetchedPage
from scraper.http.politeness import MAX_PAGE_BYTES, Politeness
from scraper.http.robots import ROBOT_NAME, RobotsRules
from scraper.http.throttle import Sleep, Throttle, retry_after_delay, retry_delay
from scraper.http.url_guard import AllowedUrls, parse_web_address

USER_AGENT = f"{ROBOT_NAME}/1 (campus room finder; reads published timetables)"
MAX_REDIRECTS = 5
MAX_ROBOTS_BYTES = 512 * 1024
_RETRYABLE_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
_REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
_METHOD_PRESERVING_STATUSES = frozenset({307, 308})
_CHUNK_BYTES = 64 * 1024

_log = logging.getLogger(__name__)


class _Request(Struct, frozen=True):
    method: str
    url: URL
    max_bytes: int
    form: Sequence[tuple[str, str]] | None = None
    body: object = None
    validator: str = ""


class _RetryableError(Exception):
    """The attempt failed and may be retried. `delay` is the site's Retry-After, in seconds."""

    is_safe_to_log = True

    def __init__(self, reason: str, delay: float = 0.0) -> None:
        super().__init__(reason)
        self.delay = delay


class _PageNotFound(PageUnavailable):
    """The site answered 4xx."""


class PoliteClient:
    """Fetches pages of one site with rate limit, retries and robots.txt; use it as an async context manager.

    `sleep` and `resolver` are for tests. Its methods raise `SourceFailed` and its subclasses.
    """

    def __init__(
        self,
        address: str,
        politeness: Politeness,
        *,
        allow_private: bool = False,
        sleep: Sleep = asyncio.sleep,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._address = address
        self.politeness = politeness
        self._allow_private = allow_private
        self._sleep = sleep
        self._resolver = resolver
        self._throttle = Throttle(1 / politeness.requests_per_second, sleep)
        self._concurrency = asyncio.Semaphore(politeness.concurrency)
        self._robots_rules: dict[URL, RobotsRules] = {}
        self._robots_lock = asyncio.Lock()

    async def __aenter__(self) -> Self:
        connector = TCPConnector(
            limit=self.politeness.concurrency,
            resolver=self._resolver,
            socket_factory=guarded_socket_factory(allow_private=self._allow_private),
        )
        self._session = ClientSession(
            connector=connector,
            cookie_jar=DummyCookieJar(),
            trust_env=False,
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip, deflate"},
            timeout=ClientTimeout(
                total=self.politeness.total_timeout, sock_read=self.politeness.read_timeout
            ),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def get(self, address: str, validator: str = "") -> FetchedPage:
        return await self._fetch(self._build_request("GET", address, validator=validator))

    async def post(
        self, address: str, form: Sequence[tuple[str, str]], max_bytes: int = MAX_PAGE_BYTES
    ) -> FetchedPage:
        """Posts a form, for sites that answer queries to POST only. Retried, so it must be idempotent."""
        return await self._fetch(self._build_request("POST", address, form=form, max_bytes=max_bytes))

    async def post_json(self, address: str, body: object, max_bytes: int = MAX_PAGE_BYTES) -> FetchedPage:
        return await self._fetch(self._build_request("POST", address, body=body, max_bytes=max_bytes))

    @cached_property
    def _allowed_urls(self) -> AllowedUrls:
        return AllowedUrls.for_address(self._address, self.politeness.extra_hosts)

    def _build_request(
        self,
        method: str,
        address: str,
        form: Sequence[tuple[str, str]] | None = None,
        body: object = None,
        validator: str = "",
        max_bytes: int = MAX_PAGE_BYTES,
    ) -> _Request:
        max_bytes = min(max_bytes, self.politeness.max_bytes)
        return _Request(method, parse_web_address(address), max_bytes, form, body, validator)

    async def _fetch(self, request: _Request) -> FetchedPage:
        self._allowed_urls.check(request.url)
        await self._check_robots(request.url)
        return await self._with_retries(request)

    async def _check_robots(self, url: URL) -> None:
        if not self.politeness.obeys_robots:
            return
        async with self._robots_lock:
            origin = url.origin()
            if origin not in self._robots_rules:
                self._robots_rules[origin] = await self._fetch_robots_rules(origin)
                self._throttle.interval = max(self._throttle.interval, self._robots_rules[origin].crawl_delay)
        if not self._robots_rules[origin].allows(url):
            raise AddressRefused(f"The robots.txt of {url.host} asks us not to read this.")

    async def _fetch_robots_rules(self, origin: URL) -> RobotsRules:
        """No robots.txt (4xx) allows everything; one that cannot be fetched fails the run."""
        try:
            page = await self._with_retries(_Request("GET", origin / "robots.txt", MAX_ROBOTS_BYTES))
        except _PageNotFound:
            return RobotsRules()
        return RobotsRules.parse(page.content)

    async def _with_retries(self, request: _Request) -> FetchedPage:
        for attempt in range(1, self.politeness.max_attempts + 1):
            try:
                async with self._concurrency:
                    return await self._follow_redirects(request)
            except _RetryableError as failure:
                if attempt == self.politeness.max_attempts or failure.delay > self.politeness.max_delay:
                    raise PageUnavailable(f"{request.url.host} did not answer: {failure}.") from failure
                await self._wait_before_retry(attempt, failure)
        raise AssertionError("there is at least one attempt")

    async def _wait_before_retry(self, attempt: int, failure: _RetryableError) -> None:
        """A Retry-After pauses all requests, our own backoff only this one."""
        _log.info("attempt %d failed: %s", attempt, failure)
        self._throttle.pause(failure.delay)
        await self._sleep(retry_delay(attempt, self.politeness.first_delay, self.politeness.max_delay))

    async def _follow_redirects(self, request: _Request) -> FetchedPage:
        for _ in range(MAX_REDIRECTS + 1):
            answer = await self._send(request)
            if isinstance(answer, FetchedPage):
                return answer
            self._allowed_urls.check(answer.url, redirected_from=request.url)
            request = answer
        raise SourceFailed(f"{request.url.host} sends us in circles.")

    async def _send(self, request: _Request) -> FetchedPage | _Request:
        """The page, or the next request of a redirect."""
        await self._throttle.acquire()
        try:
            async with self._session.request(
                request.method,
                request.url,
                data=request.form,
                json=request.body,
                headers=_conditional_headers(request.validator),
                allow_redirects=False,
            ) as response:
                return await _handle_response(request, response)
        except ClientSSLError as error:
            raise SourceFailed(f"{request.url.host} shows no certificate we trust.") from error
        except ClientConnectorError as error:
            if isinstance(error.os_error, PrivateNetworkError):
                raise AddressRefused(f"{request.url.host} lies in a private network.") from error
            raise _RetryableError("it is not to be reached") from error
        except TimeoutError as error:
            raise _RetryableError("it took too long") from error
        except (ClientError, OSError) as error:
            raise _RetryableError(f"the connection broke ({type(error).__name__})") from error


async def _handle_response(request: _Request, response: ClientResponse) -> FetchedPage | _Request:
    if response.status == 304 and request.validator:
        return FetchedPage(b"", validator=request.validator, is_unchanged=True)
    if response.status in _REDIRECT_STATUSES:
        return _build_redirect(request, response)
    if response.status in _RETRYABLE_STATUSES:
        raise _RetryableError(f"it answered {response.status}", _read_retry_after(response))
    if response.status != 200:
        error = _PageNotFound if 400 <= response.status < 500 else PageUnavailable
        raise error(f"{request.url.host} answered {response.status}.")
    return FetchedPage(
        await _read_content(response, request.max_bytes), response.charset or "", _read_validator(response)
    )


async def _read_content(response: ClientResponse, max_bytes: int) -> bytes:
    """The decompressed body. Raises `SourceTooLarge` as soon as it exceeds `max_bytes`."""
    pieces, size = [], 0
    async for piece in response.content.iter_chunked(_CHUNK_BYTES):
        size += len(piece)
        if size > max_bytes:
            raise SourceTooLarge(f"An answer of {response.url.host} is larger than {max_bytes:,} bytes.")
        pieces.append(piece)
    return b"".join(pieces)


def _build_redirect(request: _Request, response: ClientResponse) -> _Request:
    try:
        url = request.url.join(URL(response.headers.get("Location", "")))
    except ValueError as error:
        raise AddressRefused(f"{request.url.host} sends us to no address.") from error
    if response.status in _METHOD_PRESERVING_STATUSES:
        return replace(request, url=url)
    return replace(request, url=url, method="GET", form=None, body=None)


def _conditional_headers(validator: str) -> dict[str, str]:
    if not validator:
        return {}
    etag, modified = json.loads(validator)
    named = {"If-None-Match": etag, "If-Modified-Since": modified}
    return {name: value for name, value in named.items() if value}


def _read_validator(response: ClientResponse) -> str:
    etag, modified = response.headers.get("ETag", ""), response.headers.get("Last-Modified", "")
    return json.dumps([etag, modified]) if etag or modified else ""


def _read_retry_after(response: ClientResponse) -> float:
    """The Retry-After in seconds; a date is compared with the site's own clock."""
    retry_after = response.headers.get("Retry-After", "")
    try:
        now = parsedate_to_datetime(response.headers.get("Date", ""))
    except ValueError:
        now = None
    return retry_after_delay(retry_after, now)
