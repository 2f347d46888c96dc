"""How Roomie reaches Slack and lets itself be reached."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

API_BASE_URL = "https://slack.com/api/"
AUTHORIZE_URL = "https://slack.com/oauth/v2/authorize"


class Mode(StrEnum):
    """Whether Roomie calls Slack (a socket it keeps open) or Slack calls Roomie (signed requests)."""

    SOCKET = "socket"
    HTTP = "http"


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """One workspace by `bot_token`, or many by `client_id` and `client_secret`.

    `api_base_url` ends in a slash. `match_email` links people by the address their workspace vouches for.
    `public_url` is where browsers find Roomie, for OAuth and the manifest. `ping_interval`: seconds; a dead
    socket is noticed after four of them. Without `listens` Slack is spoken to and not heard.
    """

    bot_token: str = ""
    app_token: str = ""
    signing_secret: str = ""
    mode: Mode = Mode.SOCKET
    client_id: str = ""
    client_secret: str = ""
    api_base_url: str = API_BASE_URL
    authorize_url: str = AUTHORIZE_URL
    public_url: str = ""
    http_path: str = "/slack/events"
    install_path: str = "/slack/install"
    redirect_path: str = "/slack/oauth_redirect"
    match_email: bool = False
    listens: bool = True
    ping_interval: float = 4.0
    api_timeout: float = 10.0

    @property
    def is_configured(self) -> bool:
        """Whether anything says that Slack is wanted."""
        return bool(self.bot_token or self.app_token or self.client_id)

    @property
    def many_workspaces(self) -> bool:
        return bool(self.client_id)

    def problems(self) -> Iterator[str]:
        """What is missing or contradicts itself, each as a sentence."""
        if self.mode is Mode.SOCKET and not self.app_token:
            yield "Socket Mode needs SLACK_APP_TOKEN (an app-level token, xapp-…)."
        if self.mode is Mode.HTTP and not self.signing_secret:
            yield "HTTP mode needs SLACK_SIGNING_SECRET."
        if self.many_workspaces and not self.client_secret:
            yield "SLACK_CLIENT_ID needs SLACK_CLIENT_SECRET beside it."
        if not self.many_workspaces and not self.bot_token:
            yield "Slack needs SLACK_BOT_TOKEN (one workspace) or SLACK_CLIENT_ID and its secret (many)."
        if self.many_workspaces and self.bot_token:
            yield "Give Slack either SLACK_BOT_TOKEN or SLACK_CLIENT_ID, not both."
