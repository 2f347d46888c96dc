"""Installations of the app: one workspace by its bot token, or many by OAuth."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from secrets import token_urlsafe

from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.models.installation import Installation as BoltInstallation
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bot.platforms.ports import Installation, Installations, OAuthStates
from bot.platforms.slack.client.api import ApiResponse, SlackApi
from bot.platforms.slack.settings import SlackSettings
from core.bounded_cache import TtlCache
from core.clock import Clock

SCOPES = (
    "app_mentions:read",
    "chat:write",
    "commands",
    "files:write",
    "im:history",
    "im:write",
    "users:read",
    "users:read.email",
)
_CACHE_TTL = timedelta(seconds=30)
_MAX_CACHED = 10_000
_STATE_TTL = timedelta(minutes=10)


def granted_scopes(response: ApiResponse) -> tuple[str, ...]:
    """The scopes of the token that a method was called with, which Slack sends as a header."""
    headers: Mapping[str, str] = getattr(response, "headers", {})
    granted = next((text for name, text in headers.items() if name.lower() == "x-oauth-scopes"), "")
    return tuple(each.strip() for each in granted.split(",") if each.strip())


class SingleWorkspace:
    """`Installations` of the one workspace whose bot token is configured."""

    def __init__(self, token: str, api: SlackApi) -> None:
        self._token, self._api = token, api
        self._installation: Installation | None = None

    async def find(self, team: str) -> Installation:
        """The installation; without ids of the bot until `load` got them from Slack."""
        return self._installation or Installation(team, self._token)

    async def load(self) -> Installation:
        """Ask Slack (`auth.test`) which workspace and bot user the token belongs to."""
        if self._installation is None:
            response = await self._api.call(Installation("", self._token), lambda client: client.auth_test())
            self._installation = Installation(
                response["team_id"],
                self._token,
                response["user_id"],
                response.get("bot_id", ""),
                response.get("team", ""),
                granted_scopes(response),
            )
        return self._installation

    async def save(self, installation: Installation) -> None:
        """Does nothing: the token is in the configuration."""

    async def forget(self, team: str) -> None:
        """Does nothing: the token is in the configuration."""


class CachedInstallations:
    """Caches `Installations` for 30 s, so that deliveries do not wait for the database."""

    def __init__(self, inner: Installations, clock: Clock) -> None:
        self._inner = inner
        self._cache: TtlCache[str, Installation] = TtlCache(_MAX_CACHED, clock)

    async def find(self, team: str) -> Installation | None:
        if (cached := self._cache.get(team)) is not None:
            return cached
        installation = await self._inner.find(team)
        if installation is not None:
            self._cache.put(team, installation, _CACHE_TTL)
        return installation

    async def save(self, installation: Installation) -> None:
        await self._inner.save(installation)
        self._cache.remove(installation.team)

    async def forget(self, team: str) -> None:
        self._cache.remove(team)
        await self._inner.forget(team)


class Authorize(AsyncAuthorize):
    """Finds the bot of a request without a call to Slack, which would delay the acknowledgement."""

    def __init__(self, installations: Installations) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Bolt's is untyped
        self._installations = installations

    async def __call__(
        self,
        *,
        context: AsyncBoltContext,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
        actor_enterprise_id: str | None = None,
        actor_team_id: str | None = None,
        actor_user_id: str | None = None,
    ) -> AuthorizeResult | None:
        installation = await self._installations.find(team_id or "")
        if installation is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=installation.bot_user or None,
            bot_id=installation.bot_id or None,
            bot_token=installation.token,
            bot_scopes=list(installation.scopes),
        )


class BoltInstallationStore(AsyncInstallationStore):
    """Bolt's installation store on top of `Installations`. Stores bot tokens only, none of users."""

    def __init__(self, installations: Installations) -> None:
        self._installations = installations

    @property
    def logger(self) -> logging.Logger:
        return logging.getLogger(__name__)

    async def async_save(self, installation: BoltInstallation) -> None:
        team = installation.team_id or installation.enterprise_id or ""
        await self._installations.save(
            Installation(
                team,
                installation.bot_token or "",
                installation.bot_user_id or "",
                installation.bot_id or "",
                installation.team_name or "",
                tuple(installation.bot_scopes or ()),
                installation.user_id,
            )
        )
        self.logger.info("installed in the workspace %s", team)

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> BoltInstallation | None:
        installation = await self._installations.find(team_id or enterprise_id or "")
        if installation is None:
            return None
        return BoltInstallation(
            team_id=installation.team,
            bot_token=installation.token,
            bot_id=installation.bot_id,
            bot_user_id=installation.bot_user,
            bot_scopes=list(installation.scopes),
            user_id=installation.installed_by,
        )

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        await self._installations.forget(team_id or enterprise_id or "")
        self.logger.info("no longer in the workspace %s", team_id)

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """Does nothing: tokens of single users are never stored."""


class BoltStateStore(AsyncOAuthStateStore):
    """Bolt's store of OAuth states on top of `OAuthStates`."""

    def __init__(self, states: OAuthStates, clock: Clock) -> None:
        self._states, self._clock = states, clock

    @property
    def logger(self) -> logging.Logger:
        return logging.getLogger(__name__)

    async def async_issue(self, *args: object, **kwargs: object) -> str:
        state = token_urlsafe(24)
        await self._states.save(state, self._clock.now() + _STATE_TTL)
        return state

    async def async_consume(self, state: str) -> bool:
        return await self._states.consume(state, self._clock.now())


def oauth_settings(
    settings: SlackSettings, installations: Installations, states: OAuthStates, clock: Clock
) -> AsyncOAuthSettings:
    return AsyncOAuthSettings(
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        scopes=list(SCOPES),
        user_scopes=[],
        redirect_uri=settings.public_url.rstrip("/") + settings.redirect_path
        if settings.public_url
        else None,
        install_path=settings.install_path,
        redirect_uri_path=settings.redirect_path,
        authorization_url=settings.authorize_url,
        installation_store=BoltInstallationStore(installations),
        installation_store_bot_only=True,
        state_store=BoltStateStore(states, clock),
    )
