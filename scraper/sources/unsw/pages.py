"""Parses the pages of the UNSW timetable site, but for the timetables of rooms.

Each function raises `PageFormatChanged` for a page of another format.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from typing import Concatenate, ParamSpec, TypeVar

from core.model import Building, BuildingId, Equipment, Room, RoomId
from scraper.common.errors import PageFormatChanged
from scraper.common.text import to_one_line
from scraper.http.page import FetchedPage
from scraper.sources.unsw.markup import ROW_CLASSES, parse_html

P = ParamSpec("P")
T = TypeVar("T")

_BUILDING_PATTERN = re.compile(r"K-[A-Z][0-9]{1,2}")
_ROOM_PATTERN = re.compile(r"(K-[A-Z][0-9]{1,2})-[!-~]{1,40}")
_GRID_REFERENCE = re.compile(r"^[A-Z][0-9]{1,2} ")
_FACILITY_HEADINGS = (
    "Floor/seating",
    "Microphone",
    "Accessibility",
    "Audio-visual",
    "Info technology",
    "Writing media",
    "Services",
)
_EQUIPMENT_PATTERNS = {
    Equipment.WHITEBOARD: re.compile(r"white\s?board", re.IGNORECASE),
    Equipment.WHEELCHAIR: re.compile(r"wheelchair", re.IGNORECASE),
    Equipment.PROJECTOR: re.compile(r"projector", re.IGNORECASE),
    Equipment.COMPUTER: re.compile(r"\b(computer|PC|workstation)s?\b", re.IGNORECASE),
    Equipment.PRINTER: re.compile(r"\bprinters?\b", re.IGNORECASE),
}


def parse_page(
    parse: Callable[Concatenate[str, P], T], page: FetchedPage, *args: P.args, **kwargs: P.kwargs
) -> T:
    """Decodes a page and parses it; call it in the parsing process, which both belong in."""
    return parse(_decode_page(page), *args, **kwargs)


def table_digest(page: FetchedPage) -> str:
    """Hash of a page from its first `<table` to its last `</table>`: outside may be the time of day."""
    lowered = page.content.lower()
    start, end = lowered.find(b"<table"), lowered.rfind(b"</table>")
    tables = page.content[start:end] if 0 <= start < end else page.content
    return blake2b(tables, digest_size=16).hexdigest()


def parse_buildings(html: str) -> tuple[Building, ...]:
    """The buildings of the Kensington campus in the list of `view_multirooms`."""
    offered = parse_html(html, "select").find("select", attrs={"name": "building"})
    if offered is None:
        raise PageFormatChanged("The page of buildings has no list of buildings.")
    named = (option.get_text().strip().rpartition(" - ") for option in offered.find_all("option"))
    buildings = tuple(
        Building(BuildingId(building_id), _clean_building_name(name))
        for name, _, building_id in named
        if _BUILDING_PATTERN.fullmatch(building_id)
    )
    if not buildings:
        raise PageFormatChanged("The list of buildings names none that we know the like of.")
    return buildings


def parse_rooms(html: str) -> tuple[Room, ...]:
    """The rooms of the Kensington campus on a page of `find_rooms`, as not bookable."""
    rows = parse_html(html, "form").find_all("tr", class_=ROW_CLASSES)
    if not rows:
        raise PageFormatChanged("The page of rooms has no rows of rooms.")
    read = (_parse_room([cell.get_text().strip() for cell in row.find_all("td")]) for row in rows)
    rooms = tuple(room for room in read if room is not None)
    if not rooms:
        raise PageFormatChanged("The list of rooms names none that we know the like of.")
    return rooms


def parse_facilities(html: str) -> frozenset[Equipment]:
    """The equipment on a room's page of facilities, from rows without rows inside."""
    rows = [row for row in parse_html(html, "table").find_all("tr") if row.find("tr") is None]
    lines = [" ".join(cell.get_text() for cell in row.find_all("td")) for row in rows]
    facilities = [line for line in lines if any(title in line for title in _FACILITY_HEADINGS)]
    if not facilities:
        raise PageFormatChanged("The page of facilities lists none that we know.")
    return frozenset(
        equipment
        for equipment, pattern in _EQUIPMENT_PATTERNS.items()
        if any(map(pattern.search, facilities))
    )


def _parse_room(cells: list[str]) -> Room | None:
    if len(cells) != 6:
        raise PageFormatChanged(f"The page of rooms has rows of {len(cells)} cells where there should be 6.")
    abbr, name, room_id, usage, capacity, school = cells
    match = _ROOM_PATTERN.fullmatch(room_id)
    if match is None:
        return None
    return Room(
        RoomId(room_id),
        BuildingId(match[1]),
        to_one_line(name),
        int(capacity) if capacity.isascii() and capacity.isdigit() else 0,
        to_one_line(abbr),
        to_one_line(usage),
        to_one_line(school) or " ",
        individual_access=False,
        bookable=False,
    )


def _clean_building_name(name: str) -> str:
    """Drops the grid reference and words that do not help a search."""
    name = _GRID_REFERENCE.sub("", name).replace("\ufffd", " ").replace("Undercroft", "")
    name = name.replace("Library Stage 2", "Main Library")
    return to_one_line(re.sub(r"UNSW\s+", "", name))


def _decode_page(page: FetchedPage) -> str:
    """Decodes with the page's own encoding where it names one, else as UTF-8, else as Latin-1."""
    for charset in filter(None, (page.charset, "utf-8")):
        with suppress(LookupError, UnicodeDecodeError):
            return page.content.decode(charset)
    return page.content.decode("latin-1")
