"""HTTP client for receivers: SSRF guard, limits of time and size, no redirects."""

from collections.abc import Collection, Mapping
from datetime import timedelta
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

from core.guarded_sockets import PrivateNetworkError, guarded_socket_factory
from core.policy.webhook_retries import DeliveryAttempt

_USER_AGENT = "Roomie-Webhooks/1"
_MAX_RETRY_AFTER = 24 * 60 * 60
"""Seconds. No receiver may hold its events longer."""
_MAX_HEADER_BYTES = 8190


class ReceiverClient:
    """Posts to receivers; use it as an async context manager. Nothing of an answer's body is read.

    `private_hosts` may lie in private networks. `resolver` is for tests.
    """

    def __init__(
        self,
        private_hosts: Collection[str] = (),
        timeout: timedelta = timedelta(seconds=10),
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._private_hosts = frozenset(private_hosts)
        self._timeout = ClientTimeout(total=timeout.total_seconds())
        self._resolver = resolver

    async def __aenter__(self) -> Self:
        self._guarded, self._private = (self._open(allow_private=each) for each in (False, True))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._guarded.close()
        await self._private.close()

    def _open(self, *, allow_private: bool) -> ClientSession:
        return ClientSession(
            connector=TCPConnector(
                limit=0,  # each endpoint has a limit of its own
                resolver=self._resolver,
                socket_factory=guarded_socket_factory(allow_private=allow_private),
            ),
            cookie_jar=DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            max_line_size=_MAX_HEADER_BYTES,
            max_field_size=_MAX_HEADER_BYTES,
            headers={"User-Agent": _USER_AGENT, "Content-Type": "application/json"},
            timeout=self._timeout,
        )

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> DeliveryAttempt:
        """Sends once. Errors are part of the result; they name no part of the address but its host."""
        address = URL(url)
        session = self._private if (address.host or "").lower() in self._private_hosts else self._guarded
        try:
            async with session.post(address, data=body, headers=headers, allow_redirects=False) as response:
                attempt = _attempt_of(response)
                response.close()  # without the body, whatever its size
                return attempt
        except ClientSSLError:
            return DeliveryAttempt(error="it shows no certificate we trust")
        except ClientConnectorError as error:
            if isinstance(error.os_error, PrivateNetworkError):
                return DeliveryAttempt(error="its address lies in a private network")
            return DeliveryAttempt(error="it cannot be reached")
        except TimeoutError:
            return DeliveryAttempt(error=f"no answer within {self._timeout.total:g} seconds")
        except (ClientError, OSError, ValueError) as error:
            return DeliveryAttempt(error=f"the connection broke ({type(error).__name__})")


def _attempt_of(response: ClientResponse) -> DeliveryAttempt:
    """Only 2xx means that it arrived."""
    status = response.status
    if 200 <= status < 300:
        return DeliveryAttempt(status)
    if 300 <= status < 400:
        return DeliveryAttempt(
            status, f"it answered {status}: redirects are not followed, give the final address"
        )
    return DeliveryAttempt(status, f"it answered {status}", _retry_after(response))


def _retry_after(response: ClientResponse) -> timedelta:
    """Its Retry-After in seconds; dates are ignored."""
    text = response.headers.get("Retry-After", "")
    seconds = int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
    return timedelta(seconds=min(seconds, _MAX_RETRY_AFTER))
