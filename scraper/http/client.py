"""Asking a site for its pages, politely, and only that site."""

import asyncio
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from yarl import URL

from scraper.common.errors import AddressRefused, NotAnswered, SourceFailed, TooLarge
from scraper.http.politeness import Manners
from scraper.http.robots import ROBOT_NAME, Wishes
from scraper.http.throttle import Pace, Sleep, asked_delay, delay_before
from scraper.http.url_guard import PrivateNetwork, Territory, guarded_socket, web_address

USER_AGENT = f"{ROBOT_NAME}/1 (campus room finder; reads published timetables)"
MOST_REDIRECTS = 5
LARGEST_ROBOTS = 512 * 1024
_TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_KEEPS_METHOD = frozenset({307, 308})
_PIECE = 64 * 1024

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Page:
    """An answer. `validator` is what to show next time to hear `unchanged`; then `content` is empty."""

    content: bytes
    charset: str = ""
    validator: str = ""
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class _Question:
    method: str
    url: URL
    largest: int
    form: Sequence[tuple[str, str]] | None = None
    body: object = None
    validator: str = ""


class _AskAgain(Exception):
    """This attempt failed; another may not. `delay` is what the site asked for, in seconds."""

    is_safe_to_log = True

    def __init__(self, reason: str, delay: float = 0.0) -> None:
        super().__init__(reason)
        self.delay = delay


class _NoSuchPage(NotAnswered):
    """The site knows nothing of this page, or keeps it to itself."""


class Fetcher:
    """Asks one source's site. Use it as a context; it holds the connections.

    `sleep` and `resolver` are for tests. Raises `SourceFailed` in its several kinds.
    """

    def __init__(
        self,
        address: str,
        manners: Manners,
        *,
        allow_private: bool = False,
        sleep: Sleep = asyncio.sleep,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._address = address
        self.manners = manners
        self._allow_private = allow_private
        self._sleep = sleep
        self._resolver = resolver
        self._pace = Pace(1 / manners.per_second, sleep)
        self._at_once = asyncio.Semaphore(manners.at_once)
        self._wishes: dict[URL, Wishes] = {}
        self._reading_wishes = asyncio.Lock()

    async def __aenter__(self) -> Self:
        connector = TCPConnector(
            limit=self.manners.at_once,
            resolver=self._resolver,
            socket_factory=guarded_socket(allow_private=self._allow_private),
        )
        self._session = ClientSession(
            connector=connector,
            cookie_jar=DummyCookieJar(),
            trust_env=False,
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip, deflate"},
            timeout=ClientTimeout(total=self.manners.patience, sock_read=self.manners.silence),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def get(self, address: str, validator: str = "") -> Page:
        return await self._ask(self._question("GET", address, validator=validator))

    async def post(self, address: str, form: Sequence[tuple[str, str]]) -> Page:
        """For sites that answer questions to POST only; asked again like GET, so it must change nothing."""
        return await self._ask(self._question("POST", address, form=form))

    async def post_json(self, address: str, body: object) -> Page:
        return await self._ask(self._question("POST", address, body=body))

    @cached_property
    def _territory(self) -> Territory:
        return Territory.around(self._address, self.manners.also_hosts)

    def _question(
        self,
        method: str,
        address: str,
        form: Sequence[tuple[str, str]] | None = None,
        body: object = None,
        validator: str = "",
    ) -> _Question:
        return _Question(method, web_address(address), self.manners.largest, form, body, validator)

    async def _ask(self, question: _Question) -> Page:
        self._territory.check(question.url)
        await self._obey_robots(question.url)
        return await self._persistently(question)

    async def _obey_robots(self, url: URL) -> None:
        if not self.manners.robots:
            return
        async with self._reading_wishes:
            origin = url.origin()
            if origin not in self._wishes:
                self._wishes[origin] = await self._read_wishes(origin)
                self._pace.gap = max(self._pace.gap, self._wishes[origin].crawl_delay)
        if not self._wishes[origin].allow(url):
            raise AddressRefused(f"The robots.txt of {url.host} asks us not to read this.")

    async def _read_wishes(self, origin: URL) -> Wishes:
        """No robots.txt means no wishes; one that is not to be had means that we stay away."""
        try:
            page = await self._persistently(_Question("GET", origin / "robots.txt", LARGEST_ROBOTS))
        except _NoSuchPage:
            return Wishes()
        return Wishes.read(page.content)

    async def _persistently(self, question: _Question) -> Page:
        for attempt in range(1, self.manners.attempts + 1):
            try:
                async with self._at_once:
                    return await self._follow(question)
            except _AskAgain as failure:
                if attempt == self.manners.attempts or failure.delay > self.manners.longest_delay:
                    raise NotAnswered(f"{question.url.host} did not answer: {failure}.") from failure
                await self._wait(attempt, failure)
        raise AssertionError("there is at least one attempt")

    async def _wait(self, attempt: int, failure: _AskAgain) -> None:
        """A delay the site asks for holds for every request, one of our own for this one alone."""
        _log.info("attempt %d failed: %s", attempt, failure)
        self._pace.pause(failure.delay)
        await self._sleep(delay_before(attempt, self.manners.first_delay, self.manners.longest_delay))

    async def _follow(self, question: _Question) -> Page:
        for _ in range(MOST_REDIRECTS + 1):
            answer = await self._attempt(question)
            if isinstance(answer, Page):
                return answer
            self._territory.check(answer.url, coming_from=question.url)
            question = answer
        raise SourceFailed(f"{question.url.host} sends us in circles.")

    async def _attempt(self, question: _Question) -> Page | _Question:
        """The page, or the question that a redirect makes of this one."""
        await self._pace.turn()
        try:
            async with self._session.request(
                question.method,
                question.url,
                data=question.form,
                json=question.body,
                headers=_conditions(question.validator),
                allow_redirects=False,
            ) as response:
                return await _answer(question, response)
        except ClientSSLError as error:
            raise SourceFailed(f"{question.url.host} shows no certificate we trust.") from error
        except ClientConnectorError as error:
            if isinstance(error.os_error, PrivateNetwork):
                raise AddressRefused(f"{question.url.host} lies in a private network.") from error
            raise _AskAgain("it is not to be reached") from error
        except TimeoutError as error:
            raise _AskAgain("it took too long") from error
        except (ClientError, OSError) as error:
            raise _AskAgain(f"the connection broke ({type(error).__name__})") from error


async def _answer(question: _Question, response: ClientResponse) -> Page | _Question:
    if response.status == 304 and question.validator:
        return Page(b"", validator=question.validator, unchanged=True)
    if response.status in _REDIRECTS:
        return _redirected(question, response)
    if response.status in _TRY_AGAIN:
        raise _AskAgain(f"it answered {response.status}", _wished_delay(response))
    if response.status != 200:
        error = _NoSuchPage if 400 <= response.status < 500 else NotAnswered
        raise error(f"{question.url.host} answered {response.status}.")
    return Page(await _content(response, question.largest), response.charset or "", _validator(response))


async def _content(response: ClientResponse, largest: int) -> bytes:
    """The body, decompressed; given up as soon as it is larger than `largest`."""
    pieces, size = [], 0
    async for piece in response.content.iter_chunked(_PIECE):
        size += len(piece)
        if size > largest:
            raise TooLarge(f"An answer of {response.url.host} is larger than {largest:,} bytes.")
        pieces.append(piece)
    return b"".join(pieces)


def _redirected(question: _Question, response: ClientResponse) -> _Question:
    try:
        url = question.url.join(URL(response.headers.get("Location", "")))
    except ValueError as error:
        raise AddressRefused(f"{question.url.host} sends us to no address.") from error
    if response.status in _KEEPS_METHOD:
        return replace(question, url=url)
    return replace(question, url=url, method="GET", form=None, body=None)


def _conditions(validator: str) -> dict[str, str]:
    if not validator:
        return {}
    etag, modified = json.loads(validator)
    named = {"If-None-Match": etag, "If-Modified-Since": modified}
    return {name: value for name, value in named.items() if value}


def _validator(response: ClientResponse) -> str:
    etag, modified = response.headers.get("ETag", ""), response.headers.get("Last-Modified", "")
    return json.dumps([etag, modified]) if etag or modified else ""


def _wished_delay(response: ClientResponse) -> float:
    """`Retry-After`, a date in it measured by the site's own clock."""
    wish = response.headers.get("Retry-After", "")
    try:
        now = parsedate_to_datetime(response.headers.get("Date", ""))
    except ValueError:
        now = None
    return asked_delay(wish, now)
