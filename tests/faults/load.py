"""Load generator: more clients than rooms on a small campus."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from time import perf_counter
from typing import Any

from aiohttp import ClientSession
from msgspec import Struct, field

from core.model import LoginToken, PersonId, RoomId
from core.policy.rules import Rules
from core.ports import UnitOfWork
from core.read_model import ReadModel
from core.services.accounts import token_hash
from storage.factory import open_storage
from tests.builders import NOW, a_building, a_person, a_room
from tests.contracts.raw import ask
from tests.fakes.clock import StillClock
from tests.faults.processes import UNREACHED

ROOMS = tuple(RoomId(f"K-J17-{number}") for number in range(101, 113))
HOURS = range(9, 19)
DAYS = (1, 2)


def token_of(number: int) -> str:
    return f"{number:040x}"


async def create_campus(url: str, people: int = 200) -> None:
    """Fills an empty database with rooms and logged-in students."""
    storage = open_storage(url, ReadModel(), Rules(), StillClock(NOW))
    await storage.open()
    await storage.load()
    await storage.write(lambda unit: _fill(unit, people))
    await storage.close()


def _fill(unit: UnitOfWork, people: int) -> None:
    unit.rooms.put_buildings([a_building()])
    unit.rooms.put_rooms(a_room(room) for room in ROOMS)
    for number in range(people):
        person = unit.people.add(a_person(f"guest{number}"), None)
        unit.tokens.add(LoginToken(token_hash(token_of(number)), PersonId(person.id), NOW))


class ClientLog(Struct):
    """Answers that clients got: bookings made and cancelled, and the number of each status."""

    booked: set[str] = field(default_factory=set)
    cancelled: set[str] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    unanswered: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    at: list[tuple[float, bool]] = field(default_factory=list)
    """Time of each request, and whether it was answered."""

    @property
    def without_answer(self) -> int:
        """Requests without an answer, or answered with 503."""
        return self.unanswered.total() + self.refusals["unavailable"]


class LoadGenerator:
    """Clients who book and now and then cancel, each at its own server address."""

    def __init__(self, session: ClientSession, addresses: Callable[[], Sequence[str]], seed: int = 1) -> None:
        self.log = ClientLog()
        self._session, self._addresses = session, addresses
        self._rng = random.Random(seed)

    async def go(self, clients: int, requests: int, *, seconds: float = 0.0) -> ClientLog:
        """Sends so many requests per client, for at least `seconds`."""
        until = perf_counter() + seconds
        await asyncio.gather(*(self._client(number, requests, until) for number in range(clients)))
        return self.log

    async def _client(self, number: int, requests: int, until: float) -> None:
        mine: list[str] = []
        requested = 0
        while requested < requests or perf_counter() < until:
            requested += 1
            if mine and self._rng.random() < 0.3:
                await self._cancel(number, mine)
            else:
                await self._request(number, mine)
            if requested >= requests:
                await asyncio.sleep(self._rng.uniform(0, 0.2))

    async def _request(self, number: int, mine: list[str]) -> None:
        day = NOW + timedelta(days=self._rng.choice(DAYS))
        hour, length = self._rng.choice(HOURS), self._rng.choice((1, 1, 2))
        form = {
            "room_id": self._rng.choice(ROOMS),
            "date": f"{day:%Y%m%d}",
            "start_time": f"{hour:02}:00",
            "end_time": f"{hour + length:02}:00",
            "notes": "",
        }
        answer = await self._send("/rooms.book/", number, form)
        if answer and answer.get("success"):
            mine.append(answer["booking_id"])
            self.log.booked.add(answer["booking_id"])

    async def _cancel(self, number: int, mine: list[str]) -> None:
        booking = mine.pop()
        answer = await self._send("/rooms.deleteBooking/", number, {"booking_id": booking})
        if answer and answer.get("success"):
            self.log.cancelled.add(booking)

    async def _send(self, path: str, number: int, form: dict[str, Any]) -> dict[str, Any] | None:
        address = self._rng.choice(self._addresses())
        headers = {"Authorization": f"Token {token_of(number)}"}
        began = perf_counter()
        try:
            async with self._session.post(f"{address}{path}", data=form, headers=headers) as answer:
                self.log.statuses[answer.status] += 1
                self.log.at.append((perf_counter(), answer.status < 500))
                log: dict[str, Any] = await answer.json()
                if not log.get("success"):
                    self.log.refusals[str(log.get("code"))] += 1
                return log
        except UNREACHED as error:
            self.log.unanswered[type(error).__name__] += 1
            self.log.at.append((perf_counter(), False))
            await asyncio.sleep(0.1)
            return None
        finally:
            self.log.slowest = max(self.log.slowest, perf_counter() - began)


_TWICE = """SELECT count(*) FROM booking a JOIN booking b ON a.room_id = b.room_id AND a.id < b.id
AND a.state = 1 AND b.state = 1 AND a.start < b."end" AND b.start < a."end" """
_ASTRAY = """SELECT count(*) FROM (
    SELECT p.id, (SELECT coalesce(sum(minutes), 0) FROM charge WHERE person_id = p.id) AS charged,
        (SELECT coalesce(sum("end" - start), 0) / 60 FROM booking
            WHERE booked_by = p.id AND state = 1) AS held
    FROM person p) AS ledger WHERE charged <> held OR charged > 180"""
_UNANSWERED = """SELECT count(*) FROM booking b WHERE NOT EXISTS (
    SELECT 1 FROM audit WHERE subject = b.id) OR NOT EXISTS (SELECT 1 FROM charge WHERE booking_id = b.id)"""


async def check_bookings(url: str, log: ClientLog) -> None:
    """Asserts that no room was booked twice, the ledger adds up, and answers match the database."""
    assert await ask(url, _TWICE) == 0
    assert await ask(url, _ASTRAY) == 0
    assert await ask(url, _UNANSWERED) == 0
    active = await _ids(url, "state = 1")
    assert log.booked <= await _ids(url, "1 = 1")
    assert not log.cancelled & active


async def _ids(url: str, which: str) -> set[str]:
    joined = "group_concat(id)" if url.startswith("sqlite") else "string_agg(id, ',')"
    return set(str(await ask(url, f"SELECT {joined} FROM booking WHERE {which}")).split(","))  # noqa: S608
