"""Time zones that a feed defines itself, judged on their bare lines before any library expands them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import available_timezones

from scraper.common.errors import PageFormatChanged
from scraper.sources.icalendar.recurrence import Rule, never_happens
from scraper.sources.icalendar.rules import EARLIEST, RuleRejected, rule_of
from scraper.sources.icalendar.text import LONGEST_LINE, FeedText

MOST_ZONES = 100
MOST_CHANGES = 3_000
"""Changes of the clocks in one zone: twice a year since 1601, and as many again."""
_LAST_YEAR = 2100
_LONGEST = 200_000
_STEPS_AT_ONCE = 200
"""Changes that are looked through in the time that one occurrence of an event takes otherwise."""
_START = re.compile(r"DTSTART[^:]*:([0-9]{4})([0-9]{2})([0-9]{2})", re.IGNORECASE)
_RULE = re.compile(r"RRULE[;:]", re.IGNORECASE)
_DATES = re.compile(r"RDATE[;:]", re.IGNORECASE)
_PART = re.compile(r"BEGIN:(STANDARD|DAYLIGHT)")


@dataclass(slots=True)
class Zones:
    """How much each known zone costs to ask, in occurrences, and why others are not known."""

    costs: dict[str, int] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def refused_if_broken(self, name: str) -> Iterator[None]:
        """Whatever a zone sets off is the trouble of its own events alone."""
        try:
            yield
        except RuleRejected as refusal:
            self.refused[name] = str(refusal)
        except Exception as error:  # noqa: BLE001  # see above
            self.refused[name] = f"cannot be read ({type(error).__name__})"


def make_zones_known(feed: FeedText, needed: Iterable[str]) -> Zones:
    """Have the calendar library know the zones that events name and the world does not.

    A zone that changes more often than yearly refuses the feed: that is no zone, so this is no calendar.
    """
    for lines in feed.zones.values():
        _check_yearly(lines)
    _forget_zones()
    zones, changes = Zones(), {}
    for name in set(needed) & feed.zones.keys() - available_timezones():
        with zones.refused_if_broken(name):
            changes[name] = _changes(feed.zones[name])
    for place, name in enumerate(sorted(changes, key=lambda name: (changes[name], name))):
        with zones.refused_if_broken(name):
            if place >= MOST_ZONES:
                raise RuleRejected(f"is one of more than {MOST_ZONES}")
            _make_known(feed.zones[name])
            zones.costs[name] = 1 + changes[name] // _STEPS_AT_ONCE
    return zones


def _check_yearly(lines: Sequence[str]) -> None:
    for line in lines:
        if _RULE.match(line) and "FREQ=YEARLY" not in re.split("[;:]", line.upper()):
            raise PageFormatChanged("The feed has a time zone that changes more often than yearly.")


def _changes(lines: Sequence[str]) -> int:
    """No fewer changes than the zone has. Raises `RuleRejected` when they cannot be expanded."""
    if sum(map(len, lines)) > _LONGEST:
        raise RuleRejected(f"takes more than {_LONGEST:,} characters")
    changes = sum(_changes_of(part) for part in _parts(lines))
    if changes > MOST_CHANGES:
        raise RuleRejected(f"changes more than {MOST_CHANGES:,} times")
    return changes


def _parts(lines: Sequence[str]) -> Iterator[list[str]]:
    """The lines of each STANDARD and DAYLIGHT; those before the first are no part."""
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


def _changes_of(part: Sequence[str]) -> int:
    start = next((date(*map(int, match.groups())) for match in map(_START.match, part) if match), None)
    if start is None or start.year < EARLIEST:
        raise RuleRejected(f"changes from no day on, or from one before {EARLIEST}")
    by_rules = sum(_changes_by_rule(line, start) for line in part if _RULE.match(line))
    return 1 + by_rules + sum(line.count(",") + 1 for line in part if _DATES.match(line))


def _changes_by_rule(line: str, start: date) -> int:
    from icalendar.prop import vRecur

    if len(line) > LONGEST_LINE:
        raise RuleRejected("has a rule without end")
    rule = rule_of(vRecur.from_ical(line.partition(":")[2]), None)
    if never_happens(rule, start):
        raise RuleRejected("has a rule that never happens")
    last = min(rule.until.year, _LAST_YEAR) if rule.until else _LAST_YEAR
    return (last - start.year + 1) * _most_of_year(rule)


def _most_of_year(rule: Rule) -> int:
    if rule.year_days or rule.week_numbers:
        return 366
    weekdays = sum(1 if number or rule.month_days else 5 for number, _ in rule.weekdays) or 1
    months = len(rule.months) or (12 if rule.weekdays or rule.month_days else 1)
    return months * weekdays * (len(rule.month_days) or 1)


def _forget_zones() -> None:
    """The library remembers zones of feeds read before; another feed may call another zone the same."""
    from icalendar.timezone import tzp

    tzp.use_zoneinfo()


def _make_known(lines: Sequence[str]) -> None:
    from icalendar import Timezone

    Timezone.from_ical("\r\n".join([*lines, ""]))
