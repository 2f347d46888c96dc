"""The way of every request: who knocks, what is remembered, the answer or the refusal, and a note of it."""

import logging
from datetime import datetime
from http import HTTPStatus
from inspect import isawaitable
from time import perf_counter

from aiohttp import web
from aiohttp.hdrs import METH_ALL

from bot.redaction import without_text
from bot.web.framework.auth import UnknownToken, caller_of, check_who, look_again
from bot.web.framework.error_pages import fault_page, refusal_page
from bot.web.framework.errors import HttpRefusal, TooMany, broken, http_refused, refused
from bot.web.framework.host_header import check_host
from bot.web.framework.parameters import read_parameters
from bot.web.framework.rate_limit import address_of
from bot.web.framework.request_log import REQUEST_ID
from bot.web.framework.response import Lasting, Page, Sent, is_known
from bot.web.framework.route import Answered, Call, Caller, Route, Who
from bot.web.framework.state import House
from core.directory import Known
from core.errors import RoomieError
from core.services.accounts import TokenBearer

logger = logging.getLogger(__name__)

_FLOOD_LOG_INTERVAL = 1.0
_PREFLIGHT = {
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


class Preflight(Exception):
    """A browser asks what it may ask."""


class Door:
    """One route's way in. `enter` answers whatever comes, and never raises."""

    def __init__(self, route: Route, house: House) -> None:
        self._route, self._house = route, house
        self._desk, self._picture = house.desk, house.desk.picture
        self._counted = house.metrics.route(route.name)
        self._is_guarded = route.who is not Who.ANYBODY
        self._is_rated = route.rated and house.settings.rate_limit > 0
        self._slow = house.settings.slow
        self._allowed = allowed_methods(route)
        self._options = _options_page(self._allowed)

    async def enter(self, request: web.Request) -> web.StreamResponse:
        began = perf_counter()
        request_id, caller = self._request_id(request), None
        answer: Page | web.StreamResponse
        try:
            self._check_knock(request, began)
            if not self._is_fresh():
                await self._desk.fresh()
            now = self._desk.clock.now()
            if self._is_guarded:
                caller = await self._caller(request, now)
            kept = self._kept(request, caller, now)
            answer = kept or await self._made(request, request_id, caller, now)
        except Preflight:
            answer = self._options
        except Exception as error:  # noqa: BLE001 - this is the edge
            answer = self._refusal(error, request_id)
        took = perf_counter() - began
        self._counted.note(answer.status, took)
        if self._is_worth_logging(answer.status, took, began):
            self._log(request, request_id, caller, answer, took)
        return self._sent(request, answer, request_id) if isinstance(answer, Page) else answer

    def _check_knock(self, request: web.Request, now: float) -> None:
        """Refuse bad hosts, methods that this route is not asked by, and whoever knocks too often."""
        check_host(request)
        if request.method not in self._allowed:
            raise HttpRefusal(405, "Not by this method.", {"Allow": ", ".join(self._allowed)})
        if request.method == "OPTIONS":
            raise Preflight
        if self._is_rated:
            self._check_wait(self._house.rates.take_from(self._address(request), now))

    def _request_id(self, request: web.Request) -> str:
        """Ours, or the one that a trusted proxy gave it already."""
        if self._house.settings.trusted_proxies:
            given = request.headers.get("X-Request-ID", "")
            is_proxied = address_of(request, self._house.settings.trusted_proxies) != request.remote
            if is_proxied and 0 < len(given) <= 64 and given.isascii() and given.replace("-", "").isalnum():
                return given
        return self._house.next_id()

    def _address(self, request: web.Request) -> str:
        return address_of(request, self._house.settings.trusted_proxies)

    def _check_wait(self, wait: float) -> None:
        if wait:
            raise TooMany(wait)

    def _is_fresh(self) -> bool:
        """Whether memory will do as it is; the catalogue does before anything else is there."""
        if not self._picture.is_complete:
            return self._route.early
        return self._route.decided or self._desk.storage.is_fresh()

    async def _caller(self, request: web.Request, now: datetime) -> Known | TokenBearer:
        try:
            caller = caller_of(request, self._desk, self._house.used, now)
        except UnknownToken:
            await look_again(request, self._desk)
            caller = caller_of(request, self._desk, self._house.used, now)
        if self._is_rated:
            self._check_wait(self._house.rates.take(_account(caller), perf_counter()))
        check_who(caller, self._route.who)
        return caller

    def _kept(self, request: web.Request, caller: Caller, now: datetime) -> Page | None:
        lasting = self._house.memo.get(self._key(request, caller))
        if lasting is not None and lasting.holds(int(now.timestamp())):
            return lasting.page
        return None

    def _key(self, request: web.Request, caller: Caller) -> object:
        if self._route.personal and isinstance(caller, Known):
            return caller.person.id, request.raw_path
        return request.raw_path

    async def _made(
        self, request: web.Request, request_id: str, caller: Caller, now: datetime
    ) -> Page | web.StreamResponse:
        REQUEST_ID.set(request_id)
        values = await read_parameters(request, self._route, self._house.settings)
        call = Call(self._house, request, caller, now, request_id, values)
        answer = self._route.answer(call)
        answered: Answered = await answer if isawaitable(answer) else answer
        if isinstance(answered, Lasting):
            if request.method == "GET":
                self._house.memo.put(self._key(request, caller), answered)
            return answered.page
        return answered

    def _refusal(self, error: Exception, request_id: str) -> Page:
        is_page = self._route.is_page
        if isinstance(error, RoomieError | HttpRefusal) and is_page:
            return refusal_page(error, self._house)
        if isinstance(error, RoomieError):
            return refused(error, self._route.api)
        if isinstance(error, HttpRefusal):
            return http_refused(error)
        logger.error("unexpected fault", exc_info=without_text(error), extra={"request_id": request_id})
        return fault_page(request_id, self._house) if is_page else broken(request_id)

    def _is_worth_logging(self, status: int, took: float, now: float) -> bool:
        """Refusals of rates are logged once a second: who floods us must not fill the disk too."""
        if status != HTTPStatus.TOO_MANY_REQUESTS:
            return took > self._slow or self._route.changes or status >= HTTPStatus.BAD_REQUEST
        if now - self._house.flood_logged_at < _FLOOD_LOG_INTERVAL:
            return False
        self._house.flood_logged_at = now
        return True

    def _log(
        self,
        request: web.Request,
        request_id: str,
        caller: Caller,
        answer: Page | web.StreamResponse,
        took: float,
    ) -> None:
        level = logging.WARNING if answer.status >= 500 else logging.INFO
        facts: dict[str, object] = {
            "request_id": request_id,
            "method": request.method if request.method in METH_ALL else "other",
            "route": self._route.name,
            "status": answer.status,
            "ms": round(took * 1000, 1),
        }
        if caller is not None:
            facts["by"] = _account(caller)
        logger.log(level, "answered", extra=facts)

    def _sent(self, request: web.Request, page: Page, request_id: str) -> Sent:
        headers, is_last = request.headers, self._house.is_stopping
        if page.etag and (asked := headers.get("If-None-Match")) is not None and is_known(page.etag, asked):
            return Sent(page.unchanged(), b"", request_id, 304, is_last=is_last)
        head, body = page.parts(headers.get("Accept-Encoding"))
        return Sent(head, b"" if request.method == "HEAD" else body, request_id, page.status, is_last=is_last)


def allowed_methods(route: Route) -> tuple[str, ...]:
    """What a route is asked by. HEAD stands beside GET only where asking changes nothing."""
    head = ("HEAD",) if "GET" in route.methods and not route.changes else ()
    return (*route.methods, *head, "OPTIONS")


def _options_page(allowed: tuple[str, ...]) -> Page:
    methods = ", ".join(allowed)
    return Page(
        b"", status=204, headers={"Allow": methods, "Access-Control-Allow-Methods": methods} | _PREFLIGHT
    )


def _account(caller: Known | TokenBearer) -> str:
    if isinstance(caller, Known):
        return f"person:{caller.person.id}"
    return f"society:{caller.society_id}"
