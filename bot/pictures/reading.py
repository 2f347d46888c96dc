"""Reads what a picture shows: from the read model or, outside its range, from storage."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from bot.chat.picture import Bar, BarKind, BarRow, TimeAxis, Timeline
from bot.pictures.content import building_day, day_name, room_days, with_zone
from bot.pictures.requests import (
    BuildingPicture,
    DatesPicture,
    PictureRequest,
    RoomPicture,
    TimesPicture,
    WantedTime,
    days_of,
    rooms_of,
)
from bot.pictures.rows import HOUR, RowFacts, day_interval, day_row, make_timeline, unmarked
from core.availability import RoomSchedule
from core.catalogue import Catalogue
from core.errors import UnknownBuilding, UnknownPicture, UnknownRoom
from core.interval import Interval
from core.localtime import EPOCH
from core.model import BuildingId, Room, RoomId
from core.policy.rules import Rules
from core.ports import UnitOfWork
from core.read_model import ReadModel, RoomUpdate, read_rooms

ReadSchedules = Callable[
    [Callable[[UnitOfWork], dict[RoomId, RoomUpdate]]], Awaitable[dict[RoomId, RoomUpdate]]
]
"""Runs a read in storage."""
NOW_STEP = timedelta(minutes=5)
"""The mark of the present moves in steps of two pixels, so that pictures can be cached."""
_MAX_DAYS_AHEAD = 400_000
"""Days since 1970: dates beyond are no dates."""
_MAX_DAYS = 14
_MAX_ON_LOOP = 16
"""Rooms. A full day of 60 takes some 5 ms, too long for the event loop."""


class PictureFacts(Struct, frozen=True):
    """Where pictures are read from."""

    read_model: ReadModel
    rules: Rules
    now: datetime
    read: ReadSchedules


async def read_picture(request: PictureRequest, facts: PictureFacts) -> Timeline:
    """What a picture shows now. Raises `UnknownPicture` where a room or building is gone."""
    rooms, interval = find_rooms(request, facts)
    return await read_timeline(request, rooms, interval, facts)


async def read_timeline(
    request: PictureRequest, rooms: Sequence[Room], interval: Interval, facts: PictureFacts
) -> Timeline:
    """`read_picture` with the rooms and the time of `find_rooms`."""
    schedules = await _schedules(rooms, interval, facts)
    if len(rooms) > _MAX_ON_LOOP:
        return await asyncio.to_thread(compose, request, rooms, schedules, facts)
    return compose(request, rooms, schedules, facts)


def find_rooms(request: PictureRequest, facts: PictureFacts) -> tuple[Sequence[Room], Interval]:
    """The rooms whose schedules a picture shows, and of which days."""
    try:
        return _find_rooms(request, facts.read_model.catalogue, facts.rules)
    except (UnknownRoom, UnknownBuilding) as error:
        raise UnknownPicture from error


def _find_rooms(
    request: PictureRequest, catalogue: Catalogue, rules: Rules
) -> tuple[Sequence[Room], Interval]:
    match request:
        case RoomPicture():
            interval = day_interval(_day(request.first), rules, _days(request.days))
            return (catalogue.room(request.room),), interval
        case BuildingPicture():
            building = catalogue.building(request.building)
            return catalogue.by_building[building.id], day_interval(_day(request.day), rules)
        case TimesPicture() | DatesPicture():
            rooms = tuple(catalogue.room(each) for each in rooms_of(request) if each)
            return rooms, _span(days_of(request), rules)


def _days(count: int) -> int:
    if not 1 <= count <= _MAX_DAYS:
        raise UnknownPicture
    return count


def _span(days: Iterable[int], rules: Rules) -> Interval:
    known = sorted(days)
    if not known:
        raise UnknownPicture
    return day_interval(_day(known[0]), rules, known[-1] - known[0] + 1)


def _day(number: int) -> date:
    if not 0 <= number <= _MAX_DAYS_AHEAD:
        raise UnknownPicture
    return EPOCH + timedelta(days=number)


async def _schedules(
    rooms: Sequence[Room], interval: Interval, facts: PictureFacts
) -> Mapping[RoomId, RoomSchedule]:
    read_model = facts.read_model
    if read_model.covers(interval):
        return {each.id: read_model.availability.schedule(each.id) for each in rooms}
    wanted = [each.id for each in rooms]
    found = await facts.read(lambda unit: read_rooms(unit, interval, wanted))
    return {room_id: room.schedule for room_id, room in found.items()}


def compose(
    request: PictureRequest,
    rooms: Sequence[Room],
    schedules: Mapping[RoomId, RoomSchedule],
    facts: PictureFacts,
) -> Timeline:
    """The timeline of a request whose rooms and schedules are known. Pure."""
    catalogue = facts.read_model.catalogue
    match request:
        case RoomPicture():
            row_facts = _row_facts(facts, request.own)
            schedule = schedules.get(rooms[0].id, RoomSchedule())
            return room_days(rooms[0], _day(request.first), request.days, schedule, row_facts)
        case BuildingPicture():
            building = catalogue.buildings[BuildingId(request.building)]
            return building_day(building, rooms, _day(request.day), schedules, _row_facts(facts, request.own))
        case TimesPicture():
            return _times(request, catalogue, schedules, _row_facts(facts, request.own))
        case DatesPicture():
            return _dates(request, rooms)


def _row_facts(facts: PictureFacts, own: Sequence[str]) -> RowFacts:
    return RowFacts(facts.rules, floor_to_step(facts.now), frozenset(own))


def floor_to_step(now: datetime) -> datetime:
    return now - timedelta(seconds=now.timestamp() % NOW_STEP.total_seconds())


def _times(
    request: TimesPicture,
    catalogue: Catalogue,
    schedules: Mapping[RoomId, RoomSchedule],
    facts: RowFacts,
) -> Timeline:
    rows = [_time_row(each, request, catalogue, schedules, facts) for each in request.times]
    subtitle = with_zone(request.subtitle, facts.rules)
    return make_timeline(request.title, subtitle, TimeAxis.ACROSS, rows)


def _time_row(
    time: WantedTime,
    request: TimesPicture,
    catalogue: Catalogue,
    schedules: Mapping[RoomId, RoomSchedule],
    facts: RowFacts,
) -> BarRow:
    room, day = catalogue.rooms.get(RoomId(time.room)), _day(time.day)
    label = room.name if room is not None and request.names_rooms else day_name(day)
    schedule = schedules.get(RoomId(time.room), RoomSchedule())
    row = day_row(label, room, day, schedule, facts)
    wanted = Bar(time.start, max(time.end, time.start + 1), time.kind)
    return BarRow(row.label, (*row.bars, wanted), row.open_times, now=row.now)


def _dates(request: DatesPicture, rooms: Sequence[Room]) -> Timeline:
    """A place for each date: free, or not."""
    names = tuple(_short_day(_day(each)) for each in request.days)
    rows = [
        unmarked(BarRow(room.name, tuple(_date_bars(len(names), frozenset(missing)))))
        for room, missing in zip(rooms, request.missing, strict=False)
    ]
    end = len(names) * HOUR
    return Timeline(request.title, request.subtitle, 0, end, TimeAxis.ACROSS, tuple(rows), names)


def _date_bars(count: int, missing: frozenset[int]) -> Iterable[Bar]:
    for place in range(count):
        kind = BarKind.TAKEN if place in missing else BarKind.FREE
        yield Bar(place * HOUR, (place + 1) * HOUR, kind)


def _short_day(day: date) -> str:
    return f"{day.day} {day:%b}"
