"""A Discord of our own on the loopback: start it, be people on it, make its weather."""

import asyncio
from collections.abc import Callable
from typing import Self

import aiohttp
from aiohttp import web

from tests.standins.discord.bell import Bell
from tests.standins.discord.faults import Faults, RateLimits
from tests.standins.discord.gateway import Gateway
from tests.standins.discord.interactions import Interaction, Interactions
from tests.standins.discord.people import Person
from tests.standins.discord.rest import PREFIX, Rest
from tests.standins.discord.seen import Seen
from tests.standins.discord.signing import Signed, deliver_over_http, endpoint_is_sound
from tests.standins.discord.world import Channel, Guild, World

TOKEN = "a-discord-token"


class Discord:
    """REST v10 and gateway v10 with their limits.

    Point a bot at `api_base_url` and `gateway_url` with `token`. Interactions go to
    `interactions_url` where it is set, instead of through the gateway.
    """

    def __init__(self, token: str = TOKEN, port: int = 0) -> None:
        self.token = token
        self.world = World()
        self.faults = Faults()
        self.rate_limits = RateLimits()
        self.interactions = Interactions(self.world)
        self.bell = Bell()
        self.gateway = Gateway(self.world, token, self.bell)
        self.signed = Signed()
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
        return self.signed.public_key

    async def __aenter__(self) -> Self:
        rest = Rest(self)
        app = web.Application(middlewares=[rest.around])
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

    # Who is there.

    def person(self, name: str, *guilds: Guild, manages: bool = False, installed: bool = False) -> Person:
        """A new person, a member of these servers; `installed` has added the bot for himself."""
        person = Person(self, self.world.add_user(name, installed=installed))
        for guild in guilds:
            person.join(guild, manages=manages)
        return person

    def guild(self, name: str = "Campus", *, has_bot: bool = True) -> tuple[Guild, Channel]:
        """A new server and its first channel."""
        guild = self.world.add_guild(name, has_bot=has_bot)
        return guild, self.world.add_channel(guild)

    # Deliveries.

    async def deliver(self, interaction: Interaction) -> Interaction:
        """Send an interaction on its way; it can be sent again."""
        interaction.again = lambda: self._send(interaction)
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

    async def send_again(self, message: Seen) -> None:
        """Deliver a message a second time."""
        channel = self.world.channels[message.payload["channel_id"]]
        await self.gateway.announce_message(channel, message.payload)

    async def use_endpoint(self, url: str) -> bool:
        """Send interactions to this address from now on, if it answers as it must."""
        assert self._session is not None
        sound = await endpoint_is_sound(self, self._session, url)
        if sound:
            self.interactions_url = url
        return sound

    # Waiting and looking.

    async def until(self, holds: Callable[[], object], within: float = 30.0) -> None:
        """Until something holds that the bot's requests may bring about."""
        await self.bell.until(holds, within)

    def asked(self, method: str, path: str) -> int:
        """How many requests there were with this method and this in their path."""
        return sum(each == method and path in where for each, where in self.requests)
