"""Many people with a reminder that is due, and a worker process that can be killed."""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.clock import SystemClock
from core.interval import Interval
from core.model import Backlog, BookingId, Identity, OpeningHours, PersonId, RoomId, UserGroup
from core.policy.rules import Rules
from core.ports import UnitOfWork
from core.read_model import ReadModel
from core.services.book_room import BookRoom
from core.services.bookings import BookingService
from storage.factory import ManagedStorage, open_storage
from tests.builders import a_building, a_person, a_room
from tests.fakes.clock import StillClock

PROJECT = Path(__file__).parents[2]
_ALWAYS_OPEN = Rules(weekday_hours=OpeningHours(0, 24 * 60), weekend_hours=OpeningHours(0, 24 * 60))
_QUARTER = timedelta(minutes=15)


async def remind_everybody(url: str, identities: Sequence[Identity]) -> None:
    """Books a room for each identity, an hour ago, with a reminder due now by the system clock."""
    now = SystemClock().now()
    start = _next_quarter(now + timedelta(minutes=12))
    storage = open_storage(url, ReadModel(), _ALWAYS_OPEN, StillClock(now - timedelta(hours=1)))
    await storage.open()
    await storage.load()
    try:
        people = await storage.write(lambda unit: _fill(unit, identities))
        await _book(storage, people, Interval.of_length(start, _QUARTER), now - timedelta(hours=1))
    finally:
        await storage.close()


def _next_quarter(instant: datetime) -> datetime:
    seconds = _QUARTER.total_seconds()
    return datetime.fromtimestamp(-(-instant.timestamp() // seconds) * seconds, UTC)


def _fill(unit: UnitOfWork, identities: Sequence[Identity]) -> list[PersonId]:
    unit.rooms.put_buildings([a_building()])
    unit.rooms.put_rooms(a_room(f"K-J17-{number}") for number in range(len(identities)))
    people = []
    for number, identity in enumerate(identities):
        person = unit.people.add(a_person(f"p{number}", UserGroup.STAFF), None)
        unit.people.link(person.id, identity)
        people.append(person.id)
    return people


async def _book(storage: ManagedStorage, people: Sequence[PersonId], slot: Interval, now: datetime) -> None:
    read_model = storage.read_model  # type: ignore[attr-defined]  # both storages have one
    services = BookingService(storage, read_model, _ALWAYS_OPEN, StillClock(now))
    requests = (
        BookRoom(BookingId(f"booking-{number}"), RoomId(f"K-J17-{number}"), slot, person)
        for number, person in enumerate(people)
    )
    await asyncio.gather(*map(services.book, requests))


async def backlog(url: str) -> Backlog:
    storage = open_storage(url, ReadModel(), _ALWAYS_OPEN, SystemClock())
    await storage.open()
    await storage.load()
    try:
        return await storage.read(lambda unit: unit.outbox.backlog())
    finally:
        await storage.close()


class Worker:
    """`roomie run --only worker`, with short leases so that other workers take over soon."""

    def __init__(self, url: str, folder: Path, environment: Mapping[str, str]) -> None:
        self.url = url
        self._log = folder / "worker.log"
        self._environment = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": url,
            "PORT": "0",
            "ROOMIE_NOTIFICATIONS__LEASE": "2s",
            "ROOMIE_NOTIFICATIONS__SLACK_RATE": "0",
            "ROOMIE_NOTIFICATIONS__DISCORD_RATE": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
            **environment,
        }
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run", "--only", "worker"),
                cwd=PROJECT,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    def kill_now(self) -> None:
        """Sends SIGKILL without waiting."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def ended(self) -> None:
        if self._process is not None:
            await self._process.wait()

    @property
    def log(self) -> str:
        return self._log.read_text("utf-8")
