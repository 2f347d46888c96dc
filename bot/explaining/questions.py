"""Reads what an administrator asks about: a booking's id, a society, or a room and a time."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.explaining.service import Explanations
from bot.explaining.story import Story
from bot.language import parse_phrase
from bot.services import Services
from core.errors import Invalid
from core.interval import Interval
from core.services.administration import Administrator

_ID = re.compile(r"#?(?=[^\s]*\d|[^\s]{8})[0-9a-f]{4,8}(?:-[0-9a-f-]{0,27})?", re.IGNORECASE)
_QUESTION = (
    "Which booking, society, or room and when? For example: 21cf0a17, SOTECHSOC, or Wren G02 monday 3pm."
)
_AT_LEAST = timedelta(minutes=1)


def is_booking_id(text: str) -> bool:
    """Whether a text looks like a booking's id or its beginning."""
    return _ID.fullmatch(text.strip()) is not None


async def explain(services: Services, text: str, by: Administrator, zone: ZoneInfo) -> Story:
    """The story of the booking, the society, or the room and time that a text names; without a time, now."""
    explanations = Explanations(services)
    if is_booking_id(text):
        return await explanations.any_booking(text, by)
    if (story := await explanations.subject(text, by)) is not None:
        return story
    await services.prepared_names()
    now = services.clock.now().replace(second=0, microsecond=0)
    names, defaults = services.names.get(services.read_model), services.parser_defaults()
    reading = parse_phrase(text, now=now, zone=zone, names=names, defaults=defaults)
    room = services.read_model.catalogue.rooms.get(reading.room) if reading.room is not None else None
    if reading.problem is not None:
        raise Invalid(reading.problem.message)
    if room is None:
        raise Invalid(_QUESTION)
    start = reading.when.start if reading.when is not None else now
    end = reading.when.end if reading.when is not None and reading.when.end is not None else start
    return await explanations.room(room, Interval(start, max(end, start + _AT_LEAST)), by)
