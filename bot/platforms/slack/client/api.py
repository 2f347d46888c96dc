"""Calling Slack's Web API: one session, short patience, and troubles sorted by what they mean for us."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms.slack.client.health import SlackHealth, quiet_logger
from bot.platforms.slack.ports import SlackInstallation
from bot.platforms.slack.settings import SlackSettings

ApiResponse: TypeAlias = Mapping[str, Any]
ApiRequest: TypeAlias = Callable[[AsyncWebClient], Awaitable[Any]]
_MAX_ATTEMPTS = 3
_MAX_WAIT = 3.0
_PAUSE = 0.2


class SlackError(Exception):
    """Something could not be done in Slack."""

    is_safe_to_log = True
    """Its sentences are ours, with Slack's names of errors in them."""


class SlackUnavailable(SlackError):
    """Slack is busy or down; trying again after `seconds` may help. Nothing was done."""

    def __init__(self, reason: str, seconds: float = 30.0) -> None:
        super().__init__(f"Slack cannot do that now ({reason}).")
        self.reason, self.seconds = reason, seconds


class OutcomeUnknownInSlack(SlackError):
    """The connection broke, so nobody knows whether it was done."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The connection to Slack broke ({reason}).")


class SlackRecipientUnreachable(SlackError):
    """That person or channel cannot be reached: closed, deleted, not ours."""

    def __init__(self, error: str) -> None:
        super().__init__(f"Slack cannot reach them ({error}).")
        self.error = error


class InvalidToken(SlackError):
    """The workspace has taken our token away."""

    def __init__(self, error: str) -> None:
        super().__init__(f"Slack refuses the bot token ({error}). Install Roomie there again.")
        self.error = error


class BadRequest(SlackError):
    """Slack does not accept the request as it is: a mistake of ours, or too late."""

    def __init__(self, error: str, details: object = "") -> None:
        super().__init__(f"Slack refused the request ({error}).")
        self.error, self.details = error, details


_TOKEN = {"invalid_auth", "token_revoked", "account_inactive", "not_authed", "token_expired"}
_UNREACHABLE = {
    "channel_not_found",
    "is_archived",
    "cannot_dm_bot",
    "user_disabled",
    "user_not_found",
    "user_not_visible",
    "messages_tab_disabled",
    "not_in_channel",
    "user_not_in_channel",
    "restricted_action",
}
_UNAVAILABLE_CODES = {
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "ratelimited",
}


class SlackApi:
    """Calls methods as a workspace's bot. What goes wrong with a token is kept in `health`."""

    def __init__(self, settings: SlackSettings, health: SlackHealth) -> None:
        self._settings, self._health = settings, health
        self._session: aiohttp.ClientSession | None = None
        self._clients: dict[str | None, AsyncWebClient] = {}

    @property
    def session(self) -> aiohttp.ClientSession:
        """Without a look at proxy variables: Roomie talks to the addresses it was given and to no others."""
        if self._session is None or self._session.closed:
            timeout = aiohttp.ClientTimeout(total=self._settings.api_timeout)
            connector = aiohttp.TCPConnector(limit=100)
            self._session = aiohttp.ClientSession(timeout=timeout, connector=connector, trust_env=False)
            self._clients.clear()
        return self._session

    def client(self, token: str | None) -> AsyncWebClient:
        session = self.session
        if token not in self._clients:
            client = AsyncWebClient(
                token=token,
                base_url=self._settings.api_base_url,
                session=session,
                retry_handlers=[],
                logger=quiet_logger("bot.platforms.slack.sdk"),
            )
            client.proxy = None
            self._clients[token] = client
        return self._clients[token]

    async def call(
        self, installation: SlackInstallation, request: ApiRequest, *, repeatable: bool = True
    ) -> ApiResponse:
        """Carry out a request, patiently but not for long. `repeatable`: twice is as good as once."""
        for attempt in range(1, _MAX_ATTEMPTS + 1):
            try:
                return await self._once(installation, request)
            except SlackUnavailable as later:
                if attempt == _MAX_ATTEMPTS or later.seconds > _MAX_WAIT:
                    raise
                await asyncio.sleep(later.seconds)
            except OutcomeUnknownInSlack:
                if attempt == _MAX_ATTEMPTS or not repeatable:
                    raise
                await asyncio.sleep(_PAUSE)
        raise AssertionError

    async def _once(self, installation: SlackInstallation, request: ApiRequest) -> ApiResponse:
        self._health.count("api call")
        try:
            answer = await request(self.client(installation.token))
        except SlackApiError as error:
            trouble = classify_error(error)
            if isinstance(trouble, InvalidToken):
                self._health.report(f"token {installation.team}", str(trouble))
            raise trouble from error
        except (aiohttp.ClientConnectorError, ConnectionRefusedError) as error:
            raise SlackUnavailable(type(error).__name__, _PAUSE) from error
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            raise OutcomeUnknownInSlack(type(error).__name__) from error
        self._health.clear(f"token {installation.team}")
        return answer  # type: ignore[no-any-return]  # the SDK's answers are mappings

    async def respond(self, url: str, payload: Mapping[str, Any]) -> None:
        """Answer by a `response_url`."""
        for attempt in range(1, _MAX_ATTEMPTS + 1):
            try:
                return await self._respond_once(url, payload)
            except SlackUnavailable as later:
                if attempt == _MAX_ATTEMPTS or later.seconds > _MAX_WAIT:
                    raise
                await asyncio.sleep(later.seconds)
        raise AssertionError

    async def _respond_once(self, url: str, payload: Mapping[str, Any]) -> None:
        self._health.count("response_url")
        try:
            async with self.session.post(url, json=payload, allow_redirects=False) as response:
                if response.status == 429 or response.status >= 500:
                    raise SlackUnavailable(str(response.status), _retry_after(response.headers))
                if response.status != 200:
                    raise BadRequest(f"response_url {response.status}", (await response.text())[:200])
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            raise SlackUnavailable(type(error).__name__, _PAUSE) from error

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def classify_error(error: SlackApiError) -> SlackError:
    response = error.response
    status = getattr(response, "status_code", 0) or 0
    if status == 429:
        return SlackUnavailable("429", _retry_after(response.headers))
    if status >= 500:
        return SlackUnavailable(str(status), _PAUSE)
    name = str(response.get("error") or status)
    if name in _TOKEN:
        return InvalidToken(name)
    if name in _UNREACHABLE:
        return SlackRecipientUnreachable(name)
    if name in _UNAVAILABLE_CODES:
        return SlackUnavailable(name, _PAUSE)
    return BadRequest(name, response.get("response_metadata") or "")


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds, a little more than asked for a 429; next to nothing when nobody says."""
    value = headers.get("Retry-After", "")
    return float(value) if value.isdecimal() else _PAUSE
