"""dateparser, asked only about leftover words of dates, and believed only when its answer makes sense."""

from datetime import date, datetime
from importlib import import_module
from typing import Any

_MAX_TEXT_LENGTH = 60


def preload_dateparser() -> None:
    """Load dateparser and let it compile its patterns, which takes a moment the first time."""
    guess_day("in 3 weeks", datetime(2026, 1, 1))  # noqa: DTZ001 - dateparser wants wall time


def guess_day(text: str, now: datetime) -> date | None:
    """The day that the words mean, from today to a year ahead. `now` is naive wall time."""
    if len(text) > _MAX_TEXT_LENGTH or not any(map(str.isalpha, text)):
        return None
    dateparser: Any = import_module("dateparser")
    settings = {
        "RELATIVE_BASE": now,
        "PREFER_DATES_FROM": "future",
        "DATE_ORDER": "DMY",
        "RETURN_AS_TIMEZONE_AWARE": False,
        "REQUIRE_PARTS": [],
    }
    found = dateparser.parse(text, languages=["en"], settings=settings)
    if not isinstance(found, datetime):
        return None
    day = found.replace(tzinfo=None).date()
    return day if 0 < (day - now.date()).days <= 366 else None
