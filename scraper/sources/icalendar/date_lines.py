"""Rewrites the lines of an event's dates as the calendar library reads them.

A name of a time zone becomes one that the library knows; a `Z` wins over a TZID; a date has no zone; what
is no date among the exceptions (EXDATE) or further dates (RDATE) is dropped and reported.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

DATE_PROPERTIES = frozenset({"DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE"})
_DATE_LINE = re.compile(f"({'|'.join(sorted(DATE_PROPERTIES))})[;:]", re.IGNORECASE)
_LISTS = {
    "EXDATE": "has an exception (EXDATE) that cannot be read; its room stays occupied then",
    "RDATE": "has a further date (RDATE) that cannot be read; that date was left out",
}
_ZONE = re.compile(r";TZID=(\"[^\"]*\"|[^;\"]*)", re.IGNORECASE)
_RANGE = re.compile(r";RANGE=([A-Z]{1,20})", re.IGNORECASE)
_ALL_UTC = re.compile(r"[0-9]{8}T[0-9]{6}Z(?:,[0-9]{8}T[0-9]{6}Z)*")
_ALL_LOCAL = re.compile(r"[0-9]{8}T[0-9]{6}(?:,[0-9]{8}T[0-9]{6})*")
"""Lists of dates as they usually are: ten thousand of them are recognised in one go."""
_DAY = re.compile(r"[0-9]{8}")
_MOMENT = re.compile(r"([0-9]{8}T[0-9]{4})([0-9]{2})?(Z?)")
_PERIOD_END = re.compile(r"[0-9]{8}T[0-9]{6}Z?|[+-]?P[0-9DTHMSW]{1,30}")


def zone_of_line(line: str) -> str | None:
    """The TZID of a line of dates, empty where it is blank; None without one.

    The dates have no colon, so that one in an unquoted TZID does no harm: "(GMT+01:00) Paris".
    """
    head, _, value = line.rpartition(":")
    match = _ZONE.search(head)
    if match is None or _ALL_UTC.fullmatch(value):
        return None
    if not _ALL_LOCAL.fullmatch(value) and not any(_needs_zone(each) for each in value.split(",")):
        return None
    return match[1].strip('" \t')


def rewrite_dates(lines: Iterable[str], zones: Mapping[str, str]) -> tuple[list[str], tuple[str, ...]]:
    """The lines, and a problem for each kind of date that was dropped.

    `zones` has the name of the library for each TZID of `zone_of_line`; an empty one is campus wall time.
    """
    rewritten: list[str] = []
    problems: list[str] = []
    for line in lines:
        match = _DATE_LINE.match(line)
        if match is None:
            rewritten.append(line)
            continue
        name = match[1].upper()
        head, _, value = line.rpartition(":")
        later = _RANGE.search(head)
        named = f"{name};RANGE={later[1].upper()}" if later else name
        zone = zones.get(zone_of_line(line) or "")
        if _ALL_UTC.fullmatch(value) or _ALL_LOCAL.fullmatch(value):
            in_zone = f';TZID="{zone}"' if zone and value[-1] != "Z" else ""
            rewritten.append(f"{named}{in_zone}:{value}")
            continue
        values, dropped = _clean_values(name, value)
        if dropped:
            problems.append(_LISTS[name])
        rewritten.extend(_rewrite(named, values, zone))
    return rewritten, tuple(dict.fromkeys(problems))


def _clean_values(name: str, value: str) -> tuple[Sequence[str], bool]:
    """The dates, with seconds filled in, and whether some of a list are none."""
    values = [_clean(each.strip().upper()) for each in value.split(",")]
    if name not in _LISTS:
        return values, False
    kept = [each for each in values if _is_date(each)]
    return kept, len(kept) < len(values)


def _clean(value: str) -> str:
    start, slash, end = value.partition("/")
    match = _MOMENT.fullmatch(start)
    return f"{match[1]}{match[2] or '00'}{match[3]}{slash}{end}" if match else value


def _is_date(value: str) -> bool:
    start, slash, end = value.partition("/")
    if slash and not _PERIOD_END.fullmatch(end):
        return False
    return bool(_MOMENT.fullmatch(start) or (_DAY.fullmatch(start) and not slash))


def _needs_zone(value: str) -> bool:
    start = value.strip().upper().partition("/")[0]
    return not start.endswith("Z") and not _DAY.fullmatch(start)


def _rewrite(name: str, values: Sequence[str], zone: str | None) -> Iterator[str]:
    """One line for each of: days, moments with and without a zone, periods."""
    by_parameters: dict[str, list[str]] = {}
    for value in values:
        kind = ";VALUE=DATE" if _DAY.fullmatch(value) else ";VALUE=PERIOD" if "/" in value else ""
        in_zone = f';TZID="{zone}"' if zone and _needs_zone(value) else ""
        by_parameters.setdefault(kind + in_zone, []).append(value)
    for parameters, dates in by_parameters.items():
        yield f"{name}{parameters}:{','.join(dates)}"
