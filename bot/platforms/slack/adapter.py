"""Slack's door: the app that listens, its socket or its routes, and what the rest of the house sees of it."""

import asyncio
import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast
from zoneinfo import ZoneInfo

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.platforms.base import PlatformRoute
from bot.platforms.slack.client.api import SlackApi, SlackError
from bot.platforms.slack.client.health import SlackHealth, quiet_logger
from bot.platforms.slack.client.profiles import ProfileCache
from bot.platforms.slack.client.signature import SlackSignature
from bot.platforms.slack.client.socket import SocketConnection
from bot.platforms.slack.handlers.app_home import AppHome
from bot.platforms.slack.handlers.dispatching import RequestDispatcher
from bot.platforms.slack.handlers.event import team_of
from bot.platforms.slack.handlers.invitations import Invitations
from bot.platforms.slack.handlers.listeners import SlackHandlers
from bot.platforms.slack.handlers.notifier import Notifier
from bot.platforms.slack.handlers.responder import Responder
from bot.platforms.slack.handlers.tasks import BackgroundTasks
from bot.platforms.slack.installation.workspaces import (
    Authorize,
    CachedInstallations,
    SingleWorkspace,
    oauth_settings,
)
from bot.platforms.slack.ports import (
    ChosenZone,
    Deduplicator,
    DeferredReplies,
    Installations,
    Linked,
    OAuthStates,
    SlackDispatcher,
    SlackInstallation,
    identity_of,
    team_and_user,
)
from bot.platforms.slack.render.markup import RenderContext
from bot.platforms.slack.render.renderer import FORM
from bot.platforms.slack.settings import Mode, SlackSettings
from bot.redaction import without_text
from core.clock import Clock
from core.model.entities import Identity

logger = logging.getLogger(__name__)

SlackPayload = dict[str, Any]
_ANY = re.compile(r".*", re.DOTALL)
_SHUTDOWN_GRACE = 5.0
_RETRY_INTERVAL = 15.0


class SlackAdapter:
    """Roomie in Slack.

    `run` keeps it going until cancelled; `routes` belong into the aiohttp application (OAuth, and everything
    in HTTP mode). `bots` and `states` are asked for only when many workspaces may install.
    """

    def __init__(
        self,
        settings: SlackSettings,
        *,
        answers: SlackDispatcher,
        once: Deduplicator,
        later: DeferredReplies,
        linked: Linked,
        chosen_zone: ChosenZone = lambda _: "",
        clock: Clock,
        zone: ZoneInfo,
        bots: Installations | None = None,
        states: OAuthStates | None = None,
    ) -> None:
        self._settings, self._clock, self._zone = settings, clock, zone
        self.health = SlackHealth()
        self._api = SlackApi(settings, self.health)
        self._one = None if settings.many_workspaces else SingleWorkspace(settings.bot_token, self._api)
        self._bots = self._one or CachedInstallations(_given_installations(bots), clock)
        self._chores = BackgroundTasks()
        self._people = ProfileCache(
            self._api,
            clock,
            self.health,
            linked,
            chosen_zone=chosen_zone,
            match_email=settings.match_email,
            vouched_domains=settings.vouched_domains if settings.match_email else None,
        )
        speaker = Responder(self._api, later, clock, self.health)
        self.notifier = Notifier(self._bots, speaker, self._people, clock, self.health, self._look)
        asking = RequestDispatcher(answers, once, self._people, self.health, self._look)
        self._homes = AppHome(asking, self._api, self.health)
        inviting = Invitations(speaker, self._people, once, linked, clock)
        self._turns = SlackHandlers(
            asking, self._api, speaker, self._homes, self._chores, self.health, inviting
        )
        self._states = states
        self._app: AsyncApp | None = None

    def _look(self, reader_zone: str) -> RenderContext:
        return RenderContext(self._zone, self._clock.now(), reader_zone)

    # Life

    async def run(self) -> None:
        """Serve until cancelled; then finish what is in hand, and close."""
        try:
            async with asyncio.TaskGroup() as group:
                if self._one is not None:
                    group.create_task(self._learn(self._one))
                if self._settings.mode is Mode.SOCKET and self._settings.listens:
                    socket = SocketConnection(self.app, self._api, self._settings, self.health, self._lost)
                    group.create_task(socket.run())
                group.create_task(asyncio.Event().wait())
        finally:
            await self._close()

    async def _learn(self, one: SingleWorkspace) -> None:
        """Find out who we are; Slack may be away when we start."""
        while True:
            try:
                await one.learn()
            except SlackError as trouble:
                self.health.report("start", str(trouble))
                await asyncio.sleep(_RETRY_INTERVAL)
            else:
                self.health.clear("start")
                return

    async def _close(self) -> None:
        await self._chores.finish(_SHUTDOWN_GRACE)
        await self._homes.stop()
        await self._people.stop()
        await self._api.close()

    async def _lost(self, body: Mapping[str, Any], said: Mapping[str, Any]) -> None:
        bot = await self._bots.find(body.get("team_id", ""))
        if bot is not None:
            await self._turns.lost(bot, body, said)

    # What others ask of it

    def routes(self) -> list[PlatformRoute]:
        """What the web application has to serve for Slack; call it where a loop runs."""
        settings, served = self._settings, []
        if settings.mode is Mode.HTTP and settings.listens:
            signature = SlackSignature(settings.signing_secret)
            served.append(PlatformRoute("slack events", "POST", settings.http_path, self._serve, signature))
        if settings.many_workspaces:
            install, back = settings.install_path, settings.redirect_path
            served.append(PlatformRoute("slack install", "GET", install, self._install, begins_login=True))
            served.append(PlatformRoute("slack oauth_redirect", "GET", back, self._installed))
        return served

    async def _serve(self, request: web.Request) -> web.Response:
        return await to_aiohttp_response(await self.app.async_dispatch(await to_bolt_request(request)))

    async def _install(self, request: web.Request) -> web.Response:
        flow = self.app.oauth_flow
        assert flow is not None  # noqa: S101 - the route is only served when many may install
        return await to_aiohttp_response(await flow.handle_installation(_without_body(request)))

    async def _installed(self, request: web.Request) -> web.Response:
        flow = self.app.oauth_flow
        assert flow is not None  # noqa: S101 - the route is only served when many may install
        return await to_aiohttp_response(await flow.handle_callback(_without_body(request)))

    async def on_people_changed(self, identities: Iterable[Identity]) -> None:
        """Something these people see at Home has changed elsewhere."""
        for identity in identities:
            if identity.startswith("slack:"):
                team, user = team_and_user(identity)
                bot = await self._bots.find(team)
                if bot is not None:
                    self._homes.schedule_publish(bot, user)

    async def wait_idle(self) -> None:
        """Wait until nothing is under way any more."""
        await self._chores.wait_idle()
        await self._homes.wait_idle()

    # Listening

    @property
    def app(self) -> AsyncApp:
        if self._app is None:
            self._app = self._listening()
        return self._app

    def _listening(self) -> AsyncApp:
        oauth = None
        if self._settings.many_workspaces and self._states is not None:
            oauth = oauth_settings(self._settings, self._bots, self._states, self._clock)
        app = AsyncApp(
            name="roomie",
            logger=quiet_logger("bot.platforms.slack.bolt", "As you gave `client`", "Unhandled request"),
            client=self._api.client(None),
            signing_secret=self._settings.signing_secret,
            authorize=cast("Any", Authorize(self._bots)),  # Bolt declares a plain function and takes both
            oauth_settings=oauth,
            user_facing_authorize_error_message="Roomie is not installed in this workspace any more.",
        )
        app.error(_on_error)
        app.command(_ANY)(self._on_command)
        app.action(_ANY)(self._on_action)
        app.view(FORM)(self._on_form)
        app.view(_ANY)(self._on_other_view)
        app.shortcut(_ANY)(self._on_shortcut)
        app.event("app_home_opened")(self._on_home)
        app.event("app_mention")(self._on_mention)
        app.event("message")(self._on_message)
        app.event("user_change")(self._on_user_change)
        app.event("app_uninstalled")(self._on_uninstalled)
        app.event("tokens_revoked")(self._on_tokens_revoked)
        return app

    async def _bot(self, team: str) -> SlackInstallation:
        bot = await self._bots.find(team)
        if bot is None:
            raise LookupError(f"Roomie is not installed in {team}")
        return bot

    async def _on_command(self, ack: AsyncAck, body: SlackPayload) -> None:
        await self._turns.on_command(await self._bot(body["team_id"]), body, ack)

    async def _on_action(self, ack: AsyncAck, body: SlackPayload) -> None:
        await ack()
        self._chores.start(self._turns.on_action(await self._bot(team_of(body)), body))

    async def _on_form(self, ack: AsyncAck, body: SlackPayload) -> None:
        await self._turns.forms.submit(await self._bot(team_of(body)), body, ack)

    async def _on_other_view(self, ack: AsyncAck) -> None:
        await ack()

    async def _on_shortcut(self, ack: AsyncAck, body: SlackPayload) -> None:
        await ack()
        self._chores.start(self._turns.on_shortcut(await self._bot(team_of(body)), body))

    async def _on_home(self, body: SlackPayload) -> None:
        if body["event"].get("tab", "home") == "home":
            self._homes.schedule_publish(await self._bot(body["team_id"]), body["event"]["user"])

    async def _on_mention(self, body: SlackPayload) -> None:
        if body["event"].get("bot_id"):
            return  # another app's words: a feed, a workflow
        bot = await self._bot(body["team_id"])
        text = re.sub(rf"<@{re.escape(bot.user)}(\|[^<>]*)?>", " ", body["event"]["text"]) if bot.user else ""
        self._chores.start(self._turns.on_text(bot, body, text or _without_first_mention(body)))

    async def _on_message(self, body: SlackPayload) -> None:
        event = body["event"]
        if event.get("channel_type") == "im" and not event.get("bot_id") and not event.get("subtype"):
            self._chores.start(
                self._turns.on_text(await self._bot(body["team_id"]), body, event.get("text") or "")
            )

    async def _on_user_change(self, body: SlackPayload) -> None:
        self._people.forget(identity_of(body["team_id"], body["event"]["user"]["id"]))

    async def _on_uninstalled(self, body: SlackPayload) -> None:
        await self._bots.forget(body["team_id"])

    async def _on_tokens_revoked(self, body: SlackPayload) -> None:
        if body["event"].get("tokens", {}).get("bot"):
            await self._bots.forget(body["team_id"])


async def _on_error(error: Exception) -> None:
    """What a listener did not expect; Bolt's own handler would log the error's text."""
    logger.error("a delivery of Slack's failed", exc_info=without_text(error))


def _without_body(request: web.Request) -> AsyncBoltRequest:
    """What Bolt takes a page's request for; a body that came with a GET stays unread."""
    headers = cast("dict[str, str | Sequence[str]]", request.headers)
    return AsyncBoltRequest(body="", query=request.query_string, headers=headers)


def _given_installations(bots: Installations | None) -> Installations:
    if bots is None:
        raise ValueError("many workspaces need a place to keep their installations in")
    return bots


def _without_first_mention(body: SlackPayload) -> str:
    return re.sub(r"^\s*<@\w+(\|[^<>]*)?>", " ", body["event"]["text"])
