"""Slack adapter: the Bolt app, its socket or HTTP routes, and the `Platform` port."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.chat.command import Command
from bot.chat.reply import Reply
from bot.platforms.base import PlatformRoute
from bot.platforms.health import PlatformHealth
from bot.platforms.pictures import Pictures
from bot.platforms.ports import (
    Autocompleter,
    ChatDispatcher,
    ChosenZone,
    Deduplicator,
    DeferredReplies,
    HasAccount,
    Installations,
    IsLinked,
    OAuthStates,
)
from bot.platforms.slack.client.api import SlackApi
from bot.platforms.slack.client.library_logs import quiet_logger
from bot.platforms.slack.client.payload import MalformedDelivery, read_body, to_bolt_request
from bot.platforms.slack.client.profiles import ProfileCache
from bot.platforms.slack.client.signature import SlackSignature
from bot.platforms.slack.client.socket import SOCKET, SocketConnection
from bot.platforms.slack.handlers.app_home import AppHome
from bot.platforms.slack.handlers.dispatching import RequestDispatcher
from bot.platforms.slack.handlers.handler import SlackHandler
from bot.platforms.slack.handlers.invitations import Invitations
from bot.platforms.slack.handlers.last_places import LastPlaces
from bot.platforms.slack.handlers.listeners import BoltListeners
from bot.platforms.slack.handlers.notifier import Notifier
from bot.platforms.slack.handlers.picture_uploads import PictureUploads
from bot.platforms.slack.handlers.responder import Responder
from bot.platforms.slack.identities import team_and_user
from bot.platforms.slack.installation.workspaces import (
    Authorize,
    CachedInstallations,
    SingleWorkspace,
    oauth_settings,
)
from bot.platforms.slack.render.markup import RenderContext
from bot.platforms.slack.render.slash_hints import SlashHints
from bot.platforms.slack.settings import Mode, SlackSettings
from bot.platforms.tasks import BackgroundTasks, keep_trying
from core.clock import Clock
from core.model import Identity

logger = logging.getLogger(__name__)

EVENTS = (
    "delivery",
    "repeated delivery",
    "answer after the acknowledgement",
    "api call",
    "response_url",
    "left to the outbox",
    "direct message",
    "direct message unreachable",
    "told in a channel",
    "home published",
    "home not published",
    "view not updated",
)
"""Names of the event counters."""
_SHUTDOWN_TIMEOUT = 5.0
_FIRST_PAUSE_SECONDS, _MAX_PAUSE_SECONDS = 1.0, 60.0
"""Between two tries to start."""


class SlackPlatform:
    """Roomie in Slack.

    `installations` and `oauth_states` are needed only where many workspaces can install the app.
    """

    name = "slack"

    def __init__(
        self,
        settings: SlackSettings,
        *,
        dispatcher: ChatDispatcher,
        autocompleter: Autocompleter,
        deduplicator: Deduplicator,
        deferred: DeferredReplies,
        commands: Sequence[Command],
        is_linked: IsLinked,
        has_account: HasAccount = lambda _: True,
        chosen_zone: ChosenZone = lambda _: "",
        clock: Clock,
        zone: ZoneInfo,
        installations: Installations | None = None,
        oauth_states: OAuthStates | None = None,
        pictures: Pictures | None = None,
    ) -> None:
        self._settings, self._clock, self._zone = settings, clock, zone
        self._pictures = pictures or Pictures()
        self._signature = SlackSignature(settings.signing_secret)
        self.status = PlatformHealth(self.name, EVENTS)
        self._api = SlackApi(settings, self.status)
        self._workspace = (
            None if settings.is_multi_workspace else SingleWorkspace(settings.bot_token, self._api)
        )
        self._installations = self._workspace or CachedInstallations(_required(installations), clock)
        self._oauth_states = oauth_states
        self._tasks = BackgroundTasks(self.name)
        self._profiles = ProfileCache(
            self._api,
            clock,
            self.status,
            is_linked,
            has_account=has_account,
            chosen_zone=chosen_zone,
            match_email=settings.match_email,
            vouched_domains=settings.vouched_domains if settings.match_email else None,
        )
        uploads = PictureUploads(self._api, self._pictures, self._tasks)
        responder = Responder(self._api, deferred, clock, self.status, uploads)
        places, hints = LastPlaces(clock), SlashHints(commands)
        self._notifier = Notifier(
            self._installations,
            responder,
            self._profiles,
            clock,
            self.status,
            self._render_context,
            places,
            hints,
        )
        requests = RequestDispatcher(
            dispatcher, deduplicator, self._profiles, self.status, self._render_context, places, hints
        )
        self._app_home = AppHome(requests, self._api, self.status)
        invitations = Invitations(responder, self._profiles, deduplicator, is_linked, clock)
        self._handler = SlackHandler(
            requests,
            self._api,
            responder,
            self._app_home,
            self._tasks,
            self.status,
            invitations,
            autocompleter,
        )
        self._app: AsyncApp | None = None

    def _render_context(self, reader_zone: str) -> RenderContext:
        return RenderContext(self._zone, self._clock.now(), reader_zone, self._pictures.url_of)

    # Lifecycle

    async def run(self) -> None:
        """Serve until cancelled, whatever goes wrong; then finish the running tasks, and close."""
        try:
            async with asyncio.TaskGroup() as group:
                for subject, work in self._work().items():
                    group.create_task(self._keep_trying(subject, work))
                group.create_task(asyncio.Event().wait())
        finally:
            await self._close()

    async def _keep_trying(self, subject: str, work: Callable[[], Awaitable[object]]) -> None:
        await keep_trying(
            work, self.status, subject, first_pause=_FIRST_PAUSE_SECONDS, max_pause=_MAX_PAUSE_SECONDS
        )

    def _work(self) -> Mapping[str, Callable[[], Awaitable[object]]]:
        """What runs besides the routes, by its subject in the health."""
        work: dict[str, Callable[[], Awaitable[object]]] = {}
        if self._workspace is not None:
            work["start"] = self._workspace.load
        if self._settings.mode is Mode.SOCKET and self._settings.receives:
            work[SOCKET] = self._receive
        return work

    async def _receive(self) -> None:
        on_lost_ack = self._handler.on_lost_ack
        await SocketConnection(self.app, self._api, self._settings, self.status, on_lost_ack).run()

    async def _close(self) -> None:
        await self._tasks.finish(_SHUTDOWN_TIMEOUT)
        await self._app_home.stop()
        await self._profiles.stop()
        await self._api.close()

    # The Platform port

    async def health(self) -> Mapping[str, object]:
        return {"ok": self.status.is_ok, "troubles": self.status.problems}

    async def send(self, to: Identity, reply: Reply, key: str) -> None:
        await self._notifier.send(to, reply, key)

    async def was_sent(self, to: Identity, key: str, since: datetime) -> bool:
        return await self._notifier.was_sent(to, key, since)

    async def on_people_changed(self, people: Iterable[Identity]) -> None:
        """Publish the App Home of these people anew."""
        for identity in people:
            if identity.startswith("slack:"):
                team, user = team_and_user(identity)
                installation = await self._installations.find(team)
                if installation is not None:
                    self._app_home.schedule_publish(installation, user)

    async def wait_idle(self) -> None:
        """Wait until no background task runs and no App Home is being published."""
        await self._tasks.wait_idle()
        await self._app_home.wait_idle()

    def routes(self) -> list[PlatformRoute]:
        """OAuth pages and, in HTTP mode, the endpoint for events. Needs a running event loop."""
        settings = self._settings
        routes: list[PlatformRoute] = []
        if settings.mode is Mode.HTTP and settings.receives:
            routes.append(
                PlatformRoute(
                    "slack events", "POST", settings.http_path, self._on_http_request, self._signature
                )
            )
        if settings.is_multi_workspace:
            routes.append(
                PlatformRoute(
                    "slack install", "GET", settings.install_path, self._install_page, begins_login=True
                )
            )
            routes.append(
                PlatformRoute("slack oauth_redirect", "GET", settings.redirect_path, self._oauth_redirect)
            )
        return routes

    async def _on_http_request(self, request: web.Request) -> web.Response:
        """Verify the signature, then the shape of what was sent; Bolt gets what is well-formed only."""
        body = await request.read()
        if not self._signature.is_valid(request.headers, body):
            return web.json_response({"error": "The signature is missing or invalid."}, status=401)
        try:
            bolt_request = to_bolt_request(read_body(body), _headers(request))
        except MalformedDelivery:
            logger.info("a signed request was no delivery of Slack's")
            return web.json_response({"error": "This is no delivery of Slack's."}, status=400)
        response = await self.app.async_dispatch(bolt_request)
        if response.status == 404:  # nothing listens for it, so that a repetition would be pointless
            return web.Response(status=200)
        return await to_aiohttp_response(response)

    async def _install_page(self, request: web.Request) -> web.Response:
        flow = self.app.oauth_flow
        assert flow is not None  # noqa: S101 - the route is only served with OAuth
        return await to_aiohttp_response(await flow.handle_installation(_without_body(request)))

    async def _oauth_redirect(self, request: web.Request) -> web.Response:
        flow = self.app.oauth_flow
        assert flow is not None  # noqa: S101 - the route is only served with OAuth
        return await to_aiohttp_response(await flow.handle_callback(_without_body(request)))

    # The Bolt app

    @property
    def app(self) -> AsyncApp:
        if self._app is None:
            self._app = self._create_app()
        return self._app

    def _create_app(self) -> AsyncApp:
        oauth = None
        if self._settings.is_multi_workspace and self._oauth_states is not None:
            oauth = oauth_settings(self._settings, self._installations, self._oauth_states, self._clock)
        authorize = Authorize(self._installations)
        app = AsyncApp(
            name="roomie",
            logger=quiet_logger("bot.platforms.slack.bolt", "As you gave `client`", "Unhandled request"),
            client=self._api.client(None),
            signing_secret=self._settings.signing_secret,
            authorize=cast("Any", authorize),  # Bolt declares a plain function and takes both
            oauth_settings=oauth,
            user_facing_authorize_error_message="Roomie is not installed in this workspace any more.",
        )
        BoltListeners(
            self._installations, self._handler, self._app_home, self._profiles, self._tasks
        ).register(app)
        return app


def _without_body(request: web.Request) -> AsyncBoltRequest:
    """Bolt's request for a page; the body of a GET is not read."""
    return AsyncBoltRequest(body="", query=request.query_string, headers=_headers(request))


def _headers(request: web.Request) -> dict[str, str | Sequence[str]]:
    return cast("dict[str, str | Sequence[str]]", request.headers)


def _required(installations: Installations | None) -> Installations:
    if installations is None:
        raise ValueError("many workspaces need a store for their installations")
    return installations
