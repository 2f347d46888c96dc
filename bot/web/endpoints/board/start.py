"""The start page: what is free now and until when, the search line, and filters."""

from dataclasses import dataclass

from bot.chat.formatting import equipment_name, room_details, room_name
from bot.web.endpoints.board.answers import needs_confirmation, once, view
from bot.web.endpoints.board.conversation import ask
from bot.web.endpoints.board.days import clock, opening_hours, today_of, view_now
from bot.web.endpoints.board.freshness import until_something_changes
from bot.web.framework.page_response import page, shared_page
from bot.web.framework.page_route import page_route
from bot.web.framework.response import RenderedResponse
from bot.web.framework.route import Parameter, RequestContext, Response, Route
from core.catalogue import RoomQuery
from core.model import Building, Equipment, Room

_MAX_ROOMS = 12
_SEARCH_COST = 2.0
_TEXT = {"type": "string"}
QUERY = Parameter("q", str, _TEXT, "What you would type in chat.", example="free now 20 seats")
WHEN = Parameter("when", str, _TEXT, "A date and time in words.", example="tomorrow 3pm for 2 hours")
SEATS = Parameter("seats", str, _TEXT, "At least this many seats.", example="20")
WHERE = Parameter("where", str, _TEXT, "The id of a building.")
EQUIPMENT = Parameter("with", str, _TEXT, "Equipment of the room.", example="whiteboard")
_FILTERS = (WHEN, SEATS, WHERE, EQUIPMENT)


@dataclass(frozen=True, slots=True)
class FreeRoom:
    """A room that is free now."""

    id: str
    name: str
    details: str
    until: str
    ends_at: int


@dataclass(frozen=True, slots=True)
class BuildingCount:
    """How many of a building's rooms are free now; `share` is a percentage."""

    id: str
    name: str
    free: int
    total: int

    @property
    def share(self) -> int:
        return round(100 * self.free / self.total) if self.total else 0


async def start(context: RequestContext) -> Response:
    text = context.get(QUERY) or ""
    options = {each.name: value for each in _FILTERS if (value := context.get(each))}
    if text or options:
        return await _search(context, text, options)
    return shared_page(context, _overview(context), until_something_changes(context))


async def _search(context: RequestContext, text: str, options: dict[str, str]) -> Response:
    """The answer to the search line or to the filters."""
    reply = await ask(context, text) if text else await ask(context, "rooms free", options)
    confirms = needs_confirmation(reply) and context.session is not None
    path = str(context.request.rel_url)
    response = page(
        context,
        "start.html",
        query=text,
        chosen=options,
        filters=_choices(context),
        reply=None if needs_confirmation(reply) else view(context, reply, path),
        confirms=confirms,
        needs_login=needs_confirmation(reply) and not confirms,
        overview=None,
        once=once(),
    )
    return shared_page(context, response, until_something_changes(context))


def _overview(context: RequestContext) -> RenderedResponse:
    services, now = context.state.services, int(context.now.timestamp())
    opens, closes = opening_hours(services, today_of(context))
    free, counts = _free_now(context)
    free.sort(key=lambda each: (-min(each.ends_at, closes), each.name))
    return page(
        context,
        "start.html",
        query="",
        chosen={},
        filters=_choices(context),
        reply=None,
        confirms=False,
        needs_login=False,
        overview={
            "time": clock(services, now),
            "free": len(free),
            "total": len(services.read_model.catalogue.order),
            "rooms": free[:_MAX_ROOMS],
            "buildings": counts,
            "opens": clock(services, opens) if now < opens else "",
            "is_closed": now >= closes,
        },
        once="",
    )


def _free_now(context: RequestContext) -> tuple[list[FreeRoom], list[BuildingCount]]:
    """The rooms that are free now, and their numbers by building."""
    services = context.state.services
    catalogue, availability = services.read_model.catalogue, services.read_model.availability
    free: list[FreeRoom] = []
    counts: list[BuildingCount] = []
    for building_id, rooms in catalogue.by_building.items():
        found = [_free_room(context, room) for room in rooms if room.bookable]
        in_building = [each for each in found if each is not None]
        free += in_building
        building = catalogue.buildings.get(building_id)
        name = building.name if building else building_id
        counts.append(BuildingCount(building_id, name, len(in_building), len(found)))
    _ = availability
    return free, [each for each in counts if each.total]


def _free_room(context: RequestContext, room: Room) -> FreeRoom | None:
    read_model = context.state.services.read_model
    now = view_now(context.state.services, read_model.availability.schedule(room.id), context.now)
    if not now.is_free:
        return None
    details = room_details(room, read_model.catalogue)
    return FreeRoom(room.id, room_name(room), details, now.until, now.ends_at)


def _choices(context: RequestContext) -> dict[str, list[tuple[str, str]]]:
    """The options of the filters: buildings by id, and equipment that some room has."""
    catalogue = context.state.services.read_model.catalogue
    buildings = sorted(
        (_building_option(each) for each in catalogue.buildings.values()), key=lambda each: each[1]
    )
    equipment = [
        (each.value, equipment_name(each))
        for each in Equipment
        if catalogue.matching(RoomQuery(equipment=frozenset({each})))
    ]
    return {"buildings": buildings, "equipment": equipment}


def _building_option(building: Building) -> tuple[str, str]:
    return building.id, building.name


START: tuple[Route, ...] = (
    page_route(
        "board",
        start,
        "What is free now, and the search line.",
        path="/",
        parameters=(QUERY, *_FILTERS),
        cost=_SEARCH_COST,
    ),
)
