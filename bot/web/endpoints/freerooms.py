"""The FreeRooms API: buildings, rooms and what is free, without a login."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from msgspec.structs import replace

from bot.web.endpoints import schemas
from bot.web.endpoints.converters import (
    parse_count,
    parse_flag,
    parse_id,
    parse_instant,
    parse_location,
    parse_status_shape,
    parse_usage,
)
from bot.web.endpoints.times import seconds_of
from bot.web.framework import serializers as wire
from bot.web.framework.errors import InvalidParameter
from bot.web.framework.response import CacheableResponse, RenderedResponse, json_response, with_etag
from bot.web.framework.route import Api, Parameter, ParameterLocation, RequestContext, Response, Route
from bot.web.framework.status_cache import StatusCache, StatusFilter
from bot.web.framework.status_layout import StatusSnapshot
from core.availability import Availability
from core.catalogue import RoomQuery
from core.interval import Interval
from core.model import BuildingId, Location, Room, RoomId, Usage
from core.schedule_reading import ALL_TIME

_INSTANT = {"type": "string", "format": "date-time"}
_COUNT = {"type": "integer", "minimum": 0}

DATETIME = Parameter(
    "datetime",
    parse_instant,
    _INSTANT,
    "An instant with a time zone; now if absent.",
    example="2016-08-08T10:00:00.000Z",
)
CAPACITY = Parameter("capacity", parse_count, _COUNT, "At least this many seats.", example="20")
DURATION = Parameter("duration", parse_count, _COUNT, "Free for at least this many minutes.", example="60")
USAGE = Parameter(
    "usage",
    parse_usage,
    {"type": "string", "enum": [each.value for each in Usage]},
    "What the room is for.",
)
LOCATION = Parameter(
    "location",
    parse_location,
    {"type": "string", "enum": [each.value for each in Location]},
    "The part of the campus.",
)
CARD = Parameter("id", parse_flag, {"type": "boolean"}, "Whether you need a card to get in.")
SHAPE = Parameter(
    "shape",
    parse_status_shape,
    {"type": "string", "enum": ["flat", "nested"]},
    "`nested` adds the number of free rooms in each building; as configured if absent.",
)
ROOM = Parameter(
    "room_id",
    parse_id,
    {"type": "string"},
    "The room's id; also its building's id, a dash and its number.",
    required=True,
    location=ParameterLocation.PATH,
    example="RO-PIZZA",
)
BUILDING = Parameter("buildingId", parse_id, {"type": "string"}, "Only in this building.")
START = Parameter("start", parse_instant, _INSTANT, "Only what ends after this instant.")
END = Parameter("end", parse_instant, _INSTANT, "Only what begins before this instant.")
FROM = Parameter("startTime", parse_instant, _INSTANT, "Free from this instant.")
UNTIL = Parameter("endTime", parse_instant, _INSTANT, "Free until this instant.")

_ALL_TIME = seconds_of(ALL_TIME)
_FILTERS = (DATETIME, CAPACITY, DURATION, USAGE, LOCATION, CARD)


def buildings(context: RequestContext) -> Response:
    return _cached_with_catalogue(context, wire.buildings_body(context.state.services.read_model.catalogue))


def rooms(context: RequestContext) -> Response:
    return _cached_with_catalogue(context, wire.rooms_body(context.state.services.read_model.catalogue))


def utilities(context: RequestContext) -> Response:
    room = _room(context)
    return (
        _cached_with_catalogue(context, wire.utilities_body(replace(room, id=RoomId(context.require(ROOM)))))
        if isinstance(room, Room)
        else room
    )


def _cached_with_catalogue(context: RequestContext, body: bytes) -> CacheableResponse:
    read_model = context.state.services.read_model
    catalogue = read_model.catalogue
    return CacheableResponse(with_etag(body), lambda _: read_model.catalogue is catalogue)


async def bookings(context: RequestContext) -> Response:
    """All entries of a room, past and future; the read model holds only those around now."""
    room = _room(context)
    if not isinstance(room, Room):
        return room
    start, end = _window(context)
    read_model = context.state.services.read_model
    availability, catalogue = read_model.availability, read_model.catalogue
    schedule = availability.schedule(room.id)
    whole = context.state.whole_schedules.known(room.id)
    if whole is None and not read_model.covers(_interval(start, end)):
        whole = await context.state.whole_schedules.get(room)
    if whole is None:
        rendered = b",".join([wire.render_busy(each) for each in schedule.conflicts(start, end)])
    else:
        rendered = whole.overlapping(start, end)
    return CacheableResponse(
        with_etag(wire.room_bookings_body(context.require(ROOM), room.name, rendered)),
        lambda _: (
            read_model.availability is availability
            and availability.schedule(room.id) is schedule
            and read_model.catalogue is catalogue
        ),
    )


def _window(context: RequestContext) -> tuple[int, int]:
    start, end = context.get(START), context.get(END)
    start, end = _ALL_TIME[0] if start is None else start, _ALL_TIME[1] if end is None else end
    if end <= start:
        raise InvalidParameter("end")
    return start, end


def _room(context: RequestContext) -> Room | RenderedResponse:
    room_id = context.require(ROOM)
    room = context.state.services.read_model.catalogue.find_by_any_id(room_id)
    if room is None:
        return json_response({"error": f"Room ID {room_id} does not exist"}, status=400)
    return room


class StatusQuery(NamedTuple):
    """A query for the status of rooms at an instant, None for now; a `slot` (seconds) must be all free."""

    instant: int | None
    room_query: RoomQuery
    seconds: int = 0
    slot: tuple[int, int] | None = None
    is_nested: bool = False
    is_search: bool = False

    def at(self, now: datetime) -> int:
        return int(now.timestamp()) if self.instant is None else self.instant

    def to_filter(self, availability: Availability) -> StatusFilter:
        if self.slot is None:
            return StatusFilter(availability.catalogue.matching(self.room_query), self.seconds)
        return StatusFilter(availability.free_rooms(*self.slot, self.room_query), self.seconds)


async def status(context: RequestContext) -> Response:
    query = StatusQuery(
        context.get(DATETIME), _room_query(context), _seconds(context), is_nested=_is_nested(context)
    )
    return await _respond(context, query)


def _is_nested(context: RequestContext) -> bool:
    shape = context.get(SHAPE)
    return context.state.settings.nested_status if shape is None else shape


async def search(context: RequestContext) -> Response:
    """Rooms that are free or will be soon; with a slot, those that are free for all of it."""
    start, end = context.get(FROM), context.get(UNTIL)
    slot = None
    if start is not None or end is not None:
        slot = _slot(start if start is not None else _instant(context), end)
    instant = slot[0] if slot else context.get(DATETIME)
    return await _respond(
        context, StatusQuery(instant, _room_query(context), _seconds(context), slot, is_search=True)
    )


def _slot(start: int, end: int | None) -> tuple[int, int]:
    end = start + 1 if end is None else end
    if not 0 < end - start <= _MAX_SLOT:
        raise InvalidParameter("endTime")
    return start, end


def _instant(context: RequestContext) -> int:
    instant = context.get(DATETIME)
    return int(context.now.timestamp()) if instant is None else instant


def _seconds(context: RequestContext) -> int:
    return (context.get(DURATION) or 0) * 60


def _room_query(context: RequestContext) -> RoomQuery:
    capacity, usage, location = context.get(CAPACITY), context.get(USAGE), context.get(LOCATION)
    needs_card, building = context.get(CARD), context.get(BUILDING)
    return _query_of(capacity or 0, usage, location, needs_card, building)


@lru_cache(maxsize=1024)
def _query_of(
    capacity: int,
    usage: str | None,
    location: Location | None,
    needs_card: bool | None,  # noqa: FBT001 - as the query has it
    building: str | None,
) -> RoomQuery:
    return RoomQuery(
        capacity=capacity,
        usage=usage,
        location=location,
        needs_card=needs_card,
        building=None if building is None else BuildingId(building),
    )


async def _respond(context: RequestContext, query: StatusQuery) -> Response:
    state, at = context.state, query.at(context.now)
    day = state.days.around(at)
    window = _interval(day[0], max(day[1], query.slot[1] if query.slot else 0))
    campus = await state.lay_out_campus()
    if not state.services.read_model.covers(window):
        availability = await state.availability_outside_window(
            _interval(day[0], int(window.end.timestamp()) + _OUTSIDE_WINDOW)
        )
        cache = StatusCache(availability, campus if campus.catalogue is availability.catalogue else None)
        await cache.build(day)
        return _render(cache, query, *cache.choose(cache.day(day), at, query.to_filter(cache.availability)))
    cache = state.status_cache()
    await cache.build(day)
    if cache.availability is not state.services.read_model.availability:  # reloaded while the day was built
        cache = state.status_cache()
    return await _from_read_model(context, cache, day, at, query)


_MAX_SLOT = 31 * 24 * 60 * 60
"""Seconds."""
_OUTSIDE_WINDOW = 8 * 24 * 60 * 60
"""Seconds after midnight that are loaded too, for bookings that continue on the next days."""


async def _from_read_model(
    context: RequestContext, cache: StatusCache, day: tuple[int, int], at: int, query: StatusQuery
) -> CacheableResponse:
    """Renders the response once for each set of rooms in an interval in which no status changes."""
    state, availability = context.state, cache.availability
    status_day = cache.day(day)
    version = availability.version
    status_day.snapshot(at)
    await cache.pause()
    snapshot, rooms = cache.choose(status_day, at, query.to_filter(availability))
    key = (snapshot.number, rooms, query.is_search, query.is_nested)
    if (response := state.intervals.get(key)) is None:
        await cache.pause()
        snapshot.prepare()
        await cache.pause()
        response = _render(cache, query, snapshot, rooms)
        state.intervals.put(key, response)
    since, until = status_day.constant_interval(at, query.seconds)

    def is_valid(now: int) -> bool:
        current = state.services.read_model.availability
        instant = now if query.instant is None else at
        return current is availability and current.version == version and since <= instant < until

    return CacheableResponse(response, is_valid)


def _render(cache: StatusCache, query: StatusQuery, snapshot: StatusSnapshot, rooms: int) -> RenderedResponse:
    if query.is_search:
        return with_etag(cache.search_body(snapshot, rooms))
    return with_etag(cache.nested_body(snapshot, rooms) if query.is_nested else snapshot.body(rooms))


@lru_cache(maxsize=1024)
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
        before_cache_ready=True,
        is_eager=True,
    ),
    Route(
        Api.FREEROOMS,
        "rooms",
        ("GET",),
        rooms,
        "All rooms.",
        {200: schemas.ROOMS},
        path="/api/rooms",
        before_cache_ready=True,
        is_eager=True,
    ),
    Route(
        Api.FREEROOMS,
        "status",
        ("GET",),
        status,
        "The status of all rooms, now or at an instant.",
        {200: schemas.STATUS, 400: schemas.ERROR},
        path="/api/rooms/status",
        parameters=(*_FILTERS, SHAPE),
        is_eager=True,
    ),
    Route(
        Api.FREEROOMS,
        "search",
        ("GET",),
        search,
        "Rooms that are free or will be soon.",
        {200: schemas.SEARCH, 400: schemas.ERROR},
        path="/api/rooms/search",
        parameters=(*_FILTERS, BUILDING, FROM, UNTIL),
        is_eager=True,
    ),
    Route(
        Api.FREEROOMS,
        "bookings",
        ("GET",),
        bookings,
        "All bookings and timetable entries of a room, or those in a window of time.",
        {200: schemas.ROOM_BOOKINGS} | _UNKNOWN_ROOM,
        path="/api/rooms/bookings/{room_id}",
        parameters=(ROOM, START, END),
        is_eager=True,
    ),
    Route(
        Api.FREEROOMS,
        "utilities",
        ("GET",),
        utilities,
        "The equipment of a room.",
        {200: schemas.UTILITIES} | _UNKNOWN_ROOM,
        path="/api/rooms/utilities/{room_id}",
        parameters=(ROOM,),
        before_cache_ready=True,
        is_eager=True,
    ),
)
