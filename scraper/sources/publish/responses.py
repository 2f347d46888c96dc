"""What Publish answers, read as values. Raises `PageChanged` for an answer of another shape."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from core.model.entities import RoomId
from scraper.common.entries import Entries, Group, Row
from scraper.common.errors import PageChanged
from scraper.common.text import one_line
from scraper.files.formats import Unreadable, decoded, parse_json
from scraper.sources.unsw.names import publish_name

RoomKeys = Mapping[str, RoomId]
"""Rooms by the keys that Publish has for them."""

_ROOM = re.compile(r"(K-[A-Z][0-9]+-[!-+\--~]+)(\s.*)?")
_WHOLE_DAY = "All Day"


def read_view_options(content: bytes, year: int) -> Mapping[str, object]:
    """What to ask for a whole year: all its weeks and days, from morning to night."""
    root = _object(content)
    weeks = [week for week in _list(root, "Weeks") if _text(week, "FirstDayInWeek").startswith(str(year))]
    if not weeks:
        raise PageChanged(f"Publish has no weeks of {year}.")
    times = [each for each in _list(root, "TimePeriods") if each.get("Description") == _WHOLE_DAY]
    periods = [each for each in _list(root, "DatePeriods") if each.get("Description") == str(year)]
    return {"DatePeriods": periods, "Days": _list(root, "Days"), "TimePeriods": times, "Weeks": weeks}


def read_locations(content: bytes) -> tuple[RoomKeys, int]:
    """The rooms of one page of locations, and how many pages there are."""
    root = _object(content)
    pages = root.get("TotalPages")
    if not isinstance(pages, int):
        raise PageChanged("Publish does not say how many pages of rooms it has.")
    named = (
        (_text(each, "Identity"), _ROOM.fullmatch(_text(each, "Name"))) for each in _list(root, "Results")
    )
    return {key: RoomId(match[1]) for key, match in named if match}, pages


def read_events(content: bytes, rooms: RoomKeys, zone: ZoneInfo) -> tuple[Group, ...]:
    """The entries of the rooms that were asked for; one that is left out has none.

    An answer about none of them is no answer.
    """
    answered = {_text(each, "Identity"): each for each in _list(_object(content), "CategoryEvents")}
    if rooms.keys().isdisjoint(answered):
        raise PageChanged("Publish answers nothing about the rooms we asked for.")
    rows = (
        row
        for key, room in rooms.items()
        for event in (_list(answered[key], "Results") if key in answered else ())
        for row in _rows(event, room, zone)
    )
    return Entries.of_rows(rows).groups


def _rows(event: Mapping[str, object], room: RoomId, zone: ZoneInfo) -> Iterator[Row]:
    start, end = _moment(event, "StartDateTime", zone), _moment(event, "EndDateTime", zone)
    if event.get("IsDeleted") is not True and start < end:
        name, booking_type = publish_name(_text(event, "Name"))
        yield Row(room, start, end, one_line(name), booking_type)


def _moment(event: Mapping[str, object], name: str, zone: ZoneInfo) -> int:
    try:
        moment = datetime.fromisoformat(_text(event, name))
    except ValueError as error:
        raise PageChanged(f"An event of Publish has a {name} that is no time.") from error
    return int((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp())


def _object(content: bytes) -> Mapping[str, object]:
    try:
        root = parse_json(decoded(content)).root
    except Unreadable as error:
        raise PageChanged("Publish answered something that is no JSON.") from error
    if not isinstance(root, Mapping):
        raise PageChanged("Publish answered another kind of JSON.")
    return root


def _list(owner: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    value = owner.get(name)
    if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
        raise PageChanged(f"An answer of Publish has no list of {name}.")
    return value


def _text(owner: Mapping[str, object], name: str) -> str:
    value = owner.get(name)
    if not isinstance(value, str):
        raise PageChanged(f"An answer of Publish has a {name} that is no text.")
    return value
