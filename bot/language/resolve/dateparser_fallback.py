"""dateparser, asked only about leftover words of dates, and believed only when its answer makes sense."""

from datetime import date, datetime
from importlib import import_module
from typing import Any

_LONGEST = 60


def load() -> None:
    """Load dateparser and let it compile its patterns, which takes a moment the first time."""
    guessed_day("in 3 weeks", datetime(2026, 1, 1))  # noqa: DTZ001 - dateparser wants wall time


def guessed_day(words: str, now: datetime) -> date | None:
    """The day that the words mean, from today to a year ahead. `now` is naive wall time."""
    if len(words) > _LONGEST or not any(map(str.isalpha, words)):
        return None
    dateparser: Any = import_module("dateparser")
    settings = {
        "RELATIVE_BASE": now,
        "PREFER_DATES_FROM": "future",
        "DATE_ORDER": "DMY",
        "RETURN_AS_TIMEZONE_AWARE": False,
        "REQUIRE_PARTS": [],
    }
    found = dateparser.parse(words, languages=["en"], settings=settings)
    if not isinstance(found, datetime):
        return None
    day = found.replace(tzinfo=None).date()
    return day if 0 < (day - now.date()).days <= 366 else None
