"""Pictures by their signed URLs, as PNG and SVG."""

from collections.abc import Sequence
from datetime import datetime

from bot.pictures.formats import PictureFormat
from bot.pictures.links import PATH, read_picture_token
from bot.pictures.reading import NOW_STEP, PictureFacts, find_rooms, read_timeline
from bot.pictures.requests import is_personal
from bot.web.endpoints import schemas
from bot.web.framework.response import CacheableResponse, IsValid, with_etag
from bot.web.framework.route import Api, Parameter, ParameterLocation, RequestContext, Response, Route
from core.errors import UnknownPicture
from core.model import Room
from core.read_model import ReadModel

_MAX_TOKEN = 4_000
"""Characters; Slack takes URLs of 3,000."""
_COST = 2.0
"""A picture that is not cached takes some 30 ms of a core."""
_MEDIA_TYPES = {PictureFormat.PNG: "image/png", PictureFormat.SVG: "image/svg+xml; charset=utf-8"}
_DAY_SECONDS = 24 * 60 * 60
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Robots-Tag": "noindex",
}


def _parse_name(text: str) -> tuple[str, PictureFormat]:
    """A token and its format, from `TOKEN.png`."""
    token, _, ending = text.rpartition(".")
    if ending not in set(PictureFormat) or not token.isascii() or len(token) > _MAX_TOKEN:
        raise UnknownPicture
    return token, PictureFormat(ending)


PICTURE = Parameter(
    "picture",
    _parse_name,
    {"type": "string"},
    "What to draw, signed by Roomie, and `.png` or `.svg`.",
    required=True,
    location=ParameterLocation.PATH,
)


async def picture(context: RequestContext) -> Response:
    """Draws again only after a change in one of its rooms, and when the mark of the present moves."""
    token, image_format = context.require(PICTURE)
    state = context.state
    services = state.services
    request, last_day = read_picture_token(token, services.accounts.secrets, context.now)
    facts = PictureFacts(services.read_model, services.rules, context.now, state.read)
    rooms, interval = find_rooms(request, facts)
    is_valid = _validity(rooms, last_day, services.read_model, context.now)
    timeline = await read_timeline(request, rooms, interval, facts)
    body = await state.pictures.draw(timeline, image_format)
    response = with_etag(
        body,
        private=is_personal(request),
        media_type=_MEDIA_TYPES[image_format],
        headers=_HEADERS,
        is_compressed=image_format is PictureFormat.PNG,
    )
    return CacheableResponse(response, is_valid)


def _validity(rooms: Sequence[Room], last_day: int, read_model: ReadModel, now: datetime) -> IsValid:
    """A check that the rooms' schedules and the step of the present are the same, and it has not expired."""
    availability, catalogue = read_model.availability, read_model.catalogue
    step = int(NOW_STEP.total_seconds())
    began = int(now.timestamp()) // step
    schedules = [(each.id, availability.schedule(each.id)) for each in rooms]

    def is_valid(seconds: int) -> bool:
        return (
            seconds // step == began
            and seconds // _DAY_SECONDS <= last_day
            and read_model.availability is availability
            and read_model.catalogue is catalogue
            and all(availability.schedule(room_id) is schedule for room_id, schedule in schedules)
        )

    return is_valid


PICTURES: tuple[Route, ...] = (
    Route(
        Api.PICTURES,
        "picture",
        ("GET",),
        picture,
        "A picture that Roomie has shown in chat or on a page.",
        {200: schemas.TEXT, 404: schemas.TEXT, 410: schemas.TEXT},
        path=f"{PATH}/{{picture}}",
        parameters=(PICTURE,),
        cost=_COST,
        media_type="image/png",
    ),
)
