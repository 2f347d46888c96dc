"""Client of Slack's Web API: one HTTP session, short retries, classified errors."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import SimpleNamespace
from typing import Any, TypeAlias

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient
from slack_sdk.webhook.webhook_response import WebhookResponse

from bot.platforms.health import PlatformHealth
from bot.platforms.ports import Installation
from bot.platforms.slack.client.errors import (
    BadRequest,
    InvalidToken,
    OutcomeUnknownInSlack,
    SlackUnavailable,
    classify_error,
    unavailable_error,
)
from bot.platforms.slack.client.library_logs import quiet_logger
from bot.platforms.slack.client.retries import (
    IDEMPOTENT_RETRIES,
    MAX_RETRIES,
    NO_RETRIES,
    NOT_SENT_RETRIES,
    RETRY_DELAY,
    RetryHandlers,
)
from bot.platforms.slack.settings import SlackSettings

ApiResponse: TypeAlias = Mapping[str, Any]
ApiRequest: TypeAlias = Callable[[AsyncWebClient], Awaitable[Any]]
_LOGGER = "bot.platforms.slack.sdk"


class SlackApi:
    """Calls methods as a workspace's bot. Reports rejected tokens to `health`."""

    def __init__(self, settings: SlackSettings, health: PlatformHealth) -> None:
        self._settings, self._health = settings, health
        self._session: aiohttp.ClientSession | None = None
        self._clients: dict[tuple[str | None, RetryHandlers], AsyncWebClient] = {}

    @property
    def session(self) -> aiohttp.ClientSession:
        """Ignores proxy variables and refuses redirects: requests go to the configured addresses only."""
        if self._session is None or self._session.closed:
            tracing = aiohttp.TraceConfig()
            tracing.on_request_redirect.append(_refuse_redirect)
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self._settings.api_timeout),
                connector=aiohttp.TCPConnector(limit=100),
                trust_env=False,
                trace_configs=[tracing],
            )
            self._clients.clear()
        return self._session

    def client(self, token: str | None, retries: RetryHandlers = NO_RETRIES) -> AsyncWebClient:
        session, key = self.session, (token, retries)
        if key not in self._clients:
            client = AsyncWebClient(
                token=token,
                base_url=self._settings.api_base_url,
                session=session,
                retry_handlers=list(retries),
                logger=quiet_logger(_LOGGER),
            )
            client.proxy = None
            self._clients[key] = client
        return self._clients[key]

    async def call(
        self, installation: Installation, request: ApiRequest, *, is_idempotent: bool = True
    ) -> ApiResponse:
        """Call a method, with retries of a few seconds.

        A call that is not idempotent is never repeated once it may have been carried out; it raises
        `OutcomeUnknownInSlack` instead.
        """
        self._health.count("api call")
        retries = IDEMPOTENT_RETRIES if is_idempotent else NOT_SENT_RETRIES
        try:
            response = await request(self.client(installation.token, retries))
        except SlackApiError as error:
            classified = classify_error(error)
            if isinstance(classified, InvalidToken):
                self._health.report(f"token {installation.team}", str(classified))
            raise classified from error
        except (aiohttp.ClientConnectorError, ConnectionRefusedError) as error:
            raise SlackUnavailable(type(error).__name__, RETRY_DELAY) from error
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            raise OutcomeUnknownInSlack(type(error).__name__) from error
        self._health.clear(f"token {installation.team}")
        return response  # type: ignore[no-any-return]  # the SDK's responses are mappings

    async def upload(self, url: str, content: bytes) -> None:
        """Send a file to the address that `files.getUploadURLExternal` returned. Raises `SlackError`."""
        self._health.count("api call")
        try:
            async with self.session.post(url, data=content) as response:
                if (unavailable := unavailable_error(response.status, response.headers)) is not None:
                    raise unavailable
                if response.status != 200:
                    raise BadRequest(f"upload {response.status}")
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            raise SlackUnavailable(type(error).__name__, RETRY_DELAY) from error

    async def respond(self, url: str, payload: Mapping[str, Any]) -> None:
        """Send a message through a `response_url`."""
        self._health.count("response_url")
        response = await self._send(url, payload)
        for _ in range(MAX_RETRIES):
            if response.status_code < 500:
                break
            await asyncio.sleep(RETRY_DELAY)  # the SDK's webhook client does not retry these
            response = await self._send(url, payload)
        if (unavailable := unavailable_error(response.status_code, response.headers)) is not None:
            raise unavailable
        if response.status_code != 200:
            raise BadRequest(f"response_url {response.status_code}", response.body[:200])

    async def _send(self, url: str, payload: Mapping[str, Any]) -> WebhookResponse:
        webhook = AsyncWebhookClient(
            url,
            session=self.session,
            logger=quiet_logger(_LOGGER),
            retry_handlers=list(IDEMPOTENT_RETRIES),
        )
        webhook.proxy = None
        try:
            return await webhook.send_dict(dict(payload))
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            raise SlackUnavailable(type(error).__name__, RETRY_DELAY) from error

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


async def _refuse_redirect(
    session: aiohttp.ClientSession, context: SimpleNamespace, redirect: aiohttp.TraceRequestRedirectParams
) -> None:
    raise BadRequest(f"redirect {redirect.response.status}")
