"""Looks up time zones by names that come from outside: people, platforms, configuration."""

import re
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

_MAX_NAME = 64
_NAME = re.compile(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+){0,2}")
"""IANA names have at most three parts and 32 characters. `ZoneInfo` takes each part for a folder and a
package to import, so a longer name recurses until the stack ends."""


def find_time_zone(name: object) -> ZoneInfo | None:
    """The zone with this IANA name; None for anything that is no such name. Never raises."""
    if not isinstance(name, str) or len(name) > _MAX_NAME or _NAME.fullmatch(name) is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@cache
def time_zone_names() -> tuple[str, ...]:
    """The zones by continent and city, and UTC, in order; without aliases such as `Cuba` and `Etc/GMT+5`."""
    continents = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe")
    places = {*continents, "Indian", "Pacific"}
    return (*sorted(each for each in available_timezones() if each.partition("/")[0] in places), "UTC")


def time_zones_of(city: str) -> tuple[str, ...]:
    """The zones named after a city, such as `Sydney` or `new york`."""
    wanted = city.strip().casefold().replace(" ", "_")
    return tuple(each for each in time_zone_names() if each.rpartition("/")[2].casefold() == wanted)
