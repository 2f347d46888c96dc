"""Parses the page of a room's timetable: a row for each half hour, a column for each day of a week.

It is parsed with its rows folded, in a fifth of the time, or as it is where the result might not be the same.
"""

import re
from array import array
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, compress, pairwise
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from core.model import RoomId
from scraper.common.entries import EntryGroup
from scraper.common.errors import PageFormatChanged
from scraper.common.text import to_one_line
from scraper.common.walltime import to_epoch_range
from scraper.sources.unsw.folding import DAY, FoldedPage, fold_rows
from scraper.sources.unsw.markup import MAX_NESTING, ROW_CLASSES, only_text, parse_html
from scraper.sources.unsw.names import parse_site_name
from scraper.sources.unsw.weeks import TimetableYear

if TYPE_CHECKING:
    from bs4 import Tag

HALF_HOUR_MINUTES = 30
DAYS_PER_WEEK = 7
_MAX_FOLDED_NESTING = 100
"""Far from the depth at which the parser, or we, refuse a page that is deeper when it is not folded."""
_PLAIN_CLASS = re.compile(r'<span(?: title="([01]+)")?>([^<>& ](?:[^<>&]|&nbsp;)*)</span>')
"""A class of a folded page whose text means the same with and without a parser."""
_TIME_PATTERN = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


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


class HalfHour(NamedTuple):
    """A row of the table: its start in minutes after midnight, and the classes of each day."""

    starts: int
    days: tuple[frozenset[ClassLabel], ...]


def parse_room_page(html: str, room: RoomId, year: TimetableYear, zone: ZoneInfo) -> tuple[EntryGroup, ...]:
    """A room's entries of a whole year."""
    return tuple(_to_entry_group(weekly, room, year, zone) for weekly in parse_week(html, year.weeks))


def parse_week(html: str, weeks: int) -> list[WeeklyClass]:
    """The classes of a room's table, each with the weeks it is held in."""
    rows = parse_folded_rows(html, weeks) or parse_rows(html, weeks)
    if not rows:
        raise PageFormatChanged("A room's page has no half hours.")
    if any(later.starts - row.starts != HALF_HOUR_MINUTES for row, later in pairwise(rows)):
        raise PageFormatChanged("The rows of a room's page are not half hours one after the other.")
    return [weekly for weekday in range(DAYS_PER_WEEK) for weekly in _merge_day_classes(rows, weekday)]


def parse_rows(html: str, weeks: int) -> list[HalfHour]:
    """Parses the page as it is."""
    return [_parse_half_hour(row, weeks) for row in _find_rows(html)]


def parse_folded_rows(html: str, weeks: int) -> list[HalfHour] | None:
    """Parses the page with its rows folded; None when it must be parsed as it is.

    That is so when it has another format, or when not all of its folded rows are found again, each whole.
    """
    folded = fold_rows(html)
    try:
        return _parse_folded_page(folded, weeks) if folded is not None else None
    except PageFormatChanged:
        return None


def _parse_folded_page(page: FoldedPage, weeks: int) -> list[HalfHour] | None:
    labels = _parse_folded_classes(page, weeks)
    rows = [(_parse_folded_row(row, labels), row) for row in _find_rows(page.html, _MAX_FOLDED_NESTING)]
    if sum(half_hour is not None for half_hour, _ in rows) != page.row_count:
        return None
    return [half_hour or _parse_half_hour(row, weeks) for half_hour, row in rows]


def _parse_folded_classes(page: FoldedPage, weeks: int) -> dict[str, ClassLabel]:
    """The labels of classes by their characters. Most are plain text, which needs no tree."""
    plain = {character: _PLAIN_CLASS.fullmatch(markup) for character, markup in page.classes.items()}
    others = [character for character, found in plain.items() if found is None]
    markup = "".join(map(page.classes.__getitem__, others))
    spans = (
        parse_html(f"<table><tr><td>{markup}</td></tr></table>", "table").find_all("span") if others else []
    )
    if len(spans) != len(others):
        raise PageFormatChanged("A class of a room's page is no element of its own.")
    labels = {character: _parse_label(span, weeks) for character, span in zip(others, spans, strict=True)}
    for character, found in plain.items():
        if found is not None:
            labels[character] = _to_label(found[1], found[2].replace("&nbsp;", "\u00a0"), weeks)
    return labels


def _parse_folded_row(row: "Tag", labels: dict[str, ClassLabel]) -> HalfHour | None:
    """None for a row that is not folded."""
    time, *days = only_text(row.contents[0]).split(DAY) if len(row.contents) == 1 else ("",)
    if len(days) != DAYS_PER_WEEK:
        return None
    return HalfHour(_parse_time(time), tuple([frozenset(map(labels.__getitem__, day)) for day in days]))


def _find_rows(html: str, max_nesting: int = MAX_NESTING) -> "Sequence[Tag]":
    return parse_html(html, "table", max_nesting).find_all("tr", class_=ROW_CLASSES)


def _parse_half_hour(row: "Tag", weeks: int) -> HalfHour:
    if row.find("table") is not None:
        raise PageFormatChanged("A row of a room's page holds a table of its own.")
    cells = row.find_all("td", recursive=False)
    if len(cells) != 1 + DAYS_PER_WEEK:
        raise PageFormatChanged(
            f"A room's page has rows of {len(cells)} cells where there should be {1 + DAYS_PER_WEEK}."
        )
    starts = _parse_time(cells[0].get_text())
    return HalfHour(starts, tuple(_parse_labels(cell, weeks) for cell in cells[1:]))


def _parse_time(text: str) -> int:
    """Minutes after midnight."""
    time = _TIME_PATTERN.fullmatch(text.strip())
    if time is None:
        raise PageFormatChanged("A row of a room's page does not begin with a time.")
    return int(time[1]) * 60 + int(time[2])


def _parse_labels(cell: "Tag", weeks: int) -> frozenset[ClassLabel]:
    is_text = all(getattr(child, "name", None) is None for child in cell.contents)
    spans = [] if is_text else cell.find_all("span")  # most cells are empty, and a search takes time
    if cell.get_text(strip=True) != "".join(span.get_text(strip=True) for span in spans):
        raise PageFormatChanged("A cell of a room's page holds words that belong to no class.")
    if cell.has_attr("rowspan") or cell.has_attr("colspan"):
        raise PageFormatChanged("A cell of a room's page stands for several.")
    return frozenset(_parse_label(span, weeks) for span in spans)


def _parse_label(span: "Tag", weeks: int) -> ClassLabel:
    return _to_label(str(span.get("title") or ""), span.get_text(), weeks)


def _to_label(code: str | None, name: str, weeks: int) -> ClassLabel:
    """A class without a week code takes place every week."""
    code = code or "1" * weeks
    if len(code) != weeks or code.strip("01"):
        raise PageFormatChanged(
            f"A room's page has the week code {code[:60]!r} where there should be {weeks} digits."
        )
    return ClassLabel(name, code)


def _merge_day_classes(rows: Sequence[HalfHour], weekday: int) -> Iterator[WeeklyClass]:
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


def _to_entry_group(weekly: WeeklyClass, room: RoomId, year: TimetableYear, zone: ZoneInfo) -> EntryGroup:
    name, booking_type = parse_site_name(weekly.label.name)
    ranges = _year_ranges(year, weekly.weekday, weekly.starts, weekly.ends, zone)
    held = compress(ranges, map("1".__eq__, weekly.label.week_code))
    return EntryGroup(room, to_one_line(name), booking_type, array("q", chain.from_iterable(held)))


@lru_cache(maxsize=1_024)  # most classes of a campus begin at the same times and last as long
def _year_ranges(
    year: TimetableYear, weekday: int, starts: int, ends: int, zone: ZoneInfo
) -> tuple[tuple[int, int] | tuple[()], ...]:
    """Of each week of a year, start and end in seconds since 1970, as `to_epoch_range` gives them."""
    days = year.days("1" * year.weeks, weekday)
    return tuple([to_epoch_range(day, starts, ends, zone) for day in days])
