"""Converts texts of queries and forms to values; raises `ValueError` for invalid ones."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from uuid import UUID

from core.errors import Invalid, InvalidDate, InvalidTimes, UnknownBooking
from core.model import MAX_STARS, MIN_STARS, BookingId, Location, Usage

MAX_TEXT_LENGTH = 150
"""Characters of a title or of notes."""
_MAX_NAME_LENGTH = 254
_MAX_PASSWORD_LENGTH = 1_000
_WALL = re.compile(r"([0-9]{2}):([0-9]{2})")
_COUNT = re.compile(r"[0-9]{1,9}")
_INSTANT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]{1,9})?)?"
    r"(?:(Z)|([+ -])([0-9]{2}):?([0-9]{2}))",
    re.IGNORECASE,
)
_USUAL_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{3})?Z")
_STARS = re.compile(r"[0-9](?:\.[0-9]{1,16})?")
_KEY = re.compile(r"[!-~]{1,255}")
_YEARS = range(1970, 3000)


@lru_cache(maxsize=1024)
def parse_day(text: str) -> date:
    """`YYYYMMDD` as `strptime` reads it: a client sends 1 December as `2026121`."""
    try:
        day = datetime.strptime(text if text.isascii() else "", "%Y%m%d").date()  # noqa: DTZ007 - a date only
    except ValueError as error:
        raise InvalidDate("Invalid Date has been entered.") from error
    if day.year not in _YEARS:
        raise InvalidDate("Invalid Date has been entered.")
    return day


def parse_booking_day(text: str) -> date:
    try:
        return parse_day(text)
    except InvalidDate as error:
        raise InvalidDate from error


def parse_date(text: str) -> date:
    """`2026-03-14`, of a year that calendars and time zones can handle."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if day.year not in _YEARS:
        raise InvalidDate(f"{text[:20]} is no date. Write it like 2026-03-14.")
    return day


def parse_key(text: str) -> str:
    """An idempotency key: up to 255 visible ASCII characters."""
    if _KEY.fullmatch(text) is None:
        raise ValueError(text)
    return text


def parse_wall_time(text: str) -> int:
    """`HH:MM` as minutes after midnight; `24:00` is the end of the day."""
    found = _WALL.fullmatch(text)
    if found is None:
        raise InvalidTimes
    hours, minutes = map(int, found.groups())
    if minutes > 59 or hours * 60 + minutes > 24 * 60:
        raise InvalidTimes
    return hours * 60 + minutes


@lru_cache(maxsize=1024)
def parse_instant(text: str) -> int:
    """ISO 8601 with a zone, as seconds since 1970. A space counts as `+`, which URLs decode to one."""
    if _USUAL_INSTANT.fullmatch(text) is not None and int(text[:4]) in _YEARS:
        return int(datetime.fromisoformat(text).timestamp())
    found = _INSTANT.fullmatch(text)
    if found is None:
        raise ValueError("not an instant")
    numbers = [int(part or 0) for part in found.group(1, 2, 3, 4, 5, 6)]
    moment = datetime(*numbers, tzinfo=_zone(found))  # type: ignore[misc,arg-type]  # six numbers: year to second
    if moment.year not in _YEARS:
        raise ValueError("year out of range")
    return int(moment.timestamp())


def _zone(found: re.Match[str]) -> timezone:
    if found.group(7):
        return UTC
    hours, minutes = int(found.group(9)), int(found.group(10))
    if hours > 23 or minutes > 59:
        raise ValueError("offset out of range")
    ahead = timedelta(hours=hours, minutes=minutes)
    return timezone(-ahead if found.group(8) == "-" else ahead)


def parse_count(text: str) -> int:
    if _COUNT.fullmatch(text) is None:
        raise ValueError("not a number")
    return int(text)


def parse_stars(text: str) -> float:
    """A number of stars."""
    if _STARS.fullmatch(text) is None or not MIN_STARS <= float(text) <= MAX_STARS:
        raise ValueError("not a number of stars")
    return float(text)


def parse_usage(text: str) -> str:
    return Usage(text).value


def parse_location(text: str) -> Location:
    return Location(text)


def parse_flag(text: str) -> bool:
    """`true` or `false`, exactly."""
    if text not in {"true", "false"}:
        raise ValueError("neither true nor false")
    return text == "true"


def parse_boolean(text: str) -> bool:
    """The usual spellings of yes and no in forms and scripts."""
    lowered = text.strip().casefold()
    if lowered in {"true", "1", "yes", "on"}:
        return True
    if lowered in {"false", "0", "no", "off"}:
        return False
    raise ValueError("neither yes nor no")


def parse_status_shape(text: str) -> bool:
    """Whether the shape is `nested`."""
    if text not in {"flat", "nested"}:
        raise ValueError("neither flat nor nested")
    return text == "nested"


def parse_id(text: str) -> str:
    """An id, unchanged; one that cannot exist (control characters, too long) becomes an unknown one."""
    return text if text.isprintable() and len(text) <= _MAX_NAME_LENGTH else "�"


def parse_name(text: str) -> str:
    """A username or an e-mail address."""
    return parse_id(text.strip())


def parse_password(text: str) -> str:
    if len(text) > _MAX_PASSWORD_LENGTH:
        raise ValueError("too long")
    return text


def parse_text(text: str) -> str:
    """A title or notes: at most 150 characters, none of them control characters but line breaks and tabs."""
    stripped = text.strip()
    if len(stripped) > MAX_TEXT_LENGTH:
        raise Invalid(f"Please keep it to {MAX_TEXT_LENGTH} characters.")
    if any(
        (sign < " " and sign not in "\t\r\n") or sign == "\x7f" or "\ud800" <= sign <= "\udfff"
        for sign in stripped
    ):
        raise ValueError("control characters")
    return stripped


def parse_query_text(text: str) -> str:
    """A text as people type it in chat, up to 500 characters."""
    if len(text) > 500:
        raise ValueError("too long")
    return text


def parse_booking_id(text: str) -> BookingId:
    try:
        return BookingId(str(UUID(text)))
    except ValueError as error:
        raise UnknownBooking from error
