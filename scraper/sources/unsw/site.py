"""Scrapes the UNSW timetable site: buildings, rooms, and a page of a whole year for each room."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial

from msgspec.structs import replace

from core.model import Building, Equipment, Room, RoomId
from scraper.collector import PageCollector
from scraper.common.concurrency import run_limited
from scraper.http.page import FetchedPage
from scraper.http.url_guard import parse_web_address
from scraper.model import ProgressCallback, ScrapeResult, SourceContext, SourceSettings
from scraper.sources.unsw.pages import (
    parse_buildings,
    parse_facilities,
    parse_page,
    parse_rooms,
    table_digest,
)
from scraper.sources.unsw.room_page import parse_room_page
from scraper.sources.unsw.weeks import TimetableYear

CAMPUS_CODE = "KENS"
MAX_FACILITIES_AGE = timedelta(days=30)
"""Equipment changes seldom; it is requested again after this time."""
_PARSER_VERSION = "1"
"""Part of every fingerprint: incremented when parsing changes, so that all pages are parsed again."""

_BUILDING_ALIASES = {
    "K-E10": ("Hilmer Building",),
    "K-E19": ("Central Lecture Block",),
    "K-F8": ("Law Library",),
    "K-F10": ("Chemical Sciences",),
    "K-H13": ("Red Centre",),
}
MAX_BUILDINGS_PAGE_BYTES = 4 * 1024**2
MAX_ROOMS_PAGE_BYTES = 8 * 1024**2
MAX_TIMETABLE_PAGE_BYTES = 2 * 1024**2
MAX_FACILITIES_PAGE_BYTES = 512 * 1024
"""Some twenty times the largest page of each type that we have seen."""

_EXCLUDED_BUILDINGS = frozenset({"K-BS38", "K-L5", "K-D9", "K-D10"})
_EXCLUDED_USAGES = frozenset({"EXAM", "OTHR"})
_EXCLUDED_SCHOOLS = frozenset({"ADMIN"})
_EXCLUDED_ROOMS = frozenset(
    {
        "K-J17-302A", "K-J17-302B", "K-J17-305A", "K-J17-305B", "K-G17-G3", "K-H6-G17",
        "K-E4-109", "K-E6-G", "K-E4-109A", "K-K17-B08",
    }
)  # fmt: skip
_WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

PostFields = Sequence[tuple[str, str]]


class UnswTimetableSite:
    """Options: `facilities` (off: skip the pages of equipment), `bookable` (on: its rooms may be booked)."""

    kind = "unsw_nss"
    provides_rooms = True
    requests_per_second = 5.0

    async def scrape(
        self,
        settings: SourceSettings,
        context: SourceContext,
        previous_fingerprints: Mapping[str, str],
        progress: ProgressCallback,
    ) -> ScrapeResult:
        return await _SiteRun(settings, context, previous_fingerprints, progress).scrape()


class _SiteRun:
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
        self._today = context.now.astimezone(settings.zone).date()
        self._year = TimetableYear(settings.year or self._today.year)
        self._collector = PageCollector(previous_fingerprints)
        self._total_pages = 0

    async def scrape(self) -> ScrapeResult:
        parse = self._context.parse
        page = await self._fetch("view_multirooms", self._week_fields(), MAX_BUILDINGS_PAGE_BYTES)
        buildings = await parse(parse_page, parse_buildings, page)
        page = await self._fetch("find_rooms", self._any_time_fields(), MAX_ROOMS_PAGE_BYTES)
        found = await parse(parse_page, parse_rooms, page)
        rooms = [room for room in found if self._settings.includes_room(room.id) and not is_excluded(room)]
        self._total_pages = self._collector.page_count + len(rooms)
        await run_limited(rooms, self._read_room, self._context.client.politeness.concurrency + 1)
        return self._collector.build_result(
            self._settings.name,
            _merge_buildings(buildings, rooms),
            tuple(self._with_equipment(room) for room in rooms),
        )

    async def _read_room(self, room: Room) -> None:
        pages = self._collector
        await pages.read_page(_timetable_page(room.id), [room.id], partial(self._read_timetable, room.id))
        if self._settings.is_enabled("facilities", default=True):
            await pages.read_page(_facilities_page(room.id), [], partial(self._read_facilities, room.id))
        self._progress(pages.page_count, max(self._total_pages, pages.page_count))

    async def _read_timetable(self, room: RoomId) -> None:
        form = [("room", room), ("view_room", "View"), *self._week_fields()]
        page = await self._fetch("view_rooms", form, MAX_TIMETABLE_PAGE_BYTES)
        fingerprint = self._fingerprint(table_digest(page))
        if not self._collector.check_unchanged(_timetable_page(room), fingerprint, [room]):
            self._collector.groups += await self._context.parse(
                parse_page, parse_room_page, page, room, self._year, self._settings.zone
            )

    async def _read_facilities(self, room: RoomId) -> None:
        """Equipment is stored as the fingerprint of the page, with the day it was requested."""
        stored = self._collector.previous_fingerprints.get(_facilities_page(room), "")
        if stored.partition(" ")[0] <= str(self._today - MAX_FACILITIES_AGE):
            form = [("show", "show_facilities"), ("room", room)]
            page = await self._fetch("view_rooms", form, MAX_FACILITIES_PAGE_BYTES)
            equipment = await self._context.parse(parse_page, parse_facilities, page)
            stored = f"{self._today} {' '.join(sorted(equipment))}"
        self._collector.fingerprints[_facilities_page(room)] = stored

    def _fingerprint(self, digest: str) -> str:
        """Fingerprint of a room's page: the digest of its tables and all that decides how they are parsed."""
        return f"{_PARSER_VERSION}:{self._year.number}:{self._settings.zone.key}:{digest}"

    def _with_equipment(self, room: Room) -> Room:
        bookable = self._settings.is_enabled("bookable", default=False)
        stored = self._collector.fingerprints.get(_facilities_page(room.id), "").split()[1:]
        equipment = frozenset(each for each in Equipment if each in stored)
        return replace(room, bookable=bookable, individual_access=bookable, equipment=equipment)

    async def _fetch(self, page: str, form: PostFields, max_bytes: int) -> FetchedPage:
        self._collector.page_count += 1
        query = {"dbafile": f"{self._year.number}-{CAMPUS_CODE}-COFA.DBA", "campus": CAMPUS_CODE}
        address = (parse_web_address(self._settings.url) / f"{page}.php") % query
        return await self._context.client.post(str(address), form, max_bytes)

    def _week_fields(self) -> PostFields:
        return [("fr_week", str(self._year.first)), ("to_week", str(self._year.last))]

    def _any_time_fields(self) -> PostFields:
        """Query for rooms free from a time to the same time: all rooms are."""
        days = [("days[]", day) for day in _WEEKDAY_NAMES]
        return [*days, ("fr_time", "0"), ("to_time", "0"), ("search_rooms", "Search"), *self._week_fields()]


def is_excluded(room: Room) -> bool:
    """Whether it is a room that searches must not find, such as an exam room."""
    return (
        room.building_id in _EXCLUDED_BUILDINGS
        or room.usage in _EXCLUDED_USAGES
        or room.school in _EXCLUDED_SCHOOLS
        or room.id in _EXCLUDED_ROOMS
    )


def _timetable_page(room: RoomId) -> str:
    return f"room/{room}"


def _facilities_page(room: RoomId) -> str:
    return f"facilities/{room}"


def _merge_buildings(listed: Sequence[Building], rooms: Sequence[Room]) -> tuple[Building, ...]:
    """The listed buildings, and those only known from their rooms, named by their ids."""
    named = {room.building_id: Building(room.building_id, room.building_id) for room in rooms}
    named |= {building.id: building for building in listed if building.id not in _EXCLUDED_BUILDINGS}
    return tuple(
        replace(building, aliases=_BUILDING_ALIASES.get(building.id, ())) for building in named.values()
    )
