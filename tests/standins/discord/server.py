"""Fake Discord server on the loopback."""

import asyncio
from collections.abc import Callable
from typing import Self

import aiohttp
from aiohttp import web

from tests.standins.discord.change_signal import ChangeSignal
from tests.standins.discord.faults import Faults, RateLimits
from tests.standins.discord.gateway import Gateway
from tests.standins.discord.interactions import Interaction, Interactions
from tests.standins.discord.people import Person
from tests.standins.discord.rest import PREFIX, Rest
from tests.standins.discord.shown_message import ShownMessage
from tests.standins.discord.signed_requests import RequestSigner, deliver_over_http, verify_endpoint
from tests.standins.discord.world import Channel, Guild, World

TOKEN = "a-discord-token"


class Discord:
    """REST v10 and gateway v10 with their limits.

    Connect a bot to `api_base_url` and `gateway_url` with `token`. Interactions go to
    `interactions_url` where it is set, instead of through the gateway.
    """

    def __init__(self, token: str = TOKEN, port: int = 0) -> None:
        self.token = token
        self.world = World()
        self.faults = Faults()
        self.rate_limits = RateLimits()
        self.interactions = Interactions(self.world)
        self.changed = ChangeSignal()
        self.gateway = Gateway(self.world, token, self.changed)
        self.signer = RequestSigner()
        self.interactions_url = ""
        self.recommended_shards = 1
        self.requests: list[tuple[str, str]] = []
        self._port = port
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None
        self._deliveries: set[asyncio.Task[int]] = set()

    @property
    def api_base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}{PREFIX}"

    @property
    def gateway_url(self) -> str:
        return f"ws://127.0.0.1:{self._port}/gateway"

    @property
    def public_key(self) -> str:
        return self.signer.public_key

    async def __aenter__(self) -> Self:
        rest = Rest(self)
        app = web.Application(middlewares=[rest.handle])
        app.router.add_routes(rest.routes())
        app.router.add_get("/gateway", self.gateway.serve)
        app.router.add_get("/gateway/", self.gateway.serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.gateway.url = self.gateway_url
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5))
        return self

    async def __aexit__(self, *_: object) -> None:
        for delivery in self._deliveries:
            delivery.cancel()
        await self.gateway.cut()
        if self._session is not None:
            await self._session.close()
        if self._runner is not None:
            await self._runner.cleanup()

    # Users and servers.

    def person(self, name: str, *guilds: Guild, manages: bool = False, installed: bool = False) -> Person:
        """Create a user in these servers; `installed` adds the bot to the account."""
        person = Person(self, self.world.add_user(name, installed=installed))
        for guild in guilds:
            person.join(guild, manages=manages)
        return person

    def guild(self, name: str = "Campus", *, has_bot: bool = True) -> tuple[Guild, Channel]:
        """Create a server with a channel."""
        guild = self.world.add_guild(name, has_bot=has_bot)
        return guild, self.world.add_channel(guild)

    # Deliveries.

    async def deliver(self, interaction: Interaction) -> Interaction:
        """Deliver an interaction to the bot; it can be redelivered."""
        interaction.redeliver = lambda: self._send(interaction)
        await self._send(interaction)
        return interaction

    async def _send(self, interaction: Interaction) -> None:
        if self.interactions_url:
            assert self._session is not None
            delivery = asyncio.create_task(deliver_over_http(self, self._session, interaction))
            self._deliveries.add(delivery)
            delivery.add_done_callback(self._deliveries.discard)
        else:
            await self.gateway.dispatch(
                "INTERACTION_CREATE", interaction.payload, interaction.payload.get("guild_id")
            )

    async def send_again(self, message: ShownMessage) -> None:
        """Deliver a message a second time."""
        channel = self.world.channels[message.payload["channel_id"]]
        await self.gateway.announce_message(channel, message.payload)

    async def use_endpoint(self, url: str) -> bool:
        """Deliver interactions to this URL from now on, if it passes verification."""
        assert self._session is not None
        is_valid = await verify_endpoint(self, self._session, url)
        if is_valid:
            self.interactions_url = url
        return is_valid

    # Waiting and inspecting.

    async def wait_until(self, condition: Callable[[], object], timeout_seconds: float = 30.0) -> None:
        """Wait for a condition that requests of the bot may make true."""
        await self.changed.wait_until(condition, timeout_seconds)

    def count_requests(self, method: str, path: str) -> int:
        """Number of requests with this method whose path contains `path`."""
        return sum(each == method and path in requested for each, requested in self.requests)
