"""Calendars for programs that subscribe to them, as iCalendar."""

import asyncio
from collections.abc import Callable

from bot.calendars.feeds import CampusFacts, read_booking, read_feed, read_free_busy, read_room
from bot.calendars.links import PATH, CalendarLinks, personal_links, read_booking_link, room_links
from bot.calendars.values import Calendar
from bot.web.endpoints import schemas
from bot.web.endpoints.converters import parse_id
from bot.web.framework.errors import InvalidParameter
from bot.web.framework.response import CacheableResponse, RenderedResponse, with_etag
from bot.web.framework.route import Api, Parameter, ParameterLocation, RequestContext, Response, Route
from core.errors import UnknownBooking, UnknownCalendar, UnknownRoom
from core.model import BookingState, Room
from core.ports import UnitOfWork
from core.services.calendar_addresses import resolve_address

_SUFFIX = ".ics"
_ROOM_COST = 5.0
"""Anybody may ask for all rooms, and some have a thousand timetable entries."""
_WEBCAL = "webcal"


def _parse_name(text: str) -> str:
    """A file name without its `.ics`."""
    return parse_id(text.removesuffix(_SUFFIX))


def _parse_open(text: str) -> str:
    if text != _WEBCAL:
        raise InvalidParameter("open")
    return text


_TEXT = {"type": "string"}
SECRET = Parameter(
    "secret",
    _parse_name,
    _TEXT,
    "The secret that `/calendar` shows in chat, and `.ics`.",
    required=True,
    location=ParameterLocation.PATH,
    example="0123456789abcdef0123456789abcdef01234567.ics",
)
OPEN = Parameter(
    "open",
    _parse_open,
    {"type": "string", "enum": [_WEBCAL]},
    "Redirects to the `webcal:` address, which opens the device's own calendar program.",
)
ROOM_FILE = Parameter(
    "room_file",
    _parse_name,
    _TEXT,
    "The room's id, and `.ics`.",
    required=True,
    location=ParameterLocation.PATH,
    example="RO-PIZZA.ics",
)
BOOKING_LINK = Parameter(
    "link",
    _parse_name,
    _TEXT,
    "The signed part of a link that Roomie shows beside a booking, and `.ics`.",
    required=True,
    location=ParameterLocation.PATH,
)


async def personal(context: RequestContext) -> Response:
    """Reads the address from the database each time, so that a revoked one stops working at once."""
    secret, services, campus = context.require(SECRET), context.state.services, _campus(context)
    if context.get(OPEN) is not None:
        await context.state.read(lambda unit: resolve_address(unit, secret))
        return _redirect(personal_links(services.public_url, secret))
    calendar = await context.state.read(lambda unit: read_feed(unit, secret, services.read_model, campus))
    return await _response(context, calendar, private=True)


def _redirect(links: CalendarLinks) -> RenderedResponse:
    """To the `webcal` address, for chats whose links are `https` only."""
    headers = {"Location": links.webcal, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return RenderedResponse(b"", status=303, headers=headers)


async def booking(context: RequestContext) -> Response:
    link, campus = read_booking_link(context.require(BOOKING_LINK)), _campus(context)
    if link is None:
        raise UnknownCalendar
    server_secrets = context.state.services.accounts.secrets

    def read(unit: UnitOfWork) -> Calendar:
        found = unit.bookings.get(link.booking_id)
        if found is None or not link.is_valid(server_secrets, found, campus.now):
            raise UnknownCalendar
        if found.state is not BookingState.ACTIVE:
            raise UnknownBooking
        return read_booking(unit, found, campus)

    return await _response(context, await context.state.read(read), private=True)


async def room(context: RequestContext) -> Response:
    if context.get(OPEN) is not None:
        return _redirect(room_links(context.state.services.public_url, _room(context).id))
    return await _room_response(context, read_room)


async def free_busy(context: RequestContext) -> Response:
    return await _room_response(context, read_free_busy)


async def _room_response(
    context: RequestContext, read: Callable[[UnitOfWork, Room, CampusFacts], Calendar]
) -> Response:
    """Renders again only after a change in the room, in the catalogue, or of the day."""
    state, campus = context.state, _campus(context)
    read_model = state.services.read_model
    found = _room(context)
    availability, catalogue = read_model.availability, read_model.catalogue
    schedule, day = availability.schedule(found.id), state.days.around(int(campus.now.timestamp()))

    def is_valid(now: int) -> bool:
        return (
            read_model.availability is availability
            and availability.schedule(found.id) is schedule
            and read_model.catalogue is catalogue
            and day[0] <= now < day[1]
        )

    key = (read, found.id)
    known = state.calendars.get(key)
    if known is None or not known.is_valid(int(campus.now.timestamp())):
        calendar = await state.read(lambda unit: read(unit, found, campus))
        known = CacheableResponse(await _response(context, calendar, private=False), is_valid)
        state.calendars.put(key, known)
    return known.response


def _room(context: RequestContext) -> Room:
    room_id = context.require(ROOM_FILE)
    found = context.state.services.read_model.catalogue.find_by_any_id(room_id)
    if found is None:
        raise UnknownRoom(room_id)
    return found


async def _response(context: RequestContext, calendar: Calendar, *, private: bool) -> RenderedResponse:
    """Equal calendars are written once."""
    known = context.state.calendars.get(calendar)
    if known is None:
        async with context.state.calendar_writes:
            body = await asyncio.to_thread(_write, calendar)
        response = with_etag(body, private=private, media_type="text/calendar; charset=utf-8")
        known = CacheableResponse(response, lambda _: True)
        context.state.calendars.put(calendar, known)
    return known.response


def _write(calendar: Calendar) -> bytes:
    """Imports the library late, to keep the start fast."""
    from bot.calendars.writer import write_calendar

    return write_calendar(calendar)


def _campus(context: RequestContext) -> CampusFacts:
    services = context.state.services
    read_model = services.read_model
    return CampusFacts(read_model.catalogue, read_model.directory, services.rules.zone, context.now)


_FOUND = {200: schemas.TEXT, 400: schemas.ERROR, 404: schemas.ERROR}

CALENDARS: tuple[Route, ...] = (
    Route(
        Api.CALENDARS,
        "calendar",
        ("GET",),
        personal,
        "The calendar of a person or a society, by its secret address.",
        {**_FOUND, 303: None},
        path=f"{PATH}/secret/{{secret}}",
        parameters=(SECRET, OPEN),
        media_type="text/calendar",
    ),
    Route(
        Api.CALENDARS,
        "booking calendar",
        ("GET",),
        booking,
        "One booking, to be added to a calendar.",
        _FOUND,
        path=f"{PATH}/bookings/{{link}}",
        parameters=(BOOKING_LINK,),
        media_type="text/calendar",
    ),
    Route(
        Api.CALENDARS,
        "room calendar",
        ("GET",),
        room,
        "What takes a room: from four weeks ago to half a year ahead.",
        {**_FOUND, 303: None},
        path=f"{PATH}/rooms/{{room_file}}",
        parameters=(ROOM_FILE, OPEN),
        cost=_ROOM_COST,
        media_type="text/calendar",
    ),
    Route(
        Api.CALENDARS,
        "room free/busy",
        ("GET",),
        free_busy,
        "When a room is taken in the next eight weeks (VFREEBUSY).",
        _FOUND,
        path=f"{PATH}/freebusy/{{room_file}}",
        parameters=(ROOM_FILE,),
        cost=_ROOM_COST,
        media_type="text/calendar",
    ),
)
