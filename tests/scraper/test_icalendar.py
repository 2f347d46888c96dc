"""Calendar feeds: entries at the right times in the right rooms, at bounded cost."""

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from msgspec.structs import replace

from core.model import BookingType, Building, BuildingId, Room, RoomId, TimetableEntry
from scraper.common.entries import EntryCollection
from scraper.common.errors import AddressRefused, PageFormatChanged, SourceFailed
from scraper.common.room_lookup import RoomLookup, build_room_lookup
from scraper.model import SourceContext
from scraper.sources.document import DocumentContents
from scraper.sources.icalendar.events import parse_feed
from scraper.sources.icalendar.options import FeedOptions
from scraper.sources.icalendar.rules import MAX_OCCURRENCES, RuleRejected, check_rule, max_occurrences
from scraper.sources.icalendar.source import ICalendarFeed, feed_window
from tests.scraper.conftest import NOW, SYDNEY, ignore_progress, parse_here
from tests.standins.timetable_site import Document

TAKEN = "2026-11-22"
ROOMS = (
    Room(RoomId("K-A7-G01"), BuildingId("K-A7"), "Harbour Theatre", abbr="HarbTh"),
    Room(RoomId("K-A7-101"), BuildingId("K-A7"), "Harbour 101", abbr="Harb101", aliases=("The little room",)),
)
ONE_ROOM = RoomLookup(only_room=RoomId("K-A7-G01"))


def reader(places: RoomLookup = ONE_ROOM, year: int = 2026) -> FeedOptions:
    return FeedOptions(SYDNEY, date(year, 1, 1), date(year + 1, 1, 1), places, "uni")


def an_event(*lines: str) -> str:
    return "\n".join(("BEGIN:VEVENT", "SUMMARY:A talk", *lines, "END:VEVENT"))


def a_calendar(*parts: str) -> bytes:
    text = "\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//EN", *parts, "END:VCALENDAR"))
    return text.replace("\n", "\r\n").encode()


def read(*lines: str, year: int = 2026) -> DocumentContents:
    return parse_feed(a_calendar(an_event("UID:1", *lines)), reader(year=year))


def local(entries: Iterable[TimetableEntry]) -> list[str]:
    return [
        entry.interval.start.astimezone(SYDNEY).strftime("%d %b %H:%M")
        for entry in sorted(entries, key=lambda each: each.interval)
    ]


@pytest.fixture
def campus(sample: Callable[[str], str]) -> DocumentContents:
    return parse_feed(sample(f"campus_feed_{TAKEN}.ics").encode(), reader(build_room_lookup(ROOMS)))


def test_a_lecture_keeps_its_hour_over_a_clock_change_its_exceptions_and_its_move(campus):
    lectures = [entry for entry in campus.entries if entry.name.startswith("ABCD1001")]
    starts = sorted(entry.interval.start for entry in lectures)

    assert local(lectures) == [
        "23 Mar 09:00",
        "30 Mar 09:00",
        "14 Apr 14:00",
        "20 Apr 09:00",
    ]
    assert [start.hour for start in starts] == [22, 22, 4, 23]


def test_a_moved_lecture_is_in_its_new_room(campus):
    (moved,) = [entry for entry in campus.entries if "moved" in entry.name]

    assert moved.room_id == "K-A7-101"


def test_a_time_zone_of_the_feeds_own_is_followed_over_its_change(campus):
    choir = [entry for entry in campus.entries if entry.name.startswith("Choir")]

    assert local(choir) == ["30 Sep 18:00", "07 Oct 18:00", "14 Oct 18:00"]
    assert {entry.room_id for entry in choir} == {"K-A7-101"}
    assert choir[0].name == "Choir, all voices"


def test_a_day_of_the_clock_change_is_taken_whole_in_every_room_it_names(campus):
    days = [entry for entry in campus.entries if entry.name == "Open day"]

    assert {entry.room_id for entry in days} == {"K-A7-G01", "K-A7-101"}
    assert {entry.interval.duration for entry in days} == {timedelta(hours=23)}
    assert {entry.interval.start for entry in days} == {datetime(2026, 10, 3, 14, tzinfo=UTC)}


def test_a_private_event_occupies_its_room_without_its_name(campus):
    (private,) = [entry for entry in campus.entries if entry.interval.start.month == 5]

    assert (private.name, private.room_id) == ("Private event", "K-A7-G01")


def test_events_elsewhere_or_cancelled_occupy_no_room_and_elsewhere_is_reported(campus):
    assert len(campus.entries) == 4 + 3 + 2 + 1
    assert campus.problems == ("'The zoo': 1 event, none of our rooms.",)


def test_categories_name_the_type(campus):
    types = {entry.name: entry.booking_type for entry in campus.entries}

    assert types["ABCD1001 Lecture"] is BookingType.CLASS
    assert types["Open day"] is BookingType.MISC


def test_times_without_a_zone_are_wall_time_of_the_campus():
    contents = read("DTSTART:20261001T090000", "DTEND:20261001T100000", "RRULE:FREQ=DAILY;COUNT=5")

    assert local(contents.entries) == [f"0{day} Oct 09:00" for day in range(1, 6)]


def test_a_calendar_zone_of_the_usual_extension_counts():
    event = an_event(
        "UID:1", "DTSTART:20261001T230000Z", "DTEND:20261002T000000Z", "RRULE:FREQ=DAILY;COUNT=5"
    )

    contents = parse_feed(a_calendar("X-WR-TIMEZONE:Australia/Sydney", event), reader())

    assert local(contents.entries) == [f"0{day} Oct 09:00" for day in range(2, 7)]


@pytest.mark.parametrize(
    "lines",
    [
        ["TRANSP:TRANSPARENT", "DTSTART:20260301T090000Z", "DTEND:20260301T100000Z"],
        ["DTSTART:20260301T090000Z"],
        ["DTSTART:20260301T090000Z", "DTEND:20260301T090000Z"],
    ],
)
def test_what_takes_no_time_is_no_entry_and_is_reported(lines):
    contents = read(*lines)

    assert (len(contents.entries), len(contents.problems)) == (0, 1)


def test_what_lies_outside_of_the_year_is_no_entry_and_no_problem():
    assert read("DTSTART:20250301T090000Z", "DTEND:20250301T100000Z") == DocumentContents(EntryCollection())


def test_an_event_that_began_before_the_year_still_takes_its_room():
    assert local(read("DTSTART:20251231T120000Z", "DTEND:20260101T120000Z").entries) == ["31 Dec 23:00"]


WEEKLY_FROM_1999 = ["DTSTART:19990104T090000Z", "DTEND:19990104T100000Z", "RRULE:FREQ=WEEKLY"]


def test_an_old_rule_without_end_is_expanded_for_the_year_alone():
    assert len(read(*WEEKLY_FROM_1999).entries) == 52


BOMBS = [
    "FREQ=SECONDLY",
    "FREQ=MINUTELY;COUNT=3",
    "FREQ=HOURLY;UNTIL=20260102T000000Z",
    "FREQ=DAILY;BYHOUR=0,1,2,3",
    "FREQ=DAILY;BYMINUTE=0,30",
    "FREQ=YEARLY;BYSECOND=1,2",
    "FREQ=DAILY;COUNT=10001",
    "FREQ=WEEKLY;COUNT=999999999999",
    "FREQ=YEARLY;BYMONTHDAY=30;BYMONTH=2",
]


@pytest.mark.parametrize("rule", BOMBS)
def test_a_rule_that_occurs_too_often_is_rejected_before_it_is_expanded(rule):
    begun = time.perf_counter()

    contents = read("DTSTART:19700101T090000Z", "DTEND:19700101T100000Z", f"RRULE:{rule}")

    assert not contents.entries
    assert len(contents.problems) == 1
    assert "was left out" in contents.problems[0]
    assert time.perf_counter() - begun < 2


def test_a_refused_event_costs_no_other_its_place():
    bad = an_event("UID:1", "DTSTART:20260101T090000Z", "DTEND:20260101T100000Z", "RRULE:FREQ=MINUTELY")
    good = an_event("UID:2", "DTSTART:20260301T090000Z", "DTEND:20260301T100000Z")

    contents = parse_feed(a_calendar(bad, good), reader())

    assert (len(contents.entries), len(contents.problems)) == (1, 1)


@pytest.mark.parametrize("frequency", ["SECONDLY", "HOURLY", "DAILY", "WEEKLY"])
def test_a_time_zone_that_changes_too_often_takes_its_own_events_alone(frequency, sample):
    whole = parse_feed(sample(f"campus_feed_{TAKEN}.ics").encode(), reader())
    feed = sample(f"campus_feed_{TAKEN}.ics").replace("RRULE:FREQ=YEARLY", f"RRULE:FREQ={frequency}", 1)
    folded = feed.replace("FREQ=", "FR\r\n EQ=")

    for text in (feed, folded):
        contents = parse_feed(text.encode(), reader())
        assert 0 < len(contents.entries) < len(whole.entries)
        assert [problem for problem in contents.problems if "changes by a rule that is not yearly" in problem]


@pytest.mark.parametrize(
    "lines",
    [
        ["DTSTART:20260301T090000Z", "DTEND:20260301T100000Z", "RRULE:FREQ=FORTNIGHTLY"],
        ["DTSTART:20260301T090000Z", "DTEND:20260301T100000Z", "RRULE:COUNT=3"],
        ["DTSTART:20260301T090000Z", "DTEND:20260301T100000Z", "EXRULE:FREQ=DAILY"],
        ["DTSTART:20269999T090000Z", "DTEND:20260301T100000Z"],
        ["DTEND:20260301T100000Z"],
        ["DTSTART:99991231T230000Z", "DURATION:P999999999D", "RRULE:FREQ=DAILY"],
        [
            "DTSTART:20260301T090000Z",
            "DTEND:20260301T100000Z",
            f"RDATE:{','.join(['20260301T090000Z'] * 10_001)}",
        ],
    ],
)
def test_an_event_that_cannot_be_parsed_is_left_out_and_reported(lines):
    contents = read(*lines)

    assert not contents.entries
    assert len(contents.problems) == 1


@pytest.mark.parametrize(
    "content", [b"", b"<html></html>", b"BEGIN:VCALENDAR", b"BEGIN:VEVENT\r\nEND:VEVENT", b"\xff\xfe"]
)
def test_what_is_not_a_calendar_is_rejected(content):
    with pytest.raises(PageFormatChanged):
        parse_feed(content, reader())


def test_the_name_of_a_file_is_no_calendar(tmp_path):
    path = tmp_path / "secret.ics"
    path.write_bytes(a_calendar(an_event("UID:1", "DTSTART:20260301T090000Z", "DTEND:20260301T100000Z")))

    with pytest.raises(PageFormatChanged):
        parse_feed(str(path).encode(), reader())


@hypothesis(deadline=None, max_examples=60)
@given(
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.integers(1, 5),
    st.dates(date(2024, 1, 1), date(2026, 6, 1)),
    st.sampled_from(["", "BYDAY=MO", "BYDAY=MO,WE,FR", "BYMONTHDAY=1,15,-1", "BYDAY=1SU", "BYMONTH=1,6"]),
)
def test_a_rule_never_occurs_more_often_than_its_upper_bound(frequency, interval, start, by):
    text = f"FREQ={frequency};INTERVAL={interval}" + (f";{by}" if by else "")
    lines = [f"DTSTART;VALUE=DATE:{start:%Y%m%d}", f"RRULE:{text}"]
    parts = dict(part.split("=") for part in text.split(";"))
    rule = {name: value.split(",") for name, value in parts.items()}

    contents = read(*lines, year=2026)

    assert len(contents.entries) <= max_occurrences(rule, frequency, start, date(2027, 1, 1))


def test_ten_thousand_occurrences_are_the_limit():
    start = date(2000, 1, 1)

    check_rule({"FREQ": ["DAILY"], "COUNT": [MAX_OCCURRENCES]}, start, date(2100, 1, 1))
    check_rule({"FREQ": ["DAILY"]}, start, start + timedelta(days=MAX_OCCURRENCES - 2))
    with pytest.raises(RuleRejected):
        check_rule({"FREQ": ["DAILY"]}, start, start + timedelta(days=MAX_OCCURRENCES))


@pytest.mark.parametrize(
    ("year", "today", "window"),
    [
        (2026, date(2030, 1, 1), (date(2026, 1, 1), date(2027, 1, 1))),
        (None, date(2026, 3, 11), (date(2026, 3, 1), date(2027, 4, 1))),
        (None, date(2026, 12, 31), (date(2026, 12, 1), date(2028, 1, 1))),
        (None, date(2026, 11, 1), (date(2026, 11, 1), date(2027, 12, 1))),
    ],
)
def test_a_feed_is_expanded_for_its_year_or_the_months_to_come(year, today, window):
    assert feed_window(year, today) == window


@pytest.mark.parametrize(
    ("text", "rooms"),
    [
        ("K-A7-G01", ["K-A7-G01"]),
        ("harbour  theatre", ["K-A7-G01"]),
        ("Harb101 - Harbour House", ["K-A7-101"]),
        ("Talk in K-A7-101 (upstairs)", ["K-A7-101"]),
        ("K-A7-G01, the little room", ["K-A7-G01", "K-A7-101"]),
        ("K-A7-G0", []),
        ("Theatre", []),
        ("", []),
    ],
)
def test_rooms_are_known_by_id_name_and_alias(text, rooms):
    assert list(build_room_lookup(ROOMS).find_rooms(text)) == rooms


def test_a_name_that_two_rooms_share_means_neither():
    twins = [Room(RoomId(f"A-{number}"), BuildingId("A"), "Lab") for number in (1, 2)]

    assert build_room_lookup(twins).find_rooms("Lab") == ()


@pytest.fixture
def feed(site, settings, sample):
    site.documents["/feed.ics"] = Document(sample(f"campus_feed_{TAKEN}.ics").encode(), "text/calendar")
    return settings(kind="icalendar", url=site.url("/feed.ics"))


@pytest.fixture
def known(context: SourceContext) -> SourceContext:
    return SourceContext(context.client, context.parse, context.now, ROOMS)


async def test_a_run_over_a_feed(feed, known):
    result = await ICalendarFeed().scrape(feed, known, {}, ignore_progress)

    assert (len(result.entries), result.page_count, result.unchanged_pages) == (10, 1, 0)
    assert result.problems == ("'The zoo': 1 event, none of our rooms.",)
    assert result.unknown_places == {"The zoo": 1}


async def test_an_unchanged_feed_is_neither_sent_nor_parsed_again(feed, known):
    first = await ICalendarFeed().scrape(feed, known, {}, ignore_progress)

    again = await ICalendarFeed().scrape(feed, known, first.fingerprints, ignore_progress)

    assert (len(again.entries), again.unchanged_pages, again.unchanged_rooms) == (
        0,
        1,
        {"K-A7-G01", "K-A7-101"},
    )
    assert again.fingerprints == first.fingerprints
    assert again.merged_with(first.entries) == first.entries


async def test_a_feed_without_validators_is_known_by_its_words(site, feed, known):
    site.documents["/feed.ics"].etag = False
    first = await ICalendarFeed().scrape(feed, known, {}, ignore_progress)

    again = await ICalendarFeed().scrape(feed, known, first.fingerprints, ignore_progress)
    assert again.unchanged_pages == 1


async def test_new_rooms_or_another_month_read_the_same_feed_anew(feed, known, settings, site):
    feed = settings(kind="icalendar", url=site.url("/feed.ics"), year=None)
    first = await ICalendarFeed().scrape(feed, known, {}, ignore_progress)

    fewer = SourceContext(known.client, known.parse, NOW, ROOMS[:1])
    later = SourceContext(known.client, known.parse, NOW + timedelta(days=31), ROOMS)

    for context in (fewer, later):
        again = await ICalendarFeed().scrape(feed, context, first.fingerprints, ignore_progress)
        assert again.unchanged_pages == 0


async def test_a_feed_may_be_of_one_room(settings, site, feed, context):
    of_one = settings(kind="icalendar", url=site.url("/feed.ics"), options={"room": "X-1", "type": "exams"})

    result = await ICalendarFeed().scrape(of_one, context, {}, ignore_progress)

    assert {entry.room_id for entry in result.entries} == {"X-1"}
    assert BookingType.EXAMS in {entry.booking_type for entry in result.entries}


async def test_an_unknown_type_is_an_error(settings, site, feed, context):
    with pytest.raises(SourceFailed, match="'PARTY'"):
        await ICalendarFeed().scrape(
            settings(kind="icalendar", url=site.url("/feed.ics"), options={"type": "party"}),
            context,
            {},
            ignore_progress,
        )


async def test_a_feed_on_this_machine_is_not_read(settings, context):
    with pytest.raises(AddressRefused):
        await ICalendarFeed().scrape(
            settings(kind="icalendar", url="file:///etc/passwd"), context, {}, ignore_progress
        )


async def test_a_feed_names_rooms_in_its_own_way(settings, site, client):
    buildings = (Building(BuildingId("K-A7"), "Harbour House", 0.0, 0.0),)
    known = SourceContext(client, parse_here, NOW, ROOMS, buildings)
    places = (
        "Harbour House (A7) - G01",
        "Harbour House 101 [40]",
        "The old hall",
        "Harbour 101 / Pier 3",
        "Pier 3",
    )
    events = [
        an_event(f"UID:{n}", f"LOCATION:{place}", f"DTSTART:202605{n + 1:02}T010000Z", "DURATION:PT1H")
        for n, place in enumerate(places)
    ]
    site.documents["/f.ics"] = Document(a_calendar(*events), "text/calendar")
    source = settings(kind="icalendar", url=site.url("/f.ics"), room_names={"the old hall": "K-A7-G01"})

    result = await ICalendarFeed().scrape(source, known, {}, ignore_progress)

    rooms = [each.room_id for each in sorted(result.entries, key=lambda entry: entry.interval)]
    assert rooms == ["K-A7-G01", "K-A7-101", "K-A7-G01", "K-A7-101"]
    assert result.problems == ("'Pier 3': 2 events, none of our rooms.",)


async def test_a_room_that_declined_is_not_taken(known, settings, site):
    rooms = [
        f"ATTENDEE;CUTYPE=ROOM;PARTSTAT={answer};CN={name}:mailto:{answer}@x"
        for answer, name in (("DECLINED", "Harbour 101"), ("ACCEPTED", "Harbour Theatre"))
    ]
    event = an_event("UID:1", *rooms, "DTSTART:20260501T010000Z", "DURATION:PT1H")
    site.documents["/f.ics"] = Document(a_calendar(event), "text/calendar")

    result = await ICalendarFeed().scrape(
        settings(kind="icalendar", url=site.url("/f.ics")), known, {}, ignore_progress
    )

    assert [each.room_id for each in result.entries] == ["K-A7-G01"]


@pytest.mark.parametrize(
    ("options", "taken"),
    [({}, ["K-A7-G01"]), ({"room": "K-A7-101"}, []), ({"room": "K-A7-G01"}, ["K-A7-G01"])],
)
async def test_a_room_that_declined_is_not_taken_where_the_place_names_it(
    known, settings, site, options, taken
):
    event = an_event(
        "UID:1",
        "LOCATION:Harbour 101; Harbour Theatre",
        "ATTENDEE;CUTYPE=room;PARTSTAT=declined;CN=Harbour 101:mailto:a@x",
        "DTSTART:20260501T010000Z",
        "DURATION:PT1H",
    )
    site.documents["/f.ics"] = Document(a_calendar(event), "text/calendar")
    source = settings(kind="icalendar", url=site.url("/f.ics"), options=options)

    result = await ICalendarFeed().scrape(source, known, {}, ignore_progress)

    assert ([each.room_id for each in result.entries], result.problems) == (taken, ())


@pytest.mark.parametrize("name", ["DTSTART", "DTEND", "DURATION", "RRULE"])
async def test_a_broken_property_is_named(known, settings, site, name):
    times = {"DTSTART": "20260501T010000Z", **({} if name == "DURATION" else {"DTEND": "20260501T020000Z"})}
    lines = [f"{each}:{value}" for each, value in {**times, name: "soon"}.items()]
    event = an_event("UID:1", "LOCATION:Harbour 101", *lines, "SUMMARY:Maths")
    site.documents["/f.ics"] = Document(a_calendar(event), "text/calendar")
    source = settings(kind="icalendar", url=site.url("/f.ics"))

    result = await ICalendarFeed().scrape(source, known, {}, ignore_progress)

    assert result.problems == (f"'Maths' has a {name} that cannot be read; it was left out.",)


async def test_rooms_that_are_not_to_be_read_are_no_problem(feed, known):
    result = await ICalendarFeed().scrape(replace(feed, rooms=("*-101",)), known, {}, ignore_progress)

    assert {each.room_id for each in result.entries} == {"K-A7-101"}
    assert result.unknown_places == {"The zoo": 1}


@pytest.mark.parametrize(
    ("option", "word"), [("transparent", "yes"), ("all_day", "ignored"), ("room", "K-A7-9")]
)
async def test_an_option_that_makes_no_sense_is_an_error(feed, known, option, word):
    with pytest.raises(SourceFailed, match=word):
        await ICalendarFeed().scrape(replace(feed, options={option: word}), known, {}, ignore_progress)


async def test_a_feed_of_which_much_cannot_be_placed_is_in_doubt(settings, site, known):
    def a_feed_of(known_count: int, unknown_count: int) -> bytes:
        places = ["Harbour 101"] * known_count + ["Elsewhere"] * unknown_count
        return a_calendar(
            *(
                an_event(f"UID:{n}", f"LOCATION:{place}", "DTSTART:20260501T010000Z", "DURATION:PT1H")
                for n, place in enumerate(places)
            )
        )

    source = settings(kind="icalendar", url=site.url("/f.ics"))

    async def doubts(content: bytes, fingerprints: Mapping[str, str]) -> tuple[Mapping[str, str], int]:
        site.documents["/f.ics"] = Document(content, "text/calendar")
        result = await ICalendarFeed().scrape(source, known, fingerprints, ignore_progress)
        return result.fingerprints, len(result.doubts)

    accepted, first = await doubts(a_feed_of(10, 5), {})
    assert (first, (await doubts(a_feed_of(11, 5), {}))[1]) == (1, 0)
    assert (await doubts(a_feed_of(20, 11), accepted))[1] == 0
    assert (await doubts(a_feed_of(10, 10), accepted))[1] == 1
