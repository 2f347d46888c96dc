"""What people type about how they want to be told of things, and how that is told back."""

import re
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.chat.formatting import clock, listed
from bot.chat.request import Door
from core.errors import Invalid
from core.model.entities import Habits, QuietHours

_MOST_REMINDERS, _EARLIEST = 5, 2 * 24 * 60
_LENGTH = re.compile(r"(?:(\d{1,2})\s*h(?:ours?|rs?)?)?\s*(?:(\d{1,4})\s*(?:m|min|mins|minutes?)?)?")
_HOURS = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*(?:-|–|to|until)\s*(\d{1,2})(?::(\d{2}))?")
_OFF = {"off", "none", "no", "never", "0", ""}
_ON = {"on", "yes"}
WORDS = ("reminders", "notices", "quiet", "deliver", "timezone")
_SETTING = re.compile(rf"\b({'|'.join(WORDS)})\b", re.IGNORECASE | re.ASCII)
_BETWEEN_REMINDERS = re.compile(r",|;|\band\b")


@dataclass(frozen=True, slots=True)
class Told:
    """Someone's habits and time zone; None means the campus's."""

    habits: Habits
    zone: str | None


def read_habits(words: str, now: Told) -> Told:
    """`reminders 30, 10 quiet 22:00-8:00`: each setting's word and what it is to be; others stay."""
    parts = _SETTING.split(words.strip())
    if parts[0].strip() or len(parts) < 3:
        raise Invalid(
            f"Which setting? There are {listed(WORDS)}: /settings reminders 30, 10 quiet 22:00-8:00"
        )
    for word, value in zip(parts[1::2], parts[2::2], strict=True):
        now = changed(now, word.lower(), value.strip(" ,;"))
    return now


def changed(now: Told, word: str, value: str) -> Told:
    """One setting made another. `Invalid` says how to write it."""
    match word:
        case "timezone":
            return replace(now, zone=_zone(value))
        case "reminders":
            return replace(now, habits=replace(now.habits, reminders=_reminders(value)))
        case "notices":
            return replace(now, habits=replace(now.habits, notices=_switch(value)))
        case "quiet":
            return replace(now, habits=replace(now.habits, quiet=_quiet(value)))
        case _:
            return replace(now, habits=replace(now.habits, deliver_to=_platform(value)))


def shown(told: Told) -> dict[str, str]:
    """Each setting as one would type it."""
    habits, quiet = told.habits, told.habits.quiet
    return {
        "reminders": ", ".join(map(str, sorted(habits.reminders, reverse=True))) or "off",
        "notices": "on" if habits.notices else "off",
        "quiet": f"{clock(quiet.start)}-{clock(quiet.until)}" if quiet else "off",
        "deliver": habits.deliver_to or "anywhere",
        "timezone": told.zone or "campus",
    }


def _reminders(value: str) -> tuple[int, ...]:
    if value.lower() in _OFF:
        return ()
    lengths = [_minutes(each) for each in _BETWEEN_REMINDERS.split(value.lower()) if each.strip()]
    if len(lengths) > _MOST_REMINDERS:
        raise Invalid(f"{_MOST_REMINDERS} reminders for a booking are the most there can be.")
    return tuple(sorted(set(lengths), reverse=True))


def _minutes(text: str) -> int:
    match = _LENGTH.fullmatch(text.strip())
    minutes = int(match[1] or 0) * 60 + int(match[2] or 0) if match else 0
    if not 0 < minutes <= _EARLIEST:
        raise Invalid("How long before? Write minutes or hours, up to two days: 30, 10 min, 2h. Or off.")
    return minutes


def _switch(value: str) -> bool:
    if value.lower() not in _ON | _OFF - {""}:
        raise Invalid("Notices are on or off.")
    return value.lower() in _ON


def _quiet(value: str) -> QuietHours | None:
    if value.lower() in _OFF:
        return None
    example = "When are you not to be disturbed? For example: 22:00-8:00. Or off."
    match = _HOURS.fullmatch(value.strip())
    if match is None or max(int(match[1]), int(match[3])) > 24 or max(_part(match, 2), _part(match, 4)) > 59:
        raise Invalid(example)
    start, until = (int(match[n]) * 60 + _part(match, n + 1) for n in (1, 3))
    try:
        return QuietHours(start % (24 * 60), until % (24 * 60))
    except ValueError:
        raise Invalid(example) from None


def _part(match: re.Match[str], group: int) -> int:
    return int(match[group] or 0)


def _platform(value: str) -> str:
    name = value.lower().removeprefix("to ").strip()
    if name in {"anywhere", "any", *_OFF}:
        return ""
    if name not in set(Door):
        raise Invalid(f"Messages go to {listed([*Door])}, or anywhere.")
    return name


def _zone(value: str) -> str | None:
    if value.lower() in {"campus", *_OFF}:
        return None
    try:
        return ZoneInfo(value.strip().replace(" ", "_")).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(
            f"I know no time zone {value[:40]}. Write one such as Australia/Sydney, or campus."
        ) from None
