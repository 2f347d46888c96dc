"""A whole Roomie connected to the fake Slack server: real core, storage and SDK, over loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from msgspec.structs import replace

from bot.chat.reply import Reply
from bot.chat.request import ChatRequest, QuotedMessage
from bot.commands import COMMANDS
from bot.conversation.autocomplete import Autocomplete
from bot.conversation.dispatcher import Dispatcher
from bot.platforms.pictures import Pictures
from bot.platforms.ports import ChatDispatcher
from bot.platforms.slack.adapter import SlackPlatform
from bot.platforms.slack.settings import Mode, SlackSettings
from bot.services import Services
from core.model import Identity, PersonId, Role, UserGroup
from core.policy.door_code import DoorCodes
from core.policy.rules import Rules
from core.ports import ManagedStorage, UnitOfWork
from core.services.accounts import Accounts
from core.services.bookings import BookingService
from core.services.society import SocietyService
from tests.builders import a_building, a_person, a_room, a_society
from tests.fakes.clock import StillClock
from tests.fakes.passwords import NoPasswords
from tests.platforms.slack.fakes import (
    FakeDeduplicator,
    FakeDeferredReplies,
    FakeInstallations,
    FakeOAuthStates,
)
from tests.standins.slack import Message, SlackStandIn, View


@dataclass
class Environment:
    """The parts of a test set-up; `open` starts an adapter."""

    slack: SlackStandIn
    storage: ManagedStorage
    services: Services
    clock: StillClock
    settings: SlackSettings
    dispatcher: ChatDispatcher
    deduplicator: FakeDeduplicator
    deferred: FakeDeferredReplies = field(default_factory=FakeDeferredReplies)
    installations: FakeInstallations = field(default_factory=FakeInstallations)
    states: FakeOAuthStates = field(default_factory=FakeOAuthStates)
    pictures: Pictures = field(default_factory=Pictures)

    def adapter(self) -> SlackPlatform:
        directory = self.services.read_model.directory
        return SlackPlatform(
            self.settings,
            dispatcher=self.dispatcher,
            autocompleter=Autocomplete(self.services),
            deduplicator=self.deduplicator,
            deferred=self.deferred,
            commands=COMMANDS,
            is_linked=lambda identity: directory.by_identity(identity) is not None,
            chosen_zone=self._chosen_zone,
            clock=self.clock,
            zone=self.services.rules.zone,
            installations=self.installations,
            oauth_states=self.states,
            pictures=self.pictures,
        )

    def _chosen_zone(self, identity: Identity) -> str:
        known = self.services.read_model.directory.by_identity(identity)
        return (known.person.zone if known else None) or ""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[SlackPlatform]:
        """Run an adapter in the mode of the settings."""
        adapter = self.adapter()
        runner = web.AppRunner(_web_app(adapter), shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        http = self.settings.mode is Mode.HTTP
        self.slack.deliver_to(address + self.settings.http_path if http else "")
        running = asyncio.ensure_future(adapter.run())
        try:
            if not http:
                await self.slack.until(lambda: self.slack.sender.sockets.open)
            yield adapter
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await runner.cleanup()


def _web_app(adapter: SlackPlatform) -> web.Application:
    app = web.Application()
    app.add_routes(adapter.routes())
    return app


def settings_for(slack: SlackStandIn, mode: Mode = Mode.SOCKET) -> SlackSettings:
    return SlackSettings(
        bot_token="xoxb-T1",
        app_token=slack.state.app.app_token,
        signing_secret=slack.state.app.signing_secret,
        mode=mode,
        api_base_url=slack.api_url,
        authorize_url=slack.authorize_url,
        ping_interval=3.0,
        api_timeout=2.0,
    )


async def build_environment(
    slack: SlackStandIn, storage: ManagedStorage, rules: Rules, clock: StillClock
) -> Environment:
    """A campus with three rooms; ada is a president, bob a student, cyd unknown to Roomie."""
    await storage.write(_seed)
    read_model = storage.read_model  # type: ignore[attr-defined]  # both storages have one
    services = Services(
        storage,
        read_model,
        rules,
        clock,
        BookingService(storage, read_model, rules, clock, DoorCodes((b"secret",))),
        SocietyService(storage, rules, clock),
        Accounts(storage, read_model, NoPasswords(), rules, clock, b"secret"),
    )
    dispatcher = Dispatcher(services, COMMANDS)
    return Environment(
        slack, storage, services, clock, settings_for(slack), dispatcher, FakeDeduplicator(clock)
    )


def _seed(unit: UnitOfWork) -> None:
    unit.rooms.put_buildings([a_building()])
    unit.rooms.put_rooms([a_room("K-J17-G01"), a_room("K-J17-G02"), a_room("K-J17-G03", capacity=40)])
    for name, identity, groups in (
        ("ada", "slack:T1:U1", (UserGroup.STUDENT, UserGroup.PRESIDENT, UserGroup.SOCIETY_MEMBER)),
        ("bob", "slack:T1:U2", (UserGroup.STUDENT,)),
    ):
        person = unit.people.add(replace(a_person(name, *groups), id=PersonId(0)), None)
        unit.people.link(person.id, Identity(identity))
        if name == "ada":
            society = a_society()
            unit.societies.add(society)
            unit.societies.set_role(person.id, society.id, Role.PRESIDENT)


def read(surface: Message | View) -> str:
    """The visible text, without the zero-width spaces of the renderer."""
    return surface.words.replace("\u200b", "")


def labels(surface: Message | View) -> list[str]:
    """The labels of the buttons."""
    return [element["text"]["text"] for _, element in surface.elements if element["type"] == "button"]


class SlowDispatcher:
    """Dispatcher that waits for `can_reply`."""

    def __init__(self, inner: ChatDispatcher) -> None:
        self.inner, self.can_reply = inner, asyncio.Event()

    async def dispatch(self, request: ChatRequest) -> Reply:
        await self.can_reply.wait()
        return await self.inner.dispatch(request)

    async def offer(self, message: QuotedMessage) -> Reply:
        await self.can_reply.wait()
        return await self.inner.offer(message)


@dataclass
class SwitchableDispatcher:
    """Dispatcher that can be replaced while the adapter runs."""

    inner: ChatDispatcher

    async def dispatch(self, request: ChatRequest) -> Reply:
        return await self.inner.dispatch(request)

    async def offer(self, message: QuotedMessage) -> Reply:
        return await self.inner.offer(message)


@dataclass
class FixedDispatcher:
    """Dispatcher that always returns the same reply."""

    reply: Reply

    async def dispatch(self, request: ChatRequest) -> Reply:
        return self.reply

    async def offer(self, message: QuotedMessage) -> Reply:
        return self.reply
