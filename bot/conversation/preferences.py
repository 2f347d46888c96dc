"""Parses and formats notification preferences and the time zone."""

import re

from msgspec import Struct
from msgspec.structs import replace

from bot.chat.formatting import format_time, join_with_and
from bot.chat.request import MESSENGERS
from core.errors import Invalid
from core.model import NotificationPreferences, QuietHours
from core.time_zones import find_time_zone, time_zones_of

_MAX_REMINDERS, _MAX_LEAD_TIME = 5, 2 * 24 * 60
_LENGTH = re.compile(r"(?:(\d{1,2})\s*h(?:ours?|rs?)?)?\s*(?:(\d{1,4})\s*(?:m|min|mins|minutes?)?)?")
_HOURS = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*(?:-|–|to|until)\s*(\d{1,2})(?::(\d{2}))?")
_OFF = {"off", "none", "no", "never", "0", ""}
_ON = {"on", "yes"}
SETTINGS = ("reminders", "notices", "quiet", "deliver", "timezone", "confirmations")
_SETTING = re.compile(rf"\b({'|'.join(SETTINGS)})\b", re.IGNORECASE | re.ASCII)
_BETWEEN_REMINDERS = re.compile(r",|;|\band\b")


class PreferenceValues(Struct, frozen=True):
    """Notification preferences and time zone; None means the campus's."""

    preferences: NotificationPreferences
    zone: str | None


def parse_preferences(text: str, current: PreferenceValues) -> PreferenceValues:
    """Applies changes such as `reminders 30, 10 quiet 22:00-8:00`; other settings stay."""
    parts = _SETTING.split(text.strip())
    if parts[0].strip() or len(parts) < 3:
        raise Invalid(
            f"You can set {join_with_and(SETTINGS)}, for example: /settings reminders 30, 10 quiet 22:00-8:00"
        )
    for word, value in zip(parts[1::2], parts[2::2], strict=True):
        current = with_value(current, word.lower(), value.strip(" ,;"))
    return current


def with_value(current: PreferenceValues, word: str, value: str) -> PreferenceValues:
    """Changes one setting; raises `Invalid` with an example of how to write it."""
    match word:
        case "timezone":
            return replace(current, zone=_zone(value))
        case "reminders":
            return replace(current, preferences=replace(current.preferences, reminders=_reminders(value)))
        case "notices":
            return replace(
                current, preferences=replace(current.preferences, notices=_switch(value, "Notices"))
            )
        case "confirmations":
            confirmations = _switch(value, "Confirmations")
            return replace(current, preferences=replace(current.preferences, confirmations=confirmations))
        case "quiet":
            return replace(current, preferences=replace(current.preferences, quiet=_quiet(value)))
        case _:
            return replace(current, preferences=replace(current.preferences, deliver_to=_platform(value)))


def preference_fields(values: PreferenceValues) -> dict[str, str]:
    """Each setting as people type it."""
    preferences, quiet = values.preferences, values.preferences.quiet
    return {
        "reminders": ", ".join(map(str, sorted(preferences.reminders, reverse=True))) or "off",
        "notices": "on" if preferences.notices else "off",
        "quiet": f"{format_time(quiet.start)}-{format_time(quiet.until)}" if quiet else "off",
        "deliver": preferences.deliver_to or "anywhere",
        "timezone": values.zone or "campus",
        "confirmations": "on" if preferences.confirmations else "off",
    }


def _reminders(value: str) -> tuple[int, ...]:
    if value.lower() in _OFF:
        return ()
    lengths = [_minutes(each) for each in _BETWEEN_REMINDERS.split(value.lower()) if each.strip()]
    if len(lengths) > _MAX_REMINDERS:
        raise Invalid(f"You can have up to {_MAX_REMINDERS} reminders for a booking.")
    return tuple(sorted(set(lengths), reverse=True))


def _minutes(text: str) -> int:
    match = _LENGTH.fullmatch(text.strip())
    minutes = int(match[1] or 0) * 60 + int(match[2] or 0) if match else 0
    if not 0 < minutes <= _MAX_LEAD_TIME:
        raise Invalid("How long before? Use minutes or hours, up to two days: 30, 10 min, 2h. Or off.")
    return minutes


def _switch(value: str, name: str) -> bool:
    if value.lower() not in _ON | _OFF - {""}:
        raise Invalid(f"{name} can be on or off.")
    return value.lower() in _ON


def _quiet(value: str) -> QuietHours | None:
    if value.lower() in _OFF:
        return None
    example = "Give quiet hours as a range, for example 22:00-8:00. Or off."
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
    if name not in MESSENGERS:
        raise Invalid(f"Messages can go to {join_with_and(MESSENGERS)}, or anywhere.")
    return name


def _zone(value: str) -> str | None:
    if value.lower() in {"campus", *_OFF}:
        return None
    named = time_zones_of(value)
    zone = find_time_zone(named[0] if len(named) == 1 else value.strip().replace(" ", "_"))
    if zone is None:
        raise Invalid(
            f"I don't know the time zone {value[:40]}. Use a name such as Australia/Sydney, or campus."
        )
    return zone.key
