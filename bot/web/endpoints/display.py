"""The display at the door of a room: free or taken, until when, what is next, and a code to scan."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

from bot.web.endpoints.converters import parse_id
from bot.web.framework.page_response import frame_of, html_page
from bot.web.framework.page_route import page_route
from bot.web.framework.response import RenderedResponse
from bot.web.framework.route import Parameter, ParameterLocation, RequestContext, Response, Route
from bot.web.pages.assets import asset_version
from bot.web.pages.display_addresses import DISPLAY_PAGE, check_in_path, is_display_key, room_path
from bot.web.pages.display_view import DisplayView, display_view
from bot.web.pages.qr import qr_svg
from bot.web.pages.templating import render
from core.errors import Unavailable
from core.model import Booking, Room
from core.policy.door_code import format_code, needs_door_code

_DAY = timedelta(days=1)
STALE_AFTER = timedelta(minutes=2)
"""As in `display.js`: without an answer, or when the server itself has none from its database."""
_MAX_UNCHECKED_SECONDS = 30.0
_CHECK_TIMEOUT = 2.0
ROOM = Parameter(
    "id",
    parse_id,
    {"type": "string"},
    "The room's id.",
    required=True,
    location=ParameterLocation.PATH,
    example="RO-PIZZA",
)
KEY = Parameter(
    "key",
    parse_id,
    {"type": "string"},
    "The key of the display, where it shows codes to check in with; `roomie display` prints it.",
)


async def display(context: RequestContext) -> Response:
    """Never stored, and the same for everybody: a tablet has no session."""
    room = context.state.services.read_model.catalogue.room(context.require(ROOM))
    return _rendered(context, room, await _age(context))


async def _age(context: RequestContext) -> timedelta:
    """How long ago what is shown was last known to be true; long while the database is unreachable."""
    storage = context.state.services.storage
    if storage.age() > _MAX_UNCHECKED_SECONDS:
        with suppress(Unavailable, TimeoutError):
            async with asyncio.timeout(_CHECK_TIMEOUT):
                await storage.catch_up()
    return timedelta(seconds=min(max(storage.age(), 0.0), _DAY.total_seconds()))


def _rendered(context: RequestContext, room: Room, age: timedelta) -> RenderedResponse:
    state, services, now = context.state, context.state.services, context.now
    read_model, rules = services.read_model, services.rules
    bookings = _bookings_of(context, room, now)
    view = display_view(room, read_model.availability.schedule(room.id), bookings, rules, now)
    local = now.astimezone(rules.zone)
    building = read_model.catalogue.buildings.get(room.building_id)
    html = render(
        "display.html",
        frame_of(state, context.request, None, None),
        room=room,
        building="" if building is None or building.name in room.name else building.name,
        view=view,
        now=local,
        scan=_scan(context, room, view),
        milliseconds=int(now.timestamp() * 1000),
        age_milliseconds=age // timedelta(milliseconds=1),
        stale_since=local - age if age > STALE_AFTER else None,
        offset_minutes=int((local.utcoffset() or timedelta()).total_seconds()) // 60,
        version=asset_version("display.css") + asset_version("display.js"),
    )
    return html_page(html.encode(), state, is_personal=True)


def _bookings_of(context: RequestContext, room: Room, now: datetime) -> list[Booking]:
    """The room's bookings that are on or begin within a day, by start."""
    read_model, second = context.state.services.read_model, int(now.timestamp())
    busy = read_model.availability.schedule(room.id).conflicts(second, int((now + _DAY).timestamp()))
    found = (read_model.bookings.get(each.booking_id) for each in busy if each.booking_id is not None)
    return [each for each in found if each is not None]


def _scan(context: RequestContext, room: Room, view: DisplayView) -> dict[str, object]:
    """The code to scan, what it is for, and the same code to type, if there is one."""
    services, now = context.state.services, context.now
    path, words, code = room_path(room.id), "Scan to book", ""
    if not room.bookable:
        words = "Scan to see the timetable"
    if needs_door_code(room, services.rules):
        if not _has_key(context, room):
            return _code_of(context, path, words, "")
        if view.can_check_in:
            code = services.door_codes.current(room.id, now)
    if view.can_check_in:
        path, words = check_in_path(room.id, code), "Scan to check in"
    return _code_of(context, path, words, code)


def _code_of(context: RequestContext, path: str, words: str, code: str) -> dict[str, object]:
    svg = qr_svg(f"{public_base(context)}{path}", words)
    return {"qr": svg, "words": words, "code": format_code(code) if code else ""}


def public_base(context: RequestContext) -> str:
    """The address of this site for phones; as the browser has it where none is configured."""
    return context.state.services.public_url or str(context.request.url.origin())


def _has_key(context: RequestContext, room: Room) -> bool:
    services, key = context.state.services, context.get(KEY) or ""
    return is_display_key(services.accounts.secrets, room.id, services.display_generation, key)


DISPLAY: tuple[Route, ...] = (
    page_route(
        "display",
        display,
        "The display at the door of a room.",
        path=DISPLAY_PAGE,
        parameters=(ROOM, KEY),
        cost=0.1,
    ),
)
