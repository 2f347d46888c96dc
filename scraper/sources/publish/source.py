"""Publish, where UNSW shows its timetable now: an interface of JSON, twenty rooms at a time."""

from collections.abc import Iterator, Mapping
from functools import partial
from hashlib import blake2b

from core.model.entities import RoomId
from scraper.collector import Basket
from scraper.common.concurrency import each
from scraper.common.errors import PageChanged
from scraper.http.url_guard import web_address
from scraper.model import Harvest, Progress, SourceSettings, Tools
from scraper.sources.publish.responses import RoomKeys, read_events, read_locations, read_view_options

INSTITUTION = "98c1cede-2447-4c14-92a3-7816107cd42b"
LOCATIONS = "1e042cb1-547d-41d4-ae93-a1f2c3d34538"
"""Publish's own keys: of UNSW, and of the kind of things that are rooms there."""
ROOMS_AT_ONCE = 20
MOST_PAGES = 200
_READER = "1"
"""Part of every fingerprint: counted up when answers are read differently, so that all are read anew."""


class Publish:
    """Option: `institution`, for another university's key. Its rooms are known from elsewhere."""

    kind = "publish"
    brings_rooms = False
    per_second = 1.0

    async def harvest(
        self, settings: SourceSettings, tools: Tools, previous: Mapping[str, str], progress: Progress
    ) -> Harvest:
        return await _Visit(settings, tools, previous, progress).harvest()


class _Visit:
    """One run over its answers."""

    def __init__(
        self, settings: SourceSettings, tools: Tools, previous: Mapping[str, str], progress: Progress
    ) -> None:
        self._settings = settings
        self._tools = tools
        self._progress = progress
        self._basket = Basket(previous)

    async def harvest(self) -> Harvest:
        view = await self._view_options()
        rooms = {key: room for key, room in (await self._locations()).items() if self._wants(room)}
        batches = list(_batches(rooms))
        total = self._basket.pages + len(batches)

        async def visit(batch: RoomKeys) -> None:
            await self._basket.fill(_name_of(batch), batch.values(), partial(self._read, batch, view))
            self._progress(self._basket.pages, total)

        await each(batches, visit, self._tools.fetch.manners.at_once)
        return self._basket.harvest(self._settings.name)

    async def _read(self, batch: RoomKeys, view: Mapping[str, object]) -> None:
        answer = await self._post("CategoryTypes/Categories/Events/Filter", _events_question(batch, view))
        fingerprint = f"{_READER}:{blake2b(answer, digest_size=16).hexdigest()}"
        if not self._basket.is_unchanged(_name_of(batch), fingerprint, batch.values()):
            self._basket.groups.extend(
                await self._tools.parse(read_events, answer, batch, self._settings.zone)
            )

    async def _view_options(self) -> Mapping[str, object]:
        self._basket.pages += 1
        page = await self._tools.fetch.get(self._address("ViewOptions"))
        today = self._tools.now.astimezone(self._settings.zone).date()
        return await self._tools.parse(read_view_options, page.content, self._settings.year or today.year)

    async def _locations(self) -> RoomKeys:
        rooms: dict[str, RoomId] = {}
        for number in range(1, MOST_PAGES + 1):
            answer = await self._post(f"CategoryTypes/{LOCATIONS}/Categories/FilterWithCache", None, number)
            found, pages = await self._tools.parse(read_locations, answer)
            rooms.update(found)
            if number >= pages:
                return rooms
        raise PageChanged(f"Publish has more than {MOST_PAGES} pages of rooms.")

    def _wants(self, room: RoomId) -> bool:
        """Rooms nobody knows could not be shown, so their hours are not asked for either."""
        known = self._tools.rooms
        return self._settings.wants(room) and (not known or any(each.id == room for each in known))

    async def _post(self, path: str, body: object, page_number: int | None = None) -> bytes:
        self._basket.pages += 1
        address = self._address(path, page_number)
        return (await self._tools.fetch.post_json(address, body)).content

    def _address(self, path: str, page_number: int | None = None) -> str:
        institution = self._settings.options.get("institution", INSTITUTION)
        address = web_address(self._settings.address) / path / institution
        return str(address if page_number is None else address % {"pageNumber": str(page_number)})


def _batches(rooms: RoomKeys) -> Iterator[RoomKeys]:
    """Always the same rooms together, so that an unchanged answer can be known again."""
    keys = sorted(rooms, key=lambda key: (rooms[key], key))
    for start in range(0, len(keys), ROOMS_AT_ONCE):
        yield {key: rooms[key] for key in keys[start : start + ROOMS_AT_ONCE]}


def _name_of(batch: RoomKeys) -> str:
    digest = blake2b(" ".join(batch).encode(), digest_size=4).hexdigest()
    first, last = next(iter(batch.values())), list(batch.values())[-1]
    return f"rooms/{first} to {last} ({digest})"


def _events_question(batch: RoomKeys, view: Mapping[str, object]) -> object:
    rooms = {"CategoryTypeIdentity": LOCATIONS, "CategoryIdentities": list(batch)}
    return {
        "CategoryTypesWithIdentities": [rooms],
        "ViewOptions": view,
        "FetchBookings": False,
        "FetchPersonalEvents": False,
        "PersonalIdentities": [],
    }
