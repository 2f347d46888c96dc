"""Errors of Slack's Web API, classified by what a caller can do about them."""

from collections.abc import Mapping

from slack_sdk.errors import SlackApiError

from bot.platforms.base import RateLimited, RecipientUnreachable
from bot.platforms.slack.client.retries import RETRY_DELAY, UNAVAILABLE_CODES, retry_after


class SlackError(Exception):
    """A call to Slack failed."""

    is_safe_to_log = True
    """Messages hold our own text and Slack's error codes only."""


class SlackUnavailable(SlackError, RateLimited):
    """Slack is rate limiting or down, and did nothing; a retry after `retry_after` seconds may help."""

    def __init__(self, reason: str, retry_after: float) -> None:
        RateLimited.__init__(self, f"Slack cannot do that now ({reason}).", retry_after)


class OutcomeUnknownInSlack(SlackError):
    """The connection broke before the response: the call may have been carried out."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The connection to Slack broke ({reason}).")


class SlackRecipientUnreachable(SlackError, RecipientUnreachable):
    """The user or channel is closed, deleted or not visible to the bot."""

    def __init__(self, code: str) -> None:
        super().__init__(f"Slack cannot reach them ({code}).")


class InvalidToken(SlackError):
    """The workspace revoked the bot token."""

    def __init__(self, code: str) -> None:
        super().__init__(f"Slack refuses the bot token ({code}). Install Roomie there again.")


class BadRequest(SlackError):
    """Slack rejects the request as it is: invalid, or too late."""

    def __init__(self, code: str, details: object = "") -> None:
        super().__init__(f"Slack refused the request ({code}).")
        self.details = details


_TOKEN_CODES = {"invalid_auth", "token_revoked", "account_inactive", "not_authed", "token_expired"}
_UNREACHABLE_CODES = {
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


def classify_error(error: SlackApiError) -> SlackError:
    """Map the SDK's error to ours, by HTTP status and by the `error` code in the response."""
    response = error.response
    status = getattr(response, "status_code", 0) or 0
    if (unavailable := unavailable_error(status, response.headers)) is not None:
        return unavailable
    code = str(response.get("error") or status)
    if code in _TOKEN_CODES:
        return InvalidToken(code)
    if code in _UNREACHABLE_CODES:
        return SlackRecipientUnreachable(code)
    if code in UNAVAILABLE_CODES:
        return SlackUnavailable(code, RETRY_DELAY)
    return BadRequest(code, response.get("response_metadata") or "")


def unavailable_error(status: int, headers: Mapping[str, str]) -> SlackUnavailable | None:
    """The error that a 429 or 5xx stands for; None for any other HTTP status."""
    if status == 429:
        return SlackUnavailable("429", retry_after(headers))
    return SlackUnavailable(str(status), RETRY_DELAY) if status >= 500 else None
