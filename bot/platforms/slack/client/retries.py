"""Retries of Slack's Web API: slack_sdk's handlers, limited to waits that a person would sit through."""

from collections.abc import Mapping
from typing import TypeAlias

import aiohttp
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.http_retry.builtin_interval_calculators import FixedValueRetryIntervalCalculator
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState

RetryHandlers: TypeAlias = tuple[AsyncRetryHandler, ...]
MAX_RETRIES = 2
MAX_RETRY_AFTER = 3.0
"""Seconds. A longer `Retry-After` is left to the outbox."""
RETRY_DELAY = 0.2
"""Seconds between two attempts, unless Slack names the wait."""
UNAVAILABLE_CODES = {
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "ratelimited",
}
"""`error` codes in a response 200 that say that Slack did nothing."""
_INTERVAL = FixedValueRetryIntervalCalculator(RETRY_DELAY)


class ShortRateLimitRetryHandler(AsyncRateLimitErrorRetryHandler):
    """Waits out a 429 whose `Retry-After` is at most `MAX_RETRY_AFTER`."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if response is None or response.status_code != 429:
            return False
        value = _header(response, "retry-after")
        return not value or (value.isdecimal() and int(value) <= MAX_RETRY_AFTER)


class UnavailableRetryHandler(AsyncServerErrorRetryHandler):
    """Retries every 5xx, and responses 200 with a code of `UNAVAILABLE_CODES`."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if response is None or response.status_code == 429:
            return False
        code = response.body.get("error") if isinstance(response.body, Mapping) else None
        return response.status_code >= 500 or code in UNAVAILABLE_CODES


def _handlers(*error_types: type[Exception]) -> RetryHandlers:
    return (
        ShortRateLimitRetryHandler(MAX_RETRIES),
        UnavailableRetryHandler(MAX_RETRIES, _INTERVAL),
        AsyncConnectionErrorRetryHandler(MAX_RETRIES, _INTERVAL, list(error_types)),
    )


NO_RETRIES: RetryHandlers = ()
NOT_SENT_RETRIES = _handlers(aiohttp.ClientConnectorError, ConnectionRefusedError)
"""For calls that must not be carried out twice: a retry only when the request never left."""
IDEMPOTENT_RETRIES = _handlers(aiohttp.ClientError, TimeoutError, ConnectionError)
"""For calls that may be carried out twice: a retry after any lost connection."""


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds that Slack asks to wait; `RETRY_DELAY` when the response does not say."""
    value = headers.get("Retry-After", "")
    return float(value) if value.isdecimal() else RETRY_DELAY


def _header(response: HttpResponse, name: str) -> str:
    found = next((value for key, value in response.headers.items() if key.lower() == name), "")
    return found if isinstance(found, str) else found[0]
