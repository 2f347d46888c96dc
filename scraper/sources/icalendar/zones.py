"""Registers the time zones that a feed defines itself, each checked before a library expands it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from zoneinfo import available_timezones

from msgspec import Struct, field

from scraper.sources.icalendar.recurrence import Rule, never_happens
from scraper.sources.icalendar.rules import MIN_YEAR, RuleRejected, rule_of
from scraper.sources.icalendar.text import MAX_LINE_LENGTH, FeedText
from scraper.sources.icalendar.zone_names import fixed_zone_lines, parse_offset, resolve_zone

MAX_ZONES = 100
MAX_CHANGES = 3_000
"""Changes of the clocks in one zone: twice a year since 1601, and as many again."""
_LAST_YEAR = 2100
_MAX_TEXT_LENGTH = 200_000
_CHANGES_PER_OCCURRENCE = 200
"""Changes that are searched in the time that one occurrence of an event takes."""
_START = re.compile(r"DTSTART[^:]*:([0-9]{4})([0-9]{2})([0-9]{2})", re.IGNORECASE)
_RULE = re.compile(r"RRULE[;:]", re.IGNORECASE)
_DATES = re.compile(r"RDATE[;:]", re.IGNORECASE)
_TZID = re.compile(r"TZID[;:]", re.IGNORECASE)
_PART = re.compile(r"BEGIN:(STANDARD|DAYLIGHT)")


class Zones(Struct):
    """The zones of a feed, by the names (TZID) that its events use.

    `names` has what the calendar library calls each, nothing for an unknown one; `costs` what a look-up in
    each of the feed's own zones costs, in occurrences; `rejected` why others cannot be read.
    """

    names: dict[str, str] = field(default_factory=dict)
    costs: dict[str, int] = field(default_factory=dict)
    rejected: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def reject_on_error(self, name: str) -> Iterator[None]:
        """Confines any error, ours or a library's, to the events of the zone."""
        try:
            yield
        except RuleRejected as refusal:
            self.rejected[name] = str(refusal)
        except Exception as error:  # noqa: BLE001  # see above
            self.rejected[name] = f"cannot be read ({type(error).__name__})"


def register_zones(feed: FeedText, needed: Iterable[str]) -> Zones:
    """Registers the `needed` zones that the time zone database does not have with the calendar library.

    A zone that the feed defines comes before what its name may mean elsewhere; one that cannot be expanded is
    read by its name, if that is known.
    """
    _forget_zones()
    zones, changes = Zones(), {}
    world = available_timezones()
    zones.names = {name: name if name in world else "" for name in needed}
    for name in sorted(zones.names.keys() & feed.zones.keys() - world):
        with zones.reject_on_error(name):
            changes[name] = _count_changes(feed.zones[name])
    for place, name in enumerate(sorted(changes, key=lambda name: (changes[name], name))):
        with zones.reject_on_error(name):
            if place >= MAX_ZONES:
                raise RuleRejected(f"is one of more than {MAX_ZONES}")
            zones.names[name] = _register_zone(feed.zones[name], place)
            zones.costs[name] = 1 + changes[name] // _CHANGES_PER_OCCURRENCE
    for name in [name for name, known in zones.names.items() if not known]:
        zones.names[name] = resolve_zone(name) or _register_offset(name)
        if zones.names[name]:
            zones.rejected.pop(name, None)
    return zones


def _count_changes(lines: Sequence[str]) -> int:
    """Upper bound of the zone's changes. Raises `RuleRejected` when they cannot be expanded."""
    if sum(map(len, lines)) > _MAX_TEXT_LENGTH:
        raise RuleRejected(f"takes more than {_MAX_TEXT_LENGTH:,} characters")
    if any(_RULE.match(line) and "FREQ=YEARLY" not in re.split("[;:]", line.upper()) for line in lines):
        raise RuleRejected("changes by a rule that is not yearly")
    changes = sum(_count_changes_of(part) for part in _parts(lines))
    if changes > MAX_CHANGES:
        raise RuleRejected(f"changes more than {MAX_CHANGES:,} times")
    return changes


def _parts(lines: Sequence[str]) -> Iterator[list[str]]:
    """Yields the lines of each STANDARD and DAYLIGHT; those before the first belong to none."""
    part: list[str] | None = None
    for line in lines:
        if _PART.match(line):
            if part is not None:
                yield part
            part = []
        if part is not None:
            part.append(line)
    if part is not None:
        yield part


def _count_changes_of(part: Sequence[str]) -> int:
    start = next((date(*map(int, match.groups())) for match in map(_START.match, part) if match), None)
    if start is None or start.year < MIN_YEAR:
        raise RuleRejected(f"changes from no day on, or from one before {MIN_YEAR}")
    by_rules = sum(_count_changes_by_rule(line, start) for line in part if _RULE.match(line))
    return 1 + by_rules + sum(line.count(",") + 1 for line in part if _DATES.match(line))


def _count_changes_by_rule(line: str, start: date) -> int:
    from icalendar.prop import vRecur

    if len(line) > MAX_LINE_LENGTH:
        raise RuleRejected("has a rule that is too long")
    rule = rule_of(vRecur.from_ical(line.partition(":")[2]), None)
    if never_happens(rule, start):
        raise RuleRejected("has a rule that never happens")
    last = min(rule.until.year, _LAST_YEAR) if rule.until else _LAST_YEAR
    return (last - start.year + 1) * _max_per_year(rule)


def _max_per_year(rule: Rule) -> int:
    if rule.year_days or rule.week_numbers:
        return 366
    weekdays = sum(1 if number or rule.month_days else 5 for number, _ in rule.weekdays) or 1
    months = len(rule.months) or (12 if rule.weekdays or rule.month_days else 1)
    return months * weekdays * (len(rule.month_days) or 1)


def _forget_zones() -> None:
    """Clears the library's cache of zones: another feed may use the same name for another zone."""
    from icalendar.timezone import tzp

    tzp.use_zoneinfo()


def _register_zone(lines: Sequence[str], number: int | str) -> str:
    """The name that the zone gets: not its own, which may be blank, or that of another zone."""
    from icalendar import Timezone

    name = f"Zone of the feed {number}"
    named = [line for line in lines[1:] if not _TZID.match(line)]
    Timezone.from_ical("\r\n".join([lines[0], f"TZID:{name}", *named, ""]))
    return name


def _register_offset(name: str) -> str:
    """The name of a zone that is always as far from UTC as a name says; empty if it says nothing of that."""
    offset = parse_offset(name)
    if offset is None:
        return ""
    return _register_zone(fixed_zone_lines(offset), f"{offset.total_seconds():+.0f}")
