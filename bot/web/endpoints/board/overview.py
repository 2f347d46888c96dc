"""What is free now and until when, by room, by building and on the map: the same for all visitors."""

import asyncio
from collections import Counter
from heapq import nsmallest
from urllib.parse import quote

from markupsafe import Markup
from msgspec import Struct

from bot.chat.formatting import room_details, room_name
from bot.pictures.campus_map import lay_out_campus_map
from bot.pictures.content import campus_map
from bot.pictures.svg import to_svg
from bot.web.endpoints.board.days import clock, day_bounds, opening_hours, today_of, view_now
from bot.web.endpoints.board.freshness import until_something_changes
from bot.web.framework.route import RequestContext
from core.availability import Status
from core.model import BuildingId, Room

_MAX_ROOMS = 12
_MAP_WIDTH = 390


class FreeRoomView(Struct, frozen=True):
    """A room that is free now; `ends_at` is in seconds."""

    id: str
    name: str
    details: str
    until: str
    ends_at: int
    is_bookable: bool


class BuildingCount(Struct, frozen=True):
    """How many of a building's rooms are free now."""

    id: str
    name: str
    free: int
    total: int

    @property
    def share(self) -> int:
        """Percentage of rooms that are free."""
        return round(100 * self.free / self.total)


class Overview(Struct, frozen=True):
    """The campus at one moment. `opens` is set before bookings may begin today; `map` is SVG."""

    time: str
    free: int
    total: int
    rooms: tuple[FreeRoomView, ...]
    buildings: tuple[BuildingCount, ...]
    opens: str
    is_closed: bool
    map: Markup


async def overview_of(context: RequestContext) -> Overview:
    """The overview, computed again only when something has changed or the minute is over: by one request."""
    state, now = context.state, int(context.now.timestamp())
    async with state.overview_lock:
        if state.overview is not None:
            is_valid, overview = state.overview
            if is_valid(now) and isinstance(overview, Overview):
                return overview
        is_valid = until_something_changes(context)
        overview = await _overview(context, now)
        state.overview = is_valid, overview
        return overview


async def _overview(context: RequestContext, now: int) -> Overview:
    services = context.state.services
    catalogue = services.read_model.catalogue
    opens, closes = opening_hours(services, today_of(context))
    free = _free_rooms(context, now)
    by_building = Counter(room.building_id for room, _ in free)
    counts = (_count(context, each, by_building[each]) for each in catalogue.by_building)
    first = nsmallest(
        _MAX_ROOMS,
        free,
        key=lambda each: (not each[0].bookable, -min(each[1], closes), room_name(each[0])),
    )
    return Overview(
        clock(services, now),
        len(free),
        len(catalogue.order),
        tuple(_view(context, room, ends_at) for room, ends_at in first),
        tuple(sorted(counts, key=lambda each: each.name)),
        clock(services, opens) if now < opens else "",
        is_closed=now >= closes,
        map=await _map(context),
    )


def _free_rooms(context: RequestContext, now: int) -> list[tuple[Room, int]]:
    """The rooms that are free now, and until when, at most the end of the day, in seconds."""
    services = context.state.services
    availability, catalogue = services.read_model.availability, services.read_model.catalogue
    _, midnight = day_bounds(services, today_of(context))
    statuses = ((room, availability.schedule(room.id).at(now, midnight)) for room in catalogue.order)
    return [(room, each.until or midnight) for room, each in statuses if each.status is Status.FREE]


def _view(context: RequestContext, room: Room, ends_at: int) -> FreeRoomView:
    read_model = context.state.services.read_model
    now = view_now(context.state.services, read_model.availability.schedule(room.id), context.now)
    details = room_details(room, read_model.catalogue)
    return FreeRoomView(room.id, room_name(room), details, now.until, ends_at, room.bookable)


def _count(context: RequestContext, building_id: BuildingId, free: int) -> BuildingCount:
    catalogue = context.state.services.read_model.catalogue
    building = catalogue.buildings.get(building_id)
    name = building.name if building else building_id
    return BuildingCount(building_id, name, free, len(catalogue.by_building[building_id]))


async def _map(context: RequestContext) -> Markup:
    """The map as a part of the page, each building a link; empty without coordinates.

    It is laid out off the event loop, which takes some 20 ms.
    """
    services = context.state.services
    read_model = services.read_model
    campus = campus_map(
        read_model.catalogue,
        read_model.availability.schedule,
        services.rules,
        context.now,
        lambda building_id: f"/buildings/{quote(building_id, safe='')}",
    )
    if not campus.buildings:
        return Markup("")
    svg = await asyncio.to_thread(lambda: to_svg(lay_out_campus_map(campus, _MAP_WIDTH), is_standalone=False))
    return Markup(svg)  # noqa: S704 - `to_svg` escapes every text
