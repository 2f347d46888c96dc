"""A calendar that somebody publishes as an iCalendar feed, of one room or of many."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from hashlib import blake2b

from core.model.entities import BookingType, RoomId
from scraper.common.errors import SourceFailed
from scraper.common.room_lookup import Places, places_of
from scraper.model import Harvest, Progress, SourceSettings, Tools
from scraper.sources.document import Contents, harvest_document
from scraper.sources.icalendar.events import FeedReader, read_feed

_READER = "2"
"""Counted up when feeds are read differently, so that all are read anew."""


class ICalendarFeed:
    """Options: `room` (the feed is of this room alone) and `type` (of events whose categories name none)."""

    kind = "icalendar"
    brings_rooms = False
    per_second = 5.0

    async def harvest(
        self, settings: SourceSettings, tools: Tools, previous: Mapping[str, str], progress: Progress
    ) -> Harvest:
        reader = _reader(settings, tools)

        async def read(content: bytes) -> Contents:
            return await tools.parse(read_feed, content, reader)

        ask = partial(tools.fetch.get, settings.address)
        return await harvest_document(ask, read, _conditions(reader), previous, progress)


def _reader(settings: SourceSettings, tools: Tools) -> FeedReader:
    zone = settings.zone
    first, last = window_of(settings.year, tools.now.astimezone(zone).date())
    return FeedReader(zone, first, last, _places(settings, tools), settings.name, _usual_type(settings))


def window_of(year: int | None, today: date) -> tuple[date, date]:
    """The days a feed is expanded for: the year's, or from this month on for thirteen months."""
    if year is not None:
        return date(year, 1, 1), date(year + 1, 1, 1)
    first = today.replace(day=1)
    months = first.month + 12
    return first, date(first.year + months // 12, months % 12 + 1, 1)


def _places(settings: SourceSettings, tools: Tools) -> Places:
    room = settings.options.get("room", "").strip()
    if room:
        return Places({}, RoomId(room))
    return places_of(each for each in tools.rooms if settings.wants(each.id))


def _usual_type(settings: SourceSettings) -> BookingType:
    word = settings.options.get("type", BookingType.MISC).strip().upper()
    try:
        return BookingType(word)
    except ValueError as error:
        raise SourceFailed(f"type {word!r} is not one of {', '.join(BookingType)}.") from error


def _conditions(reader: FeedReader) -> str:
    """Everything besides the feed itself that decides what is read from it."""
    called = repr(sorted(reader.places.called.items())).encode()
    words = (_READER, reader.zone.key, reader.first, reader.last, reader.usual_type, reader.places.only)
    return ":".join([*map(str, words), blake2b(called, digest_size=8).hexdigest()])
