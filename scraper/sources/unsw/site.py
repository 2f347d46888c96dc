"""The UNSW timetable site: buildings, rooms, and a page of a whole year for each room."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from hashlib import blake2b

from core.model.entities import Building, Equipment, Room, RoomId
from scraper.collector import Basket
from scraper.common.concurrency import each
from scraper.http.client import Page
from scraper.http.url_guard import web_address
from scraper.model import Harvest, Progress, SourceSettings, Tools
from scraper.sources.unsw.pages import read_buildings, read_facilities, read_room_page, read_rooms
from scraper.sources.unsw.weeks import Year

CAMPUS = "KENS"
FACILITIES_AGE = timedelta(days=30)
"""What a room holds changes seldom; it is asked for again after this long."""
_READER = "1"
"""Part of every fingerprint: counted up when a page is read differently, so that all are read anew."""

_ALIASES = {
    "K-E10": ("Hilmer Building",),
    "K-E19": ("Central Lecture Block",),
    "K-F8": ("Law Library",),
    "K-F10": ("Chemical Sciences",),
    "K-H13": ("Red Centre",),
}
_CLOSED_BUILDINGS = frozenset({"K-BS38", "K-L5", "K-D9", "K-D10"})
_CLOSED_USAGES = frozenset({"EXAM", "OTHR"})
_CLOSED_SCHOOLS = frozenset({"ADMIN"})
_CLOSED_ROOMS = frozenset(
    {
        "K-J17-302A", "K-J17-302B", "K-J17-305A", "K-J17-305B", "K-G17-G3", "K-H6-G17",
        "K-E4-109", "K-E6-G", "K-E4-109A", "K-K17-B08",
    }
)  # fmt: skip
_TABLE = re.compile(rb"<table.*</table>", re.DOTALL | re.IGNORECASE)
_EVERY_DAY = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Form = Sequence[tuple[str, str]]


class UnswTimetableSite:
    """Options: `facilities` (off: do not ask what rooms hold), `bookable` (on: its rooms may be booked)."""

    kind = "unsw_nss"
    brings_rooms = True
    per_second = 5.0

    async def harvest(
        self, settings: SourceSettings, tools: Tools, previous: Mapping[str, str], progress: Progress
    ) -> Harvest:
        visit = _Visit(settings, tools, previous, progress)
        return await visit.harvest()


class _Visit:
    """One run over the site."""

    def __init__(
        self, settings: SourceSettings, tools: Tools, previous: Mapping[str, str], progress: Progress
    ) -> None:
        self._settings = settings
        self._tools = tools
        self._progress = progress
        self._today = tools.now.astimezone(settings.zone).date()
        self._year = Year(settings.year or self._today.year)
        self._basket = Basket(previous)
        self._total = 0

    async def harvest(self) -> Harvest:
        parse = self._tools.parse
        buildings = await parse(read_buildings, _text(await self._ask("view_multirooms", self._weeks())))
        found = await parse(read_rooms, _text(await self._ask("find_rooms", self._any_time())))
        rooms = [room for room in found if self._settings.wants(room.id) and not is_excluded(room)]
        self._total = self._basket.pages + len(rooms)
        await each(rooms, self._visit, self._tools.fetch.manners.at_once + 1)
        return self._basket.harvest(
            self._settings.name,
            _all_buildings(buildings, rooms),
            tuple(self._furnished(room) for room in rooms),
        )

    async def _visit(self, room: Room) -> None:
        basket = self._basket
        await basket.fill(_timetable_of(room.id), [room.id], partial(self._read_timetable, room.id))
        if self._settings.is_on("facilities", default=True):
            await basket.fill(_facilities_of(room.id), [], partial(self._read_facilities, room.id))
        self._progress(basket.pages, max(self._total, basket.pages))

    async def _read_timetable(self, room: RoomId) -> None:
        page = await self._ask("view_rooms", [("room", room), ("view_room", "View"), *self._weeks()])
        if not self._basket.is_unchanged(_timetable_of(room), self._fingerprint(page.content), [room]):
            zone = self._settings.zone
            self._basket.groups += await self._tools.parse(
                read_room_page, _text(page), room, self._year, zone
            )

    async def _read_facilities(self, room: RoomId) -> None:
        """What a room holds is remembered as the page's fingerprint, with the day it was asked."""
        remembered = self._basket.previous.get(_facilities_of(room), "")
        if remembered.partition(" ")[0] <= str(self._today - FACILITIES_AGE):
            page = await self._ask("view_rooms", [("show", "show_facilities"), ("room", room)])
            offers = await self._tools.parse(read_facilities, _text(page))
            remembered = f"{self._today} {' '.join(sorted(offers))}"
        self._basket.fingerprints[_facilities_of(room)] = remembered

    def _fingerprint(self, content: bytes) -> str:
        """Of the table alone, for a page may show the time of day, and of what decides how it is read."""
        table = _TABLE.search(content)
        digest = blake2b(table.group() if table else content, digest_size=16).hexdigest()
        return f"{_READER}:{self._year.number}:{self._settings.zone.key}:{digest}"

    def _furnished(self, room: Room) -> Room:
        bookable = self._settings.is_on("bookable", default=False)
        offers = self._basket.fingerprints.get(_facilities_of(room.id), "").split()[1:]
        equipment = frozenset(each for each in Equipment if each in offers)
        return replace(room, bookable=bookable, individual_access=bookable, equipment=equipment)

    async def _ask(self, page: str, form: Form) -> Page:
        self._basket.pages += 1
        query = {"dbafile": f"{self._year.number}-{CAMPUS}-COFA.DBA", "campus": CAMPUS}
        address = (web_address(self._settings.address) / f"{page}.php") % query
        return await self._tools.fetch.post(str(address), form)

    def _weeks(self) -> Form:
        return [("fr_week", str(self._year.first)), ("to_week", str(self._year.last))]

    def _any_time(self) -> Form:
        """The question for rooms that are free from a time to the same time: every room is."""
        days = [("days[]", day) for day in _EVERY_DAY]
        return [*days, ("fr_time", "0"), ("to_time", "0"), ("search_rooms", "Search"), *self._weeks()]


def is_excluded(room: Room) -> bool:
    """Rooms that nobody looking for a free one should be sent to."""
    return (
        room.building_id in _CLOSED_BUILDINGS
        or room.usage in _CLOSED_USAGES
        or room.school in _CLOSED_SCHOOLS
        or room.id in _CLOSED_ROOMS
    )


def _timetable_of(room: RoomId) -> str:
    return f"room/{room}"


def _facilities_of(room: RoomId) -> str:
    return f"facilities/{room}"


def _all_buildings(listed: Sequence[Building], rooms: Sequence[Room]) -> tuple[Building, ...]:
    """Those of the list, and by its id alone any that has rooms and is not on it."""
    named = {room.building_id: Building(room.building_id, room.building_id) for room in rooms}
    named |= {building.id: building for building in listed if building.id not in _CLOSED_BUILDINGS}
    return tuple(replace(building, aliases=_ALIASES.get(building.id, ())) for building in named.values())


def _text(page: Page) -> str:
    """The page's own encoding where it names one; else UTF-8, and Latin-1 for what that is not."""
    for charset in filter(None, (page.charset, "utf-8")):
        with suppress(LookupError, UnicodeDecodeError):
            return page.content.decode(charset)
    return page.content.decode("latin-1")
