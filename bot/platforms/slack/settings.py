"""Settings of the Slack adapter."""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum

from msgspec import Struct, field

from bot.login.email_addresses import canonical_domain, domain_of

API_BASE_URL = "https://slack.com/api/"
AUTHORIZE_URL = "https://slack.com/oauth/v2/authorize"
_TEAM = re.compile(r"T[A-Z0-9]+")


class Mode(StrEnum):
    """Socket Mode (Roomie connects to Slack) or HTTP mode (Slack sends signed requests)."""

    SOCKET = "socket"
    HTTP = "http"


class SlackSettings(Struct, frozen=True):
    """One workspace by `bot_token`, or many by `client_id` and `client_secret`.

    `api_base_url` ends in a slash. `match_email` links people by the e-mail address that their workspace
    vouches for; `trusted_workspaces` are the domains that each may vouch for, by team id, not needed for one
    workspace. `public_url` is Roomie's base URL for browsers, used by OAuth and the manifest. `ping_interval`
    and `api_timeout` are seconds; a dead socket is noticed after four pings. Without `receives` the process
    only sends.
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
    trusted_workspaces: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    receives: bool = True
    ping_interval: float = 4.0
    api_timeout: float = 10.0

    @property
    def is_configured(self) -> bool:
        """Whether any of the tokens is set."""
        return bool(self.bot_token or self.app_token or self.client_id)

    @property
    def is_multi_workspace(self) -> bool:
        return bool(self.client_id)

    @property
    def vouched_domains(self) -> Mapping[str, frozenset[str]] | None:
        """Canonical domains that each workspace may vouch for; None: the one workspace, every domain."""
        if not self.trusted_workspaces and not self.is_multi_workspace:
            return None
        return {
            team: frozenset(domain_of(f"anybody@{each}") for each in domains)
            for team, domains in self.trusted_workspaces.items()
        }

    def problems(self) -> Iterator[str]:
        """Missing and contradictory settings, a sentence each."""
        if self.mode is Mode.SOCKET and not self.app_token:
            yield "Socket Mode needs SLACK_APP_TOKEN (an app-level token, xapp-…)."
        if self.mode is Mode.HTTP and not self.signing_secret:
            yield "HTTP mode needs SLACK_SIGNING_SECRET."
        if self.is_multi_workspace and not self.client_secret:
            yield "SLACK_CLIENT_ID needs SLACK_CLIENT_SECRET beside it."
        if not self.is_multi_workspace and not self.bot_token:
            yield "Slack needs SLACK_BOT_TOKEN (one workspace) or SLACK_CLIENT_ID and its secret (many)."
        if self.is_multi_workspace and self.bot_token:
            yield "Give Slack either SLACK_BOT_TOKEN or SLACK_CLIENT_ID, not both."
        if self.match_email and self.is_multi_workspace and not self.trusted_workspaces:
            yield (
                "slack.match_email with many workspaces would let any workspace vouch for any address: name "
                "those that may, and for which domains, in slack.trusted_workspaces, or switch it off."
            )
        yield from self._trust_problems()

    def _trust_problems(self) -> Iterator[str]:
        """Problems of `trusted_workspaces`."""
        for team, domains in self.trusted_workspaces.items():
            if not _TEAM.fullmatch(team):
                yield f"slack.trusted_workspaces: {team[:60]!r} is no workspace's id, such as T012ABCDEF."
            if not domains:
                yield f"slack.trusted_workspaces: {team[:60]!r} names no domain, such as ucl.ac.uk."
            for domain in domains:
                try:
                    canonical_domain(domain)
                except ValueError as error:
                    yield f"slack.trusted_workspaces: {error}; write it as after the @, such as ucl.ac.uk."
