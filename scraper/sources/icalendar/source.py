"""Scrapes an iCalendar feed, of one room or of many."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from hashlib import blake2b

from msgspec.structs import replace

from core.model import BookingType, RoomId
from scraper.common.errors import SourceFailed
from scraper.common.room_lookup import RoomLookup
from scraper.model import ProgressCallback, ScrapeResult, SourceContext, SourceSettings
from scraper.sources.document import DocumentContents, scrape_document
from scraper.sources.icalendar.events import parse_feed
from scraper.sources.icalendar.options import FeedOptions, Treatment, Treatments
from scraper.sources.rooms import source_room_lookup

_PARSER_VERSION = "5"
"""Incremented when feeds are parsed differently, so that all are parsed again."""


class ICalendarFeed:
    """Options: `room` (the feed is of this room alone), `type` (of events whose categories name none), and
    what becomes of events of a kind, `transparent`, `tentative` and `all_day`: busy, free or report.
    """

    kind = "icalendar"
    provides_rooms = False
    requests_per_second = 5.0

    async def scrape(
        self,
        settings: SourceSettings,
        context: SourceContext,
        previous_fingerprints: Mapping[str, str],
        progress: ProgressCallback,
    ) -> ScrapeResult:
        options = _feed_options(settings, context)

        async def parse(content: bytes) -> DocumentContents:
            contents = await context.parse(parse_feed, content, options)
            if options.room_lookup.only_room is not None:
                return contents
            return replace(contents, entries=contents.entries.filter_rooms(settings.includes_room))

        conditions = f"{_conditions(options)}:{'|'.join(settings.rooms)}"
        fetch = partial(context.client.get, settings.url)
        return await scrape_document(fetch, parse, conditions, previous_fingerprints, progress)


def _feed_options(settings: SourceSettings, context: SourceContext) -> FeedOptions:
    zone = settings.zone
    first, last = feed_window(settings.year, context.now.astimezone(zone).date())
    return FeedOptions(
        zone,
        first,
        last,
        _room_lookup(settings, context),
        settings.name,
        _default_type(settings),
        Treatments(
            transparent=_treatment(settings, "transparent", Treatment.REPORT),
            tentative=_treatment(settings, "tentative", Treatment.BUSY),
            all_day=_treatment(settings, "all_day", Treatment.BUSY),
        ),
    )


def _treatment(settings: SourceSettings, option: str, default: Treatment) -> Treatment:
    word = settings.options.get(option, default).strip().lower()
    try:
        return Treatment(word)
    except ValueError as error:
        raise SourceFailed(f"{option} {word!r} is not one of {', '.join(Treatment)}.") from error


def feed_window(year: int | None, today: date) -> tuple[date, date]:
    """The days a feed is expanded for: those of the year, or thirteen months from this one on."""
    if year is not None:
        return date(year, 1, 1), date(year + 1, 1, 1)
    first = today.replace(day=1)
    months = first.month + 12
    return first, date(first.year + months // 12, months % 12 + 1, 1)


def _room_lookup(settings: SourceSettings, context: SourceContext) -> RoomLookup:
    lookup = source_room_lookup(settings, context)
    room = settings.options.get("room", "").strip()
    if not room:
        return lookup
    if not context.known_rooms or any(each.id == room for each in context.known_rooms):
        return replace(lookup, only_room=RoomId(room))
    found = lookup.names.find_one(room)
    if found is None:
        raise SourceFailed(f"The option room names {room!r}, which is none of our rooms.")
    return replace(lookup, only_room=found)


def _default_type(settings: SourceSettings) -> BookingType:
    word = settings.options.get("type", BookingType.MISC).strip().upper()
    try:
        return BookingType(word)
    except ValueError as error:
        raise SourceFailed(f"type {word!r} is not one of {', '.join(BookingType)}.") from error


def _conditions(options: FeedOptions) -> str:
    """Everything besides the feed itself that decides its result."""
    names = options.room_lookup.names.fingerprint.encode()
    conditions = (
        _PARSER_VERSION,
        options.zone.key,
        options.first_day,
        options.last_day,
        options.default_type,
        options.room_lookup.only_room,
        options.treatments,
    )
    return ":".join([*map(str, conditions), blake2b(names, digest_size=8).hexdigest()])
