"""Types of settings: each carries the parser that turns TOML values and environment variables into it.

Parsers raise `ValueError` with a message that names the value and shows how to write it.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Annotated, Any, Literal, TypeAlias, get_args, get_origin
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta
from msgspec.structs import FieldInfo
from yarl import URL

from core.model import CalendarDays, OpeningHours
from core.policy.opening_hours import read_opening_hours, read_wall_clock
from core.policy.retention import MIN_KEPT_BOOKINGS
from core.policy.rules import SeriesHorizon
from core.policy.schedule import WEEKDAYS, DailyAt, Periodic, Schedule

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_MINUTES_PER_DAY = 24 * 60
_MAX_SERIES_DAYS = 366
_MIN_JOB_INTERVAL = timedelta(seconds=1)
_MIN_RETENTION = timedelta(days=1)
_MAX_WEEKS = 53
TermBreak: TypeAlias = int | CalendarDays
"""A break of a term: the number of a week, or days."""


class Secret(str):
    """Text that must not appear in logs or messages; its `repr` is masked."""

    def __repr__(self) -> str:
        return "Secret(…)"


def parse_timezone(name: object) -> str:
    try:
        ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is not a time zone; use an IANA name such as Europe/London") from None
    return str(name)


def parse_hours(text: object) -> OpeningHours:
    if isinstance(text, OpeningHours):
        return text
    try:
        return read_opening_hours(str(text))
    except ValueError:
        raise ValueError(
            f"{text!r} are not opening hours; write them as 08:00-21:00, 18:00-02:00 or 00:00-24:00"
        ) from None


def parse_date(given: object) -> date:
    if isinstance(given, date) and not isinstance(given, datetime):
        return given
    try:
        return date.fromisoformat(str(given))
    except ValueError:
        raise ValueError(f"{str(given)!r} is not a date; write 2026-01-12") from None


def parse_breaks(given: object) -> list[TermBreak]:
    """Week numbers, dates, and ranges of dates: `[6, "2026-04-03 to 2026-04-10"]`."""
    return [_parse_break(each) for each in (given if isinstance(given, list) else [given])]


def _parse_break(given: object) -> TermBreak:
    if isinstance(given, int) and not isinstance(given, bool):
        if not 1 <= given <= _MAX_WEEKS:
            raise ValueError(f"{given} is not the number of a week of a term")
        return given
    parts = given if isinstance(given, list) else str(given).split(" to ")
    try:
        days = [parse_date(each.strip() if isinstance(each, str) else each) for each in parts]
        first, last = days if len(days) > 1 else days * 2
        return CalendarDays(first, last)
    except ValueError:
        raise ValueError(
            f"{given!r} is not a break; write the number of a week, or 2026-02-16 to 2026-02-20"
        ) from None


def parse_series_horizon(given: object) -> SeriesHorizon:
    if given == "no":
        return "no"
    if given == "term":
        return "term"
    text = str(given)
    if not (text.isascii() and text.isdecimal()) or int(text) > _MAX_SERIES_DAYS:
        raise ValueError(
            f"{given!r} does not say how far a series may reach; "
            f"use no, term, or a number of days up to {_MAX_SERIES_DAYS}"
        )
    return int(text)


def parse_slot_minutes(given: object) -> int:
    if str(given) not in {"5", "10", "15", "20", "30", "60"}:
        raise ValueError(f"{given!r} does not divide an hour into slots; use 5, 10, 15, 20, 30 or 60")
    return int(str(given))


def parse_duration(text: object) -> timedelta:
    if isinstance(text, timedelta):
        return text
    number, unit = str(text)[:-1], str(text)[-1:]
    if not number.isdecimal() or unit not in _UNITS:
        raise ValueError(f"{text!r} is not a duration; write 30s, 15m, 6h or 1d")
    return timedelta(seconds=int(number) * _UNITS[unit])


def parse_retention(text: object, minimum: timedelta = _MIN_RETENTION) -> timedelta:
    if (duration := parse_duration(text)) < minimum:
        raise ValueError(f"{text!r} is too short; use at least {minimum.days}d")
    return duration


def parse_booking_retention(text: object) -> timedelta:
    return parse_retention(text, MIN_KEPT_BOOKINGS)


def parse_schedule(text: object) -> Schedule:
    if isinstance(text, Periodic | DailyAt):
        return text
    day, _, clock = str(text).strip().lower().partition(" ")
    try:
        if day == "daily" or day in WEEKDAYS:
            return DailyAt(_time_of_day(clock), None if day == "daily" else WEEKDAYS.index(day))
        return Periodic(max(parse_duration(text), _MIN_JOB_INTERVAL))
    except ValueError:
        raise ValueError(f"{text!r} is not a schedule; write 6h, daily 03:00 or mon 03:00") from None


def _time_of_day(clock: str) -> int:
    if (minutes := read_wall_clock(clock)) >= _MINUTES_PER_DAY:
        raise ValueError(clock)
    return minutes


def parse_secret(text: object) -> Secret:
    return Secret(text)


def parse_networks(given: object) -> list[str]:
    return [_parse_network(each) for each in (given if isinstance(given, list) else [given])]


def _parse_network(text: object) -> str:
    try:
        ip_network(str(text), strict=False)
    except ValueError:
        raise ValueError(f"{text!r} is not an address or network; write 10.0.0.5 or 10.0.0.0/8") from None
    return str(text)


def parse_workspaces(given: object) -> dict[str, list[str]]:
    """Domains by workspace id; in the environment `T012=ucl.ac.uk cs.ucl.ac.uk, T345=kcl.ac.uk`."""
    if isinstance(given, str):
        domains_by_team: dict[str, list[str]] = {}
        for team, _, domains in (each.partition("=") for each in given.split(",") if each.strip()):
            domains_by_team.setdefault(team.strip(), []).extend(domains.split())
        return domains_by_team
    if isinstance(given, dict) and all(_is_list_of_text(domains) for domains in given.values()):
        return given
    raise ValueError("write a list of domains for each workspace, such as T012ABCDEF = ['ucl.ac.uk']")


def _is_list_of_text(given: object) -> bool:
    return isinstance(given, list) and all(isinstance(each, str) for each in given)


TimeZoneName = Annotated[str, Meta(extra={"parse": parse_timezone})]
DailyHours = Annotated[OpeningHours, Meta(extra={"parse": parse_hours})]
Duration = Annotated[timedelta, Meta(extra={"parse": parse_duration})]
RetentionTime = Annotated[timedelta, Meta(extra={"parse": parse_retention})]
BookingRetentionTime = Annotated[timedelta, Meta(extra={"parse": parse_booking_retention})]
JobSchedule = Annotated[Schedule, Meta(extra={"parse": parse_schedule})]
OptionalJobSchedule = Annotated[Schedule | None, Meta(extra={"parse": parse_schedule})]
CalendarDate = Annotated[date, Meta(extra={"parse": parse_date})]
TermBreaks = Annotated[list[TermBreak], Meta(extra={"parse": parse_breaks})]
SlotMinutes = Annotated[int, Meta(extra={"parse": parse_slot_minutes})]
SeriesReach = Annotated[SeriesHorizon, Meta(extra={"parse": parse_series_horizon})]
Port = Annotated[int, Meta(ge=0, le=65535)]
Days = Annotated[int, Meta(ge=0, le=366)]
Workspaces = Annotated[dict[str, list[str]], Meta(extra={"parse": parse_workspaces})]
SecretText = Annotated[Secret, Meta(extra={"parse": parse_secret})]
TextList = Annotated[list[str], Meta(extra={"is_list": True})]
Networks = Annotated[list[str], Meta(extra={"is_list": True, "parse": parse_networks})]

Parser: TypeAlias = Callable[[object], object]


def convert(setting: FieldInfo, given: object) -> object:
    """Converts a value to a setting's type. Raises `ValueError` with a message fit to show."""
    parser = _extra(setting).get("parse")
    try:
        return parser(given) if parser else msgspec.convert(given, setting.type, strict=False)
    except msgspec.ValidationError as error:
        if get_origin(setting.type) is Literal:
            choices = ", ".join(get_args(setting.type))
            raise ValueError(f"{given!r} is not one of {choices}") from error
        message = str(error).replace("`", "")
        raise ValueError(message[:1].lower() + message[1:]) from error


def is_secret(setting: FieldInfo) -> bool:
    return Secret in get_args(setting.type)


def is_list(setting: FieldInfo) -> bool:
    """Whether the environment gives several values, separated by commas."""
    return bool(_extra(setting).get("is_list"))


def _extra(setting: FieldInfo) -> dict[str, Any]:
    meta = next((each for each in get_args(setting.type) if isinstance(each, Meta)), None)
    return (meta.extra or {}) if meta else {}


def is_loopback(host: str) -> bool:
    """Whether an IP address or host name is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


def host_of(url: str) -> str:
    """The host part of a URL; empty if there is none."""
    try:
        return URL(url).host or ""
    except ValueError:
        return ""
