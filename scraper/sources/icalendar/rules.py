"""Checks events and recurrence rules before they are expanded."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from scraper.sources.icalendar.recurrence import Rule, never_happens

if TYPE_CHECKING:
    from icalendar import Event

MAX_OCCURRENCES = 10_000
MAX_RULES = 20
MIN_YEAR = 1583
"""The first whole year of the Gregorian calendar."""
_MIN_PERIOD_DAYS = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 28, "YEARLY": 365}
"""Days between two periods of a rule, at least."""
_TIME_PARTS = {"BYHOUR": 23, "BYMINUTE": 59, "BYSECOND": 59}
_DAY_PARTS = ("BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH")
_LIMITS = {"BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366}
_KNOWN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", *_TIME_PARTS, *_DAY_PARTS, *_LIMITS}
_MEANS_NOTHING_NEW = {"RSCALE": "GREGORIAN", "SKIP": "OMIT"}
_WEEKDAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
_WEEKDAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_REQUIRED_PROPERTIES = frozenset(
    {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"}
)

RawRule = Mapping[str, Sequence[object]]
"""The parts of a rule with their values, as a calendar library reads them."""


class RuleRejected(ValueError):
    """The event or rule must not be expanded; the message is the reason: "has no beginning"."""


def check_readable(event: "Event") -> None:
    """Raises `RuleRejected` if the library could not read a property that decides when the event is."""
    broken = sorted({name for name, _ in event.errors if name in _REQUIRED_PROPERTIES})
    if broken:
        raise RuleRejected(f"has a {broken[0]} that cannot be read")


def check_event(event: "Event", first: date, until: date, zone: tzinfo) -> None:
    """Raises `RuleRejected` unless everything about the event's times can be parsed and expanded.

    `first` and `until` are the days that it is expanded for.
    """
    if "DTSTART" not in event:
        raise RuleRejected("has no beginning")
    if "EXRULE" in event:
        raise RuleRejected("has an EXRULE, which we do not read")
    _check_order(event, zone)
    rules = raw_rules(event)
    if len(rules) > MAX_RULES:
        raise RuleRejected(f"repeats by more than {MAX_RULES} rules")
    for rule in rules:
        check_rule(rule, _start(event.decoded("DTSTART")), until, first)
    if sum(len(dates.dts) for dates in _property_values(event, "RDATE")) > MAX_OCCURRENCES:
        raise RuleRejected(f"could happen more than {MAX_OCCURRENCES:,} times")


def _check_order(event: "Event", zone: tzinfo) -> None:
    """Raises `RuleRejected` for an event that ends before it begins: its day may be a typing error."""
    start = event.decoded("DTSTART")
    if "DTEND" in event:
        end = event.decoded("DTEND")
        is_moment = isinstance(start, datetime) or isinstance(end, datetime)
        ends_first = _moment(end, zone) < _moment(start, zone) if is_moment else end < start
    else:
        ends_first = "DURATION" in event and event.decoded("DURATION") < timedelta(0)
    if ends_first:
        raise RuleRejected("ends before it begins")


def _moment(value: date, zone: tzinfo) -> datetime:
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), zone)
    return value if value.tzinfo else value.replace(tzinfo=zone)


def check_rule(rule: RawRule, start: date, until: date, first: date = date.min) -> None:
    """Raises `RuleRejected` for a rule finer than daily, for one that could occur too often before `until`,
    for one that never occurs, and for one with values that no rule has.
    """
    frequency = str(_first_value(rule, "FREQ", "")).upper()
    if not frequency:
        raise RuleRejected("has a RRULE that cannot be read")
    if frequency not in _MIN_PERIOD_DAYS or any(len(rule.get(name, ())) > 1 for name in _TIME_PARTS):
        raise RuleRejected("repeats more often than daily")
    if start.year < MIN_YEAR:
        raise RuleRejected(f"repeats since before {MIN_YEAR}")
    parsed_rule = rule_of(rule, None)
    if _count(rule) > MAX_OCCURRENCES or occurrences_in(rule, max(start, first), until) > MAX_OCCURRENCES:
        raise RuleRejected(f"could happen more than {MAX_OCCURRENCES:,} times")
    if never_happens(parsed_rule, start):
        raise RuleRejected("has a rule that never happens")


def rule_of(raw: RawRule, zone: tzinfo | None, *, is_day: bool = False) -> Rule:
    """Parses a rule; all its values are valid by RFC 5545. `zone` is that of the event's start.

    `is_day` is whether the event begins on a day rather than at a moment.
    """
    for name, value in ((name.upper(), str(values[0]).upper()) for name, values in raw.items() if values):
        if name not in _KNOWN and _MEANS_NOTHING_NEW.get(name) != value:
            raise RuleRejected(f"has a rule with {name[:20]}, which we do not read")
    for name in ("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", *_TIME_PARTS):
        if len(raw.get(name, ())) > 1:
            raise RuleRejected("has a rule that makes no sense")
    frequency = str(_first_value(raw, "FREQ", "")).upper()
    if raw.get("BYWEEKNO") and frequency != "YEARLY":
        raise RuleRejected("has a rule with weeks of the year that is not yearly")
    return Rule(
        frequency=frequency,
        interval=_between(1, _first_value(raw, "INTERVAL", 1)),
        count=_count(raw),
        until=_until(raw["UNTIL"][0], zone, is_day=is_day) if raw.get("UNTIL") else None,
        months=frozenset(_between(1, each, 12) for each in raw.get("BYMONTH", ())),
        week_numbers=_numbers(raw, "BYWEEKNO"),
        year_days=_numbers(raw, "BYYEARDAY"),
        month_days=_numbers(raw, "BYMONTHDAY"),
        weekdays=frozenset(_weekday(each) for each in raw.get("BYDAY", ())),
        positions=_numbers(raw, "BYSETPOS"),
        week_start=_weekday(_first_value(raw, "WKST", "MO"))[1],
        **{
            name[2:].lower(): _between(0, raw[name][0], most)
            for name, most in _TIME_PARTS.items()
            if raw.get(name)
        },
    )


def raw_rules(event: "Event") -> list[RawRule]:
    """The event's rules, usually one; the event occurs whenever any of them does."""
    return list(_property_values(event, "RRULE"))


def occurrences_in(rule: RawRule, first: date, last: date) -> int:
    """Upper bound of the occurrences between these days of a checked rule that starts by `first`."""
    if first >= last:
        return 0
    without_count = {name: values for name, values in rule.items() if name.upper() != "COUNT"}
    within = max_occurrences(without_count, str(_first_value(rule, "FREQ", "")).upper(), first, last)
    return min(within, _count(rule) or within)


def max_occurrences(rule: RawRule, frequency: str, start: date, until: date) -> int:
    """Upper bound of the occurrences between `start` and `until`, without expanding the rule.

    A period may be cut at either end, and the start counts even if the rule does not include it.
    """
    count = _count(rule)
    if count:
        return count
    end = min(until, _to_date(_first_value(rule, "UNTIL", until)))
    interval = max(1, _parse_whole_number(_first_value(rule, "INTERVAL", 1)))
    periods = max(0, (end - start).days) // (_MIN_PERIOD_DAYS[frequency] * interval) + 2
    return periods * _max_days_per_period(rule, frequency)


def _max_days_per_period(rule: RawRule, frequency: str) -> int:
    """Upper bound of the days that a rule picks from one period: one, unless it names days."""
    if not any(rule.get(name) for name in _DAY_PARTS):
        return 1
    months = len(rule.get("BYMONTH", ()))
    weekdays = [_weekday(each)[0] for each in rule.get("BYDAY", ())]
    limits = [len(rule["BYSETPOS"])] if rule.get("BYSETPOS") else []
    match frequency:
        case "DAILY":
            limits.append(1)
        case "WEEKLY":
            limits.append(max(1, len(weekdays)))
        case "MONTHLY":
            limits.append(31)
            limits.extend(_limits_of_month(rule, weekdays))
        case _:
            limits.append(31 * months if months else 366)
            limits.extend(
                each * (months or 12) for each in _limits_of_month(rule, () if not months else weekdays)
            )
            limits.extend(_limits_of_year(rule, weekdays, has_months=bool(months)))
    return max(1, min(limits))


def _limits_of_month(rule: RawRule, weekdays: Sequence[int]) -> Iterator[int]:
    """How many days of a month its parts pick at most. `weekdays` are the numbers of its BYDAY, 0 for all."""
    if rule.get("BYMONTHDAY"):
        yield len(rule["BYMONTHDAY"])
    if weekdays:
        yield sum(1 if number else 5 for number in weekdays)


def _limits_of_year(rule: RawRule, weekdays: Sequence[int], *, has_months: bool) -> Iterator[int]:
    if rule.get("BYYEARDAY"):
        yield len(rule["BYYEARDAY"])
    if rule.get("BYWEEKNO"):
        yield 2 * len(rule["BYWEEKNO"]) * (len(weekdays) or 7)
    elif weekdays and not has_months:
        yield sum(1 if number else 53 for number in weekdays)
    if has_months and not any(rule.get(name) for name in _DAY_PARTS if name != "BYMONTH"):
        yield len(rule["BYMONTH"])


def _property_values(event: "Event", name: str) -> Iterator[Any]:
    value = event.get(name, ())
    yield from value if isinstance(value, list | tuple) else (value,)


def _first_value(rule: RawRule, name: str, default: object) -> object:
    values = rule.get(name) or (default,)
    return values[0]


def _numbers(raw: RawRule, name: str) -> frozenset[int]:
    """Numbers counted from the start or, when negative, from the end; none is zero."""
    numbers = frozenset(_between(-_LIMITS[name], each, _LIMITS[name]) for each in raw.get(name, ()))
    if 0 in numbers:
        raise RuleRejected(f"has a rule with {name}=0, which makes no sense")
    return numbers


def _count(raw: RawRule) -> int:
    """0 for a rule without end, which some programs write as a negative count."""
    count = _parse_whole_number(_first_value(raw, "COUNT", -1))
    if count == 0:
        raise RuleRejected("has a rule that makes no sense")
    return max(0, count)


def _between(least: int, value: object, most: int | None = None) -> int:
    number = _parse_whole_number(value)
    if number < least or (most is not None and number > most):
        raise RuleRejected("has a rule that makes no sense")
    return number


def _weekday(value: object) -> tuple[int, int]:
    match = _WEEKDAY.fullmatch(str(value).upper())
    number = int(match[1] or 0) if match else 0
    if match is None or abs(number) > 53 or (match[1] and not number):
        raise RuleRejected("has a rule with a day that is none")
    return number, _WEEKDAYS[match[2]]


def _until(value: object, zone: tzinfo | None, *, is_day: bool) -> datetime:
    """The last moment of the rule on the wall clock of `zone`: of a day, its last one.

    For an event of whole days, midnight in UTC means the day that is written.
    """
    if not isinstance(value, date):
        raise RuleRejected("has a rule that ends at no date")
    if not isinstance(value, datetime):
        return datetime.combine(value, time.max)
    if is_day and value.time() == time():
        return datetime.combine(value.date(), time.max)
    if value.tzinfo is not None and zone is not None and value.year < date.max.year:
        value = value.astimezone(zone)
    return value.replace(tzinfo=None)


def _parse_whole_number(value: object) -> int:
    try:
        return int(str(value))
    except ValueError as error:
        raise RuleRejected("has a rule that makes no sense") from error


def _start(value: object) -> date:
    if not isinstance(value, date):
        raise RuleRejected("begins at no date")
    return value.date() if isinstance(value, datetime) else value


def _to_date(value: object) -> date:
    if isinstance(value, datetime):
        return min(value.date(), date.max - timedelta(days=1)) + timedelta(days=1)
    if isinstance(value, date):
        return value
    raise RuleRejected("has a rule that ends at no date")
