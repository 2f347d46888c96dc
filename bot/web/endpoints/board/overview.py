"""What is free now and until when, by room, by building and on the map: the same for all visitors."""

from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from bot.chat.formatting import room_details, room_name
from bot.pictures.campus_map import lay_out_campus_map
from bot.pictures.content import campus_map
from bot.pictures.svg import to_svg
from bot.web.endpoints.board.days import clock, opening_hours, today_of, view_now
from bot.web.endpoints.board.freshness import until_something_changes
from bot.web.framework.route import RequestContext
from core.model import BuildingId, Room

_MAX_ROOMS = 12
_MAP_WIDTH = 390


@dataclass(frozen=True, slots=True)
class FreeRoomView:
    """A room that is free now; `ends_at` is in seconds."""

    id: str
    name: str
    details: str
    until: str
    ends_at: int
    is_bookable: bool


@dataclass(frozen=True, slots=True)
class BuildingCount:
    """How many of a building's rooms are free now."""

    id: str
    name: str
    free: int
    total: int

    @property
    def share(self) -> int:
        """Percentage of rooms that are free."""
        return round(100 * self.free / self.total)


@dataclass(frozen=True, slots=True)
class Overview:
    """The campus at one moment. `opens` is set before bookings may begin today; `map` is SVG."""

    time: str
    free: int
    total: int
    rooms: tuple[FreeRoomView, ...]
    buildings: tuple[BuildingCount, ...]
    opens: str
    is_closed: bool
    map: Markup


def overview_of(context: RequestContext) -> Overview:
    """The overview, computed again only when something has changed or the minute is over."""
    state, now = context.state, int(context.now.timestamp())
    if state.overview is not None:
        is_valid, overview = state.overview
        if is_valid(now) and isinstance(overview, Overview):
            return overview
    overview = _overview(context, now)
    state.overview = until_something_changes(context), overview
    return overview


def _overview(context: RequestContext, now: int) -> Overview:
    services = context.state.services
    catalogue = services.read_model.catalogue
    opens, closes = opening_hours(services, today_of(context))
    by_building = {
        building_id: [each for room in rooms if (each := _free_room(context, room)) is not None]
        for building_id, rooms in catalogue.by_building.items()
    }
    free = [each for rooms in by_building.values() for each in rooms]
    free.sort(key=lambda each: (not each.is_bookable, -min(each.ends_at, closes), each.name))
    counts = (_count(context, building_id, len(rooms)) for building_id, rooms in by_building.items())
    return Overview(
        clock(services, now),
        len(free),
        len(catalogue.order),
        tuple(free[:_MAX_ROOMS]),
        tuple(sorted(counts, key=lambda each: each.name)),
        clock(services, opens) if now < opens else "",
        is_closed=now >= closes,
        map=_map(context),
    )


def _free_room(context: RequestContext, room: Room) -> FreeRoomView | None:
    read_model = context.state.services.read_model
    now = view_now(context.state.services, read_model.availability.schedule(room.id), context.now)
    if not now.is_free:
        return None
    details = room_details(room, read_model.catalogue)
    return FreeRoomView(room.id, room_name(room), details, now.until, now.ends_at, room.bookable)


def _count(context: RequestContext, building_id: BuildingId, free: int) -> BuildingCount:
    catalogue = context.state.services.read_model.catalogue
    building = catalogue.buildings.get(building_id)
    name = building.name if building else building_id
    return BuildingCount(building_id, name, free, len(catalogue.by_building[building_id]))


def _map(context: RequestContext) -> Markup:
    """The map as a part of the page, each building a link; empty without coordinates."""
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
    svg = to_svg(lay_out_campus_map(campus, _MAP_WIDTH), is_standalone=False)
    return Markup(svg)  # noqa: S704 - `to_svg` escapes every text
