"""Parses the pages of the UNSW timetable site.

BeautifulSoup is imported where it is used: these functions run in the parsing process, and no other should
load it. Each raises `PageFormatChanged` for a page of another format.
"""

import re
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING, Concatenate, NamedTuple, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from core.model import Building, BuildingId, Equipment, Room, RoomId
from scraper.common.entries import EntryGroup
from scraper.common.errors import PageFormatChanged
from scraper.common.text import to_one_line
from scraper.common.walltime import to_epoch_range
from scraper.http.page import FetchedPage
from scraper.sources.unsw.names import parse_site_name
from scraper.sources.unsw.weeks import TimetableYear

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

P = ParamSpec("P")
T = TypeVar("T")

HALF_HOUR_MINUTES = 30
DAYS_PER_WEEK = 7
MAX_NESTING = 500
"""Depth of elements. Real pages have some 20; searching a deeper tree takes time quadratic in its size."""
_ROW_CLASSES = ["rowLowlight", "rowHighlight"]
_BUILDING_PATTERN = re.compile(r"K-[A-Z][0-9]{1,2}")
_ROOM_PATTERN = re.compile(r"(K-[A-Z][0-9]{1,2})-[!-~]{1,40}")
_TIME_PATTERN = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_BLANK_CELL = re.compile(r"(<td[^<>]*>)(?:&nbsp;|\s)+(?=</td>)")
"""Most cells of a week: without their blanks, the tree has a third fewer nodes to build."""
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


class ClassLabel(NamedTuple):
    """A class in a cell: its name, and a digit for each requested week."""

    name: str
    week_code: str


class WeeklyClass(NamedTuple):
    """A class in one column of a room's table. Monday is 0; times are minutes after midnight."""

    weekday: int
    starts: int
    ends: int
    label: ClassLabel


class _HalfHourRow(NamedTuple):
    """A row of the table: its start in minutes after midnight, and the classes of each day."""

    starts: int
    days: tuple[frozenset[ClassLabel], ...]


def parse_page(
    parse_html: Callable[Concatenate[str, P], T], page: FetchedPage, *args: P.args, **kwargs: P.kwargs
) -> T:
    """Decodes a page and parses it; call it in the parsing process, which both belong in."""
    return parse_html(_decode_page(page), *args, **kwargs)


def table_digest(page: FetchedPage) -> str:
    """Hash of a page from its first `<table` to its last `</table>`: outside may be the time of day."""
    lowered = page.content.lower()
    start, end = lowered.find(b"<table"), lowered.rfind(b"</table>")
    tables = page.content[start:end] if 0 <= start < end else page.content
    return blake2b(tables, digest_size=16).hexdigest()


def parse_buildings(html: str) -> tuple[Building, ...]:
    """The buildings of the Kensington campus in the list of `view_multirooms`."""
    offered = _parse_html(html, "select").find("select", attrs={"name": "building"})
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
    rows = _parse_html(html, "form").find_all("tr", class_=_ROW_CLASSES)
    if not rows:
        raise PageFormatChanged("The page of rooms has no rows of rooms.")
    read = (_parse_room([cell.get_text().strip() for cell in row.find_all("td")]) for row in rows)
    rooms = tuple(room for room in read if room is not None)
    if not rooms:
        raise PageFormatChanged("The list of rooms names none that we know the like of.")
    return rooms


def parse_facilities(html: str) -> frozenset[Equipment]:
    """The equipment on a room's page of facilities, from rows without rows inside."""
    rows = [row for row in _parse_html(html, "table").find_all("tr") if row.find("tr") is None]
    lines = [" ".join(cell.get_text() for cell in row.find_all("td")) for row in rows]
    facilities = [line for line in lines if any(title in line for title in _FACILITY_HEADINGS)]
    if not facilities:
        raise PageFormatChanged("The page of facilities lists none that we know.")
    return frozenset(
        equipment
        for equipment, pattern in _EQUIPMENT_PATTERNS.items()
        if any(map(pattern.search, facilities))
    )


def parse_room_page(html: str, room: RoomId, year: TimetableYear, zone: ZoneInfo) -> tuple[EntryGroup, ...]:
    """A room's entries of a whole year."""
    return tuple(_to_entry_group(weekly, room, year, zone) for weekly in parse_week(html, year.weeks))


def parse_week(html: str, weeks: int) -> list[WeeklyClass]:
    """The classes of a room's table, each with the weeks it is held in."""
    rows = [
        _parse_half_hour(row, weeks) for row in _parse_html(html, "table").find_all("tr", class_=_ROW_CLASSES)
    ]
    if not rows:
        raise PageFormatChanged("A room's page has no half hours.")
    if any(later.starts - row.starts != HALF_HOUR_MINUTES for row, later in pairwise(rows)):
        raise PageFormatChanged("The rows of a room's page are not half hours one after the other.")
    return [weekly for weekday in range(DAYS_PER_WEEK) for weekly in _merge_day_classes(rows, weekday)]


def _to_entry_group(weekly: WeeklyClass, room: RoomId, year: TimetableYear, zone: ZoneInfo) -> EntryGroup:
    name, booking_type = parse_site_name(weekly.label.name)
    times = array("q")
    for day in year.days(weekly.label.week_code, weekly.weekday):
        times.extend(to_epoch_range(day, weekly.starts, weekly.ends, zone))
    return EntryGroup(room, to_one_line(name), booking_type, times)


def _merge_day_classes(rows: Sequence[_HalfHourRow], weekday: int) -> Iterator[WeeklyClass]:
    """A label in several consecutive rows is one class."""
    begun: dict[ClassLabel, int] = {}
    for row in rows:
        labels = row.days[weekday]
        for label in [label for label in begun if label not in labels]:
            yield WeeklyClass(weekday, begun.pop(label), row.starts, label)
        for label in labels:
            begun.setdefault(label, row.starts)
    for label, starts in begun.items():
        yield WeeklyClass(weekday, starts, rows[-1].starts + HALF_HOUR_MINUTES, label)


def _parse_half_hour(row: "Tag", weeks: int) -> _HalfHourRow:
    if row.find("table") is not None:
        raise PageFormatChanged("A row of a room's page holds a table of its own.")
    cells = row.find_all("td", recursive=False)
    if len(cells) != 1 + DAYS_PER_WEEK:
        raise PageFormatChanged(
            f"A room's page has rows of {len(cells)} cells where there should be {1 + DAYS_PER_WEEK}."
        )
    time = _TIME_PATTERN.fullmatch(cells[0].get_text().strip())
    if time is None:
        raise PageFormatChanged("A row of a room's page does not begin with a time.")
    return _HalfHourRow(
        int(time[1]) * 60 + int(time[2]), tuple(_parse_labels(cell, weeks) for cell in cells[1:])
    )


def _parse_labels(cell: "Tag", weeks: int) -> frozenset[ClassLabel]:
    is_text = all(getattr(child, "name", None) is None for child in cell.contents)
    spans = [] if is_text else cell.find_all("span")  # most cells are empty, and a search takes time
    if cell.get_text(strip=True) != "".join(span.get_text(strip=True) for span in spans):
        raise PageFormatChanged("A cell of a room's page holds words that belong to no class.")
    if cell.has_attr("rowspan") or cell.has_attr("colspan"):
        raise PageFormatChanged("A cell of a room's page stands for several.")
    return frozenset(_parse_label(span, weeks) for span in spans)


def _parse_label(span: "Tag", weeks: int) -> ClassLabel:
    """A class without a week code takes place every week."""
    code = str(span.get("title") or "1" * weeks)
    if len(code) != weeks or code.strip("01"):
        raise PageFormatChanged(
            f"A room's page has the week code {code[:60]!r} where there should be {weeks} digits."
        )
    return ClassLabel(span.get_text(), code)


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


def _parse_html(html: str, only: str) -> "BeautifulSoup":
    from bs4 import BeautifulSoup
    from bs4.filter import SoupStrainer

    soup = BeautifulSoup(_BLANK_CELL.sub(r"\1", html), "lxml", parse_only=SoupStrainer(only))
    _check_nesting(soup)
    return soup


def _check_nesting(soup: "BeautifulSoup") -> None:
    depths = {id(soup): 0}
    for element in soup.descendants:
        depths[id(element)] = depth = depths[id(element.parent)] + 1
        if depth > MAX_NESTING:
            raise PageFormatChanged(f"A page has elements nested more than {MAX_NESTING} deep.")
