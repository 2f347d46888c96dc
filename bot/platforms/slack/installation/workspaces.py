"""Which workspaces Roomie is in: one by its token, or as many as install it."""

import logging
from datetime import datetime, timedelta
from secrets import token_urlsafe

from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.models.installation import Installation
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bot.platforms.slack.client.api import SlackApi
from bot.platforms.slack.ports import Installations, OAuthStates, SlackInstallation
from bot.platforms.slack.settings import SlackSettings
from core.clock import Clock

SCOPES = (
    "app_mentions:read",
    "chat:write",
    "commands",
    "im:history",
    "im:write",
    "users:read",
    "users:read.email",
)
_CACHE_TTL = timedelta(seconds=30)
_STATE_LIFE = timedelta(minutes=10)


class SingleWorkspace:
    """`Bots` of one token: whoever knows the token's workspace is there, everybody else is not."""

    def __init__(self, token: str, api: SlackApi) -> None:
        self._token, self._api = token, api
        self._bot: SlackInstallation | None = None

    async def find(self, team: str) -> SlackInstallation:
        """The bot. Slack tells its own ids once it can be asked; until then only the token is known."""
        return self._bot or SlackInstallation(team, self._token, is_assumed=True)

    async def learn(self) -> SlackInstallation:
        """Ask Slack which workspace and bot the token stands for."""
        if self._bot is None:
            answer = await self._api.call(
                SlackInstallation("", self._token), lambda client: client.auth_test()
            )
            self._bot = SlackInstallation(
                answer["team_id"],
                self._token,
                answer["user_id"],
                answer.get("bot_id", ""),
                answer.get("team", ""),
            )
        return self._bot

    async def save(self, installation: SlackInstallation) -> None:
        """A token cannot be changed from outside."""

    async def forget(self, team: str) -> None:
        """Nor forgotten: it is in the configuration."""


class CachedInstallations:
    """`Bots` believed for half a minute, so that a delivery need not wait for the database."""

    def __init__(self, bots: Installations, clock: Clock) -> None:
        self._bots, self._clock = bots, clock
        self._read: dict[str, tuple[SlackInstallation, datetime]] = {}

    async def find(self, team: str) -> SlackInstallation | None:
        read = self._read.get(team)
        if read is not None and read[1] > self._clock.now():
            return read[0]
        self._read.pop(team, None)
        bot = await self._bots.find(team)
        if bot is not None:
            self._read[team] = (bot, self._clock.now() + _CACHE_TTL)
        return bot

    async def save(self, installation: SlackInstallation) -> None:
        await self._bots.save(installation)
        self._read.pop(installation.team, None)

    async def forget(self, team: str) -> None:
        self._read.pop(team, None)
        await self._bots.forget(team)


class Authorize(AsyncAuthorize):
    """Finds the bot for a request without asking Slack, so that an acknowledgement never waits for that."""

    def __init__(self, bots: Installations) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Bolt's is untyped
        self._bots = bots

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
        bot = await self._bots.find(team_id or "")
        if bot is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=bot.user or None,
            bot_id=bot.id or None,
            bot_token=bot.token,
            bot_scopes=list(bot.scopes),
        )


class BoltInstallationStore(AsyncInstallationStore):
    """Bolt's idea of a store, over ours. Only the bot of a workspace is kept, nothing of its users."""

    def __init__(self, bots: Installations) -> None:
        self._bots = bots

    @property
    def logger(self) -> logging.Logger:
        return logging.getLogger(__name__)

    async def async_save(self, installation: Installation) -> None:
        team = installation.team_id or installation.enterprise_id or ""
        await self._bots.save(
            SlackInstallation(
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
    ) -> Installation | None:
        bot = await self._bots.find(team_id or enterprise_id or "")
        if bot is None:
            return None
        return Installation(
            team_id=bot.team,
            bot_token=bot.token,
            bot_id=bot.id,
            bot_user_id=bot.user,
            bot_scopes=list(bot.scopes),
            user_id=bot.installed_by,
        )

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        await self._bots.forget(team_id or enterprise_id or "")
        self.logger.info("no longer in the workspace %s", team_id)

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """Tokens of single users are never kept."""


class BoltStateStore(AsyncOAuthStateStore):
    """Bolt's idea of OAuth states, over ours."""

    def __init__(self, states: OAuthStates, clock: Clock) -> None:
        self._states, self._clock = states, clock

    @property
    def logger(self) -> logging.Logger:
        return logging.getLogger(__name__)

    async def async_issue(self, *args: object, **kwargs: object) -> str:
        state = token_urlsafe(24)
        await self._states.save(state, self._clock.now() + _STATE_LIFE)
        return state

    async def async_consume(self, state: str) -> bool:
        return await self._states.consume(state, self._clock.now())


def oauth_settings(
    settings: SlackSettings, bots: Installations, states: OAuthStates, clock: Clock
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
        installation_store=BoltInstallationStore(bots),
        installation_store_bot_only=True,
        state_store=BoltStateStore(states, clock),
    )
