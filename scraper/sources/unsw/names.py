"""What a UNSW timetable calls its classes and events, and what they are."""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from core.model.entities import BookingType

NBSP = "\u00a0"
"""Stands between the kind and the name on the timetable site."""
NAMELESS = "Misc."
_LONGEST = 500
"""Characters of a name that are looked at: some forms take time that grows with the square of its length."""


class Named(NamedTuple):
    name: str
    booking_type: BookingType


class _Form(NamedTuple):
    pattern: re.Pattern[str]
    booking_type: BookingType
    name: Callable[[re.Match[str]], str]


def site_name(raw: str) -> Named:
    """A name of the timetable site, such as `TUT/14:1·COMM1150`."""
    text = raw[:_LONGEST].strip()
    if NBSP not in text:
        text = NBSP.join(text.rsplit(maxsplit=1))
    return _first_match(text, _SITE_FORMS) or Named(NAMELESS, BookingType.MISC)


def publish_name(raw: str) -> Named:
    """A name of Publish, such as `ARTS2871-T3U1-TUT/02:1`; an unknown one stays as it is."""
    text = raw[:_LONGEST].replace(NBSP, " ").strip()
    return _first_match(text, _PUBLISH_FORMS) or Named(text or NAMELESS, BookingType.MISC)


def _first_match(text: str, forms: Sequence[_Form]) -> Named | None:
    for form in forms:
        if match := form.pattern.search(text):
            return Named(form.name(match).strip() or NAMELESS, form.booking_type)
    return None


def _form(pattern: str, booking_type: BookingType, name: str = r"\g<name>", flags: int = 0) -> _Form:
    """`name` is filled in from the groups of `pattern`."""
    return _Form(re.compile(pattern, flags), booking_type, lambda match: match.expand(name))


def _exam_name(match: re.Match[str]) -> str:
    """`Final Exam MATH5525` or `ECON1401 Final Exam`, with what follows before what leads."""
    course, reason, rest = match["course"], match["reason"], match["rest"]
    return f"{reason} {rest}" if rest else f"{course} {reason}" if course else reason


def _block_name(match: re.Match[str]) -> str:
    """Without what follows the last dash, which only counts."""
    reason, dash, last = match["reason"].rpartition("-")
    return (reason if dash else last) or "Block"


_SITE_FORMS = (
    _form(r"^(?P<type>[A-Z0-9]{3})[^\xa0]*\xa0(?P<name>.*)", BookingType.CLASS, r"\g<name> \g<type>"),
    _form(r"^StuGrp[^\xa0]*\xa0(?P<name>[^-]*)", BookingType.SOCIETY),
    _form(r"^Misc[^\xa0]*\xa0\*\d{8}-ARCSG(?P<name>[A-Z]*)", BookingType.SOCIETY),
    _form(r"^Misc[^\xa0]*\xa0\*\d{8}-(?P<name>[A-Z]*)", BookingType.INTERNAL),
    _form(r"^External[^\xa0]*\xa0\*(?P<name>[A-Z0-9]*)", BookingType.INTERNAL),
    _form(r"^Misc[^\xa0]*\xa0.*Oweek.*(?P<term>T[1-3])", BookingType.MISC, r"OWeek\g<term>", re.IGNORECASE),
    _form(r"^Misc[^\xa0]*\xa0\*(?P<name>[A-Z0-9]*)", BookingType.MISC),
    _form(
        r"^Misc[^\xa0]*\xa0.*\d(?P<name>SuppExams|Exams)(?P<term>T[1-3])",
        BookingType.MISC,
        r"\g<name> \g<term>",
    ),
    _form(r"^Misc[^\xa0]*\xa0.{2}-(?P<name>[^-]*)", BookingType.MISC),
    _form(r"^Misc.*(Block|Weekend|Weekday|Fri|FriNight)", BookingType.BLOCK, "Block", re.IGNORECASE),
)

_PUBLISH_FORMS = (
    _form(r"Block(?P<name>\S*)O-Week", BookingType.MISC, r"OWeek\g<name>"),
    _Form(re.compile(r"^<?\*?Block(?P<reason>.+)$", re.IGNORECASE), BookingType.BLOCK, _block_name),
    _Form(
        re.compile(
            r"(?:(?P<course>[A-Z]{4}\d{4})\s*)?(?P<reason>Final\s+Exams?|Supp\w*\s+Exams?|Exams)(?:\s+(?P<rest>.*))?",
            re.IGNORECASE,
        ),
        BookingType.EXAMS,
        _exam_name,
    ),
    _form(r"^\*(?P<name>[A-Z]{4}\d{4})-", BookingType.MISC),
    _form(r"^(?P<name>FS-[^-].+)", BookingType.MISC),
    _form(r"(?P<name>[A-Z]{4}\d{4})-.*-(?P<type>[A-Z0-9]{3})", BookingType.CLASS, r"\g<name> \g<type>"),
    _form(r"^\*\d{8}-ARC(?:SG)?(?P<name>[A-Z0-9]+)-", BookingType.SOCIETY),
    _form(r"^\*\d{8}-(?P<name>[A-Z]+)", BookingType.INTERNAL),
    _form(r"^.{2}-(?P<name>[^-]+)", BookingType.MISC),
)
