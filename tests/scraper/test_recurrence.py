"""Recurrence rules: the examples of RFC 5545, and dateutil as an oracle where it is right."""

from datetime import date, datetime, timedelta
from itertools import islice, takewhile

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scraper.sources.icalendar.recurrence import days_walked, never_happens, starts_between
from scraper.sources.icalendar.rules import RuleRejected, check_rule, rule_of

START = datetime(1997, 9, 2, 9, 0)
FIRST, LAST = date(1997, 1, 1), date(2000, 1, 1)


def raw(text: str) -> dict[str, list[str]]:
    return {name: values.split(",") for name, values in (part.split("=") for part in text.split(";"))}


def starts(text: str, start: datetime = START, first: date = FIRST, last: date = LAST) -> list[datetime]:
    return list(starts_between(rule_of(raw(text), None), start, first, last))


def days(text: str, start: datetime = START, most: int = 100) -> str:
    found = starts_between(
        rule_of(raw(text), None), start, start.date(), start.date() + timedelta(days=9_000)
    )
    return " ".join(f"{each:%y%m%d}" for each in islice(found, most))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=DAILY;COUNT=3", "970902 970903 970904"),
        ("FREQ=DAILY;INTERVAL=10;COUNT=3", "970902 970912 970922"),
        ("FREQ=WEEKLY;INTERVAL=2;WKST=SU", "970902 970916 970930 971014"),
        ("FREQ=WEEKLY;COUNT=4;WKST=SU;BYDAY=TU,TH", "970902 970904 970909 970911"),
        ("FREQ=MONTHLY;BYDAY=1FR", "970905 971003 971107 971205"),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=1SU,-1SU", "970907 970928 971102 971130"),
        ("FREQ=MONTHLY;BYDAY=-2MO", "970922 971020 971117 971222"),
        ("FREQ=MONTHLY;BYMONTHDAY=-3", "970928 971029 971128 971229"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,-1", "970930 971001 971031 971101"),
        ("FREQ=YEARLY;BYMONTH=6,7", "980602 980702 990602 990702"),
        ("FREQ=YEARLY;INTERVAL=3;BYYEARDAY=1,100,200", "000101 000409 000718 030101"),
        ("FREQ=YEARLY;BYDAY=20MO", "980518 990517 000515 010514"),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "980511 990517 000515 010514"),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "980305 980312 980319 980326"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "980213 980313 981113 990813"),
        ("FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13", "970913 971011 971108 971213"),
        ("FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "970904 971007 971106"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "970929 971030 971127 971230"),
        (
            "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
            "971104 011106 051108 091103",
        ),
        ("FREQ=YEARLY;BYWEEKNO=1", "971230 990105 000104 010102"),
    ],
)
def test_rules_mean_what_the_standard_says(rule: str, expected: str):
    assert days(rule, most=4)[: len(expected)] == expected


def test_a_month_without_the_day_is_left_out():
    assert days("FREQ=MONTHLY", datetime(1997, 1, 31, 9), 3) == "970131 970331 970531"
    assert days("FREQ=YEARLY", datetime(1996, 2, 29, 9), 3) == "960229 000229 040229"


@pytest.mark.parametrize("until", ["19970904T090000", "19970904"])
def test_the_last_day_counts(until: str):
    parts = raw("FREQ=DAILY")
    moment = datetime.strptime(until[:8], "%Y%m%d")  # noqa: DTZ007 - wall time
    parts["UNTIL"] = [moment.date() if len(until) == 8 else moment.replace(hour=9)]

    assert len(list(starts_between(rule_of(parts, None), START, FIRST, LAST))) == 3


NUMBERS = {
    "BYMONTHDAY": st.integers(1, 31).flatmap(lambda each: st.sampled_from([each, -each])),
    "BYYEARDAY": st.integers(1, 366).flatmap(lambda each: st.sampled_from([each, -each])),
    "BYMONTH": st.integers(1, 12),
    "BYSETPOS": st.sampled_from([1, 2, 3, 5, -1, -2, 366]),
}
DAY = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
NTH = st.builds(lambda number, day: f"{number}{day}", st.sampled_from([1, 2, 5, -1, -5]), DAY)
"""Not together with plain days: of those dateutil picks only what is both."""


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.sampled_from([1, 1, 2, 3, 7, 12, 13]))}"]
    for name, number in NUMBERS.items():
        if draw(st.integers(0, 2)) == 0:
            parts.append(f"{name}={','.join(map(str, draw(st.lists(number, min_size=1, max_size=4))))}")
    if draw(st.booleans()):
        day = draw(st.sampled_from([NTH, DAY])) if frequency in {"MONTHLY", "YEARLY"} else DAY
        parts.append(f"BYDAY={','.join(draw(st.lists(day, min_size=1, max_size=3)))}")
    if frequency == "YEARLY" and "BYDAY" in parts[-1] and draw(st.integers(0, 3)) == 0:
        parts = [each for each in parts if not each.startswith("BYDAY")]
        parts += [f"BYWEEKNO={draw(st.sampled_from([1, 20, 52, 53, -1, -53]))}", f"BYDAY={draw(DAY)}"]
    parts.append(f"WKST={draw(st.sampled_from(['MO', 'SU']))}")
    if draw(st.booleans()):
        parts.append(f"COUNT={draw(st.integers(1, 40))}")
    return ";".join(parts)


STARTS = st.datetimes(datetime(1995, 1, 1), datetime(1999, 12, 1)).map(
    lambda each: each.replace(minute=0, second=0, microsecond=0)
)


@given(rules(), STARTS)
def test_it_agrees_with_dateutil(rule: str, start: datetime):
    """Up to a last day, for dateutil would look for what never comes until the year 9999."""
    last = date(2003, 1, 1)
    endless, _, count = rule.partition(";COUNT=")
    if never_happens(rule_of(raw(rule), None), start.date()):
        assert starts(rule, start, start.date(), last) == []
        return

    theirs = takewhile(lambda each: each.date() < last, rrulestr(endless, dtstart=start))

    assert starts(rule, start, start.date(), last) == list(islice(theirs, int(count or 10_000)))


@given(rules(), STARTS, st.integers(-400, 2_000), st.integers(0, 500))
def test_a_window_shows_what_the_whole_holds_and_walks_no_more_days_than_foreseen(
    rule: str, start: datetime, offset: int, length: int
):
    first = start.date() + timedelta(days=offset)
    last = first + timedelta(days=length)

    whole = starts(rule, start, start.date(), max(last, start.date()))

    assert starts(rule, start, first, last) == [each for each in whole if first <= each.date() < last]
    assert len(whole) <= days_walked(rule_of(raw(rule), None), start.date(), start.date(), last)


@given(rules(), STARTS)
def test_what_never_happens_does_not_happen(rule: str, start: datetime):
    forever = replace(rule_of(raw(rule), None), count=0)
    last = start.date() + timedelta(days=28 * 366)

    if never_happens(forever, start.date()):
        assert not list(starts_between(forever, start, start.date(), last))


def test_a_count_below_zero_is_no_count():
    check_rule(raw("FREQ=WEEKLY;COUNT=-1"), date(2026, 1, 1), date(2027, 1, 1))
    with pytest.raises(RuleRejected):
        check_rule(raw("FREQ=WEEKLY;COUNT=0"), date(2026, 1, 1), date(2027, 1, 1))
