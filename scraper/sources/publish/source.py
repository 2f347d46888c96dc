"""Scrapes Publish, UNSW's current timetable site, by its JSON API, twenty rooms a request."""

from collections.abc import Iterator, Mapping
from functools import partial
from hashlib import blake2b

from msgspec.structs import replace

from core.model import RoomId
from scraper.collector import PageCollector
from scraper.common.concurrency import run_limited
from scraper.common.errors import PageFormatChanged
from scraper.common.text import to_one_line
from scraper.http.url_guard import parse_web_address
from scraper.model import ProgressCallback, ScrapeResult, SourceContext, SourceSettings
from scraper.sources.publish.responses import (
    NamesByKey,
    RoomsByKey,
    parse_events,
    parse_locations,
    parse_view_options,
    room_of_unsw,
)
from scraper.sources.rooms import source_room_lookup

INSTITUTION_KEY = "98c1cede-2447-4c14-92a3-7816107cd42b"
LOCATIONS_KEY = "1e042cb1-547d-41d4-ae93-a1f2c3d34538"
"""Keys of Publish: of UNSW, and of the category of rooms."""
ROOMS_PER_BATCH = 20
MAX_PAGES = 200
MAX_EVENTS_BYTES = 32 * 1024**2
MAX_LOCATIONS_BYTES = 4 * 1024**2
"""Bytes of one answer; twenty rooms have some 2 MB of events a year."""
_MAX_LISTED_LOCATIONS = 5
_PARSER_VERSION = "1"
"""Part of every fingerprint: incremented when parsing changes, so that all responses are parsed again."""


class PublishSource:
    """Option: `institution`, for another university's key. Its rooms come from another source.

    A location is one of our rooms by any of its names, in its name or its description.
    """

    kind = "publish"
    provides_rooms = False
    requests_per_second = 1.0

    async def scrape(
        self,
        settings: SourceSettings,
        context: SourceContext,
        previous_fingerprints: Mapping[str, str],
        progress: ProgressCallback,
    ) -> ScrapeResult:
        return await _PublishRun(settings, context, previous_fingerprints, progress).scrape()


class _PublishRun:
    """One run."""

    def __init__(
        self,
        settings: SourceSettings,
        context: SourceContext,
        previous_fingerprints: Mapping[str, str],
        progress: ProgressCallback,
    ) -> None:
        self._settings = settings
        self._context = context
        self._progress = progress
        self._collector = PageCollector(previous_fingerprints)
        self._unknown: list[str] = []
        """Names of locations that are none of our rooms."""

    async def scrape(self) -> ScrapeResult:
        view = await self._fetch_view_options()
        rooms = self._match_rooms(await self._fetch_locations())
        batches = list(_split_batches(rooms))
        total = self._collector.page_count + len(batches)

        async def visit(batch: RoomsByKey) -> None:
            await self._collector.read_page(
                _page_name(batch), batch.values(), partial(self._read_batch, batch, view)
            )
            self._progress(self._collector.page_count, total)

        await run_limited(batches, visit, self._context.client.politeness.concurrency)
        result = self._collector.build_result(self._settings.name)
        return replace(result, unknown_places=dict.fromkeys(self._unknown, 0))

    async def _read_batch(self, batch: RoomsByKey, view: Mapping[str, object]) -> None:
        path = "CategoryTypes/Categories/Events/Filter"
        answer = await self._post(path, _events_request(batch, view), MAX_EVENTS_BYTES)
        fingerprint = f"{_PARSER_VERSION}:{blake2b(answer, digest_size=16).hexdigest()}"
        if not self._collector.check_unchanged(_page_name(batch), fingerprint, batch.values()):
            self._collector.groups.extend(
                await self._context.parse(parse_events, answer, batch, self._settings.zone)
            )

    async def _fetch_view_options(self) -> Mapping[str, object]:
        self._collector.page_count += 1
        page = await self._context.client.get(self._build_address("ViewOptions"))
        today = self._context.now.astimezone(self._settings.zone).date()
        return await self._context.parse(parse_view_options, page.content, self._settings.year or today.year)

    async def _fetch_locations(self) -> NamesByKey:
        names: dict[str, tuple[str, str]] = {}
        for number in range(1, MAX_PAGES + 1):
            path = f"CategoryTypes/{LOCATIONS_KEY}/Categories/FilterWithCache"
            answer = await self._post(path, None, MAX_LOCATIONS_BYTES, number)
            found, pages = await self._context.parse(parse_locations, answer)
            names.update(found)
            if number >= pages:
                return names
        raise PageFormatChanged(f"Publish has more than {MAX_PAGES} pages of rooms.")

    def _match_rooms(self, locations: NamesByKey) -> RoomsByKey:
        """Our rooms by their keys. Unknown rooms cannot be displayed, so their entries are not requested."""
        lookup = source_room_lookup(self._settings, self._context)
        known = {each.id for each in self._context.known_rooms}
        rooms: dict[str, RoomId] = {}
        for key, (name, description) in locations.items():
            room = room_of_unsw(name)
            if known and room not in known:
                found = [lookup.find_all((text,)) for text in (name, description)]
                room = next((each.rooms[0] for each in found if len(each.rooms) == 1), None)
                if room is None and not any(each.is_explained for each in found):
                    self._unknown.append(to_one_line(name))
            if room is not None and self._settings.includes_room(room):
                rooms[key] = room
        if self._unknown:
            self._collector.problems.append(
                f"{len(self._unknown):,} of {len(locations):,} locations are none of our rooms:"
                f" {', '.join(self._unknown[:_MAX_LISTED_LOCATIONS])}."
            )
        return rooms

    async def _post(self, path: str, body: object, max_bytes: int, page_number: int | None = None) -> bytes:
        self._collector.page_count += 1
        address = self._build_address(path, page_number)
        return (await self._context.client.post_json(address, body, max_bytes)).content

    def _build_address(self, path: str, page_number: int | None = None) -> str:
        institution = self._settings.options.get("institution", INSTITUTION_KEY)
        address = parse_web_address(self._settings.url) / path / institution
        return str(address if page_number is None else address % {"pageNumber": str(page_number)})


def _split_batches(rooms: RoomsByKey) -> Iterator[RoomsByKey]:
    """Splits rooms into batches that are stable across runs, so that unchanged responses are recognised."""
    keys = sorted(rooms, key=lambda key: (rooms[key], key))
    for start in range(0, len(keys), ROOMS_PER_BATCH):
        yield {key: rooms[key] for key in keys[start : start + ROOMS_PER_BATCH]}


def _page_name(batch: RoomsByKey) -> str:
    digest = blake2b(" ".join(batch).encode(), digest_size=4).hexdigest()
    first, last = next(iter(batch.values())), list(batch.values())[-1]
    return f"rooms/{first} to {last} ({digest})"


def _events_request(batch: RoomsByKey, view: Mapping[str, object]) -> object:
    rooms = {"CategoryTypeIdentity": LOCATIONS_KEY, "CategoryIdentities": list(batch)}
    return {
        "CategoryTypesWithIdentities": [rooms],
        "ViewOptions": view,
        "FetchBookings": False,
        "FetchPersonalEvents": False,
        "PersonalIdentities": [],
    }
