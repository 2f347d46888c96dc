"""Every event of a feed is read right, or told; what is wrong beside the events is of no matter."""

from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from core.model import RoomId
from scraper.common.errors import PageFormatChanged
from scraper.common.room_lookup import RoomLookup
from scraper.sources.document import DocumentContents
from scraper.sources.icalendar.events import parse_feed
from scraper.sources.icalendar.options import FeedOptions, Treatment, Treatments
from scraper.sources.icalendar.rules import max_occurrences
from scraper.sources.icalendar.zone_names import resolve_zone

PARIS = ZoneInfo("Europe/Paris")
HALL = RoomLookup(only_room=RoomId("HALL"))
JUNE = ("DTSTART:20260608T140000", "DTEND:20260608T150000")


def a_feed(*parts: str) -> bytes:
    lines = ("BEGIN:VCALENDAR", "VERSION:2.0", *parts, "END:VCALENDAR", "")
    return "\r\n".join("\r\n".join(lines).split("\n")).replace("\r\r", "\r").encode()


def an_event(*lines: str, uid: str = "u1", title: str = "Choir") -> str:
    return "\n".join(("BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{title}", *lines, "END:VEVENT"))


USUAL = Treatments()


def read(*parts: str, treatments: Treatments = USUAL) -> DocumentContents:
    options = FeedOptions(PARIS, date(2026, 1, 1), date(2027, 1, 1), HALL, "uni", treatments=treatments)
    return parse_feed(a_feed(*parts), options)


def times(contents: DocumentContents) -> list[str]:
    """Start and end of each entry in Paris."""
    return [
        f"{each.interval.start.astimezone(PARIS):%d %b %H:%M}-{each.interval.end.astimezone(PARIS):%H:%M}"
        for each in sorted(contents.entries, key=lambda entry: entry.interval)
    ]


def in_zone(zone: str, hour: int = 9) -> str:
    return an_event(
        f"DTSTART;TZID={zone}:20260706T{hour:02}0000", f"DTEND;TZID={zone}:20260706T{hour + 1:02}0000"
    )


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("asia/tokyo", "02:00-03:00"),
        ("America/New York", "15:00-16:00"),
        ("/citadel.org/20190914_1/Asia/Tokyo", "02:00-03:00"),
        ("Tokyo Standard Time", "02:00-03:00"),
        ("GTB Standard Time", "08:00-09:00"),
        ("Pacific Daylight Time", "18:00-19:00"),
        ("Pacific Time (US & Canada)", "18:00-19:00"),
        ('"(UTC-05:00) Eastern Time (US & Canada)"', "15:00-16:00"),
        ('"(UTC+09:00) Osaka, Sapporo, Tokyo"', "02:00-03:00"),
        ("(GMT+02:00) Helsinki, Riga, Tallinn", "08:00-09:00"),
        ('"(UTC) Coordinated Universal Time"', "11:00-12:00"),
        ("tzone://Microsoft/Utc", "11:00-12:00"),
        ("UTC+3", "08:00-09:00"),
        ('"GMT-0330"', "14:30-15:30"),
        ('"+05:30"', "05:30-06:30"),
        ("Etc/GMT-3", "08:00-09:00"),
    ],
)
def test_a_zone_is_known_by_any_of_its_names(zone: str, expected: str):
    contents = read(in_zone(zone))

    assert times(contents) == [f"06 Jul {expected}"]
    assert not contents.problems


@pytest.mark.parametrize("zone", ["Customised Zone", "", '""', '"Paris, Tokyo"', "UTC+99"])
def test_an_unknown_zone_is_reported_and_read_as_campus_time(zone: str):
    contents = read(in_zone(zone), in_zone(zone))

    assert times(contents) == ["06 Jul 09:00-10:00"]
    (problem,) = contents.problems
    assert problem.startswith("2 events are in ")
    assert "Europe/Paris" in problem
    assert contents.lost_count == 2


def test_cities_of_one_display_name_must_agree():
    assert resolve_zone("(UTC+01:00) Vienna, Tunis") is None
    assert resolve_zone("(UTC+01:00) Vienna, Tokyo") == "Europe/Vienna"


def test_a_blank_zone_that_the_feed_defines_is_followed():
    zone = (
        "BEGIN:VTIMEZONE\nTZID:\nBEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0400\n"
        "TZOFFSETTO:+0400\nEND:STANDARD\nEND:VTIMEZONE"
    )

    contents = read(zone, in_zone(""))

    assert (times(contents), contents.problems) == (["06 Jul 07:00-08:00"], ())


def test_a_zone_of_the_feed_comes_before_what_its_name_means_elsewhere():
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Tokyo Standard Time\nBEGIN:STANDARD\nDTSTART:16010101T000000\n"
        "TZOFFSETFROM:+0000\nTZOFFSETTO:+0000\nEND:STANDARD\nEND:VTIMEZONE"
    )

    assert times(read(zone, in_zone("Tokyo Standard Time"))) == ["06 Jul 11:00-12:00"]


def test_utc_wins_over_a_zone():
    event = an_event("DTSTART;TZID=Asia/Tokyo:20260706T090000Z", "DTEND;TZID=Asia/Tokyo:20260706T100000Z")

    assert times(read(event)) == ["06 Jul 11:00-12:00"]


@pytest.mark.parametrize("uid", ["same", ""])
def test_events_of_one_uid_are_events_of_their_own(uid: str):
    events = [
        an_event(f"DTSTART:202606{day:02}T100000", f"DTEND:202606{day:02}T110000", uid=uid)
        for day in (1, 2, 3)
    ]

    assert len(read(*events).entries) == 3


@pytest.mark.parametrize("until", ["20260611", "20260611T140000", "20260611T120000Z", "20260611T235959"])
def test_the_day_of_until_counts(until: str):
    contents = read(an_event(*JUNE, f"RRULE:FREQ=DAILY;UNTIL={until}"))

    assert [each[:6] for each in times(contents)] == ["08 Jun", "09 Jun", "10 Jun", "11 Jun"]


@pytest.mark.parametrize("until", ["20260610", "20260610T000000Z", "20260610T000000", "20260609T220000Z"])
def test_the_day_of_until_counts_for_whole_days(until: str):
    contents = read(an_event("DTSTART;VALUE=DATE:20260608", f"RRULE:FREQ=DAILY;UNTIL={until}"))

    assert [each[:6] for each in times(contents)] == ["08 Jun", "09 Jun", "10 Jun"]


@pytest.mark.parametrize(
    "recurrence",
    [
        "RECURRENCE-ID;VALUE=DATE:20260609",
        "RECURRENCE-ID:20260609T140000",
        "RECURRENCE-ID:20260609T120000Z",
        "RECURRENCE-ID;TZID=Asia/Tokyo:20260609T210000",
    ],
)
@pytest.mark.parametrize("zone", ["", ";TZID=Europe/Paris"])
def test_a_change_is_of_its_occurrence_whatever_type_it_is_named_by(recurrence: str, zone: str):
    series = an_event(f"DTSTART{zone}:20260608T140000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3")
    change = an_event(recurrence, "DTSTART:20260609T180000", "DTEND:20260609T190000")

    contents = read(series, change)

    assert times(contents) == ["08 Jun 14:00-15:00", "09 Jun 18:00-19:00", "10 Jun 14:00-15:00"]
    assert not contents.problems


@pytest.mark.parametrize("recurrence", ["20260609T000000", "20260609T000000Z", "20260608T220000Z"])
def test_a_change_of_a_day_may_be_named_by_a_moment(recurrence: str):
    series = an_event("DTSTART;VALUE=DATE:20260608", "RRULE:FREQ=DAILY;COUNT=2")
    change = an_event(f"RECURRENCE-ID:{recurrence}", "DTSTART;VALUE=DATE:20260615")

    assert [each[:6] for each in times(read(series, change))] == ["08 Jun", "15 Jun"]


def test_a_change_of_no_occurrence_is_reported():
    series = an_event(*JUNE, "RRULE:FREQ=DAILY;COUNT=2")
    change = an_event("RECURRENCE-ID:20260620T140000", "DTSTART:20260621T140000", "DTEND:20260621T150000")

    contents = read(series, change)

    assert len(contents.entries) == 3
    assert "20 June 2026" in contents.problems[0]


@pytest.mark.parametrize(
    ("duration", "end"),
    [("PT24H", "13:00"), ("P1D", "12:00"), ("P1DT2H", "14:00"), ("P1W", "12:00"), ("PT1440M", "13:00")],
)
def test_hours_are_exact_and_days_nominal_over_a_change_of_the_clocks(duration: str, end: str):
    event = an_event("DTSTART;TZID=Europe/Paris:20260328T120000", f"DURATION:{duration}")

    assert times(read(event)) == [f"28 Mar 12:00-{end}"]


def test_exact_hours_hold_for_each_occurrence():
    event = an_event("DTSTART;TZID=Europe/Paris:20260327T200000", "DURATION:PT8H", "RRULE:FREQ=DAILY;COUNT=3")

    assert times(read(event)) == ["27 Mar 20:00-04:00", "28 Mar 20:00-05:00", "29 Mar 20:00-04:00"]


def test_free_and_busy_times_are_read():
    busy = (
        "BEGIN:VFREEBUSY\nDTSTART:20260601T000000Z\nDTEND:20260701T000000Z\n"
        "FREEBUSY:20260602T100000Z/20260602T110000Z,20260603T100000Z/PT30M\n"
        "FREEBUSY;FBTYPE=FREE:20260604T100000Z/PT1H\n"
        "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260605T100000Z/PT1H\nEND:VFREEBUSY"
    )

    assert times(read(busy)) == ["02 Jun 12:00-13:00", "03 Jun 12:00-12:30", "05 Jun 12:00-13:00"]
    assert len(read(busy, treatments=Treatments(tentative=Treatment.FREE)).entries) == 2


DOUBTFUL = {
    "transparent": an_event(*JUNE, "TRANSP:TRANSPARENT"),
    "tentative": an_event(*JUNE, "STATUS:TENTATIVE"),
    "all_day": an_event("DTSTART;VALUE=DATE:20260608"),
}


@pytest.mark.parametrize("option", DOUBTFUL)
@pytest.mark.parametrize(
    ("treatment", "entries", "problems"),
    [(Treatment.BUSY, 1, 0), (Treatment.FREE, 0, 0), (Treatment.REPORT, 0, 1)],
)
def test_a_source_says_what_takes_a_room(option: str, treatment: Treatment, entries: int, problems: int):
    contents = read(DOUBTFUL[option], treatments=Treatments(**{option: treatment}))

    assert (len(contents.entries), len(contents.problems)) == (entries, problems)


def test_transparent_events_are_reported_in_one_line():
    contents = read(*[an_event(*JUNE, "TRANSP:TRANSPARENT")] * 12)

    assert not contents.entries
    (problem,) = contents.problems
    assert problem.startswith("12 events transparent")


def test_a_day_that_ends_where_it_starts_is_that_day():
    event = an_event("DTSTART;VALUE=DATE:20260608", "DTEND;VALUE=DATE:20260608", "RRULE:FREQ=WEEKLY;COUNT=2")

    assert times(read(event)) == ["08 Jun 00:00-00:00", "15 Jun 00:00-00:00"]


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:20260608T140000", "DTEND:20260608T130000"),
        ("DTSTART;VALUE=DATE:20260608", "DTEND;VALUE=DATE:20260601"),
        ("DTSTART:20260608T140000", "DURATION:-PT1H"),
        ("DTSTART:20260608T140000", "DTEND:20260601T150000", "RRULE:FREQ=WEEKLY"),
    ],
)
def test_an_event_that_ends_before_it_begins_is_reported(lines: tuple[str, ...]):
    contents = read(an_event(*lines), an_event("DTSTART:20260609T080000", "DTEND:20260609T090000"))

    assert times(contents) == ["09 Jun 08:00-09:00"]
    assert contents.problems == ("'Choir' ends before it begins; it was left out.",)


@pytest.mark.parametrize("exception", ["", "garbage", "2026-06-15T14:00", ","])
def test_an_exception_that_cannot_be_read_frees_no_room(exception: str):
    contents = read(an_event(*JUNE, "RRULE:FREQ=WEEKLY;COUNT=3", f"EXDATE:{exception}"))

    assert len(contents.entries) == 3
    assert "EXDATE" in contents.problems[0]


def test_the_readable_ones_among_the_exceptions_count():
    contents = read(an_event(*JUNE, "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE:garbage,20260615T140000"))

    assert [each[:6] for each in times(contents)] == ["08 Jun", "22 Jun"]
    assert len(contents.problems) == 1


@pytest.mark.parametrize(
    ("start", "rule", "count"),
    [
        ("19690106", "FREQ=MONTHLY;BYDAY=1MO", 12),
        ("19500101", "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", 1),
        ("19600101", "FREQ=YEARLY;BYMONTH=1,2;BYDAY=MO", 8),
        ("19400101", "FREQ=DAILY", 365),
        ("19700101", "FREQ=YEARLY;BYWEEKNO=10;BYDAY=WE", 1),
        ("19700101", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", 12),
    ],
)
def test_an_old_series_is_read_for_the_year(start: str, rule: str, count: int):
    contents = read(an_event(f"DTSTART;VALUE=DATE:{start}", f"RRULE:{rule}"))

    assert (len(contents.entries), contents.problems) == (count, ())


def test_only_what_can_happen_is_counted():
    def most(**parts: str) -> int:
        rule = {name: value.split(",") for name, value in parts.items()}
        return max_occurrences(rule, parts["FREQ"], date(2026, 1, 1), date(2027, 1, 1))

    assert most(FREQ="MONTHLY", BYDAY="1MO") <= 15
    assert most(FREQ="YEARLY", BYMONTH="5", BYDAY="1MO") <= 3
    assert most(FREQ="YEARLY", BYMONTH="5", BYDAY="MO") <= 15


BROKEN_BESIDE = {
    "a task": "BEGIN:VTODO\nDUE:tomorrow\nRRULE:FREQ=NEVER\nEND:VTODO",
    "a task without end": "BEGIN:VTODO\nDUE:20269999",
    "a journal": "BEGIN:VJOURNAL\nDTSTART:x\nan open line\nEND:VJOURNAL",
    "an unused zone": "BEGIN:VTIMEZONE\nTZID:\nnonsense\nEND:VTIMEZONE",
    "a zone without parts": "BEGIN:VTIMEZONE\nTZID:Empty\nEND:VTIMEZONE",
    "a component of nobody": "BEGIN:X-THING\nDTSTART:::\nEND:X-THING",
    "a line without colon": "X-WR-CALDESC\nnothing",
    "a bad line": 'X-A;B="open:1\n;:;:;\nMETHOD',
}


@pytest.mark.parametrize("beside", BROKEN_BESIDE.values(), ids=BROKEN_BESIDE)
def test_a_fault_beside_the_events_is_of_no_matter(beside: str):
    contents = read(an_event(*JUNE), beside, an_event("DTSTART:20260609T080000", "DTEND:20260609T090000"))

    assert times(contents) == ["08 Jun 14:00-15:00", "09 Jun 08:00-09:00"]
    assert not contents.problems


@pytest.mark.parametrize(
    "alarm",
    ["TRIGGER:soon", "DESCRIPTION:two\nlines of it", "TRIGGER;RELATED=MIDDLE:-P", "REPEAT:x\nDURATION:y"],
)
def test_a_fault_in_an_alarm_is_of_no_matter(alarm: str):
    contents = read(an_event(*JUNE, f"BEGIN:VALARM\n{alarm}\nEND:VALARM", "X-EVIL;;=:"))

    assert (times(contents), contents.problems) == (["08 Jun 14:00-15:00"], ())


@pytest.mark.parametrize(
    ("content", "line", "cause"),
    [
        (b"", 1, "empty"),
        (b"<!DOCTYPE html><title>Log in</title>", 1, "web page"),
        (b'{"error": 404}', 1, "JSON"),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\n", 4, "VEVENT that began on line 3"),
        (b"X-A:1\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\n", 2, "before any BEGIN:VCALENDAR"),
    ],
)
def test_a_refusal_names_line_and_cause(content: bytes, line: int, cause: str):
    options = FeedOptions(PARIS, date(2026, 1, 1), date(2027, 1, 1), HALL, "uni")

    with pytest.raises(PageFormatChanged) as refusal:
        parse_feed(content, options)

    assert str(refusal.value).startswith(f"Line {line}: ")
    assert cause in str(refusal.value)


def names(content: bytes) -> Iterable[str]:
    options = FeedOptions(PARIS, date(2026, 1, 1), date(2027, 1, 1), HALL, "uni")
    return [entry.name for entry in parse_feed(content, options).entries]


def test_a_line_may_be_folded_inside_a_letter():
    feed = a_feed(an_event(*JUNE, title="Blåsorkester"))
    letter = "å".encode()

    assert names(feed.replace(letter, letter[:1] + b"\r\n " + letter[1:])) == ["Blåsorkester"]


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "utf-8-sig"])
def test_a_feed_may_be_written_otherwise_than_in_utf_8(encoding: str):
    feed = a_feed(an_event(*JUNE, title="Blåsorkester")).decode()

    assert names(feed.encode(encoding)) == ["Blåsorkester"]


def test_quotation_marks_of_windows_are_letters_of_a_name():
    assert names(a_feed(an_event(*JUNE, title="Tom's")).replace(b"'", b"\x92")) == ["Tom\u2019s"]


def test_lines_may_end_as_on_old_systems():
    assert names(a_feed(an_event(*JUNE)).replace(b"\r\n", b"\r")) == ["Choir"]
