"""Bookings of rooms with a year of classes each, compared with bare handlers sending the same bytes."""

import random
from datetime import timedelta
from itertools import count

from tests.benchmarks.harness import Row
from tests.benchmarks.http import Environment, environment
from tests.benchmarks.http_server import NOW, generated_rooms
from tests.benchmarks.load import get

ENTRIES = 504 * 600
"""Twelve a week in each room."""
_WEEKS = 50
_ROOMS = [room.id for room in generated_rooms()]


def run(quick: bool) -> list[Row]:  # noqa: FBT001 - as every benchmark has it
    with environment(ENTRIES, quick=quick, weeks=_WEEKS) as served:
        return [_whole(served), _windows(served), _days(served), _own(served)]


def _whole(served: Environment) -> Row:
    numbers = count()

    def path() -> str:
        number = next(numbers)
        return f"/api/rooms/bookings/{_ROOMS[number % len(_ROOMS)]}?not={number}"

    for _ in _ROOMS:  # reads them from the database once
        body, _ = served.fetch(path())
    return served.against_bare("bookings/<id> of a year, first", body, lambda: get(path()), 0.6)


def _windows(served: Environment) -> Row:
    rng = random.Random(1)

    def path() -> str:
        start = NOW + timedelta(minutes=rng.randrange(_WEEKS * 7 * 24 * 60))
        end = start + timedelta(days=7)
        form = "%Y-%m-%dT%H:%M:%SZ"
        return f"/api/rooms/bookings/{rng.choice(_ROOMS)}?start={start:{form}}&end={end:{form}}"

    body, _ = served.fetch(path())
    return served.against_bare("bookings/<id>, a week of it, first", body, lambda: get(path()), 0.6)


def _days(served: Environment) -> Row:
    rng, junk = random.Random(1), count()

    def path() -> str:
        day = NOW + timedelta(days=rng.randrange(28))
        return f"/rooms.bookings/?room_id={rng.choice(_ROOMS)}&date={day:%Y%m%d}&x={next(junk)}"

    body, _ = served.fetch(path(), served.token())
    return served.against_bare(
        "rooms.bookings/ first", body, lambda: get(path(), served.token(next(junk))), 0.6
    )


def _own(served: Environment) -> Row:
    junk = count()
    body, _ = served.fetch("/user.bookings/", served.token())
    return served.against_bare(
        "user.bookings/ first",
        body,
        lambda: get(f"/user.bookings/?x={next(junk)}", served.token(next(junk))),
        0.6,
    )
