"""The fake Slack server: start it, point the app at it, act as its users."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from aiohttp import web

from core.clock import Clock, SystemClock
from tests.standins.slack.control import Control
from tests.standins.slack.delivery import Delivery, DeliveryResult, DeliverySender
from tests.standins.slack.faults import Fault, FaultQueue
from tests.standins.slack.oauth import OAuth
from tests.standins.slack.people import InteractionSender, Person
from tests.standins.slack.pings import pings_in
from tests.standins.slack.response_urls import ResponseUrls
from tests.standins.slack.state import Channel, Message, Payload, State, User, View, Workspace
from tests.standins.slack.web_api import WebApi


class SlackStandIn:
    """A Slack with one app and the workspace T1: channel C1, ada U1, bob U2, cyd U3."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.state = State(clock or SystemClock())
        self.faults = FaultQueue()
        self.sender = DeliverySender(self.state, self.faults)
        self.urls = ResponseUrls(self.state, self.faults, self._changed)
        self.api = WebApi(self.state, self.faults, self._changed)
        self.interactions = InteractionSender(self.state, self.sender, self.urls, self._changed)
        self.oauth = OAuth(self.state, self.faults)
        self.echoes_bot_messages = True
        self.base = ""
        self._runner: web.AppRunner | None = None
        self._watchers: list[asyncio.Event] = []
        self._echoes: set[asyncio.Task[DeliveryResult]] = set()
        self.api.on_message_posted = self._echo
        self.add_workspace("T1", "campus")

    # Lifecycle

    async def start(self, port: int = 0) -> None:
        self._runner = web.AppRunner(self._routes(), shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port, reuse_address=True)
        await site.start()
        chosen = self._runner.addresses[0][1]
        self.base = self.urls.base = self.api.upload_base = f"http://127.0.0.1:{chosen}"

    async def stop(self) -> None:
        for echo in list(self._echoes):
            echo.cancel()
        await asyncio.gather(*self._echoes, return_exceptions=True)
        await self.sender.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _routes(self) -> web.Application:
        site = web.Application(client_max_size=4 * 1024 * 1024)
        site.add_routes(
            [
                web.post("/api/apps.connections.open", self.sender.sockets.connections_open),
                web.post("/api/oauth.v2.access", self.oauth.access),
                web.route("*", "/api/{method}", self.api.handle),
                web.get("/link/", self.sender.sockets.link),
                web.post("/response/{secret}", self.urls.handle),
                web.post("/upload/{file}", self.api.uploads.handle),
                web.get("/oauth/v2/authorize", self.oauth.authorize),
                web.get("/oauth/v2/allow", self.oauth.allow),
                web.post("/control", Control(self).handle),
            ]
        )
        return site

    # Settings for the app

    @property
    def api_url(self) -> str:
        return f"{self.base}/api/"

    @property
    def authorize_url(self) -> str:
        return f"{self.base}/oauth/v2/authorize"

    def environment(self) -> dict[str, str]:
        """Environment variables that point a Roomie process at this server."""
        return {
            "SLACK_API_BASE_URL": self.api_url,
            "SLACK_AUTHORIZE_URL": self.authorize_url,
            "SLACK_BOT_TOKEN": self.state.workspaces["T1"].bot_token,
            "SLACK_APP_TOKEN": self.state.app.app_token,
            "SLACK_SIGNING_SECRET": self.state.app.signing_secret,
        }

    def deliver_to(self, url: str) -> None:
        """Set the request URL of HTTP mode; empty for Socket Mode."""
        self.sender.http.url = url

    # Workspaces and people

    def add_workspace(self, team: str, name: str = "") -> Workspace:
        workspace = Workspace(team, name or team.lower(), f"xoxb-{team}", f"UBOT{team}", f"B{team}")
        self.state.workspaces[team] = workspace
        workspace.users[workspace.bot_user] = User(workspace.bot_user, "roomie", is_bot=True)
        workspace.channels["C1"] = Channel("C1", "general", {workspace.bot_user})
        for number, called in enumerate(("ada", "bob", "cyd"), 1):
            self.add_person(team, f"U{number}", called)
        return workspace

    def add_person(self, team: str, user_id: str, name: str, **details: object) -> Person:
        workspace = self.state.workspaces[team]
        details.setdefault("email", f"{name}@campus.example")
        workspace.users[user_id] = User(user_id, name, **details)  # type: ignore[arg-type]
        workspace.channels["C1"].members.add(user_id)
        return self.person(user_id, team)

    def person(self, user_id: str, team: str = "T1") -> Person:
        workspace = self.state.workspaces[team]
        return Person(self.interactions, workspace, workspace.users[user_id])

    # Faults and changes

    def inject(self, method: str, fault: Fault, times: int = 1) -> None:
        """The next `times` calls of a method (also `response_url`, `socket`) meet this fault."""
        self.faults.inject(method, fault, times)

    def close_dm(self, user_id: str, team: str = "T1") -> None:
        self.state.workspaces[team].users[user_id].dms_open = False

    def delete_channel(self, channel: str, team: str = "T1") -> None:
        self.state.workspaces[team].channels[channel].deleted = True

    async def revoke_token(self, team: str = "T1", *, quietly: bool = False) -> None:
        workspace = self.state.workspaces[team]
        workspace.token_revoked = True
        if not quietly:
            event = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [workspace.bot_user]}}
            await self.interactions.deliver_event(workspace, event)

    async def uninstall(self, team: str = "T1") -> None:
        workspace = self.state.workspaces[team]
        workspace.installed = False
        await self.interactions.deliver_event(workspace, {"type": "app_uninstalled"})

    async def change_user(self, user_id: str, team: str = "T1", **details: object) -> None:
        workspace = self.state.workspaces[team]
        for name, value in details.items():
            setattr(workspace.users[user_id], name, value)
        payload = workspace.users[user_id].payload(team, with_email=True, with_locale=True)
        await self.interactions.deliver_event(workspace, {"type": "user_change", "user": payload})

    # Deliveries

    @property
    def deliveries(self) -> list[Delivery]:
        return self.sender.sent

    async def repeat(self, delivery: Delivery) -> DeliveryResult:
        """Deliver again; a second acknowledgement is applied like the first."""
        result = await self.sender.redeliver(delivery)
        if delivery.kind == "slash_commands":
            person = self.person(delivery.payload["user_id"], delivery.workspace)
            await self.interactions.handle_command_ack(person, delivery, result)
        self._changed()
        return result

    def _echo(self, workspace: Workspace, message: Message) -> None:
        """Deliver the app's own direct message to it as an event, as Slack does."""
        if self.echoes_bot_messages and message.channel.startswith("D"):
            event: Payload = {"type": "message", "channel_type": "im", "channel": message.channel}
            event |= {"user": message.user, "bot_id": message.bot_id, "text": message.text, "ts": message.ts}
            echo = asyncio.ensure_future(self.interactions.deliver_event(workspace, event))
            self._echoes.add(echo)
            echo.add_done_callback(self._echoes.discard)

    # Observations

    @property
    def refusals(self) -> list[tuple[str, str, list[str]]]:
        """Every refused call, as (method, error, complaints)."""
        return [*self.api.refusals, *self.urls.refusals, *self.interactions.refusals]

    @property
    def pings(self) -> set[str]:
        """Pings in the app's messages, of all channels."""
        found: set[str] = set()
        for workspace in self.state.workspaces.values():
            for channel in workspace.channels.values():
                for message in channel.messages:
                    if message.bot_id:
                        found |= pings_in(message.text) | pings_in(message.blocks)
        return found

    def calls_of(self, method: str) -> list[Payload]:
        return [dict(args) for name, args in self.api.calls if name == method]

    async def until(self, holds: Callable[[], object], timeout: float = 30.0) -> None:  # noqa: ASYNC109 - fails the test
        """Wait until `holds` returns something true; checked after every change."""
        changed = asyncio.Event()
        self._watchers.append(changed)
        try:
            async with asyncio.timeout(timeout):
                while not holds():
                    changed.clear()
                    with suppress(TimeoutError):
                        await asyncio.wait_for(changed.wait(), 0.05)
        finally:
            self._watchers.remove(changed)

    def _changed(self) -> None:
        for watcher in self._watchers:
            watcher.set()


__all__ = ["Delivery", "DeliveryResult", "Message", "Person", "SlackStandIn", "View"]
