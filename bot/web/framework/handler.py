"""Request pipeline of a route: host, rate limit, authentication, cache, handler, errors, metrics and log."""

import logging
from collections.abc import Hashable, Mapping
from contextvars import ContextVar
from datetime import datetime
from http import HTTPStatus
from time import perf_counter

from aiohttp import web
from aiohttp.hdrs import ACCEPT, ACCEPT_ENCODING, HOST, IF_NONE_MATCH, METH_ALL

from bot.login.browser_sessions import BrowserSession
from bot.redaction import without_text
from bot.web.framework.auth import UnknownToken, authenticate, check_access, refresh_token
from bot.web.framework.browser_session import resume_session, session_in
from bot.web.framework.eager import suspend
from bot.web.framework.error_pages import fault_page, refusal_page
from bot.web.framework.errors import (
    HttpError,
    TooManyRequests,
    domain_error_response,
    http_error_response,
    internal_error_response,
)
from bot.web.framework.host_header import check_host
from bot.web.framework.parameters import read_parameters
from bot.web.framework.rate_limit import client_address
from bot.web.framework.response import CacheableResponse, RawResponse, RenderedResponse, etag_matches
from bot.web.framework.route import Access, Principal, RequestContext, Response, Route
from bot.web.framework.state import ServerState
from core.directory import Account
from core.errors import RoomieError
from core.services.accounts import TokenBearer

logger = logging.getLogger(__name__)

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the current request, for the lines logged on its behalf."""
_FLOOD_LOG_INTERVAL = 1.0
_RESPONSES = (RenderedResponse, CacheableResponse, web.StreamResponse)
_BAD_REQUEST = HTTPStatus.BAD_REQUEST.value
"""A plain number: reading a member of `HTTPStatus` calls a descriptor in Python 3.11."""
_PREFLIGHT = {
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


class Preflight(Exception):
    """Raised for a CORS preflight request."""


class RouteHandler:
    """Handles the requests of one route; `handle` never raises."""

    def __init__(self, route: Route, state: ServerState) -> None:
        self._route, self._state = route, state
        self._services, self._read_model = state.services, state.services.read_model
        self._count = state.metrics.route(route.name)
        self._shows_host = route.is_page and not state.settings.public_url
        """Links in pages are made of the `Host` that was asked for, which anybody may choose."""
        self._identifies = route.uses_session or route.access is not Access.PUBLIC
        self._is_rated = route.rate_limited and state.settings.rate_limit > 0
        self._cost = min(route.cost, state.settings.rate_limit or route.cost)
        self._trusted = state.settings.trusted_proxies
        self._slow = state.settings.slow_request_seconds
        self._allowed = allowed_methods(route)
        self._options = _preflight_response(self._allowed)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        return await self.handle_with(request, request.match_info)

    async def handle_with(self, request: web.Request, path_values: Mapping[str, str]) -> web.StreamResponse:
        """`handle` for a request that no router has seen."""
        began = perf_counter()
        request_id = self._request_id(request) if self._trusted else self._state.next_id()
        caller: Principal = None
        session: BrowserSession | None = None
        answer: RenderedResponse | web.StreamResponse
        try:
            self._check_rate_and_method(request, began)
            if not self._is_fresh():
                await suspend()
                await self._services.synced_read_model()
            now = self._services.clock.now()
            if self._identifies:
                caller, session = await self._identify(request, now)
                check_access(caller, self._route.access)
            key = self._key(request, caller)
            cached = self._state.responses.get(key)
            if cached is not None and cached.is_valid(int(now.timestamp())):
                answer = cached.response
            else:
                answer = await self._respond(request, request_id, caller, session, now, path_values, key)
        except Preflight:
            answer = self._options
        except Exception as error:  # noqa: BLE001 - this is the edge
            answer = self._error_response(error, request_id, request, caller, session)
        took = perf_counter() - began
        self._count.record(answer.status, took)
        is_notable = took > self._slow or self._route.is_mutating or answer.status >= _BAD_REQUEST
        if is_notable and self._is_worth_logging(answer.status, began):
            self._log(request, request_id, caller, answer, took)
        return self._write(request, answer, request_id) if isinstance(answer, RenderedResponse) else answer

    def _check_rate_and_method(self, request: web.Request, now: float) -> None:
        """Refuses clients beyond their rate first, so that every request counts; then hosts and methods."""
        if self._is_rated:
            address = client_address(request, self._trusted)
            self._check_wait(self._state.rates.acquire_for(address, now, self._cost))
        check_host(request)
        if request.method not in self._allowed:
            raise HttpError(405, "This method is not allowed here.", {"Allow": ", ".join(self._allowed)})
        if request.method == "OPTIONS":
            raise Preflight

    def _request_id(self, request: web.Request) -> str:
        """A new id, or the one that a trusted proxy set."""
        given = request.headers.get("X-Request-ID", "")
        if 0 < len(given) <= 64 and given.isascii() and given.replace("-", "").isalnum():
            is_proxied = client_address(request, self._trusted) != request.remote
            return given if is_proxied else self._state.next_id()
        return self._state.next_id()

    def _check_wait(self, wait: float) -> None:
        if wait:
            raise TooManyRequests(wait)

    def _is_fresh(self) -> bool:
        """Whether the read model can answer this route without a sync first."""
        if not self._read_model.is_complete:
            return self._route.before_cache_ready
        return self._route.skips_cache_sync or self._services.storage.is_fresh()

    async def _identify(self, request: web.Request, now: datetime) -> tuple[Principal, BrowserSession | None]:
        """The caller, by the cookie of a browser or the token of a program."""
        if self._route.uses_session:
            return await self._resume_session(request, now)
        return await self._authenticate(request, now), None

    async def _authenticate(self, request: web.Request, now: datetime) -> Account | TokenBearer:
        try:
            caller = authenticate(request, self._services, self._state.token_usage, now)
        except UnknownToken:
            await suspend()
            await refresh_token(request, self._services)
            caller = authenticate(request, self._services, self._state.token_usage, now)
        if self._is_rated:
            self._check_account_rate(caller)
        return caller

    async def _resume_session(
        self, request: web.Request, now: datetime
    ) -> tuple[Account, BrowserSession] | tuple[None, None]:
        """The person whose session cookie a request carries, and the session."""
        if (session := session_in(request, self._state)) is None:
            return None, None
        if (account := await resume_session(session, self._state, now)) is None:
            return None, None
        if self._is_rated:
            self._check_account_rate(account)
        return account, session

    def _check_account_rate(self, caller: Account | TokenBearer) -> None:
        self._check_wait(self._state.rates.acquire(_account(caller), perf_counter(), cost=self._cost))

    def _key(self, request: web.Request, caller: Principal) -> Hashable:
        if self._route.per_user and isinstance(caller, Account):
            return caller.person.id, request.raw_path
        if self._shows_host:
            return request.headers.get(HOST), request.raw_path
        return request.raw_path

    async def _respond(
        self,
        request: web.Request,
        request_id: str,
        caller: Principal,
        session: BrowserSession | None,
        now: datetime,
        path_values: Mapping[str, str],
        key: Hashable,
    ) -> RenderedResponse | web.StreamResponse:
        REQUEST_ID.set(request_id)
        values = await read_parameters(request, self._route, self._state.settings, path_values)
        context = RequestContext(self._state, request, caller, now, request_id, values, session)
        result = self._route.handler(context)
        response: Response = result if isinstance(result, _RESPONSES) else await result
        if isinstance(response, CacheableResponse):
            if request.method == "GET":
                self._state.responses.put(key, response)
            return response.response
        return response

    def _error_response(
        self,
        error: Exception,
        request_id: str,
        request: web.Request,
        caller: Principal,
        session: BrowserSession | None,
    ) -> RenderedResponse:
        is_page = self._route.is_page or (self._route.is_page_if_accepted and _accepts_html(request))
        if isinstance(error, RoomieError):
            self._services.refusals.note(error, "web" if is_page else self._route.api.name.casefold())
        if isinstance(error, RoomieError | HttpError) and is_page:
            return refusal_page(error, self._state, request, caller, session)
        if isinstance(error, RoomieError):
            return domain_error_response(error, self._route.api)
        if isinstance(error, HttpError):
            return http_error_response(error)
        logger.error("unexpected fault", exc_info=without_text(error), extra={"request_id": request_id})
        if not is_page:
            return internal_error_response(request_id)
        return fault_page(request_id, self._state, request, caller, session)

    def _is_worth_logging(self, status: int, now: float) -> bool:
        """Logs 429 once a second at most, so that a flood does not fill the disk."""
        if status != HTTPStatus.TOO_MANY_REQUESTS:
            return True
        if now - self._state.flood_logged_at < _FLOOD_LOG_INTERVAL:
            return False
        self._state.flood_logged_at = now
        return True

    def _log(
        self,
        request: web.Request,
        request_id: str,
        caller: Principal,
        answer: RenderedResponse | web.StreamResponse,
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

    def _write(self, request: web.Request, response: RenderedResponse, request_id: str) -> RawResponse:
        headers, is_last = request.headers, self._state.is_stopping
        if (
            response.etag
            and (known := headers.get(IF_NONE_MATCH)) is not None
            and etag_matches(response.etag, known)
        ):
            return RawResponse(response.unchanged(), b"", request_id, 304, is_last=is_last)
        head, body = response.parts(headers.get(ACCEPT_ENCODING))
        return RawResponse(
            head, b"" if request.method == "HEAD" else body, request_id, response.status, is_last=is_last
        )


def _accepts_html(request: web.Request) -> bool:
    """Whether it comes from a person's browser rather than from a program."""
    return "text/html" in request.headers.get(ACCEPT, "") and not request.path.startswith("/api/")


def allowed_methods(route: Route) -> tuple[str, ...]:
    """The methods of a route, with OPTIONS, and with HEAD if its GET changes nothing."""
    head = ("HEAD",) if "GET" in route.methods and not route.is_mutating else ()
    return (*route.methods, *head, "OPTIONS")


def _preflight_response(allowed: tuple[str, ...]) -> RenderedResponse:
    methods = ", ".join(allowed)
    return RenderedResponse(
        b"", status=204, headers={"Allow": methods, "Access-Control-Allow-Methods": methods} | _PREFLIGHT
    )


def _account(caller: Account | TokenBearer) -> str:
    if isinstance(caller, Account):
        return f"person:{caller.person.id}"
    return f"society:{caller.society_id}"
