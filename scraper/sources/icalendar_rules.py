"""Which recurrence rules of a calendar we are ready to expand, judged before anything is."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from scraper.errors import PageChanged

if TYPE_CHECKING:
    from icalendar import Event

MOST_OCCURRENCES = 10_000
_PERIODS = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 28, "YEARLY": 365}
"""How many days lie at least between two periods of a rule."""
_TIMES = ("BYHOUR", "BYMINUTE", "BYSECOND")
_DAYS = ("BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH")

_MATTERS = frozenset({"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"})
_FOLD = re.compile(rb"\r?\n[ \t]")
_BLOCK = re.compile(rb"(BEGIN|END):VTIMEZONE", re.IGNORECASE)
_RULE = re.compile(rb"RRULE[;:]", re.IGNORECASE)
_YEARLY = re.compile(rb"FREQ=YEARLY(;|$)", re.IGNORECASE)

Rule = Mapping[str, Sequence[object]]


class RuleRefused(ValueError):
    """This rule is not expanded; the message says why."""


def check_timezones(content: bytes) -> None:
    """Time zones are expanded while the calendar is parsed, so their rules are judged on its bare lines."""
    inside = False
    for line in _FOLD.sub(b"", content).splitlines():
        if block := _BLOCK.match(line):
            inside = block[1].upper() == b"BEGIN"
        elif inside and _RULE.match(line) and not _YEARLY.search(line):
            raise PageChanged("The feed has a time zone that changes more often than yearly.")


def check_event(event: "Event", until: date) -> None:
    """Raises `RuleRefused` unless all that decides when the event takes place can be read and expanded."""
    broken = sorted({name for name, _ in event.errors if name in _MATTERS})
    if broken:
        raise RuleRefused(f"has a {broken[0]} that cannot be read")
    if "DTSTART" not in event:
        raise RuleRefused("has no beginning")
    if "EXRULE" in event:
        raise RuleRefused("has an EXRULE, which we do not read")
    for rule in _all(event, "RRULE"):
        check_rule(rule, _day(event.decoded("DTSTART")), until)
    if sum(len(dates.dts) for dates in _all(event, "RDATE")) > MOST_OCCURRENCES:
        raise RuleRefused(f"could happen more than {MOST_OCCURRENCES:,} times")


def check_rule(rule: Rule, start: date, until: date) -> None:
    """Raises `RuleRefused` for a rule finer than daily, or one that could occur too often before `until`."""
    frequency = str(_first(rule, "FREQ", "")).upper()
    if frequency not in _PERIODS or any(len(rule.get(name, ())) > 1 for name in _TIMES):
        raise RuleRefused("repeats more often than daily")
    if most_occurrences(rule, frequency, start, until) > MOST_OCCURRENCES:
        raise RuleRefused(f"could happen more than {MOST_OCCURRENCES:,} times")


def most_occurrences(rule: Rule, frequency: str, start: date, until: date) -> int:
    """No fewer than the rule could have between `start` and `until`, counted without expanding it.

    A period may be cut at either end, and the start counts though the rule may not meet it.
    """
    count = _whole(_first(rule, "COUNT", 0))
    if count:
        return count
    end = min(until, _day(_first(rule, "UNTIL", until)))
    interval = max(1, _whole(_first(rule, "INTERVAL", 1)))
    periods = max(0, (end - start).days) // (_PERIODS[frequency] * interval) + 2
    return periods * _days_of_period(rule, frequency)


def _days_of_period(rule: Rule, frequency: str) -> int:
    """How many days of one period a rule may pick: one, unless it says which."""
    if not any(rule.get(name) for name in _DAYS):
        return 1
    if frequency == "WEEKLY":
        return max(1, len(rule.get("BYDAY", ())))
    return {"DAILY": 1, "MONTHLY": 31, "YEARLY": 366}[frequency]


def _all(event: "Event", name: str) -> Iterator[Any]:
    value = event.get(name, ())
    yield from value if isinstance(value, list | tuple) else (value,)


def _first(rule: Rule, name: str, default: object) -> object:
    values = rule.get(name) or (default,)
    return values[0]


def _whole(value: object) -> int:
    try:
        return int(str(value))
    except ValueError as error:
        raise RuleRefused("has a rule that makes no sense") from error


def _day(value: object) -> date:
    if isinstance(value, datetime):
        return value.date() + timedelta(days=1)
    if isinstance(value, date):
        return value
    raise RuleRefused("has a rule that ends at no date")
