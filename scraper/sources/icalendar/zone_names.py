"""Finds the zone of the time zone database that a foreign name of a time zone means.

Windows' names come from the table of Unicode CLDR that the calendar library has. Names as Outlook shows them
("(UTC+01:00) Brussels, Copenhagen, Madrid, Paris") are resolved by their cities, which must agree.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

MAX_NAME_LENGTH = 200
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
_DISPLAY_NAME = re.compile(r"\(?(?:UTC|GMT)\s*([+-]\d{1,2}(?::?\d{2})?)?\)?\s+(.+)", re.IGNORECASE)
_UTC_NAMES = frozenset({"z", "utc", "gmt", "coordinated universal time", "greenwich mean time"})
_CITY_SEPARATORS = re.compile(r"[,;:&]")
_BRACKETED_TEXT = re.compile(r"\([^()]*\)")
_TRAILING_NUMBER = re.compile(r"\s+\d+$")
_MAX_OFFSET = timedelta(hours=14)


def resolve_zone(name: str) -> str | None:
    """The name in the time zone database, by any spelling, path, Windows or display name; None if unknown."""
    shown = " ".join(name[:MAX_NAME_LENGTH].split()).strip("\"'/ ")
    return _by_path(shown) or _by_windows_name(shown) or _by_display_name(shown)


def parse_offset(name: str) -> timedelta | None:
    """The fixed offset that a name such as `UTC+2`, `GMT-0330` or `+05:30` means."""
    match = _OFFSET.fullmatch(" ".join(name[:MAX_NAME_LENGTH].split()).strip("\"'/ ()"))
    if match is None:
        return None
    offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return None if offset > _MAX_OFFSET else -offset if match[1] == "-" else offset


def fixed_zone_lines(offset: timedelta) -> list[str]:
    """A VTIMEZONE that is always `offset` from UTC, without its TZID."""
    minutes = int(abs(offset).total_seconds()) // 60
    written = f"{'-' if offset < timedelta(0) else '+'}{minutes // 60:02}{minutes % 60:02}"
    return [
        "BEGIN:VTIMEZONE",
        "BEGIN:STANDARD",
        "DTSTART:16010101T000000",
        f"TZOFFSETFROM:{written}",
        f"TZOFFSETTO:{written}",
        "END:STANDARD",
        "END:VTIMEZONE",
    ]


def _by_path(name: str) -> str | None:
    """`europe/paris`, `America/New York`, `/mozilla.org/20050126_1/Europe/Berlin`."""
    parts = name.casefold().replace(" ", "_").split("/")
    zones = _zones_by_folded_name()
    suffixes = ("/".join(parts[first:]) for first in range(len(parts)))
    return next((zones[suffix] for suffix in suffixes if suffix in zones), None)


def _by_windows_name(name: str) -> str | None:
    """`W. Europe Standard Time`, `AUS Eastern Daylight Time`, `Eastern Time (US & Canada)`."""
    folded = _TRAILING_NUMBER.sub("", _BRACKETED_TEXT.sub("", name).strip()).casefold()
    names = _zones_by_windows_name()
    for spelling in (folded, folded.replace(" daylight ", " standard ")):
        if spelling in names:
            return names[spelling]
    return names.get(f"{folded.removesuffix(' time')} standard time") if folded.endswith(" time") else None


def _by_display_name(name: str) -> str | None:
    match = _DISPLAY_NAME.fullmatch(name)
    offset = parse_offset(match[1] or "+0") if match else None
    places = match[2] if match else name
    if places.casefold() in _UTC_NAMES and not offset:
        return "UTC"
    named = _by_windows_name(places)
    if named is not None and (offset is None or min(_offsets(named)) == offset):
        return named
    candidates = [
        zone
        for place in _CITY_SEPARATORS.split(places)
        for zone in _zones_of_city(place)
        if offset is None or min(_offsets(zone)) == offset
    ]
    agree = len({_offsets(zone) for zone in candidates}) == 1
    return candidates[0] if agree else None


def _zones_of_city(place: str) -> tuple[str, ...]:
    return _zones_by_city().get(" ".join(place.casefold().split()), ())


def _offsets(zone: str) -> tuple[timedelta, timedelta]:
    """The offsets in winter and in summer of a recent year; the smaller one is that of standard time."""
    january, july = (datetime(2026, month, 1, tzinfo=ZoneInfo(zone)).utcoffset() for month in (1, 7))
    return january or timedelta(0), july or timedelta(0)


@cache
def _zones_by_folded_name() -> Mapping[str, str]:
    return {zone.casefold(): zone for zone in sorted(available_timezones())}


@cache
def _zones_by_windows_name() -> Mapping[str, str]:
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    return {name.casefold(): zone for name, zone in WINDOWS_TO_OLSON.items()}


@cache
def _zones_by_city() -> Mapping[str, tuple[str, ...]]:
    cities: dict[str, tuple[str, ...]] = {}
    for zone in sorted(available_timezones()):
        for city in _city_names(zone):
            cities[city] = (*cities.get(city, ()), zone)
    return cities


def _city_names(zone: str) -> Iterator[str]:
    area, _, city = zone.rpartition("/")
    if area and area.partition("/")[0] not in {"Etc", "SystemV", "posix", "right"}:
        yield city.replace("_", " ").casefold()
