"""A Slack of our own on loopback: start it, point the app at it, be the people who use it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from aiohttp import web

from core.clock import Clock, SystemClock
from tests.standins.slack.control import Control
from tests.standins.slack.delivery import Answered, Delivery, Postman
from tests.standins.slack.faults import Fault, Weather
from tests.standins.slack.oauth import OAuth
from tests.standins.slack.people import FrontDesk, Person
from tests.standins.slack.pings import pings_in
from tests.standins.slack.response_urls import ResponseUrls
from tests.standins.slack.state import Channel, Message, Payload, State, User, View, Workspace
from tests.standins.slack.web_api import WebApi


class SlackStandIn:
    """One Slack with one app and a workspace T1: channel C1, ada U1, bob U2, cyd U3, and all you add."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.state = State(clock or SystemClock())
        self.weather = Weather()
        self.postman = Postman(self.state, self.weather)
        self.urls = ResponseUrls(self.state, self.weather, self._changed)
        self.api = WebApi(self.state, self.weather, self._changed)
        self.services = FrontDesk(self.state, self.postman, self.urls, self._changed)
        self.oauth = OAuth(self.state, self.weather)
        self.echoes_bot_messages = True
        self.base = ""
        self._runner: web.AppRunner | None = None
        self._watchers: list[asyncio.Event] = []
        self._echoes: set[asyncio.Task[Answered]] = set()
        self.api.said = self._echo
        self.add_workspace("T1", "campus")

    # Life

    async def start(self, port: int = 0) -> None:
        self._runner = web.AppRunner(self._routes(), shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port, reuse_address=True)
        await site.start()
        chosen = self._runner.addresses[0][1]
        self.base = self.urls.base = f"http://127.0.0.1:{chosen}"

    async def stop(self) -> None:
        for echo in list(self._echoes):
            echo.cancel()
        await asyncio.gather(*self._echoes, return_exceptions=True)
        await self.postman.close()
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
                web.post("/api/apps.connections.open", self.postman.sockets.connections_open),
                web.post("/api/oauth.v2.access", self.oauth.access),
                web.route("*", "/api/{method}", self.api.handle),
                web.get("/link/", self.postman.sockets.link),
                web.post("/response/{secret}", self.urls.handle),
                web.get("/oauth/v2/authorize", self.oauth.authorize),
                web.get("/oauth/v2/allow", self.oauth.allow),
                web.post("/control", Control(self).handle),
            ]
        )
        return site

    # What an app is configured with

    @property
    def api_url(self) -> str:
        return f"{self.base}/api/"

    @property
    def authorize_url(self) -> str:
        return f"{self.base}/oauth/v2/authorize"

    def environment(self) -> dict[str, str]:
        """The variables that make a process talk to this Slack."""
        return {
            "SLACK_API_BASE_URL": self.api_url,
            "SLACK_AUTHORIZE_URL": self.authorize_url,
            "SLACK_BOT_TOKEN": self.state.workspaces["T1"].bot_token,
            "SLACK_APP_TOKEN": self.state.app.app_token,
            "SLACK_SIGNING_SECRET": self.state.app.signing_secret,
        }

    def deliver_to(self, url: str) -> None:
        """HTTP mode: bring everything to this request URL; empty for Socket Mode."""
        self.postman.http.url = url

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
        return Person(self.services, workspace, workspace.users[user_id])

    # Weather and changes of the world

    def brew(self, method: str, fault: Fault, times: int = 1) -> None:
        """The next `times` calls of a method (also `response_url`, `socket`) meet this fault."""
        self.weather.brew(method, fault, times)

    def close_dm(self, user_id: str, team: str = "T1") -> None:
        self.state.workspaces[team].users[user_id].dms_open = False

    def delete_channel(self, channel: str, team: str = "T1") -> None:
        self.state.workspaces[team].channels[channel].deleted = True

    async def revoke_token(self, team: str = "T1", *, quietly: bool = False) -> None:
        workspace = self.state.workspaces[team]
        workspace.token_revoked = True
        if not quietly:
            event = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [workspace.bot_user]}}
            await self.services.bring_event(workspace, event)

    async def uninstall(self, team: str = "T1") -> None:
        workspace = self.state.workspaces[team]
        workspace.installed = False
        await self.services.bring_event(workspace, {"type": "app_uninstalled"})

    async def change_user(self, user_id: str, team: str = "T1", **details: object) -> None:
        workspace = self.state.workspaces[team]
        for name, value in details.items():
            setattr(workspace.users[user_id], name, value)
        told = workspace.users[user_id].described(team, with_email=True, with_locale=True)
        await self.services.bring_event(workspace, {"type": "user_change", "user": told})

    # Deliveries

    @property
    def deliveries(self) -> list[Delivery]:
        return self.postman.sent

    async def repeat(self, delivery: Delivery) -> Answered:
        """Bring the same thing again; what a second acknowledgement says is shown like the first's."""
        answered = await self.postman.again(delivery)
        if delivery.kind == "slash_commands":
            person = self.person(delivery.payload["user_id"], delivery.workspace)
            await self.services.acknowledged_command(person, delivery, answered)
        self._changed()
        return answered

    def _echo(self, workspace: Workspace, message: Message) -> None:
        """Slack tells an app of its own direct messages too."""
        if self.echoes_bot_messages and message.channel.startswith("D"):
            event: Payload = {"type": "message", "channel_type": "im", "channel": message.channel}
            event |= {"user": message.user, "bot_id": message.bot_id, "text": message.text, "ts": message.ts}
            echo = asyncio.ensure_future(self.services.bring_event(workspace, event))
            self._echoes.add(echo)
            echo.add_done_callback(self._echoes.discard)

    # What can be looked at

    @property
    def refusals(self) -> list[tuple[str, str, list[str]]]:
        """Everything Slack refused, as (method, error, complaints)."""
        return [*self.api.refusals, *self.urls.refusals, *self.services.refusals]

    @property
    def pings(self) -> set[str]:
        """Everybody whom a message in any channel pings."""
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
        """Wait until something that people can see is so."""
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


__all__ = ["Answered", "Delivery", "Message", "Person", "SlackStandIn", "View"]
