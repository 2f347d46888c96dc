"""Feeds with events that cost too much: each is left out and reported, and takes no other with it."""

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from core.model import RoomId
from scraper.common.errors import SourceTooLarge
from scraper.common.room_lookup import RoomLookup
from scraper.common.worker_process import ParsingProcess
from scraper.model import SourceContext
from scraper.sources.document import DocumentContents
from scraper.sources.icalendar import events as icalendar_events
from scraper.sources.icalendar.events import parse_feed
from scraper.sources.icalendar.options import FeedOptions
from scraper.sources.icalendar.source import ICalendarFeed
from tests.call_counter import CallCounter
from tests.scraper.conftest import NOW, client, ignore_progress, settings, site  # noqa: F401 - fixtures
from tests.standins.timetable_site import Document

SYDNEY = ZoneInfo("Australia/Sydney")
READER = FeedOptions(
    SYDNEY, date(2026, 1, 1), date(2027, 1, 1), RoomLookup(only_room=RoomId("K-A7-G01")), "uni"
)
AT = "DTSTART:20260302T090000Z\nDTEND:20260302T100000Z"
GOOD = f"BEGIN:VEVENT\nUID:good\nSUMMARY:Good\n{AT}\nRRULE:FREQ=WEEKLY;COUNT=10\nEND:VEVENT"


def an_event(*lines: str, uid: str = "bad") -> str:
    return "\n".join(["BEGIN:VEVENT", f"UID:{uid}", "SUMMARY:Bad", *lines, "END:VEVENT"])


def a_feed(*parts: str) -> bytes:
    text = "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//EN", *parts, "END:VCALENDAR", ""])
    return text.replace("\n", "\r\n").encode()


def read(*parts: str, max_calls: int) -> DocumentContents:
    """Parses the feed, in at most `max_calls` calls and returns."""
    with CallCounter() as calls:
        contents = parse_feed(a_feed(*parts), READER)
    assert 2 * calls.count < max_calls
    return contents


NEVER = [
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=MONTHLY;BYMONTH=4,6,9,11;BYMONTHDAY=31",
    "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=-30",
    "FREQ=WEEKLY;BYMONTH=6;BYMONTHDAY=31",
    "FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1",
    "FREQ=YEARLY;BYYEARDAY=-366;BYMONTH=12",
    "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
    "FREQ=YEARLY;BYWEEKNO=-53;BYMONTH=11;BYDAY=MO",
    "FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=31",
    "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6",
    "FREQ=YEARLY;BYDAY=6MO;BYMONTH=1",
    "FREQ=DAILY;BYSETPOS=2",
    "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
    "FREQ=MONTHLY;INTERVAL=12;BYMONTH=4",
]
SENSELESS = [
    "FREQ=DAILY;INTERVAL=0",
    "FREQ=WEEKLY;INTERVAL=0;COUNT=5",
    "FREQ=MONTHLY;INTERVAL=-1",
    "FREQ=YEARLY;INTERVAL=0",
    "FREQ=DAILY;BYSETPOS=0",
    "FREQ=DAILY;BYSETPOS=367",
    "FREQ=DAILY;COUNT=0",
    "FREQ=MONTHLY;BYMONTHDAY=0",
    "FREQ=MONTHLY;BYMONTHDAY=32",
    "FREQ=YEARLY;BYMONTH=13",
    "FREQ=YEARLY;BYYEARDAY=0",
    "FREQ=YEARLY;BYWEEKNO=54",
    "FREQ=YEARLY;BYDAY=0MO",
    "FREQ=YEARLY;BYDAY=54MO",
    "FREQ=DAILY;BYHOUR=24",
    "FREQ=YEARLY;BYEASTER=0",
    "FREQ=DAILY;FREQ=SECONDLY",
    "FREQ=DAILY;INTERVAL=1,0",
    "FREQ=DAILY;INTERVAL=" + "9" * 1900,
    "RSCALE=CHINESE;FREQ=YEARLY",
]
TOO_OFTEN = [
    "FREQ=SECONDLY",
    "FREQ=MINUTELY;INTERVAL=1",
    "FREQ=HOURLY;COUNT=1000000000",
    "FREQ=DAILY;INTERVAL=1000000000000",
    "FREQ=DAILY;COUNT=1000000000",
    "FREQ=YEARLY;COUNT=999999999999999999999",
    "FREQ=DAILY;BYHOUR=0,1,2;BYMINUTE=0,1,2;BYSECOND=0,1,2",
    "FREQ=DAILY;BYSECOND=" + ",".join(map(str, range(60))),
]


@pytest.mark.parametrize("rule", NEVER + SENSELESS + TOO_OFTEN)
def test_a_hostile_rule_is_reported_and_the_other_events_are_read(rule: str):
    contents = read(an_event(AT, f"RRULE:{rule}"), GOOD, max_calls=400_000)

    assert {entry.name for entry in contents.entries} == {"Good"}
    assert len(contents.entries) == 10
    (problem,) = contents.problems
    assert problem.startswith("'Bad' ")
    assert problem.endswith("; it was left out.")


HARMLESS = {
    "FREQ=DAILY;INTERVAL=2147483647": 1,
    "FREQ=YEARLY;INTERVAL=2147483647": 1,
    "FREQ=DAILY;UNTIL=99991231T235959Z": 305,
    "FREQ=WEEKLY;UNTIL=99991231": 44,
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO": 1,
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=TU": 1,
    "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13": 3,
    "FREQ=YEARLY;BYWEEKNO=53;BYDAY=SU": 1,
    "FREQ=YEARLY;BYYEARDAY=366": 1,
    "FREQ=MONTHLY;BYDAY=-1MO;BYSETPOS=-1": 11,
}


@pytest.mark.parametrize("rule", HARMLESS)
def test_a_rule_that_seldom_happens_costs_no_more_than_the_window(rule: str):
    """The years go on to 9999; none is looked at that is not asked for. The start counts as well."""
    contents = read(an_event(AT, f"RRULE:{rule}"), GOOD, max_calls=1_000_000)

    assert len([entry for entry in contents.entries if entry.name == "Bad"]) == HARMLESS[rule]
    assert not contents.problems


def many(each: Callable[[int], str], number: int) -> str:
    return "\n".join(each(place) for place in range(number))


FOLDED = "X-LONG:" + "a" * 100 + "\n " * 50_000
REPORTED = {
    "an end that is missing": "BEGIN:VEVENT\nSUMMARY:Bad\n" + AT,
    "a millennium of days": an_event("DTSTART:20260302T090000Z\nDURATION:P9999999999D"),
    "days that overlap for years": an_event("DTSTART:20260302T090000Z\nDURATION:P3000D\nRRULE:FREQ=DAILY"),
    "the year 9999": an_event("DTSTART:99991231T230000Z\nDURATION:P2D\nRRULE:FREQ=DAILY"),
    "the year 1": an_event("DTSTART:00010101T000000Z\nDTEND:00010101T010000Z\nRRULE:FREQ=YEARLY"),
    "RDATEs": an_event(AT, "RDATE:" + ",".join(["20260302T090000Z"] * 10_001)),
    "lines of RDATEs": an_event(AT, many(lambda place: "RDATE:20260302T090000Z,20260303T090000Z", 6_000)),
    "EXDATEs": an_event(AT, "RRULE:FREQ=DAILY", "EXDATE:" + ",".join(["20260302T090000Z"] * 200_000)),
    "rules": an_event(AT, many(lambda place: f"RRULE:FREQ=DAILY;INTERVAL={place + 1}", 900)),
    "a long rule": an_event(AT, "RRULE:FREQ=YEARLY;BYMONTHDAY=" + ",".join(["1"] * 500_000)),
    "a long place": an_event(AT, "LOCATION:" + "K-A7-G01 - " * 100_000),
    "a long time zone": an_event("DTSTART;TZID=" + "/a" * 900 + ":20260302T090000"),
    "a very long time zone": an_event("DTSTART;TZID=" + "/a" * 100_000 + ":20260302T090000"),
    "a zone that is a file": an_event("DTSTART;TZID=" + "a" * 1_000 + ":20260302T090000", "DTEND;TZID=x:x"),
    "changes": many(
        lambda place: an_event(AT, f"RECURRENCE-ID;RANGE=THISANDFUTURE:2026{place % 12 + 1:02}02T090000Z"),
        10_001,
    ),
}


@pytest.mark.parametrize("bomb", REPORTED.values(), ids=REPORTED)
def test_a_hostile_event_is_reported_and_the_others_are_read(bomb: str):
    contents = read(bomb, GOOD, max_calls=3_000_000)

    assert {entry.name for entry in contents.entries} == {"Good"}
    assert len(contents.entries) == 10
    assert len(contents.problems) == 1
    assert contents.problems[0].startswith("'Bad' ")


SKIPPED_LINES = {
    "a UID of a million letters": f"UID:{'u' * 1_000_000}",
    "a description of a million letters": f"DESCRIPTION:{'d' * 1_000_000}",
    "a name of a million letters": f"SUMMARY:{'s' * 1_000_000}",
    "a million categories": f"CATEGORIES:{'c,' * 500_000}",
    "blank lines": "\n" * 100_000,
    "a line folded fifty thousand times": FOLDED,
    "an alarm that is none": "BEGIN:VALARM\nTRIGGER:x\nREPEAT:x\nRRULE:FREQ=SECONDLY\nEND:VALARM",
    "alarms within alarms": "BEGIN:VALARM\n" * 10_000 + "END:VALARM\n" * 10_000 + "X-A:1",
    "an alarm without end": "BEGIN:VALARM\nACTION:AUDIO",
    "relations in a ring": "RELATED-TO:bad\n" * 20_000 + "RELATED-TO;RELTYPE=PARENT:good",
    "guests": many(lambda place: f"ATTENDEE;CN=x{place}:mailto:x{place}@example.org", 20_000),
}


@pytest.mark.parametrize("lines", SKIPPED_LINES.values(), ids=SKIPPED_LINES)
def test_what_decides_neither_when_nor_where_costs_next_to_nothing(lines: str):
    contents = read(an_event(AT, lines), GOOD, max_calls=1_000_000)

    assert len(contents.entries) == 11 or "UID" in lines
    assert not contents.problems


ZONE = "BEGIN:VTIMEZONE\nTZID:Ours\n{}\nEND:VTIMEZONE"
PART = "BEGIN:STANDARD\nDTSTART:20080406T030000\n{}\nTZOFFSETFROM:+1100\nTZOFFSETTO:+1000\nEND:STANDARD"
IN_OURS = "DTSTART;TZID=Ours:20260302T090000\nDTEND;TZID=Ours:20260302T100000\nRRULE:FREQ=DAILY;COUNT=200"
ZONES = {
    "INTERVAL=0": PART.format("RRULE:FREQ=YEARLY;INTERVAL=0;BYMONTH=4;BYDAY=1SU"),
    "30 February": PART.format("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
    "every day of the year": PART.format("RRULE:FREQ=YEARLY;BYYEARDAY=" + ",".join(map(str, range(1, 367)))),
    "many times a day": PART.format("RRULE:FREQ=YEARLY;BYHOUR=1,2;BYMINUTE=1,2"),
    "ten thousand parts": "\n".join([PART.format("TZNAME:X")] * 4_000),
    "ten thousand dates": PART.format("RDATE:" + ",".join(["20080406T030000"] * 10_000)),
    "long": PART.format("X-A:" + "a" * 1_000_000),
    "no parts": "X-A:1",
    "the year 1": PART.format("RRULE:FREQ=YEARLY").replace("2008", "0001"),
}


@pytest.mark.parametrize("parts", ZONES.values(), ids=ZONES)
def test_a_hostile_time_zone_takes_its_own_events_alone(parts: str):
    contents = read(ZONE.format(parts), an_event(IN_OURS), GOOD, max_calls=1_000_000)

    assert {entry.name for entry in contents.entries} == {"Good"}
    (problem,) = contents.problems
    assert "'Ours'" in problem


def test_a_fold_hides_no_rule_of_a_time_zone():
    zone = ZONE.format(PART.format("RR\n\n ULE:FREQ=SECO\n\n\n\tNDLY"))

    contents = read(zone, an_event(IN_OURS), GOOD, max_calls=400_000)

    assert {entry.name for entry in contents.entries} == {"Good"}
    assert "changes by a rule that is not yearly" in contents.problems[0]


def test_a_zone_of_one_feed_is_not_that_of_another():
    zone = ZONE.format(PART.format("TZNAME:X"))
    elsewhere = zone.replace("+1000", "-0500").replace("+1100", "-0500")

    (first,) = {e.interval.start.hour for e in read(zone, an_event(IN_OURS), max_calls=10**6).entries}
    (second,) = {e.interval.start.hour for e in read(elsewhere, an_event(IN_OURS), max_calls=10**6).entries}

    assert (first, second) == (23, 14)


# One line's error

CHANGE = f"BEGIN:VEVENT\nUID:good\nSUMMARY:Moved\n{{}}\n{AT}\nEND:VEVENT"
MOVE = "BEGIN:VEVENT\nUID:good\nSUMMARY:Moved\nRECURRENCE-ID:20260309T090000Z\n{}\nEND:VEVENT"
MOVED = MOVE.format("DTSTART:20260310T090000Z\nDTEND:20260310T100000Z")
UNUSED = "BEGIN:VTIMEZONE\nTZID:Unused\n{}\nEND:VTIMEZONE"
ISOLATED_ERRORS = {
    "an unknown calendar zone": ("X-WR-TIMEZONE:Nonsense", 1),
    "a calendar zone of Windows": ("X-WR-TIMEZONE:AUS Eastern Standard Time", 0),
    "a calendar zone that is a path": ("X-WR-TIMEZONE:../../etc/passwd", 1),
    "a calendar zone of a thousand parts": ("X-WR-TIMEZONE:" + "A/" * 500 + "x", 1),
    "an unused monthly zone": (UNUSED.format(PART.format("RRULE:FREQ=MONTHLY")), 0),
    "an unused broken zone": (UNUSED.format(PART.format("RRULE:garbage")), 0),
    "a bad event with the same UID": (an_event(AT, "RRULE:FREQ=DAILY;INTERVAL=0", uid="good"), 1),
    "a newer bad event with the same UID": (
        an_event(AT, "SEQUENCE:9", "RRULE:FREQ=DAILY;INTERVAL=0", uid="good"),
        1,
    ),
    "two thousand events with the same UID": (
        many(lambda place: an_event("DTSTART:20200302T090000Z", uid="good"), 2_000),
        0,
    ),
    "a change of no occurrence": (CHANGE.format("RECURRENCE-ID:garbage"), 1),
    "a change of two occurrences": (CHANGE.format("RECURRENCE-ID:20260302T090000Z\n" * 2 + "X-A:1"), 1),
    "a change that lists too much": (
        CHANGE.format("RECURRENCE-ID:20260302T090000Z\nRDATE:" + "20260302T090000Z," * 20_000),
        1,
    ),
    "a change without a time": (MOVE.format("LOCATION:x"), 1),
    "a change without an end": ("BEGIN:VEVENT\nUID:good\nRECURRENCE-ID:20260302T090000Z\n" + AT, 1),
    "a change that moves all by years": (
        MOVE.replace("RECURRENCE-ID:", "RECURRENCE-ID;RANGE=THISANDFUTURE:").format(
            "DTSTART:20300309T090000Z"
        ),
        1,
    ),
    "a change in a zone that is none": (
        UNUSED.format(PART.format("RRULE:FREQ=MONTHLY"))
        + "\n"
        + MOVE.format("DTSTART;TZID=Unused:20260310T090000"),
        1,
    ),
    "a change at a place without end": (CHANGE.format("RECURRENCE-ID:garbage\nLOCATION:" + "x" * 5_000), 1),
    "an empty calendar inside": ("BEGIN:VCALENDAR\nEND:VCALENDAR", 0),
    "an end that comes too early": ("END:VCALENDAR", 0),
}


@pytest.mark.parametrize(("lines", "problems"), ISOLATED_ERRORS.values(), ids=ISOLATED_ERRORS)
@pytest.mark.parametrize("is_before", [True, False], ids=["before", "after"])
def test_a_line_takes_no_good_event_with_it(lines: str, problems: int, *, is_before: bool):
    good = f"{GOOD}\n{MOVED}"
    contents = read(*((lines, good) if is_before else (good, lines)), max_calls=7_000_000)

    starts = sorted(entry.interval.start for entry in contents.entries if entry.name in {"Good", "Moved"})
    assert len(starts) == 10
    assert [start.day for start in starts][:3] == [2, 10, 16]  # the change of the good event still counts
    assert len(contents.problems) == problems


def test_ten_thousand_changes_are_left_out_and_their_event_is_read():
    changes = many(lambda place: MOVE.format("DTSTART:20200302T090000Z"), 10_001)

    contents = read(changes, GOOD, max_calls=3_000_000)

    assert len(contents.entries) == 10
    assert list(contents.problems) == ["'Good' has more than 10,000 changes; they were left out."]


def test_two_events_with_one_uid_are_both_read():
    other = an_event("DTSTART:20260401T090000Z\nDTEND:20260401T100000Z", "SEQUENCE:7", uid="good")

    contents = read(GOOD, other, max_calls=1_000_000)

    assert len(contents.entries) == 11
    assert not contents.problems


def test_changes_that_cost_too_much_leave_their_event(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(icalendar_events, "MAX_WORK", 600)
    days = [f"202603{day:02}T090000Z" for day in range(1, 29)]
    changes = [MOVE.format(f"DTSTART:{day}\nRDATE:" + ",".join(days)) for day in days]

    contents = read(GOOD, *changes, max_calls=10_000_000)

    assert len(contents.entries) == 10
    assert list(contents.problems) == [
        "The changes of 'Good' take more work than a feed may; they were left out."
    ]


# All at once


def test_costly_events_are_left_out_before_they_cost_another_its_place(monkeypatch: pytest.MonkeyPatch):
    """Thousands of dates each, for more events than there is work for: the cheap ones come first."""
    monkeypatch.setattr(icalendar_events, "MAX_WORK", 8_000)
    days = [f"2026{month:02}{day:02}" for month in range(1, 13) for day in range(1, 29)]
    dates = ",".join(f"{day}T{hour:02}0000Z" for day in days for hour in range(6))
    costly = [an_event(AT, f"RDATE:{dates}", uid=f"bad{number}") for number in range(12)]
    good = [GOOD.replace("UID:good", f"UID:good{number}") for number in range(12)]
    feed = [part for pair in zip(costly, good, strict=True) for part in pair]

    contents = read(*feed, max_calls=10_000_000)

    assert len([entry for entry in contents.entries if entry.name == "Good"]) == 10
    assert list(contents.problems) == ["'Bad' takes more work than a feed may; it was left out."] * 9


def test_a_feed_of_too_many_ordinary_events_is_refused(monkeypatch: pytest.MonkeyPatch):
    """Which of them could be left out? The last good run stays instead."""
    monkeypatch.setattr(icalendar_events, "MAX_WORK", 50)

    with pytest.raises(SourceTooLarge):
        read(*(GOOD.replace("UID:good", f"UID:good{number}") for number in range(12)), max_calls=1_000_000)


def test_twice_as_many_hostile_events_cost_twice_as_much():
    def steps(number: int) -> int:
        bombs = [NEVER[place % len(NEVER)] for place in range(number)]
        parts = [an_event(AT, f"RRULE:{rule}", uid=f"b{place}") for place, rule in enumerate(bombs)]
        with CallCounter() as counted:
            contents = parse_feed(a_feed(*parts, GOOD), READER)
        assert (len(contents.entries), len(contents.problems)) == (10, number)
        return counted.count

    steps(8)
    assert steps(80) < 2.5 * steps(40)


async def test_a_run_reports_the_bad_event_and_has_the_good_one(site, settings, client):  # noqa: F811 - fixtures
    bad = an_event(AT, "RRULE:FREQ=DAILY;INTERVAL=0")
    never = an_event(AT, "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", uid="never")
    site.documents["/feed.ics"] = Document(a_feed(bad, never, GOOD), "text/calendar")
    feed = settings(kind="icalendar", url=site.url("/feed.ics"), options={"room": "K-A7-G01"})

    async with ParsingProcess() as parse:
        result = await ICalendarFeed().scrape(feed, SourceContext(client, parse, NOW), {}, ignore_progress)

    assert len(result.entries) == 10
    assert result.problems == (
        "'Bad' has a rule that makes no sense; it was left out.",
        "'Bad' has a rule that never happens; it was left out.",
    )
