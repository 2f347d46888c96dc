"""Parses responses of Publish. Raises `PageFormatChanged` for a response of another format."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from core.model import RoomId
from scraper.common.entries import EntryCollection, EntryGroup, EntryRow
from scraper.common.errors import PageFormatChanged
from scraper.common.text import to_one_line
from scraper.files.formats import UnreadableFile, decode, parse_json
from scraper.sources.unsw.names import parse_publish_name

RoomsByKey = Mapping[str, RoomId]
"""Rooms by their keys in Publish."""
NamesByKey = Mapping[str, tuple[str, str]]
"""Names and descriptions of locations by their keys in Publish."""

_ROOM_PATTERN = re.compile(r"(K-[A-Z][0-9]+-[!-+\--~]+)(\s.*)?")
_WHOLE_DAY_PERIOD = "All Day"


def parse_view_options(content: bytes, year: int) -> Mapping[str, object]:
    """The view options that cover a whole year: all its weeks, days and hours."""
    root = _parse_object(content)
    weeks = [
        week for week in _get_list(root, "Weeks") if _get_text(week, "FirstDayInWeek").startswith(str(year))
    ]
    if not weeks:
        raise PageFormatChanged(f"Publish has no weeks of {year}.")
    times = [each for each in _get_list(root, "TimePeriods") if each.get("Description") == _WHOLE_DAY_PERIOD]
    periods = [each for each in _get_list(root, "DatePeriods") if each.get("Description") == str(year)]
    return {"DatePeriods": periods, "Days": _get_list(root, "Days"), "TimePeriods": times, "Weeks": weeks}


def parse_locations(content: bytes) -> tuple[NamesByKey, int]:
    """Name and description of each location of one page, and how many pages there are."""
    root = _parse_object(content)
    pages = root.get("TotalPages")
    if not isinstance(pages, int):
        raise PageFormatChanged("Publish does not say how many pages of rooms it has.")
    return {
        _get_text(each, "Identity"): (_get_text(each, "Name"), str(each.get("Description") or ""))
        for each in _get_list(root, "Results")
    }, pages


def room_of_unsw(name: str) -> RoomId | None:
    """The room of a location as UNSW names it: by the id in front."""
    match = _ROOM_PATTERN.fullmatch(name)
    return RoomId(match[1]) if match else None


def parse_events(content: bytes, rooms: RoomsByKey, zone: ZoneInfo) -> tuple[EntryGroup, ...]:
    """The entries of the requested rooms; a room missing in the response has none.

    A response without any of them raises `PageFormatChanged`.
    """
    answered = {
        _get_text(each, "Identity"): each for each in _get_list(_parse_object(content), "CategoryEvents")
    }
    if rooms.keys().isdisjoint(answered):
        raise PageFormatChanged("Publish answers nothing about the rooms we asked for.")
    rows = (
        row
        for key, room in rooms.items()
        for event in (_get_list(answered[key], "Results") if key in answered else ())
        for row in _to_rows(event, room, zone)
    )
    return EntryCollection.from_rows(rows).groups


def _to_rows(event: Mapping[str, object], room: RoomId, zone: ZoneInfo) -> Iterator[EntryRow]:
    start, end = (
        _to_epoch_seconds(event, "StartDateTime", zone),
        _to_epoch_seconds(event, "EndDateTime", zone),
    )
    if event.get("IsDeleted") is not True and start < end:
        name, booking_type = parse_publish_name(_get_text(event, "Name"))
        yield EntryRow(room, start, end, to_one_line(name), booking_type)


def _to_epoch_seconds(event: Mapping[str, object], name: str, zone: ZoneInfo) -> int:
    try:
        moment = datetime.fromisoformat(_get_text(event, name))
    except ValueError as error:
        raise PageFormatChanged(f"An event of Publish has a {name} that is no time.") from error
    return int((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp())


def _parse_object(content: bytes) -> Mapping[str, object]:
    try:
        root = parse_json(decode(content)).root
    except UnreadableFile as error:
        raise PageFormatChanged("Publish answered something that is no JSON.") from error
    if not isinstance(root, Mapping):
        raise PageFormatChanged("Publish answered another kind of JSON.")
    return root


def _get_list(owner: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    value = owner.get(name)
    if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
        raise PageFormatChanged(f"An answer of Publish has no list of {name}.")
    return value


def _get_text(owner: Mapping[str, object], name: str) -> str:
    value = owner.get(name)
    if not isinstance(value, str):
        raise PageFormatChanged(f"An answer of Publish has a {name} that is no text.")
    return value
