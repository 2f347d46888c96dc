"""Rooms that can be booked, and what takes a room on a day."""

from bot.web.endpoints import schemas
from bot.web.endpoints.roomie.parameters import DAY, DENIED, ROOM
from bot.web.endpoints.times import campus_day, seconds_of
from bot.web.framework import serializers
from bot.web.framework.response import CacheableResponse, with_etag
from bot.web.framework.route import Access, Api, RequestContext, Response, Route
from core.availability import RoomSchedule
from core.errors import UnknownRoom
from core.interval import Interval
from core.model import Busy, RoomId
from core.read_model import read_rooms


def room_list(context: RequestContext) -> Response:
    read_model = context.state.services.read_model
    catalogue = read_model.catalogue
    response = with_etag(serializers.room_list_body(catalogue), private=True)
    return CacheableResponse(response, lambda _: read_model.catalogue is catalogue)


async def room_day(context: RequestContext) -> Response:
    room_id = RoomId(context.require(ROOM))
    read_model, zone = context.state.services.read_model, context.state.services.rules.zone
    if room_id not in read_model.catalogue.rooms:
        raise UnknownRoom(room_id)
    window = campus_day(context.require(DAY), zone)
    if not read_model.covers(window):
        room = (await context.state.read(lambda unit: read_rooms(unit, window, [room_id])))[room_id]
        entries = _timetable_entries(room.schedule, window)
        bookings = [booking for booking in room.bookings if booking.interval.overlaps(window)]
        return with_etag(
            serializers.day_body(bookings, entries, read_model.directory, seconds_of(window), zone),
            private=True,
        )
    schedule, room_bookings = read_model.availability.schedule(room_id), read_model.in_room(room_id)
    version = read_model.directory.version
    bookings = [booking for booking in room_bookings if booking.interval.overlaps(window)]
    entries = _timetable_entries(schedule, window)
    body = serializers.day_body(bookings, entries, read_model.directory, seconds_of(window), zone)

    def is_valid(_: int) -> bool:
        return (
            read_model.availability.schedule(room_id) is schedule
            and read_model.in_room(room_id) is room_bookings
            and read_model.directory.version == version
        )

    return CacheableResponse(with_etag(body, private=True), is_valid)


def _timetable_entries(schedule: RoomSchedule, window: Interval) -> list[Busy]:
    return [busy for busy in schedule.conflicts(*seconds_of(window)) if busy.booking_id is None]


ROOMS: tuple[Route, ...] = (
    Route(
        Api.ROOMIE,
        "rooms.list",
        ("GET",),
        room_list,
        "All rooms that can be booked.",
        {200: schemas.ROOM_LIST} | DENIED,
        access=Access.PERSON,
        is_eager=True,
    ),
    Route(
        Api.ROOMIE,
        "rooms.bookings",
        ("GET",),
        room_day,
        "Bookings and timetable entries of a room on a day.",
        {200: schemas.DAY} | DENIED,
        parameters=(ROOM, DAY),
        access=Access.PERSON,
        is_eager=True,
    ),
)
