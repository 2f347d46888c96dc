"""The pages of the UNSW timetable site, read as values.

BeautifulSoup is imported where it is used: these functions run in the parsing process, and nobody else
should pay for it. Each raises `PageChanged` for a page of another shape.
"""

import re
from array import array
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from core.model.entities import Building, BuildingId, Equipment, Room, RoomId
from scraper.common.entries import Group
from scraper.common.errors import PageChanged
from scraper.common.text import one_line
from scraper.common.walltime import seconds
from scraper.sources.unsw.names import site_name
from scraper.sources.unsw.weeks import Year

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

HALF_HOUR = 30
DAYS = 7
_ROWS = ["rowLowlight", "rowHighlight"]
_BUILDING = re.compile(r"K-[A-Z][0-9]{1,2}")
_ROOM = re.compile(r"(K-[A-Z][0-9]{1,2})-[!-~]{1,40}")
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_GRID_REFERENCE = re.compile(r"^[A-Z][0-9]{1,2} ")
_FACILITIES = (
    "Floor/seating",
    "Microphone",
    "Accessibility",
    "Audio-visual",
    "Info technology",
    "Writing media",
    "Services",
)
_OFFERS = {
    Equipment.WHITEBOARD: re.compile(r"white\s?board", re.IGNORECASE),
    Equipment.WHEELCHAIR: re.compile(r"wheelchair", re.IGNORECASE),
    Equipment.PROJECTOR: re.compile(r"projector", re.IGNORECASE),
    Equipment.COMPUTER: re.compile(r"\b(computer|PC|workstation)s?\b", re.IGNORECASE),
    Equipment.PRINTER: re.compile(r"\bprinters?\b", re.IGNORECASE),
}


class Label(NamedTuple):
    """What a cell says of one class: its name, and a digit for each week asked for."""

    name: str
    weeks: str


class WeeklyClass(NamedTuple):
    """A class in one column of a room's table. Monday is 0; times are minutes after midnight."""

    weekday: int
    starts: int
    ends: int
    label: Label


class _HalfHour(NamedTuple):
    """A row of the table: when it begins, and what each day's cell holds."""

    starts: int
    days: tuple[frozenset[Label], ...]


def read_buildings(html: str) -> tuple[Building, ...]:
    """Every building of the Kensington campus that the list of `view_multirooms` offers."""
    offered = _soup(html, "select").find("select", attrs={"name": "building"})
    if offered is None:
        raise PageChanged("The page of buildings has no list of buildings.")
    named = (option.get_text().strip().rpartition(" - ") for option in offered.find_all("option"))
    buildings = tuple(
        Building(BuildingId(building_id), _building_name(name))
        for name, _, building_id in named
        if _BUILDING.fullmatch(building_id)
    )
    if not buildings:
        raise PageChanged("The list of buildings names none that we know the like of.")
    return buildings


def read_rooms(html: str) -> tuple[Room, ...]:
    """Every room of the Kensington campus on a page of `find_rooms`. Nobody may book them unless told so."""
    rows = _soup(html, "form").find_all("tr", class_=_ROWS)
    if not rows:
        raise PageChanged("The page of rooms has no rows of rooms.")
    read = (_room([cell.get_text().strip() for cell in row.find_all("td")]) for row in rows)
    rooms = tuple(room for room in read if room is not None)
    if not rooms:
        raise PageChanged("The list of rooms names none that we know the like of.")
    return rooms


def read_facilities(html: str) -> frozenset[Equipment]:
    """What a page of facilities says that a room offers, in rows that hold no others."""
    rows = [row for row in _soup(html, "table").find_all("tr") if row.find("tr") is None]
    lines = [" ".join(cell.get_text() for cell in row.find_all("td")) for row in rows]
    told = [line for line in lines if any(title in line for title in _FACILITIES)]
    if not told:
        raise PageChanged("The page of facilities lists none that we know.")
    return frozenset(offer for offer, pattern in _OFFERS.items() if any(map(pattern.search, told)))


def read_room_page(html: str, room: RoomId, year: Year, zone: ZoneInfo) -> tuple[Group, ...]:
    """A room's entries of a whole year."""
    return tuple(_group(weekly, room, year, zone) for weekly in read_week(html, year.weeks))


def read_week(html: str, weeks: int) -> list[WeeklyClass]:
    """The classes of a room's table, each with the weeks it is held in."""
    rows = [_half_hour(row, weeks) for row in _soup(html, "table").find_all("tr", class_=_ROWS)]
    if not rows:
        raise PageChanged("A room's page has no half hours.")
    if any(later.starts - row.starts != HALF_HOUR for row, later in pairwise(rows)):
        raise PageChanged("The rows of a room's page are not half hours one after the other.")
    return [weekly for weekday in range(DAYS) for weekly in _classes_of_day(rows, weekday)]


def _group(weekly: WeeklyClass, room: RoomId, year: Year, zone: ZoneInfo) -> Group:
    name, booking_type = site_name(weekly.label.name)
    times = array("q")
    for day in year.days(weekly.label.weeks, weekly.weekday):
        times.extend(seconds(day, weekly.starts, weekly.ends, zone))
    return Group(room, one_line(name), booking_type, times)


def _classes_of_day(rows: Sequence[_HalfHour], weekday: int) -> Iterator[WeeklyClass]:
    """A label that stands in several rows one after the other is one class."""
    begun: dict[Label, int] = {}
    for row in rows:
        labels = row.days[weekday]
        for label in [label for label in begun if label not in labels]:
            yield WeeklyClass(weekday, begun.pop(label), row.starts, label)
        for label in labels:
            begun.setdefault(label, row.starts)
    for label, starts in begun.items():
        yield WeeklyClass(weekday, starts, rows[-1].starts + HALF_HOUR, label)


def _half_hour(row: "Tag", weeks: int) -> _HalfHour:
    if row.find("table") is not None:
        raise PageChanged("A row of a room's page holds a table of its own.")
    cells = row.find_all("td", recursive=False)
    if len(cells) != 1 + DAYS:
        raise PageChanged(f"A room's page has rows of {len(cells)} cells where there should be {1 + DAYS}.")
    time = _TIME.fullmatch(cells[0].get_text().strip())
    if time is None:
        raise PageChanged("A row of a room's page does not begin with a time.")
    return _HalfHour(int(time[1]) * 60 + int(time[2]), tuple(_labels(cell, weeks) for cell in cells[1:]))


def _labels(cell: "Tag", weeks: int) -> frozenset[Label]:
    spans = cell.find_all("span") if len(cell.contents) > 1 or cell.string is None else []
    if cell.get_text(strip=True) != "".join(span.get_text(strip=True) for span in spans):
        raise PageChanged("A cell of a room's page holds words that belong to no class.")
    if cell.has_attr("rowspan") or cell.has_attr("colspan"):
        raise PageChanged("A cell of a room's page stands for several.")
    return frozenset(_label(span, weeks) for span in spans)


def _label(span: "Tag", weeks: int) -> Label:
    """A class without a code is held every week."""
    code = str(span.get("title") or "1" * weeks)
    if len(code) != weeks or code.strip("01"):
        raise PageChanged(
            f"A room's page has the week code {code[:60]!r} where there should be {weeks} digits."
        )
    return Label(span.get_text(), code)


def _room(cells: list[str]) -> Room | None:
    if len(cells) != 6:
        raise PageChanged(f"The page of rooms has rows of {len(cells)} cells where there should be 6.")
    abbr, name, room_id, usage, capacity, school = cells
    match = _ROOM.fullmatch(room_id)
    if match is None:
        return None
    return Room(
        RoomId(room_id),
        BuildingId(match[1]),
        one_line(name),
        int(capacity) if capacity.isascii() and capacity.isdigit() else 0,
        one_line(abbr),
        one_line(usage),
        one_line(school) or " ",
        individual_access=False,
        bookable=False,
    )


def _building_name(name: str) -> str:
    """Without the grid reference, and without words that only stand in the way of a search."""
    name = _GRID_REFERENCE.sub("", name).replace("\ufffd", " ").replace("Undercroft", "")
    name = name.replace("Library Stage 2", "Main Library")
    return one_line(re.sub(r"UNSW\s+", "", name))


def _soup(html: str, only: str) -> "BeautifulSoup":
    from bs4 import BeautifulSoup
    from bs4.filter import SoupStrainer

    return BeautifulSoup(html, "lxml", parse_only=SoupStrainer(only))
