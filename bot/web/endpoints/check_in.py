"""Checking in at the door: the page to which a scanned code leads, and its one button."""

from urllib.parse import quote

from msgspec import Struct

from bot.chat.command import CommandContext
from bot.chat.request import ChatRequest
from bot.web.endpoints.board.conversation import requester_of
from bot.web.endpoints.converters import parse_booking_id, parse_id
from bot.web.endpoints.display import ROOM
from bot.web.framework.page_response import page, see_other
from bot.web.framework.page_route import form_route, page_route
from bot.web.framework.route import Parameter, RequestContext, Response, Route
from bot.web.pages.check_in_view import CheckInView, ScannedRoom, check_in_view
from bot.web.pages.display_addresses import (
    CHECK_IN_FORM,
    CHECK_IN_PAGE,
    check_in_form_path,
    check_in_path,
    room_path,
)
from core.errors import BookingIsOver, CheckInClosed, DoorCodeNeeded, UnknownBooking
from core.model import Room
from core.policy.door_code import normalize_code

CODE = Parameter(
    "code", parse_id, {"type": "string"}, "The code at the door, scanned or typed.", example="KXPMWRTQ"
)
BOOKING = Parameter(
    "booking", parse_booking_id, {"type": "string"}, "The booking to check in to.", required=True
)


def check_in_page(context: RequestContext) -> Response:
    """Asks for a login first; it leads back here, with the code."""
    room = context.state.services.read_model.catalogue.room(context.require(ROOM))
    code = normalize_code(context.get(CODE) or "")
    if context.session is None:
        back = quote(check_in_path(room.id, quote(code)), safe="")
        return see_other(context, f"/login?next={back}")
    return _rendered(context, room, code)


async def check_in(context: RequestContext) -> Response:
    """Checks in, and shows the page again: that it is done, or why not."""
    from bot.conversation.own_bookings import attendee  # late: with the parser, which starts slowly

    services, visitor = context.state.services, attendee(_as_in_chat(context))
    room = services.read_model.catalogue.room(context.require(ROOM))
    code = normalize_code(context.get(CODE) or "")
    try:
        await services.bookings.check_in(
            context.require(BOOKING), visitor.person_id, visitor.identities, code
        )
    except (DoorCodeNeeded, CheckInClosed, BookingIsOver, UnknownBooking) as refusal:
        await services.synced_read_model()
        return _rendered(context, room, code, problem=str(refusal))
    return see_other(context, check_in_path(room.id))


def _rendered(context: RequestContext, room: Room, code: str, problem: str = "") -> Response:
    from bot.conversation.own_bookings import attended_bookings

    state, services = context.state, context.state.services
    catalogue, schedule = services.read_model.catalogue, services.read_model.availability.schedule(room.id)
    bookings = attended_bookings(_as_in_chat(context))
    scanned = ScannedRoom(room, schedule, code)
    view = check_in_view(scanned, bookings, services.door_codes, services.rules, context.now)
    return page(
        context,
        "check_in.html",
        status=409 if problem else 200,
        path=check_in_path(room.id),
        room=room,
        room_path=room_path(room.id),
        action=check_in_form_path(room.id),
        other=_other_room(context, view, room),
        view=view,
        code=code,
        problem="" if view.is_code_wrong else problem,
        zone=services.rules.zone,
        now=context.now,
        contact=state.login.settings.rule.contact,
        building=catalogue.buildings.get(room.building_id),
    )


def _other_room(context: RequestContext, view: CheckInView, room: Room) -> "OtherRoom | None":
    booking = view.booking
    if booking is None or booking.room_id == room.id:
        return None
    other = context.state.services.read_model.catalogue.rooms.get(booking.room_id)
    name = other.name if other is not None else booking.room_id
    return OtherRoom(name, check_in_path(booking.room_id))


class OtherRoom(Struct, frozen=True):
    """The room of a visitor who stands at the wrong one."""

    name: str
    check_in_path: str


def _as_in_chat(context: RequestContext) -> CommandContext:
    """The visitor as commands know them, with their chat accounts."""
    return CommandContext(ChatRequest(requester_of(context)), context.state.services, context.person)


CHECK_IN: tuple[Route, ...] = (
    page_route(
        "check-in page",
        check_in_page,
        "Where the code at the door of a room leads.",
        path=CHECK_IN_PAGE,
        parameters=(ROOM, CODE),
    ),
    form_route(
        "check-in",
        check_in,
        "Check in to a booking.",
        path=CHECK_IN_FORM,
        parameters=(ROOM, CODE, BOOKING),
    ),
)
