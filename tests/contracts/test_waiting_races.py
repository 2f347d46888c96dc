"""Many people wait for a few slots; four processes make and answer offers, and are killed at random."""

import asyncio
from collections import Counter

import pytest
from msgspec import Struct

from core.catalogue import RoomQuery
from core.model import BookingState, MessageState, PersonId, WaitEnd, WaitState
from core.services.waiting import WaitingService, WaitRequest
from tests.builders import a_person
from tests.contracts.campus import ROOMS, Campus
from tests.contracts.raw import ask
from tests.contracts.waiting_client import PROCESSES, SLOT
from tests.forked import ForkedProcess, start_forked

_MAX_SECONDS = 120


class WaitingTrial(Struct, frozen=True):
    """`killed_after`: so many answers of each process, and another is started in its place."""

    people: int
    slots: int
    killed_after: tuple[int, int, int, int]


SMALL, LARGE = WaitingTrial(24, 4, (1, 1, 1, 1)), WaitingTrial(200, 20, (1, 3, 6, 10))


class WaitingProcesses:
    """Processes that are restarted until they end on their own."""

    def __init__(self, url: str, trial: WaitingTrial) -> None:
        self.answers: Counter[str] = Counter()
        self.kills = 0
        self._url, self._trial = url, trial

    async def run(self) -> None:
        async with asyncio.timeout(_MAX_SECONDS), asyncio.TaskGroup() as group:
            for share, answers in enumerate(self._trial.killed_after):
                group.create_task(self._run_share(share, answers))

    async def _run_share(self, share: int, answers_before_kill: int) -> None:
        first = await self._start(share, seed=share)
        await self._read(first, answers_before_kill)
        if first.returncode is None:
            first.kill()
            self.kills += 1
        await self._read(first, self._trial.people * self._trial.slots)
        if await first.wait() != 0:
            second = await self._start(share, seed=share + 100)
            await self._read(second, self._trial.people * self._trial.slots)
            assert await second.wait() == 0

    async def _start(self, share: int, seed: int) -> ForkedProcess:
        arguments = (self._url, *map(str, (self._trial.slots, share, seed)))
        return await start_forked("tests.contracts.waiting_client", *arguments)

    async def _read(self, process: ForkedProcess, max_lines: int) -> None:
        for _ in range(max_lines):
            if not (line := await process.stdout.readline()):
                return
            self.answers[line.decode().strip()] += 1


def waiting_of(campus: Campus) -> WaitingService:
    storage = campus.storage
    return WaitingService(storage, storage.read_model, campus.rules, campus.clock, campus.services)


async def fill(campus: Campus, trial: WaitingTrial) -> list[PersonId]:
    """All rooms are booked by staff; everybody waits, half of them for any room, half for a certain one."""
    people = await campus.storage.write(
        lambda unit: [unit.people.add(a_person(f"guest{number}"), None).id for number in range(trial.people)]
    )
    rooms = ROOMS[: trial.slots]
    bookings = [(await campus.book(SLOT, room, campus.stan)).booking for room in ROOMS]
    waiting = waiting_of(campus)
    for number, person_id in enumerate(people):
        query = RoomQuery(room=rooms[number // 2 % trial.slots]) if number % 2 else RoomQuery(capacity=1)
        await waiting.ask(WaitRequest(person_id, SLOT, query))
    for booking in bookings[: trial.slots]:
        await campus.cancel(booking, campus.stan)
    return people


@pytest.mark.parametrize(
    "trial", [SMALL, pytest.param(LARGE, marks=pytest.mark.soak)], ids=lambda trial: f"{trial.people} people"
)
async def test_each_slot_has_one_winner_and_no_offer_is_lost(
    campus: Campus, database_url: str, trial: WaitingTrial
):
    people = await fill(campus, trial)
    processes = WaitingProcesses(database_url, trial)

    await processes.run()

    await campus.storage.catch_up()
    await waiting_of(campus).make_offers()
    held = await campus.storage.read(lambda unit: unit.bookings.active(SLOT))
    won = [each for each in held if each.booked_by != campus.stan]
    assert processes.kills >= PROCESSES - 1, processes.answers
    assert len({each.room_id for each in won}) == len(won) == trial.slots
    assert len({each.booked_by for each in won} & set(people)) == trial.slots
    await check_offers(campus, database_url, trial.slots)
    for person_id in people:
        spent = SLOT.minutes if person_id in {each.booked_by for each in won} else 0
        assert await campus.storage.read(lambda unit, who=person_id: charged(unit, who)) == spent


def charged(unit, person_id: PersonId) -> int:
    return sum(unit.bookings.spent_since(person_id, 0).values())


async def check_offers(campus: Campus, url: str, slots: int) -> None:
    """Each offer was one hold and one message, and has one end; no one is left with an offer."""
    ended = WaitState.ENDED.value
    holds = "SELECT count(*) FROM booking WHERE held_until IS NOT NULL"
    assert await ask(url, f"{holds} AND state <> {BookingState.CANCELLED.value}") == 0
    offers = await ask(url, "SELECT count(*) FROM audit WHERE action = 'offer'")
    assert await ask(url, holds) == offers
    queued = f"SELECT count(*) FROM outbox WHERE kind = 'offer' AND state = {MessageState.WAITING.value}"  # noqa: S608
    assert await ask(url, queued) == offers
    assert await ask(url, f"SELECT count(*) FROM wait WHERE ended = '{WaitEnd.BOOKED}'") == slots  # noqa: S608
    assert await ask(url, f"SELECT count(*) FROM wait WHERE state = {WaitState.OFFERED.value}") == 0  # noqa: S608
    assert await ask(url, f"SELECT count(*) FROM wait WHERE state = {ended} AND ended IS NULL") == 0  # noqa: S608
