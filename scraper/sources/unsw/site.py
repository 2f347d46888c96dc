"""The UNSW timetable site: buildings, rooms, and a page of a whole year for each room."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from core.model.entities import Building, Equipment, Room, RoomId
from scraper.collector import PageCollector
from scraper.common.concurrency import run_limited
from scraper.http.page import FetchedPage
from scraper.http.url_guard import parse_web_address
from scraper.model import ProgressCallback, ScrapeResult, SourceContext, SourceSettings
from scraper.sources.unsw.pages import (
    parse_buildings,
    parse_facilities,
    parse_page,
    parse_room_page,
    parse_rooms,
    table_digest,
)
from scraper.sources.unsw.weeks import TimetableYear

CAMPUS_CODE = "KENS"
MAX_FACILITIES_AGE = timedelta(days=30)
"""What a room holds changes seldom; it is asked for again after this long."""
_PARSER_VERSION = "1"
"""Part of every fingerprint: counted up when a page is read differently, so that all are read anew."""

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
    """Options: `facilities` (off: do not ask what rooms hold), `bookable` (on: its rooms may be booked)."""

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
        visit = _SiteRun(settings, context, previous_fingerprints, progress)
        return await visit.scrape()


class _SiteRun:
    """One run over the site."""

    def __init__(
        self,
        settings: SourceSettings,
        context: SourceContext,
        previous_fingerprints: Mapping[str, str],
        progress: ProgressCallback,
    ) -> None:
        self._settings = settings
        self._tools = context
        self._progress = progress
        self._today = context.now.astimezone(settings.zone).date()
        self._year = TimetableYear(settings.year or self._today.year)
        self._collector = PageCollector(previous_fingerprints)
        self._total_pages = 0

    async def scrape(self) -> ScrapeResult:
        parse = self._tools.parse
        page = await self._fetch("view_multirooms", self._week_fields(), MAX_BUILDINGS_PAGE_BYTES)
        buildings = await parse(parse_page, parse_buildings, page)
        page = await self._fetch("find_rooms", self._any_time_fields(), MAX_ROOMS_PAGE_BYTES)
        found = await parse(parse_page, parse_rooms, page)
        rooms = [room for room in found if self._settings.includes_room(room.id) and not is_excluded(room)]
        self._total_pages = self._collector.page_count + len(rooms)
        await run_limited(rooms, self._read_room, self._tools.client.politeness.concurrency + 1)
        return self._collector.build_result(
            self._settings.name,
            _merge_buildings(buildings, rooms),
            tuple(self._with_equipment(room) for room in rooms),
        )

    async def _read_room(self, room: Room) -> None:
        basket = self._collector
        await basket.read_page(_timetable_page(room.id), [room.id], partial(self._read_timetable, room.id))
        if self._settings.is_enabled("facilities", default=True):
            await basket.read_page(_facilities_page(room.id), [], partial(self._read_facilities, room.id))
        self._progress(basket.page_count, max(self._total_pages, basket.page_count))

    async def _read_timetable(self, room: RoomId) -> None:
        form = [("room", room), ("view_room", "View"), *self._week_fields()]
        page = await self._fetch("view_rooms", form, MAX_TIMETABLE_PAGE_BYTES)
        fingerprint = self._fingerprint(await self._tools.parse(table_digest, page))
        if not self._collector.check_unchanged(_timetable_page(room), fingerprint, [room]):
            self._collector.groups += await self._tools.parse(
                parse_page, parse_room_page, page, room, self._year, self._settings.zone
            )

    async def _read_facilities(self, room: RoomId) -> None:
        """What a room holds is remembered as the page's fingerprint, with the day it was asked."""
        remembered = self._collector.previous_fingerprints.get(_facilities_page(room), "")
        if remembered.partition(" ")[0] <= str(self._today - MAX_FACILITIES_AGE):
            form = [("show", "show_facilities"), ("room", room)]
            page = await self._fetch("view_rooms", form, MAX_FACILITIES_PAGE_BYTES)
            offers = await self._tools.parse(parse_page, parse_facilities, page)
            remembered = f"{self._today} {' '.join(sorted(offers))}"
        self._collector.fingerprints[_facilities_page(room)] = remembered

    def _fingerprint(self, digest: str) -> str:
        """Fingerprint of a room's page: the digest of its tables and all that decides how they are parsed."""
        return f"{_PARSER_VERSION}:{self._year.number}:{self._settings.zone.key}:{digest}"

    def _with_equipment(self, room: Room) -> Room:
        bookable = self._settings.is_enabled("bookable", default=False)
        offers = self._collector.fingerprints.get(_facilities_page(room.id), "").split()[1:]
        equipment = frozenset(each for each in Equipment if each in offers)
        return replace(room, bookable=bookable, individual_access=bookable, equipment=equipment)

    async def _fetch(self, page: str, form: PostFields, max_bytes: int) -> FetchedPage:
        self._collector.page_count += 1
        query = {"dbafile": f"{self._year.number}-{CAMPUS_CODE}-COFA.DBA", "campus": CAMPUS_CODE}
        address = (parse_web_address(self._settings.address) / f"{page}.php") % query
        return await self._tools.client.post(str(address), form, max_bytes)

    def _week_fields(self) -> PostFields:
        return [("fr_week", str(self._year.first)), ("to_week", str(self._year.last))]

    def _any_time_fields(self) -> PostFields:
        """The question for rooms that are free from a time to the same time: every room is."""
        days = [("days[]", day) for day in _WEEKDAY_NAMES]
        return [*days, ("fr_time", "0"), ("to_time", "0"), ("search_rooms", "Search"), *self._week_fields()]


def is_excluded(room: Room) -> bool:
    """Rooms that nobody looking for a free one should be sent to."""
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
    """Those of the list, and by its id alone any that has rooms and is not on it."""
    named = {room.building_id: Building(room.building_id, room.building_id) for room in rooms}
    named |= {building.id: building for building in listed if building.id not in _EXCLUDED_BUILDINGS}
    return tuple(
        replace(building, aliases=_BUILDING_ALIASES.get(building.id, ())) for building in named.values()
    )
