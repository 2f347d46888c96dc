"""200 people wait for 20 slots; four processes make and answer offers, and are killed at random."""

import asyncio
import sys
from asyncio.subprocess import Process
from collections import Counter

from core.catalogue import RoomQuery
from core.model import BookingState, MessageState, PersonId, WaitEnd, WaitState
from core.services.waiting import WaitingService, WaitRequest
from tests.builders import a_person
from tests.contracts.campus import ROOMS, Campus
from tests.contracts.raw import ask
from tests.contracts.waiting_client import PEOPLE, PROCESSES, SLOT, SLOTS

_KILLED_AFTER = (1, 3, 6, 10)
"""After so many answers of a process it is killed, and another started in its place."""
_MAX_SECONDS = 120


class WaitingProcesses:
    """Processes that are restarted until they end on their own."""

    def __init__(self, url: str) -> None:
        self.answers: Counter[str] = Counter()
        self.kills = 0
        self._url = url

    async def run(self) -> None:
        async with asyncio.timeout(_MAX_SECONDS), asyncio.TaskGroup() as group:
            for share, answers in enumerate(_KILLED_AFTER):
                group.create_task(self._run_share(share, answers))

    async def _run_share(self, share: int, answers_before_kill: int) -> None:
        first = await self._start(share, seed=share)
        await self._read(first, answers_before_kill)
        if first.returncode is None:
            first.kill()
            self.kills += 1
        await self._read(first, PEOPLE * SLOTS)
        if await first.wait() != 0:
            second = await self._start(share, seed=share + 100)
            await self._read(second, PEOPLE * SLOTS)
            assert await second.wait() == 0

    async def _start(self, share: int, seed: int) -> Process:
        command = (sys.executable, "-m", "tests.contracts.waiting_client", self._url, str(share), str(seed))
        return await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)

    async def _read(self, process: Process, max_lines: int) -> None:
        assert process.stdout is not None
        for _ in range(max_lines):
            if not (line := await process.stdout.readline()):
                return
            self.answers[line.decode().strip()] += 1


def waiting_of(campus: Campus) -> WaitingService:
    storage = campus.storage
    return WaitingService(storage, storage.read_model, campus.rules, campus.clock, campus.services)


async def fill(campus: Campus) -> list[PersonId]:
    """All rooms are booked by staff; everybody waits, half of them for any room, half for a certain one."""
    people = await campus.storage.write(
        lambda unit: [unit.people.add(a_person(f"guest{number}"), None).id for number in range(PEOPLE)]
    )
    rooms = ROOMS[:SLOTS]
    bookings = [(await campus.book(SLOT, room, campus.stan)).booking for room in ROOMS]
    waiting = waiting_of(campus)
    for number, person_id in enumerate(people):
        query = RoomQuery(room=rooms[number // 2 % SLOTS]) if number % 2 else RoomQuery(capacity=1)
        await waiting.ask(WaitRequest(person_id, SLOT, query))
    for booking in bookings[:SLOTS]:
        await campus.cancel(booking, campus.stan)
    return people


async def test_each_slot_has_one_winner_and_no_offer_is_lost(campus: Campus, database_url: str):
    people = await fill(campus)
    processes = WaitingProcesses(database_url)

    await processes.run()

    await campus.storage.catch_up()
    await waiting_of(campus).make_offers()
    held = await campus.storage.read(lambda unit: unit.bookings.active(SLOT))
    won = [each for each in held if each.booked_by != campus.stan]
    assert processes.kills >= PROCESSES - 1, processes.answers
    assert len({each.room_id for each in won}) == len(won) == SLOTS
    assert len({each.booked_by for each in won} & set(people)) == SLOTS
    await check_offers(campus, database_url)
    for person_id in people:
        spent = SLOT.minutes if person_id in {each.booked_by for each in won} else 0
        assert await campus.storage.read(lambda unit, who=person_id: charged(unit, who)) == spent


def charged(unit, person_id: PersonId) -> int:
    return sum(unit.bookings.spent_since(person_id, 0).values())


async def check_offers(campus: Campus, url: str) -> None:
    """Each offer was one hold and one message, and has one end; no one is left with an offer."""
    ended = WaitState.ENDED.value
    holds = "SELECT count(*) FROM booking WHERE held_until IS NOT NULL"
    assert await ask(url, f"{holds} AND state <> {BookingState.CANCELLED.value}") == 0
    offers = await ask(url, "SELECT count(*) FROM audit WHERE action = 'offer'")
    assert await ask(url, holds) == offers
    queued = f"SELECT count(*) FROM outbox WHERE kind = 'offer' AND state = {MessageState.WAITING.value}"  # noqa: S608
    assert await ask(url, queued) == offers
    assert await ask(url, f"SELECT count(*) FROM wait WHERE ended = '{WaitEnd.BOOKED}'") == SLOTS  # noqa: S608
    assert await ask(url, f"SELECT count(*) FROM wait WHERE state = {WaitState.OFFERED.value}") == 0  # noqa: S608
    assert await ask(url, f"SELECT count(*) FROM wait WHERE state = {ended} AND ended IS NULL") == 0  # noqa: S608
