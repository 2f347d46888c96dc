"""Signs to print: a card for each room of a building, with a QR code that leads to the room's page."""

import asyncio
from collections.abc import Sequence
from enum import StrEnum

from markupsafe import Markup
from msgspec import Struct

from bot.web.endpoints.converters import parse_id
from bot.web.endpoints.display import public_base
from bot.web.framework.page_response import page, shared_page
from bot.web.framework.page_route import page_route
from bot.web.framework.route import Parameter, RequestContext, Response, Route
from bot.web.pages.display_addresses import room_path
from bot.web.pages.qr import qr_svg
from core.model import BuildingId, Room

_MAX_SIGNS = 100
"""Each takes some 6 ms to draw, on a thread; the page says that there are more."""


class CardSize(StrEnum):
    """Four or two cards on a sheet of A4."""

    A6 = "a6"
    A5 = "a5"


BUILDING = Parameter(
    "building", parse_id, {"type": "string"}, "The building's id; the page asks for it.", example="RO-HUB"
)


def parse_size(text: str) -> CardSize:
    return CardSize(text.lower())


SIZE = Parameter(
    "size",
    parse_size,
    {"type": "string", "enum": list(CardSize)},
    "The size of the cards.",
)
ROOMS = Parameter(
    "rooms",
    parse_id,
    {"type": "string"},
    "Ids of the rooms, separated by commas; all rooms of the building if absent.",
)


class Sign(Struct, frozen=True):
    """A card. `address` is for people who cannot scan."""

    room: Room
    address: str
    qr: Markup
    words: str


async def signs(context: RequestContext) -> Response:
    """A page of cards, or of buildings to choose from."""
    catalogue, building_id = context.state.services.read_model.catalogue, context.get(BUILDING)
    if building_id is None:
        buildings = [each for each in catalogue.buildings.values() if catalogue.by_building.get(each.id)]
        chosen = page(context, "sign_buildings.html", buildings=sorted(buildings, key=lambda each: each.name))
        return shared_page(context, chosen, lambda _: _is_same(context, catalogue))
    building = catalogue.building(BuildingId(building_id))
    rooms = catalogue.by_building.get(building.id, ())
    wanted, size = _wanted(context), context.get(SIZE)
    shown = [each for each in rooms if not wanted or each.id in wanted][:_MAX_SIGNS]
    answer = page(
        context,
        "signs.html",
        building=building,
        rooms=rooms,
        wanted=wanted or {each.id for each in shown},
        size=size or CardSize.A6,
        signs=await _draw(context, shown),
        left_out=len([each for each in rooms if not wanted or each.id in wanted]) - len(shown),
    )
    return shared_page(context, answer, lambda _: _is_same(context, catalogue))


def _is_same(context: RequestContext, catalogue: object) -> bool:
    return context.state.services.read_model.catalogue is catalogue


def _wanted(context: RequestContext) -> set[str]:
    """The rooms chosen with check boxes (`room=…` for each), or listed in a link."""
    listed = (context.get(ROOMS) or "").split(",")
    return {each.strip() for each in (*context.request.query.getall("room", []), *listed) if each.strip()}


async def _draw(context: RequestContext, rooms: Sequence[Room]) -> list[Sign]:
    """Off the event loop, for one request at a time."""
    base = public_base(context)
    async with context.state.sign_drawing:
        return await asyncio.to_thread(lambda: [_sign(base, each) for each in rooms])


def _sign(base: str, room: Room) -> Sign:
    address = f"{base}{room_path(room.id)}"
    words = "Free now? Book it." if room.bookable else "Free now? See the timetable."
    return Sign(room, address.partition("://")[2], qr_svg(address, f"{room.name}: {words}"), words)


SIGNS: tuple[Route, ...] = (
    page_route(
        "signs",
        signs,
        "Signs with QR codes for the rooms of a building, to print.",
        path="/signs",
        parameters=(BUILDING, SIZE, ROOMS),
        cost=5.0,
    ),
)
