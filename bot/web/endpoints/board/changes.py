"""Changing one booking: another time, another room, another title."""

from bot.chat.formatting import booking_text, own_title, short_id
from bot.web.endpoints.board.answers import once, view
from bot.web.endpoints.board.conversation import ask, reply_context
from bot.web.framework.page_response import page
from bot.web.framework.page_route import form_route, page_route
from bot.web.framework.route import Access, Parameter, ParameterLocation, RequestContext, Response, Route
from bot.web.pages.replies import html_text
from core.errors import UnknownBooking
from core.model import Booking, BookingId

_TEXT = {"type": "string"}
BOOKING = Parameter(
    "booking_id", str, _TEXT, "The booking's id.", required=True, location=ParameterLocation.PATH
)
WHEN = Parameter("when", str, _TEXT, "The new time in words.", example="friday 3pm for 2 hours")
ROOM = Parameter("room", str, _TEXT, "The new room.", example="Wren G03")
TITLE = Parameter("title", str, _TEXT, "The new title.")
_CHANGES = (WHEN, ROOM, TITLE)


def booking_path(booking_id: str) -> str:
    return f"/bookings/{booking_id}"


async def show_booking(context: RequestContext) -> Response:
    booking = _own_booking(context)
    room = context.state.services.read_model.catalogue.rooms.get(booking.room_id)
    text = html_text(booking_text(booking, room), reply_context(context))
    return page(context, "booking.html", booking=booking, text=text, title=own_title(booking))


async def change_booking(context: RequestContext) -> Response:
    """Asks the conversation for the change; it offers what it understood, with a button that does it."""
    booking = _own_booking(context)
    given = {each.name: value for each in _CHANGES if (value := context.get(each))}
    if given.get(TITLE.name) == own_title(booking):
        del given[TITLE.name]
    options = {"booking": short_id(booking), **given}
    reply = await ask(context, "rooms move", options, may_change=True)
    path = booking_path(booking.id)
    return page(context, "answer.html", path=path, reply=view(context, reply, path), back=path, once=once())


def _own_booking(context: RequestContext) -> Booking:
    """The coming booking of the person; `UnknownBooking` for any other."""
    booking_id = BookingId(context.require(BOOKING))
    own = context.state.services.read_model.of_person(context.person.person.id)
    booking = next((each for each in own if each.id == booking_id), None)
    if booking is None or booking.interval.end <= context.now:
        raise UnknownBooking
    return booking


CHANGES: tuple[Route, ...] = (
    page_route(
        "booking",
        show_booking,
        "One of your bookings, to change it.",
        path="/bookings/{booking_id}",
        access=Access.PERSON,
        parameters=(BOOKING,),
    ),
    form_route(
        "change booking",
        change_booking,
        "Change a booking's time, room or title.",
        path="/bookings/{booking_id}/change",
        parameters=(BOOKING, *_CHANGES),
    ),
)
