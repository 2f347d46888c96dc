"""Complete application behind the Discord stand-in: real core, storage and discord.py."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from msgspec.structs import replace

from bot.chat.command import Command
from bot.chat.timezones import zone_of
from bot.commands import COMMANDS
from bot.conversation.autocomplete import Autocomplete
from bot.conversation.dispatcher import Dispatcher
from bot.platforms.discord.adapter import DiscordPlatform
from bot.platforms.discord.settings import DiscordSettings
from bot.platforms.pictures import Pictures
from bot.platforms.stores import DeduplicationStore, StoredKeyValues
from bot.services import Services
from core.model import Identity
from core.policy.door_code import DoorCodes
from core.policy.rules import Rules
from core.ports import ManagedStorage, UnitOfWork
from core.services.accounts import Accounts
from core.services.bookings import BookingService
from core.services.society import SocietyService
from tests.builders import a_building, a_person, a_room
from tests.fakes.clock import StillClock
from tests.fakes.passwords import NoPasswords
from tests.standins.discord import Discord, Person


@dataclass
class Environment:
    """Stand-in, storage, services, clock and, while open, the platform."""

    discord: Discord
    storage: ManagedStorage
    services: Services
    clock: StillClock
    commands: tuple[Command, ...] = COMMANDS
    pictures: Pictures = field(default_factory=Pictures)
    platform: DiscordPlatform = field(init=False)

    def publish(self) -> None:
        """Gives Roomie an address for browsers, so that bookings have links to their calendar files."""
        object.__setattr__(self.services, "public_url", "https://rooms.example.org")

    @asynccontextmanager
    async def open(self) -> AsyncIterator[DiscordPlatform]:
        """Run the platform until the block is left."""
        platform = DiscordPlatform(
            DiscordSettings(
                token=self.discord.token,
                api_base_url=self.discord.api_base_url,
                gateway_url=self.discord.gateway_url,
            ),
            dispatcher=Dispatcher(self.services, self.commands),
            autocompleter=Autocomplete(self.services),
            commands=self.commands,
            deduplicator=DeduplicationStore(self.services, "discord"),
            key_values=StoredKeyValues(self.services, "discord"),
            clock=self.clock,
            zone=self.services.rules.zone,
            zone_of=lambda identity: zone_of(
                self.services, self.services.read_model.directory.by_identity(identity), ""
            ),
            pictures=self.pictures,
        )
        running = asyncio.create_task(platform.run())
        online = asyncio.create_task(platform.wait_online())
        await asyncio.wait({running, online}, timeout=10, return_when=asyncio.FIRST_COMPLETED)
        online.cancel()
        try:
            yield platform
        finally:
            await platform.close()
            await running

    async def add_people(self, *people: Person) -> None:
        """Add people with linked Discord accounts."""

        def add(unit: UnitOfWork) -> None:
            for each in people:
                person = unit.people.add(a_person(each.user.name), None)
                unit.people.link(person.id, Identity(f"discord:{each.id}"))

        await self.storage.write(add)


async def build_environment(
    discord: Discord, storage: ManagedStorage, rules: Rules, clock: StillClock, rooms: int = 3
) -> Environment:
    """An environment with one building and some rooms."""

    def add_rooms(unit: UnitOfWork) -> None:
        unit.rooms.put_buildings([a_building()])
        unit.rooms.put_rooms(a_room(f"K-J17-G{number:03}", capacity=20) for number in range(1, rooms + 1))

    await storage.write(add_rooms)
    read_model = storage.read_model  # type: ignore[attr-defined]  # both storages have one
    services = Services(
        storage,
        read_model,
        replace(rules),
        clock,
        BookingService(storage, read_model, rules, clock, DoorCodes((b"secret",))),
        SocietyService(storage, rules, clock),
        Accounts(storage, read_model, NoPasswords(), rules, clock, b"secret"),
    )
    return Environment(discord, storage, services, clock)
