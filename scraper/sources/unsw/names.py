"""Parses the names of classes and events in UNSW timetables into name and booking type."""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from core.model import BookingType

NBSP = "\u00a0"
"""Separates type and name on the timetable site."""
UNNAMED = "Misc."
_MAX_NAME_LENGTH = 500
"""Characters of a name that are parsed: some patterns take time quadratic in its length."""


class ParsedName(NamedTuple):
    name: str
    booking_type: BookingType


class _NamePattern(NamedTuple):
    pattern: re.Pattern[str]
    booking_type: BookingType
    format_name: Callable[[re.Match[str]], str]


def parse_site_name(raw: str) -> ParsedName:
    """Parses a name of the timetable site, such as `TUT/14:1·COMM1150`."""
    text = raw[:_MAX_NAME_LENGTH].strip()
    if NBSP not in text:
        text = NBSP.join(text.rsplit(maxsplit=1))
    return _first_match(text, _SITE_PATTERNS) or ParsedName(UNNAMED, BookingType.MISC)


def parse_publish_name(raw: str) -> ParsedName:
    """Parses a name of Publish, such as `ARTS2871-T3U1-TUT/02:1`; an unknown one stays as it is."""
    text = raw[:_MAX_NAME_LENGTH].replace(NBSP, " ").strip()
    return _first_match(text, _PUBLISH_PATTERNS) or ParsedName(text or UNNAMED, BookingType.MISC)


def _first_match(text: str, patterns: Sequence[_NamePattern]) -> ParsedName | None:
    for pattern in patterns:
        if match := pattern.pattern.search(text):
            return ParsedName(pattern.format_name(match).strip() or UNNAMED, pattern.booking_type)
    return None


def _build_pattern(
    pattern: str, booking_type: BookingType, name: str = "{name}", flags: int = 0
) -> _NamePattern:
    """`name` is a format string for the groups of `pattern`: `Match.expand` parses its template each time."""
    compiled = re.compile(pattern, flags)
    return _NamePattern(compiled, booking_type, lambda match: name.format_map(match.groupdict()))


def _exam_name(match: re.Match[str]) -> str:
    """`Final Exam MATH5525` or `ECON1401 Final Exam`, with what follows before what leads."""
    course, reason, rest = match["course"], match["reason"], match["rest"]
    return f"{reason} {rest}" if rest else f"{course} {reason}" if course else reason


def _block_name(match: re.Match[str]) -> str:
    """Drops what follows the last dash: a counter."""
    reason, dash, last = match["reason"].rpartition("-")
    return (reason if dash else last) or "Block"


_SITE_PATTERNS = (
    _build_pattern(r"^(?P<type>[A-Z0-9]{3})[^\xa0]*\xa0(?P<name>.*)", BookingType.CLASS, "{name} {type}"),
    _build_pattern(r"^StuGrp[^\xa0]*\xa0(?P<name>[^-]*)", BookingType.SOCIETY),
    _build_pattern(r"^Misc[^\xa0]*\xa0\*\d{8}-ARCSG(?P<name>[A-Z]*)", BookingType.SOCIETY),
    _build_pattern(r"^Misc[^\xa0]*\xa0\*\d{8}-(?P<name>[A-Z]*)", BookingType.INTERNAL),
    _build_pattern(r"^External[^\xa0]*\xa0\*(?P<name>[A-Z0-9]*)", BookingType.INTERNAL),
    _build_pattern(
        r"^Misc[^\xa0]*\xa0.*Oweek.*(?P<term>T[1-3])", BookingType.MISC, "OWeek{term}", re.IGNORECASE
    ),
    _build_pattern(r"^Misc[^\xa0]*\xa0\*(?P<name>[A-Z0-9]*)", BookingType.MISC),
    _build_pattern(
        r"^Misc[^\xa0]*\xa0.*\d(?P<name>SuppExams|Exams)(?P<term>T[1-3])",
        BookingType.MISC,
        "{name} {term}",
    ),
    _build_pattern(r"^Misc[^\xa0]*\xa0.{2}-(?P<name>[^-]*)", BookingType.MISC),
    _build_pattern(r"^Misc.*(Block|Weekend|Weekday|Fri|FriNight)", BookingType.BLOCK, "Block", re.IGNORECASE),
)

_PUBLISH_PATTERNS = (
    _build_pattern(r"Block(?P<name>\S*)O-Week", BookingType.MISC, "OWeek{name}"),
    _NamePattern(re.compile(r"^<?\*?Block(?P<reason>.+)$", re.IGNORECASE), BookingType.BLOCK, _block_name),
    _NamePattern(
        re.compile(
            r"(?:(?P<course>[A-Z]{4}\d{4})\s*)?(?P<reason>Final\s+Exams?|Supp\w*\s+Exams?|Exams)(?:\s+(?P<rest>.*))?",
            re.IGNORECASE,
        ),
        BookingType.EXAMS,
        _exam_name,
    ),
    _build_pattern(r"^\*(?P<name>[A-Z]{4}\d{4})-", BookingType.MISC),
    _build_pattern(r"^(?P<name>FS-[^-].+)", BookingType.MISC),
    _build_pattern(r"(?P<name>[A-Z]{4}\d{4})-.*-(?P<type>[A-Z0-9]{3})", BookingType.CLASS, "{name} {type}"),
    _build_pattern(r"^\*\d{8}-ARC(?:SG)?(?P<name>[A-Z0-9]+)-", BookingType.SOCIETY),
    _build_pattern(r"^\*\d{8}-(?P<name>[A-Z]+)", BookingType.INTERNAL),
    _build_pattern(r"^.{2}-(?P<name>[^-]+)", BookingType.MISC),
)
