"""A room's page: facts, day and week, the booking form, and its calendar."""

from datetime import UTC, datetime, timedelta

from bot.calendars.links import room_links
from bot.chat.actions import Action
from bot.chat.formatting import USAGES, equipment_name, room_name
from bot.conversation.button_values import SlotValue
from bot.web.endpoints.board.answers import once, view
from bot.web.endpoints.board.conversation import press
from bot.web.endpoints.board.days import availability_of, facts_of, today_of, view_days, view_now
from bot.web.endpoints.board.freshness import until_something_changes
from bot.web.endpoints.converters import parse_date
from bot.web.endpoints.login_api import base_url
from bot.web.framework.errors import HttpError
from bot.web.framework.page_response import page, shared_page
from bot.web.framework.page_route import page_route
from bot.web.framework.route import Parameter, ParameterLocation, RequestContext, Response, Route
from core.availability import RoomSchedule
from core.interval import Interval
from core.model import Room, RoomId
from core.services.bookings import snap_to_grid

_WEEK = 7
_MAX_SEARCH = timedelta(days=14)


ROOM = Parameter(
    "room_id",
    str,
    {"type": "string"},
    "The room's id.",
    required=True,
    location=ParameterLocation.PATH,
    example="RO-PIZZA",
)
FROM = Parameter("from", parse_date, {"type": "string", "format": "date"}, "The first day of the week shown.")


async def show_room(context: RequestContext) -> Response:
    services = context.state.services
    room = services.read_model.catalogue.rooms.get(RoomId(context.require(ROOM)))
    if room is None:
        raise HttpError(404, "There's no room with this id. Try the search line on the start page.")
    today, is_valid = today_of(context), until_something_changes(context)
    first = context.get(FROM) or today
    schedule = (await availability_of(context, first, _WEEK)).schedule(room.id)
    own = services.read_model.availability.schedule(room.id)
    building = services.read_model.catalogue.buildings.get(room.building_id)
    response = page(
        context,
        "room.html",
        room=room,
        name=room_name(room),
        building=building,
        about=_facts(room),
        now=view_now(services, own, context.now),
        days=view_days(context, room, schedule, first, _WEEK),
        earlier=(first - timedelta(days=_WEEK)).isoformat() if first > today else "",
        later=(first + timedelta(days=_WEEK)).isoformat(),
        calendar=room_links(base_url(context), room.id),
        form=await _booking_form(context, room, own),
        once=once() if context.session is not None else "",
    )
    return shared_page(context, response, is_valid)


def _facts(room: Room) -> dict[str, str]:
    usage = next((name for each, name in USAGES.items() if each.value == room.usage), room.usage.lower())
    return facts_of(
        {
            "Seats": room.capacity,
            "Kind": usage,
            "Equipment": ", ".join(equipment_name(each) for each in sorted(room.equipment)),
            "Also called": ", ".join(room.aliases),
            "Id": room.id,
        }
    )


async def _booking_form(context: RequestContext, room: Room, schedule: RoomSchedule) -> object:
    """The booking form of the conversation, for the room's next free slot; None for visitors."""
    if context.session is None or not room.bookable:
        return None
    slot = _next_slot(context, room, schedule)
    reply = await press(context, Action.OPEN_FORM, str(SlotValue(room.id, slot)))
    return view(context, reply, context.request.path).form


def _next_slot(context: RequestContext, room: Room, schedule: RoomSchedule) -> Interval:
    """The first free slot of the usual length, on the grid, within two weeks; else the next step."""
    services = context.state.services
    length = timedelta(minutes=services.default_minutes)
    first = snap_to_grid(Interval.of_length(context.now, length), room, services.rules)
    end = int((context.now + _MAX_SEARCH).timestamp())
    for start, until in schedule.gaps(int(first.start.timestamp()), end):
        begins = datetime.fromtimestamp(start, UTC)
        slot = snap_to_grid(Interval.of_length(begins, length), room, services.rules)
        if (
            start <= slot.start.timestamp()
            and slot.end.timestamp() <= until
            and _is_open(context, room, slot)
        ):
            return slot
    return first


def _is_open(context: RequestContext, room: Room, slot: Interval) -> bool:
    rules = context.state.services.rules
    local = slot.start.astimezone(rules.zone)
    hours = rules.hours(room, local.weekday())
    minutes = local.hour * 60 + local.minute
    return hours.opens <= minutes and minutes + slot.minutes <= hours.closes


ROOMS: tuple[Route, ...] = (
    page_route(
        "room",
        show_room,
        "A room: facts, its week, and the booking form.",
        path="/rooms/{room_id}",
        parameters=(ROOM, FROM),
    ),
)
