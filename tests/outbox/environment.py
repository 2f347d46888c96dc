"""A small campus with a fake chat platform in memory and any number of workers."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from aiohttp import web

from bot.chat.reply import Reply
from bot.chat.request import ChatRequest, PlatformName, Requester
from bot.commands import COMMANDS
from bot.conversation.dispatcher import Dispatcher
from bot.notifications import NOTIFICATION_TYPES
from bot.services import Services
from bot.worker.outbox import OutboxSender, OutboxSettings
from core.interval import Interval
from core.model import (
    Booking,
    BookingId,
    Identity,
    MessageState,
    NotificationPreferences,
    OutboxEntry,
    OutboxMessage,
    PersonId,
    Role,
    RoomId,
    SocietyId,
    UserGroup,
)
from core.policy.rules import Rules
from core.ports import ManagedStorage, UnitOfWork
from core.services.accounts import Accounts
from core.services.book_room import BookRoom
from core.services.bookings import BookingService
from core.services.reminders import update_preferences
from core.services.society import SocietyService
from tests.builders import NOW, a_building, a_person, a_room, a_slot, a_society
from tests.fakes.clock import StillClock
from tests.fakes.passwords import NoPasswords

HALL, LAB = RoomId("K-J17-G01"), RoomId("K-J17-LAB")
CHESS = SocietyId("CHESS")
WIL, REMA, STAN, PRES = (Identity(f"chat:{name}") for name in ("wil", "rema", "stan", "pres"))
_numbers = count(1)


@dataclass
class Chat:
    """A fake platform that records messages and raises the errors it was given."""

    name: str = "chat"
    shown: list[tuple[Identity, Reply, str]] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    lost_answers: list[Exception] = field(default_factory=list)
    blind: Exception | None = None
    looked: int = 0
    at_once: int = 0
    most_at_once: int = 0
    spoke: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        await asyncio.Event().wait()

    def routes(self) -> Sequence[web.RouteDef]:
        return ()

    async def health(self) -> Mapping[str, object]:
        return {"ok": True}

    async def send(self, to: Identity, reply: Reply, key: str) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        if self.errors:
            raise self.errors.pop(0)
        self.shown.append((to, reply, key))
        self.spoke.set()
        if self.lost_answers:
            raise self.lost_answers.pop(0)

    async def was_sent(self, to: Identity, key: str, since: datetime) -> bool:
        self.looked += 1
        if self.blind is not None:
            raise self.blind
        return any((each, its) == (to, key) for each, _, its in self.shown)

    async def on_people_changed(self, people: Iterable[Identity]) -> None:
        """This platform has no pages."""

    def texts_to(self, to: Identity = WIL) -> list[str]:
        """The texts sent to an identity."""
        return ["".join(map(_plain, reply.text)) for each, reply, _ in self.shown if each == to]


def _plain(part: object) -> str:
    return part if isinstance(part, str) else str(getattr(part, "text", ""))


@dataclass
class Environment:
    """wil and rema are students, stan is an administrator, pres is president of the chess society."""

    storage: ManagedStorage
    clock: StillClock
    services: Services
    people: Mapping[Identity, PersonId]
    chat: Chat = field(default_factory=Chat)

    def worker(self, name: str = "", **settings: object) -> OutboxSender:
        spacing = settings.pop("spacing", timedelta())
        chosen = OutboxSettings(spacing=spacing, **settings)  # type: ignore[arg-type]
        return OutboxSender(
            self.services, [self.chat], NOTIFICATION_TYPES, name or f"worker {next(_numbers)}", chosen
        )

    def publish(self) -> None:
        """Gives Roomie an address for browsers, so that bookings have links to their calendar files."""
        object.__setattr__(self.services, "public_url", "https://rooms.example.org")

    async def deliver(self) -> None:
        await self.worker().deliver_due()

    async def pass_time(self, until: datetime, step: timedelta = timedelta(minutes=1)) -> None:
        """Advances the clock step by step and delivers what is due."""
        worker = self.worker()
        while self.clock.now() < until:
            self.clock.set(min(until, self.clock.now() + step))
            await worker.deliver_due()

    async def book(
        self, slot: Interval | None = None, room: RoomId = HALL, by: Identity | None = WIL, **others: object
    ) -> Booking:
        person = self.people[by] if by is not None else None
        booking_id = BookingId(f"{next(_numbers):08x}-booking")
        request = BookRoom(booking_id, room, slot or a_slot(), person, **others)  # type: ignore[arg-type]
        return (await self.services.bookings.book(request)).booking

    async def add_people(self, count: int) -> None:
        """Adds staff with the identities `chat:p0`, `chat:p1`, …"""

        def work(unit: UnitOfWork) -> Mapping[Identity, PersonId]:
            return {
                Identity(f"chat:p{n}"): unit.people.add(a_person(f"p{n}", UserGroup.STAFF), None).id
                for n in range(count)
            }

        added = await self.storage.write(work)
        await self.storage.write(
            lambda unit: [unit.people.link(each, identity) for identity, each in added.items()]
        )
        self.people = {**self.people, **added}

    async def want(
        self, preferences: NotificationPreferences, zone: str | None = None, who: Identity = WIL
    ) -> None:
        now, person = self.clock.now(), self.people[who]
        await self.storage.write(lambda unit: update_preferences(unit, person, preferences, zone, now))

    async def queue(self, *messages: OutboxMessage) -> int:
        return await self.storage.write(lambda unit: unit.outbox.add(messages))

    async def listed(self, *states: MessageState) -> list[OutboxEntry]:
        return await self.storage.read(lambda unit: unit.outbox.entries(states or tuple(MessageState), 2000))

    async def states(self) -> list[MessageState]:
        return [each.state for each in await self.listed()]

    async def ask(self, words: str, by: Identity = WIL, *, manages: bool = False, channel: str = "") -> Reply:
        request = ChatRequest(
            Requester(by, PlatformName.SLACK, is_channel_admin=manages), text=words, channel=channel
        )
        return await Dispatcher(self.services, COMMANDS).dispatch(request)


async def open_environment(storage: ManagedStorage, rules: Rules, clock: StillClock) -> Environment:
    """Environment over an empty storage."""
    people = await storage.write(_fill)
    return Environment(storage, clock, create_services(storage, rules, clock), people)


def create_services(storage: ManagedStorage, rules: Rules, clock: StillClock) -> Services:
    """Services over a storage."""
    read_model = storage.read_model  # type: ignore[attr-defined]  # both storages have one
    return Services(
        storage,
        read_model,
        rules,
        clock,
        BookingService(storage, read_model, rules, clock),
        SocietyService(storage, rules, clock),
        Accounts(storage, read_model, NoPasswords(), rules, clock, b"secret"),
    )


def _fill(unit: UnitOfWork) -> Mapping[Identity, PersonId]:
    unit.rooms.put_buildings([a_building()])
    unit.rooms.put_rooms(a_room(room) for room in (HALL, LAB, *(f"K-J17-{n}" for n in range(101, 111))))
    people = {
        WIL: unit.people.add(a_person("wil"), None).id,
        REMA: unit.people.add(a_person("rema"), None).id,
        STAN: unit.people.add(a_person("stan", UserGroup.STAFF, is_admin=True), None).id,
        PRES: unit.people.add(a_person("pres", UserGroup.STUDENT, UserGroup.PRESIDENT), None).id,
    }
    for identity, person_id in people.items():
        unit.people.link(person_id, identity)
    unit.societies.add(a_society(CHESS))
    unit.societies.set_role(people[PRES], CHESS, Role.PRESIDENT)
    return people


def a_message(key: str = "m1", **others: object) -> OutboxMessage:
    """A message for wil, due now."""
    others.setdefault("kind", "reply")
    others.setdefault("due_at", NOW)
    others.setdefault("identity", WIL)
    others.setdefault("payload", '{"text": ["Hello"]}')
    return OutboxMessage(key=key, **others)  # type: ignore[arg-type]
