"""Cached days show what the availability says, at every instant and after every change."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.framework.serializers import iso
from bot.web.framework.status_cache import CampusDays, DayCache, StatusCache, StatusFilter
from core.availability import Availability, RoomSchedule, Status
from core.catalogue import Catalogue
from core.model import Busy
from tests.builders import a_building, a_room

_ROOMS = [a_room(f"K-J17-{number}", capacity=number % 5) for number in range(6)] + [
    a_room('W-"1"', "W", capacity=9, name='The "quoted" room')
]
_CATALOGUE = Catalogue([a_building("K-J17"), a_building("W"), a_building("EMPTY")], _ROOMS)
_DAYS = CampusDays(ZoneInfo("Europe/London"))
_BASE = int(datetime(2026, 3, 28, tzinfo=UTC).timestamp())  # the clocks go forward a day later
_SPAN = 3 * 24 * 60

_minutes = st.integers(0, _SPAN)
_busy = st.builds(
    lambda start, length: Busy(_BASE + start * 60, _BASE + (start + length) * 60, "class", "CLASS", "t"),
    _minutes,
    st.integers(1, 26 * 60),
)
_taken = st.lists(st.tuples(st.sampled_from([room.id for room in _ROOMS]), _busy), max_size=25)
_instants = st.one_of(
    _minutes.map(lambda minute: _BASE + minute * 60), st.integers(_BASE, _BASE + _SPAN * 60)
)


def _availability(taken: list) -> Availability:
    availability = Availability(_CATALOGUE)
    for room_id, busy in taken:
        availability.add(room_id, busy)
    return availability


def _expected(availability: Availability, instant: int, status_filter: StatusFilter) -> dict:
    midnight = _DAYS.around(instant)[1]
    rendered: dict = {building: {} for building in _CATALOGUE.buildings}
    for room in _CATALOGUE.rooms_in(status_filter.mask):
        found = availability.schedule(room.id).at(instant, midnight)
        if status_filter.seconds and not _stays_free(found, instant + status_filter.seconds):
            continue
        end = "" if found.until is None else iso(found.until)
        rendered[room.building_id][room.number] = {"status": found.status.value, "endtime": end}
    return rendered


def _stays_free(found, until: int) -> bool:
    return found.status is Status.FREE and (found.until is None or found.until >= until)


def _status_body(board: StatusCache, day: DayCache, instant: int, status_filter: StatusFilter) -> bytes:
    snapshot, rooms = board.choose(day, instant, status_filter)
    return snapshot.body(rooms)


@given(_taken, _instants, st.sampled_from([0, 1, 900, 3600]), st.integers(0, _CATALOGUE.all_rooms))
def test_a_response_has_the_status_of_each_room(taken: list, instant: int, seconds: int, mask: int):
    availability, wanted = _availability(taken), StatusFilter(mask, seconds)
    board = StatusCache(availability)

    body = _status_body(board, board.day(_DAYS.around(instant)), instant, wanted)

    assert json.loads(body) == _expected(availability, instant, wanted)


@given(_taken, _instants, st.sampled_from([0, 900]), st.integers(0, _CATALOGUE.all_rooms))
def test_the_nested_shape_counts_the_free_rooms(taken: list, instant: int, seconds: int, mask: int):
    availability, wanted = _availability(taken), StatusFilter(mask, seconds)
    board = StatusCache(availability)

    body = board.nested_body(*board.choose(board.day(_DAYS.around(instant)), instant, wanted))

    assert json.loads(body) == {
        building: {
            "numAvailable": sum(each["status"] == "free" for each in rooms.values()),
            "roomStatuses": rooms,
        }
        for building, rooms in _expected(availability, instant, wanted).items()
    }


@given(_taken, _taken, _instants)
def test_a_cached_day_follows_changes(before: list, after: list, instant: int):
    availability = _availability(before)
    board, wanted, day = StatusCache(availability), StatusFilter(_CATALOGUE.all_rooms), _DAYS.around(instant)
    board.day(day)
    for room_id, busy in after:
        availability.add(room_id, busy)
    for room_id, busy in before:
        availability.remove(room_id, busy)

    body = _status_body(board, board.day(day), instant, wanted)

    assert json.loads(body) == _expected(availability, instant, wanted)


def test_a_day_that_was_evicted_comes_back_with_what_has_changed_meanwhile():
    availability = Availability(_CATALOGUE)
    board, wanted = StatusCache(availability), StatusFilter(_CATALOGUE.all_rooms)
    days = [_DAYS.around(_BASE + number * 86400 + 43200) for number in range(40)]
    morning = days[0][0] + 8 * 3600
    _status_body(board, board.day(days[0]), morning, wanted)
    for day in days[1:]:
        board.day(day)

    availability.add(_ROOMS[0].id, Busy(morning + 3600, morning + 7200, "class", "CLASS", "t"))

    body = _status_body(board, board.day(days[0]), morning, wanted)
    assert json.loads(body) == _expected(availability, morning, wanted)


async def test_building_a_day_yields_to_other_requests_and_includes_their_changes():
    availability = Availability(_CATALOGUE)
    board, wanted, day = StatusCache(availability), StatusFilter(_CATALOGUE.all_rooms), _DAYS.around(_BASE)

    drawing = asyncio.gather(board.build(day, batch_size=2), board.build(day, batch_size=2))
    await asyncio.sleep(0)
    for room in _ROOMS:
        availability.add(room.id, Busy(_BASE, _BASE + 3600, "class", "CLASS", "t"))
    assert not drawing.done()
    await drawing

    assert json.loads(_status_body(board, board.day(day), _BASE, wanted)) == _expected(
        availability, _BASE, wanted
    )


@given(_taken, _instants, st.sampled_from([0, 1, 900, 5400]))
def test_the_status_is_constant_within_an_interval(taken: list, instant: int, seconds: int):
    availability, wanted = _availability(taken), StatusFilter(_CATALOGUE.all_rooms, seconds)
    board, around = StatusCache(availability), _DAYS.around(instant)
    day = board.day(around)

    since, until = day.constant_interval(instant, seconds)

    assert around[0] <= since <= instant < until <= around[1]
    rendered = {_status_body(board, day, each, wanted) for each in (since, instant, until - 1)}
    assert len(rendered) == 1


@given(_taken, _instants)
def test_search_lists_the_rooms_that_are_not_busy(taken: list, instant: int):
    availability, wanted = _availability(taken), StatusFilter(_CATALOGUE.all_rooms)
    board = StatusCache(availability)

    found = json.loads(board.search_body(*board.choose(board.day(_DAYS.around(instant)), instant, wanted)))

    midnight = _DAYS.around(instant)[1]
    statuses = {room.id: availability.schedule(room.id).at(instant, midnight).status for room in _ROOMS}
    assert set(found) == {room_id for room_id, status in statuses.items() if status is not Status.BUSY}
    assert all(found[room.id]["name"] == room.name for room in _ROOMS if room.id in found)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/London", date(2026, 3, 29), 23),
        ("Europe/London", date(2026, 10, 25), 25),
        ("Australia/Sydney", date(2026, 10, 4), 23),
        ("Australia/Sydney", date(2026, 4, 5), 25),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("UTC", date(2026, 3, 29), 24),
    ],
)
def test_campus_days_follow_clock_changes(zone: str, day: date, hours: float):
    noon = int(datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone)).timestamp())
    days = CampusDays(ZoneInfo(zone))

    begins, ends = days.around(noon)

    assert ends - begins == hours * 3600
    assert days.around(ends)[0] == ends
    assert days.around(begins - 1)[1] == begins


def test_a_run_past_midnight_counts_on_both_days():
    evening = _BASE + 23 * 3600
    availability = _availability([("K-J17-1", Busy(evening, evening + 3 * 3600, "ball", "MISC", "t"))])
    board = StatusCache(availability)

    rendered = [
        json.loads(_status_body(board, board.day(_DAYS.around(at)), at, StatusFilter(_CATALOGUE.all_rooms)))[
            "K-J17"
        ]["1"]
        for at in (evening + 60, evening + 2 * 3600)
    ]

    assert [each["status"] for each in rendered] == ["busy", "busy"]
    assert {each["endtime"] for each in rendered} == {iso(evening + 3 * 3600)}


def test_a_booking_rebuilds_one_room_only():
    schedule = RoomSchedule([Busy(_BASE, _BASE + 60, "a", "MISC", "t")])
    availability = Availability(_CATALOGUE, {_ROOMS[0].id: schedule})
    board = StatusCache(availability)
    day = board.day(_DAYS.around(_BASE))
    before = list(day.numbers)

    availability.add(
        _ROOMS[1].id, Busy(_BASE, _BASE + int(timedelta(hours=1).total_seconds()), "b", "MISC", "t")
    )
    board.day(_DAYS.around(_BASE))

    assert sum(one != other for one, other in zip(before, day.numbers, strict=True)) == 1
