"""Client process that books series, for tests of races and of killed processes.

Started with a database's URL, it prints `ready`. For each line `race first last` it prints the outcomes of
these presidents, who all book the same Tuesdays. For `stream seed` it books and changes series of its own
until it is killed, and prints each one's id.
"""

import asyncio
import json
import random
import sys
from collections import Counter
from datetime import timedelta

from msgspec.structs import replace

from core.model import PersonId, UserGroup
from core.policy.recurrence import every_date
from core.policy.rules import Rules
from core.read_model import ReadModel
from core.services.series import (
    BookedSeries,
    SeriesChange,
    SeriesPreview,
    SeriesRequest,
    SeriesScope,
    SeriesService,
)
from storage.factory import open_storage
from tests.builders import NOW
from tests.contracts.campus import CHESS, HALL, ROOMS
from tests.contracts.series_campus import TUESDAY, end_of_term, tuesdays
from tests.fakes.clock import StillClock

WEEKS = 10
_HOURS = range(9, 20)
_WEEKEND_HOURS = range(9, 17)


async def race(service: SeriesService, presidents: list[PersonId], places: range) -> Counter[str]:
    """Outcomes of presidents who have all seen a free hall; those refused see who has it."""
    requests = [_request(presidents[place]) for place in places]
    shown = [await service.preview(request) for request in requests]
    choices = shown[0].all_in(HALL)
    answers = await asyncio.gather(*(service.book(request, choices) for request in requests))
    return Counter(map(_describe, answers))


def _request(president: PersonId) -> SeriesRequest:
    return SeriesRequest(tuesdays(WEEKS), 19 * 60, 60, president, HALL, society_id=CHESS)


def _describe(answer: BookedSeries | SeriesPreview) -> str:
    if isinstance(answer, BookedSeries):
        return f"booked {len(answer.bookings)}"
    return f"preview with {sum(bool(each.holders) for each in answer.dates)} taken"


async def stream(service: SeriesService, president: PersonId, seed: int) -> None:
    """Books series at random times and rooms, and moves or cancels each second one as a whole."""
    rng = random.Random(seed)
    while True:
        first = TUESDAY + timedelta(days=rng.randrange(6))
        rule, room = tuesdays(WEEKS, first), rng.choice(ROOMS)
        hour = rng.choice(_HOURS if first.weekday() < 5 else _WEEKEND_HOURS)
        request = SeriesRequest(rule, hour * 60, 60, president, room, society_id=CHESS)
        choices = tuple((day, room) for day in every_date(rule))
        booked = await service.book(request, choices)
        if isinstance(booked, BookedSeries):
            print(booked.series.id, flush=True)  # noqa: T201 - read by the test
            await _change(service, booked, rng)


async def _change(service: SeriesService, booked: BookedSeries, rng: random.Random) -> None:
    series, by = booked.series, booked.series.booked_by
    if by is None or rng.random() < 0.5:
        return
    if rng.random() < 0.5:
        await service.cancel(series.id, by, SeriesScope.ALL)
        return
    change = SeriesChange(series.id, by, SeriesScope.ALL, starts_at=rng.choice(_HOURS) * 60)
    shown = await service.preview_change(change)
    if all(each.is_free for each in shown.dates):
        await service.change(change, shown.free)


async def main(url: str) -> None:
    read_model, rules, clock = ReadModel(), replace(Rules(), society_series="term"), StillClock(NOW)
    storage = open_storage(url, read_model, rules, clock)
    await storage.open()
    await storage.load()
    service = SeriesService(storage, read_model, rules, clock, end_of_term)
    people = read_model.directory.people.values()
    presidents = sorted(each.person.id for each in people if UserGroup.PRESIDENT in each.person.groups)
    print("ready", flush=True)  # noqa: T201 - read by the test
    while line := await asyncio.to_thread(sys.stdin.readline):
        verb, *numbers = line.split()
        if verb == "stream":
            await stream(service, presidents[int(numbers[0]) % len(presidents)], int(numbers[0]))
        found = await race(service, presidents, range(*map(int, numbers)))
        print(json.dumps(found), flush=True)  # noqa: T201
    await storage.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
