"""What Slack says about the configured tokens: workspace, scopes, and the time."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from aiohttp import ClientError
from msgspec import Struct
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms.slack.client.library_logs import quiet_logger
from bot.platforms.slack.installation.workspaces import SCOPES, granted_scopes
from bot.platforms.slack.settings import Mode, SlackSettings

_LOGGER = "bot.platforms.slack.sdk"
_TIMEOUT = 8
"""Seconds."""


class SlackDiagnosis(Struct, frozen=True):
    """`error` is Slack's code for a rejected bot token, `app_error` for a rejected app-level token.

    `is_reachable` is false when there was no answer. `time` is Slack's clock. `missing` are the scopes that
    Roomie needs and the token lacks; None where Slack did not say which it has.
    """

    is_reachable: bool
    workspace: str = ""
    missing: tuple[str, ...] | None = None
    time: datetime | None = None
    error: str = ""
    app_error: str = ""


async def diagnose_slack(settings: SlackSettings) -> SlackDiagnosis:
    """Asks Slack about the bot token of the one workspace, and the app-level token of Socket Mode."""
    try:
        workspace, missing, time, error = await _ask_about_bot(settings)
        app_error = await _ask_about_app(settings) if settings.mode is Mode.SOCKET else ""
    except (ClientError, TimeoutError, OSError):
        return SlackDiagnosis(is_reachable=False)
    return SlackDiagnosis(True, workspace, missing, time, error, app_error)  # noqa: FBT003 - named above


async def _ask_about_bot(
    settings: SlackSettings,
) -> tuple[str, tuple[str, ...] | None, datetime | None, str]:
    if not settings.bot_token:
        return "", None, None, ""
    try:
        response = await _client(settings, settings.bot_token).auth_test()
    except SlackApiError as error:
        return "", None, _time(getattr(error.response, "headers", {})), _code(error)
    scopes = granted_scopes(response)  # type: ignore[arg-type]  # a mapping with headers
    missing = tuple(each for each in SCOPES if each not in scopes) if scopes else None
    return str(response.get("team", "")), missing, _time(response.headers), ""


async def _ask_about_app(settings: SlackSettings) -> str:
    """Opens no connection: the address that is returned expires unused."""
    try:
        await _client(settings, settings.app_token).apps_connections_open(app_token=settings.app_token)
    except SlackApiError as error:
        return _code(error)
    return ""


def _client(settings: SlackSettings, token: str) -> AsyncWebClient:
    client = AsyncWebClient(
        token=token,
        base_url=settings.api_base_url,
        timeout=_TIMEOUT,
        retry_handlers=[],
        logger=quiet_logger(_LOGGER),
    )
    client.proxy = None
    return client


def _code(error: SlackApiError) -> str:
    try:
        return str(error.response["error"])
    except (KeyError, TypeError):
        return "no usable answer"


def _time(headers: Mapping[str, str]) -> datetime | None:
    text = next((value for name, value in headers.items() if name.lower() == "date"), "")
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None
