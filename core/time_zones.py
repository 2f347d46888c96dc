"""Looks up time zones by names that come from outside: people, platforms, configuration."""

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

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
