"""The FreeRooms API: what there is, and what is free. Nobody needs to log in."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from bot.web.endpoints import schemas
from bot.web.endpoints.converters import (
    read_count,
    read_flag,
    read_id,
    read_instant,
    read_location,
    read_shape,
    read_usage,
)
from bot.web.framework import serializers as wire
from bot.web.framework.errors import BadParameter
from bot.web.framework.response import Lasting, Page, json_page, tagged
from bot.web.framework.route import Answered, Api, Call, Parameter, Route, Within
from bot.web.framework.status_cache import StatusBoard, Wanted
from core.availability import Availability
from core.catalogue import RoomWish
from core.interval import Interval
from core.model.entities import BuildingId, Location, Room, RoomId, Usage

_INSTANT = {"type": "string", "format": "date-time"}
_COUNT = {"type": "integer", "minimum": 0}

DATETIME = Parameter(
    "datetime",
    read_instant,
    _INSTANT,
    "An instant, with its zone; now when absent.",
    example="2016-08-08T10:00:00.000Z",
)
CAPACITY = Parameter("capacity", read_count, _COUNT, "At least this many seats.", example="20")
DURATION = Parameter("duration", read_count, _COUNT, "Free for at least this many minutes.", example="60")
USAGE = Parameter(
    "usage",
    read_usage,
    {"type": "string", "enum": [each.value for each in Usage]},
    "What the room is made for.",
)
LOCATION = Parameter(
    "location",
    read_location,
    {"type": "string", "enum": [each.value for each in Location]},
    "Which half of the campus.",
)
CARD = Parameter("id", read_flag, {"type": "boolean"}, "Whether a card is needed to get in.")
SHAPE = Parameter(
    "shape",
    read_shape,
    {"type": "string", "enum": ["flat", "nested"]},
    "`nested` counts the free rooms of each building.",
)
ROOM = Parameter(
    "room_id",
    read_id,
    {"type": "string"},
    "The room's id.",
    required=True,
    within=Within.PATH,
    example="RO-PIZZA",
)
BUILDING = Parameter("buildingId", read_id, {"type": "string"}, "Only in this building.")
FROM = Parameter("startTime", read_instant, _INSTANT, "Free from this instant on.")
UNTIL = Parameter("endTime", read_instant, _INSTANT, "Free until this instant.")

_FILTERS = (DATETIME, CAPACITY, DURATION, USAGE, LOCATION, CARD)


def buildings(call: Call) -> Answered:
    return _of_catalogue(call, wire.buildings_body(call.house.desk.picture.catalogue))


def rooms(call: Call) -> Answered:
    return _of_catalogue(call, wire.rooms_body(call.house.desk.picture.catalogue))


def utilities(call: Call) -> Answered:
    room = _room(call)
    return _of_catalogue(call, wire.utilities_body(room)) if isinstance(room, Room) else room


def _of_catalogue(call: Call, body: bytes) -> Lasting:
    picture = call.house.desk.picture
    catalogue = picture.catalogue
    return Lasting(tagged(body), lambda _: picture.catalogue is catalogue)


def bookings(call: Call) -> Answered:
    room = _room(call)
    if not isinstance(room, Room):
        return room
    picture, room_id = call.house.desk.picture, room.id
    schedule = picture.availability.schedule(room_id)
    page = tagged(wire.room_bookings_body(room, schedule.busy))
    catalogue = picture.catalogue
    return Lasting(
        page, lambda _: picture.availability.schedule(room_id) is schedule and picture.catalogue is catalogue
    )


def _room(call: Call) -> Room | Page:
    room_id = call.need(ROOM)
    room = call.house.desk.picture.catalogue.rooms.get(RoomId(room_id))
    if room is None:
        return json_page({"error": f"Room ID {room_id} does not exist"}, status=400)
    return room


@dataclass(frozen=True, slots=True)
class Question:
    """Which rooms, at which instant; None is now. A `slot` (seconds) must be free as a whole."""

    instant: int | None
    wish: RoomWish
    seconds: int = 0
    slot: tuple[int, int] | None = None
    is_nested: bool = False
    is_search: bool = False

    def at(self, now: datetime) -> int:
        return int(now.timestamp()) if self.instant is None else self.instant

    def wanted(self, availability: Availability) -> Wanted:
        if self.slot is None:
            return Wanted(availability.catalogue.matching(self.wish), self.seconds, self.is_nested)
        return Wanted(availability.free_rooms(*self.slot, self.wish), self.seconds)


async def status(call: Call) -> Answered:
    question = Question(call.get(DATETIME), _wish(call), _seconds(call), is_nested=call.get(SHAPE) or False)
    return await _answered(call, question)


async def search(call: Call) -> Answered:
    """Free and soon rooms; where a slot is given, those free for the whole of it."""
    start, end = call.get(FROM), call.get(UNTIL)
    slot = None
    if start is not None or end is not None:
        slot = _slot(start if start is not None else _instant(call), end)
    instant = slot[0] if slot else call.get(DATETIME)
    return await _answered(call, Question(instant, _wish(call), _seconds(call), slot, is_search=True))


def _slot(start: int, end: int | None) -> tuple[int, int]:
    end = start + 1 if end is None else end
    if not 0 < end - start <= _LONGEST_SLOT:
        raise BadParameter("endTime")
    return start, end


def _instant(call: Call) -> int:
    asked = call.get(DATETIME)
    return int(call.now.timestamp()) if asked is None else asked


def _seconds(call: Call) -> int:
    return (call.get(DURATION) or 0) * 60


def _wish(call: Call) -> RoomWish:
    return RoomWish(
        capacity=call.get(CAPACITY) or 0,
        usage=call.get(USAGE),
        location=call.get(LOCATION),
        needs_card=call.get(CARD),
        building=cast("BuildingId | None", call.get(BUILDING)),
    )


async def _answered(call: Call, question: Question) -> Answered:
    house, at = call.house, question.at(call.now)
    day = house.days.around(at)
    window = _interval(day[0], max(day[1], question.slot[1] if question.slot else 0))
    if not house.desk.picture.covers(window):
        board = StatusBoard(await house.elsewhere(_interval(day[0], int(window.end.timestamp()) + _BEYOND)))
        await board.draw(day)
        return _page(board, day, at, question)
    await house.board().draw(day)
    lasting = _in_picture(call, day, at, question)
    if question.instant is None:
        return lasting
    return Lasting(lasting.page, lambda _: lasting.holds(at))


_LONGEST_SLOT = 31 * 24 * 60 * 60
"""Seconds."""
_BEYOND = 8 * 24 * 60 * 60
"""Seconds past midnight that are read along, for runs that go on into the next days."""


def _in_picture(call: Call, day: tuple[int, int], at: int, question: Question) -> Lasting:
    """Rendered once for each stretch of time in which nothing changes."""
    house = call.house
    availability = house.desk.picture.availability
    board = house.board()
    since, until = board.day(day).stretch(at, question.seconds)
    wanted, version = question.wanted(availability), availability.version
    key = (question.is_search, wanted, since, until)
    kept = house.stretches.get(key)
    if kept is not None and kept.holds(at):
        return kept

    def holds(now: int) -> bool:
        current = house.desk.picture.availability
        return current is availability and current.version == version and since <= now < until

    lasting = Lasting(_page(board, day, at, question), holds)
    house.stretches.put(key, lasting)
    return lasting


def _page(board: StatusBoard, day: tuple[int, int], at: int, question: Question) -> Page:
    drawn, wanted = board.day(day), question.wanted(board.availability)
    body = board.search_body if question.is_search else board.status_body
    return tagged(body(drawn, at, wanted))


def _interval(start: int, end: int) -> Interval:
    return Interval(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))


_UNKNOWN_ROOM = {400: schemas.ERROR}

FREEROOMS: tuple[Route, ...] = (
    Route(
        Api.FREEROOMS,
        "buildings",
        ("GET",),
        buildings,
        "All buildings.",
        {200: schemas.BUILDINGS},
        path="/api/buildings",
        early=True,
    ),
    Route(
        Api.FREEROOMS,
        "rooms",
        ("GET",),
        rooms,
        "All rooms.",
        {200: schemas.ROOMS},
        path="/api/rooms",
        early=True,
    ),
    Route(
        Api.FREEROOMS,
        "status",
        ("GET",),
        status,
        "What every room is, now or at an instant.",
        {200: schemas.STATUS, 400: schemas.ERROR},
        path="/api/rooms/status",
        parameters=(*_FILTERS, SHAPE),
    ),
    Route(
        Api.FREEROOMS,
        "search",
        ("GET",),
        search,
        "Rooms that are free or soon will be.",
        {200: schemas.SEARCH, 400: schemas.ERROR},
        path="/api/rooms/search",
        parameters=(*_FILTERS, BUILDING, FROM, UNTIL),
    ),
    Route(
        Api.FREEROOMS,
        "bookings",
        ("GET",),
        bookings,
        "What takes a room, and when.",
        {200: schemas.ROOM_BOOKINGS} | _UNKNOWN_ROOM,
        path="/api/rooms/bookings/{room_id}",
        parameters=(ROOM,),
    ),
    Route(
        Api.FREEROOMS,
        "utilities",
        ("GET",),
        utilities,
        "What a room offers.",
        {200: schemas.UTILITIES} | _UNKNOWN_ROOM,
        path="/api/rooms/utilities/{room_id}",
        parameters=(ROOM,),
        early=True,
    ),
)
