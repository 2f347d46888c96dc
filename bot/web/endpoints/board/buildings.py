"""A building's page: its rooms, and which are free now."""

import asyncio
from collections.abc import Sequence

from msgspec import Struct

from bot.chat.formatting import room_details, room_name
from bot.web.endpoints.board.days import DayView, today_of, view_day, view_now
from bot.web.endpoints.board.freshness import until_something_changes
from bot.web.framework.errors import HttpError
from bot.web.framework.page_response import page, shared_page
from bot.web.framework.page_route import page_route
from bot.web.framework.route import Parameter, ParameterLocation, RequestContext, Response, Route
from core.model import BuildingId, Room

_ROOMS_PER_BATCH = 20
BUILDING = Parameter(
    "building_id",
    str,
    {"type": "string"},
    "The building's id.",
    required=True,
    location=ParameterLocation.PATH,
    example="RO",
)


class RoomRow(Struct, frozen=True):
    """A room of the building: its state now, and its day."""

    id: str
    name: str
    details: str
    is_free: bool
    state: str
    day: DayView


async def show_building(context: RequestContext) -> Response:
    catalogue = context.state.services.read_model.catalogue
    building = catalogue.buildings.get(BuildingId(context.require(BUILDING)))
    if building is None:
        raise HttpError(404, "There's no building with this id. Try the search line on the start page.")
    is_valid = until_something_changes(context)
    rows = await _rows(context, catalogue.by_building.get(building.id, ()))
    rows.sort(key=lambda each: (not each.is_free, each.name))
    response = page(
        context,
        "building.html",
        building=building,
        rows=rows,
        free=sum(each.is_free for each in rows),
    )
    return shared_page(context, response, is_valid)


async def _rows(context: RequestContext, rooms: Sequence[Room]) -> list[RoomRow]:
    """A room takes some 0.2 ms; other requests are answered in between."""
    rows: list[RoomRow] = []
    for room in rooms:
        rows.append(_row(context, room))
        if len(rows) % _ROOMS_PER_BATCH == 0:
            await asyncio.sleep(0)
    return rows


def _row(context: RequestContext, room: Room) -> RoomRow:
    services = context.state.services
    schedule = services.read_model.availability.schedule(room.id)
    now, day = view_now(services, schedule, context.now), view_day(context, room, schedule, today_of(context))
    details = room_details(room, services.read_model.catalogue)
    return RoomRow(room.id, room_name(room), details, now.is_free, now.text, day)


BUILDINGS: tuple[Route, ...] = (
    page_route(
        "building",
        show_building,
        "A building: its rooms, and which are free now.",
        path="/buildings/{building_id}",
        parameters=(BUILDING,),
    ),
)
