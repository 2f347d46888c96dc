"""Ratings of rooms, as FreeRooms' web client reads and gives them. They are anonymous."""

from collections.abc import Mapping

from bot.web.endpoints import schemas
from bot.web.endpoints.converters import parse_id, parse_stars
from bot.web.framework import serializers as wire
from bot.web.framework.errors import HttpError, InvalidParameter
from bot.web.framework.rate_limit import client_address, client_subnet
from bot.web.framework.response import CacheableResponse, json_response, with_etag
from bot.web.framework.route import Api, Parameter, ParameterLocation, RequestContext, Response, Route
from core.catalogue import Catalogue
from core.errors import Invalid
from core.model import MAX_STARS, MIN_STARS, BuildingId, Rating, RatingSummary, Room, RoomId, Stars
from core.services.ratings import building_means, rating_key

_STARS = {"type": "number", "minimum": MIN_STARS, "maximum": MAX_STARS}
_TEXT = {"type": "string"}
_MAX_LISTED = 200
"""Ratings of a room in a response, the newest."""
_READ_COST = 0.1
"""A client asks for the rating of every building at once, and gets them from memory."""

ROOM = Parameter(
    "room_id",
    parse_id,
    _TEXT,
    "The room's id; also its building's id, a dash and its number.",
    required=True,
    location=ParameterLocation.PATH,
    example="RO-PIZZA",
)
BUILDING = Parameter(
    "building_id",
    parse_id,
    _TEXT,
    "The building's id.",
    required=True,
    location=ParameterLocation.PATH,
    example="H-G9",
)
STARS = tuple(
    Parameter(name, parse_stars, _STARS, f"{name.capitalize()}, in stars.", required=True)
    for name in Stars._fields
)


async def building_rating(context: RequestContext) -> Response:
    building_id = context.require(BUILDING)
    means = await _building_means(context)
    return await _cached(context, wire.building_rating(building_id, means.get(BuildingId(building_id), 0)))


async def all_building_ratings(context: RequestContext) -> Response:
    means = await _building_means(context)
    return await _cached(context, [wire.building_rating(*each) for each in sorted(means.items())])


async def building_rooms(context: RequestContext) -> Response:
    """The means of each room of a building."""
    building_id, catalogue = BuildingId(context.require(BUILDING)), _catalogue(context)
    summaries = await _summaries(context)
    rooms = catalogue.by_building.get(building_id, ())
    return await _cached(context, [wire.room_means(room.id, summaries.get(room.id)) for room in rooms])


async def room_ratings(context: RequestContext) -> Response:
    """The ratings of a room; none for a room that does not exist, as in the original."""
    room = _catalogue(context).find_by_any_id(context.require(ROOM))
    if room is None or not context.state.settings.ratings:
        return await _cached(context, [])
    given = await context.state.read(lambda unit: unit.ratings.of_room(room.id, _MAX_LISTED))
    return await _cached(context, [stars._asdict() for stars in given])


async def rate(context: RequestContext) -> Response:
    """Stores a rating; a second one of a room on the same day replaces the first."""
    if not context.state.settings.ratings:
        raise HttpError(403, "Ratings are switched off here.")
    room = _room_to_rate(context)
    stars = Stars(*(context.require(each) for each in STARS))
    services = context.state.services
    address = client_address(context.request, context.state.settings.trusted_proxies)
    day = context.now.astimezone(services.rules.zone).date()
    key = rating_key(services.accounts.secrets[0], client_subnet(address), room.id, day)
    rating = Rating(key, room.id, context.now, stars)
    await services.storage.write_relaxed(lambda unit: unit.ratings.put(rating))
    context.state.ratings.invalidate()
    return json_response({"message": "rating inserted successfully"})


def _room_to_rate(context: RequestContext) -> Room:
    room_id, building_id = context.require(ROOM), context.require(BUILDING)
    room = _catalogue(context).find_by_any_id(room_id)
    if room is None:
        raise Invalid(f"Room ID {room_id} does not exist")
    if room.building_id != building_id:
        raise InvalidParameter("building_id")
    return room


async def _building_means(context: RequestContext) -> Mapping[BuildingId, float]:
    return building_means(_catalogue(context), await _summaries(context))


async def _summaries(context: RequestContext) -> Mapping[RoomId, RatingSummary]:
    return await context.state.ratings.get(_now(context)) if context.state.settings.ratings else {}


async def _cached(context: RequestContext, content: object) -> CacheableResponse:
    """A response that is valid while no rating is added and the catalogue stays the same."""
    ratings, catalogue = context.state.ratings, _catalogue(context)
    summaries = await ratings.get(_now(context))
    read_model = context.state.services.read_model
    return CacheableResponse(
        with_etag(wire.render_json(content)),
        lambda now: read_model.catalogue is catalogue and ratings.holds(summaries, now),
    )


def _catalogue(context: RequestContext) -> Catalogue:
    return context.state.services.read_model.catalogue


def _now(context: RequestContext) -> int:
    return int(context.now.timestamp())


RATINGS: tuple[Route, ...] = (
    Route(
        Api.FREEROOMS,
        "building rating",
        ("GET",),
        building_rating,
        "The mean rating of a building's rooms; 0 if there is none.",
        {200: schemas.BUILDING_RATING},
        path="/api/buildingRating/{building_id}",
        parameters=(BUILDING,),
        cost=_READ_COST,
    ),
    Route(
        Api.FREEROOMS,
        "building ratings",
        ("GET",),
        all_building_ratings,
        "The mean rating of every building.",
        {200: schemas.listed(schemas.BUILDING_RATING)},
        path="/api/buildingRating",
        cost=_READ_COST,
    ),
    Route(
        Api.FREEROOMS,
        "room ratings",
        ("GET",),
        room_ratings,
        "The ratings of a room, newest first.",
        {200: schemas.listed(schemas.RATING)},
        path="/api/rating/{room_id}",
        parameters=(ROOM,),
        cost=_READ_COST,
    ),
    Route(
        Api.FREEROOMS,
        "room ratings of a building",
        ("GET",),
        building_rooms,
        "The mean ratings of each room of a building.",
        {200: schemas.listed(schemas.ROOM_MEANS)},
        path="/api/rating/rooms/{building_id}",
        parameters=(BUILDING,),
        cost=_READ_COST,
    ),
    Route(
        Api.FREEROOMS,
        "rate",
        ("POST",),
        rate,
        "Rate a room, once a day; a second rating replaces the first.",
        {200: schemas.named({"message": schemas.TEXT}), 400: schemas.ERROR, 403: schemas.ERROR},
        path="/api/rating/rate/{building_id}/{room_id}",
        parameters=(BUILDING, ROOM, *STARS),
        is_mutating=True,
    ),
)
