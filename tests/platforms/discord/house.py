"""A whole Roomie behind the little Discord: real core, real storage, the real library."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from bot.chat.timezones import zone_of
from bot.commands import COMMANDS
from bot.conversation.autocomplete import Suggestions
from bot.conversation.dispatcher import Dispatcher
from bot.platforms.discord.adapter import DiscordDoor
from bot.platforms.discord.gateway.settings import DiscordSettings
from bot.platforms.stores import KeptNotebook, KeptOnce
from bot.services import Desk
from core.model.entities import Identity
from core.policy.rules import Rules
from core.ports.storage import Unit
from core.services.accounts import Accounts
from core.services.bookings import BookingDesk
from core.services.society import SocietyDesk
from storage.factory import Kept
from tests.builders import a_building, a_person, a_room
from tests.fakes.clock import StillClock
from tests.standins.discord import Discord, Person


class NoPasswords:
    """Nobody logs in here."""

    async def hash(self, password: str) -> str:
        return password

    async def verify(self, password_hash: str | None, password: str) -> bool:
        return False


@dataclass
class House:
    """Everything a test may want to look at."""

    discord: Discord
    storage: Kept
    desk: Desk
    clock: StillClock
    door: DiscordDoor = field(init=False)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[DiscordDoor]:
        """Roomie at work on Discord."""
        door = DiscordDoor(
            DiscordSettings(
                token=self.discord.token,
                api_base_url=self.discord.api_base_url,
                gateway_url=self.discord.gateway_url,
            ),
            dispatcher=Dispatcher(self.desk, COMMANDS),
            suggestions=Suggestions(self.desk),
            commands=COMMANDS,
            once=KeptOnce(self.desk, "discord"),
            notebook=KeptNotebook(self.desk, "discord"),
            clock=self.clock,
            zone=self.desk.rules.zone,
            zone_of=lambda who: zone_of(self.desk, self.desk.picture.directory.identified(who), ""),
        )
        running = asyncio.create_task(door.run())
        opened = asyncio.create_task(door.opened())
        await asyncio.wait({running, opened}, timeout=10, return_when=asyncio.FIRST_COMPLETED)
        opened.cancel()
        try:
            yield door
        finally:
            await door.close()
            await running

    async def settle_in(self, *people: Person) -> None:
        """Make these people known to Roomie."""

        def work(unit: Unit) -> None:
            for each in people:
                person = unit.people.add(a_person(each.user.name), None)
                unit.people.link(person.id, Identity(f"discord:{each.id}"))

        await self.storage.write(work)


async def a_house(discord: Discord, storage: Kept, rules: Rules, clock: StillClock, rooms: int = 3) -> House:
    """A campus with one building and some rooms."""

    def furnish(unit: Unit) -> None:
        unit.rooms.put_buildings([a_building()])
        unit.rooms.put_rooms(a_room(f"K-J17-G{number:03}", capacity=20) for number in range(1, rooms + 1))

    await storage.write(furnish)
    picture = storage.picture  # type: ignore[attr-defined]  # both storages have one
    desk = Desk(
        storage,
        picture,
        replace(rules),
        clock,
        BookingDesk(storage, picture, rules, clock),
        SocietyDesk(storage, rules, clock),
        Accounts(storage, picture, NoPasswords(), rules, clock, b"secret"),
    )
    return House(discord, storage, desk, clock)
