"""One chat line with a slot of months blocked the event loop for 16 s: every quarter of an hour was tried."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot.chat.request import ChatRequest, PlatformName, Requester
from bot.commands import COMMANDS
from bot.conversation.dispatcher import Dispatcher
from bot.language import preload
from bot.sample.load import load_sample
from core.availability import Availability, RoomSchedule
from core.catalogue import Catalogue, RoomQuery
from core.model import Busy, Identity, OpeningHours, Room, RoomId
from core.policy.rules import Rules
from core.services.eligibility import BookingParty, EligibilityCheck
from core.services.find_rooms import alternatives, find_rooms, find_windows, first_available
from tests.builders import NOW, a_building, a_person, a_room
from tests.fakes.clock import StillClock
from tests.sample_services import create_services

LINES = (
    "rooms book lovelace 205 from tomorrow 10:00 until christmas",
    "rooms book lovelace 205 tomorrow 10:00 for 999 hours",
    "rooms free now until 30 april",
    "rooms free apr until apr",
    "rooms free for 999 hours until 30 april",
    "rooms free next month for 2 hours",
    "rooms move until christmas",
    "book lovelace 205 tomorrow until easter",
)
SECONDS = 0.25
"""Of CPU time, least of three: a garbage collection hits one run, a search that holds the loop hits all.

The worst line takes a fifth of that; what held the loop took 0.7 to 16 s.
"""
HOUR, DAY = 3600, 24 * 3600


@pytest.mark.parametrize("who", ["wil", "a-stranger"])
async def test_no_chat_line_blocks_the_event_loop(sqlite_url: str, who: str):
    preload()
    services = create_services(sqlite_url, StillClock(datetime(2026, 3, 11, 10, 20, tzinfo=UTC)), Rules())
    await services.storage.open()
    try:
        await services.storage.load()
        await load_sample(services)
        dispatcher = Dispatcher(services, COMMANDS)
        took = {line: min([await cpu_seconds(dispatcher, who, line) for _ in range(3)]) for line in LINES}
    finally:
        await services.storage.close()
    assert max(took.values()) < SECONDS, took


async def cpu_seconds(dispatcher: Dispatcher, who: str, line: str) -> float:
    requester = Requester(Identity(f"terminal:{who}"), PlatformName.TERMINAL)
    request = ChatRequest(requester, text=line, is_free_text=True, delivery_id=line)
    began = time.thread_time()
    await dispatcher.dispatch(request)
    return time.thread_time() - began


class CountingFilter:
    """The booking rules, with a count of how often they were evaluated."""

    def __init__(self, check: EligibilityCheck) -> None:
        self.calls, self._check = 0, check

    def __call__(self, room: Room, start: int, end: int) -> bool:
        self.calls += 1
        return self._check.accepts(room, start, end)


@pytest.fixture(scope="module")
def large_campus() -> Availability:
    """A thousand rooms under four sets of opening hours, with six classes a day for a hundred days."""
    rooms = [
        a_room(f"K-J17-{number}", capacity=number % 200, weekday_hours=HOURS[number % 4])
        for number in range(1_000)
    ]
    midnight = int(NOW.timestamp()) // DAY * DAY
    schedules = {room.id: RoomSchedule(classes(midnight)) for room in rooms}
    return Availability(Catalogue([a_building()], rooms), schedules)


HOURS = (None, OpeningHours(0, 1440), OpeningHours(9 * 60, 17 * 60), OpeningHours(8 * 60, 22 * 60))


def classes(midnight: int) -> Iterator[Busy]:
    for day in range(100):
        for hour in range(8, 20, 2):
            start = midnight + day * DAY + hour * HOUR
            yield Busy(start, start + HOUR, "MATH", "CLASS", "timetable")


@pytest.mark.parametrize("days", [1, 2, 30, 365, 3650])
def test_the_rules_are_evaluated_a_bounded_number_of_times(large_campus: Availability, days: int):
    start = int(NOW.timestamp()) + HOUR
    end = start + days * DAY
    poor = EligibilityCheck(BookingParty(a_person("wil", person_id=1), spent=180), Rules(), NOW)
    allowed = CountingFilter(poor)
    query = RoomQuery(bookable_only=True)
    began = time.thread_time()

    find_rooms(large_campus, query, start, end)
    find_windows(large_campus, query, start, end, 2 * HOUR, allowed)
    find_windows(large_campus, query, start, end, 30 * HOUR, allowed)
    alternatives(large_campus, query, start, end, start + 10 * HOUR, allowed)
    alternatives(large_campus, RoomQuery(room=RoomId("K-J17-7")), start, end, end, allowed)
    first_available(large_campus, query, start, end, HOUR, allowed)

    assert allowed.calls < 15_000
    assert time.thread_time() - began < 4 * SECONDS
