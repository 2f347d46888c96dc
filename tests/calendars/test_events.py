"""Bookings as calendars: read by other libraries, they are exactly the bookings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import ics
import pytest
import recurring_ical_events
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar as CalendarComponent
from msgspec.structs import replace

from bot.calendars.bookings import UNTITLED, BookingFacts, booking_events, place_of
from bot.calendars.values import Calendar
from bot.calendars.writer import write_calendar
from core.catalogue import Catalogue
from core.interval import Interval
from core.model import (
    Booking,
    BookingId,
    BookingState,
    Occurrence,
    PersonId,
    RoomId,
    Series,
    SeriesFrequency,
    SeriesId,
    SeriesRule,
)
from core.policy.recurrence import every_date, occurrence_slot
from tests.builders import NOW, a_booking, a_building, a_room, at
from tests.core.test_recurrence import RULES, ZONES

LONDON = ZoneInfo("Europe/London")
_ROOMS = ("K-J17-G01", "K-J17-G02")
CATALOGUE = Catalogue([a_building()], [a_room(each) for each in _ROOMS])
_SERIES = SeriesId("6ae04b31-6b0f-4b0c-9c0b-0d4b6d3f7a11")
TUESDAYS = SeriesRule(SeriesFrequency.WEEKLY, date(2026, 3, 3), weekdays=(1,), count=6)


def a_series(rule: SeriesRule = TUESDAYS, starts_at: int = 900, length: int = 60, **more) -> Series:
    more.setdefault("title", "Rehearsal")
    return Series(_SERIES, rule, starts_at, length, RoomId(_ROOMS[0]), PersonId(1), NOW, at(days=400), **more)


def a_date(series: Series, day: date, zone: ZoneInfo = LONDON, **changes) -> Booking:
    slot = occurrence_slot(day, series.starts_at, series.length, zone)
    booking = a_booking(
        f"{day:%Y%m%d}", series.room_id, slot, title=series.title, occurrence=Occurrence(series.id, day)
    )
    return replace(booking, **changes)


def written(bookings: Iterable[Booking], series: Sequence[Series] = (), zone: ZoneInfo = LONDON) -> bytes:
    facts = BookingFacts(CATALOGUE, zone, {}, {each.id: each for each in series})
    return write_calendar(Calendar("Bookings", zone, tuple(booking_events(bookings, facts))))


@dataclass(frozen=True, order=True)
class Seen:
    """What somebody reads in a calendar."""

    start: datetime
    end: datetime
    summary: str
    location: str


def expanded(text: bytes, *, cancelled: bool = False) -> list[Seen]:
    """The events on their dates, as another library finds them."""
    found = recurring_ical_events.of(CalendarComponent.from_ical(text)).between((2015, 1, 1), (2045, 1, 1))
    return sorted(
        Seen(
            each.start.astimezone(UTC), each.end.astimezone(UTC), str(each["SUMMARY"]), str(each["LOCATION"])
        )
        for each in found
        if (each["STATUS"] == "CANCELLED") is cancelled
    )


def expected(bookings: Iterable[Booking]) -> list[Seen]:
    return sorted(
        Seen(
            each.interval.start, each.interval.end, each.title or UNTITLED, place_of(each.room_id, CATALOGUE)
        )
        for each in bookings
        if each.state is BookingState.ACTIVE
    )


@st.composite
def changed(draw: st.DrawFn, booking: Booking) -> Booking | None:
    """What may have become of a date: nothing, moved, renamed, cancelled a while ago, or just now."""
    match draw(st.sampled_from(["as it was", "moved", "elsewhere", "renamed", "cancelled", "gone"])):
        case "moved":
            by = timedelta(minutes=15 * draw(st.integers(-400, 400)))
            length = timedelta(minutes=15 * draw(st.integers(1, 30)))
            return replace(booking, interval=Interval.of_length(booking.interval.start + by, length))
        case "elsewhere":
            return replace(booking, room_id=RoomId(_ROOMS[1]))
        case "renamed":
            return replace(booking, title=draw(st.sampled_from(["Tea, cake; more", "x" * 200, "🦊" * 40])))
        case "cancelled":
            return replace(booking, state=BookingState.CANCELLED)
        case "gone":
            return None
        case _:
            return booking


@settings(max_examples=150, deadline=None)
@given(
    data=st.data(),
    rule=RULES,
    starts_at=st.integers(0, 95).map(lambda quarter: 15 * quarter),
    length=st.integers(1, 40).map(lambda quarter: 15 * quarter),
    zone=ZONES,
)
def test_a_calendar_expands_to_exactly_the_bookings(
    data: st.DataObject, rule: SeriesRule, starts_at: int, length: int, zone: ZoneInfo
):
    series = a_series(rule, starts_at, length)
    dates = [a_date(series, day, zone) for day in every_date(rule)]
    bookings = [booking for each in dates if (booking := data.draw(changed(each))) is not None]
    single = a_booking("single", slot=data.draw(st.sampled_from(dates)).interval if dates else None)

    text = written([*bookings, single], [series], zone)

    assert expanded(text) == expected([*bookings, single])


def test_a_series_is_one_event_with_its_exceptions():
    series = a_series()
    days = every_date(TUESDAYS)
    moved = a_date(series, days[2], interval=a_date(series, days[4]).interval)
    bookings = [a_date(series, days[0]), moved, a_date(series, days[5])]

    events = CalendarComponent.from_ical(written(bookings, [series])).walk("VEVENT")

    assert len(events) == 2
    master, override = sorted(events, key=lambda each: "RECURRENCE-ID" in each)
    assert master["UID"] == override["UID"]
    assert master["RRULE"].to_ical() == b"FREQ=WEEKLY;UNTIL=20260407T140000Z;BYDAY=TU"
    assert [each.dt.date() for one in master["EXDATE"] for each in one.dts] == [days[1], days[3], days[4]]
    assert override["RECURRENCE-ID"].dt.date() == days[2]
    assert "RRULE" not in override


@pytest.mark.parametrize(
    ("starts_at", "length"),
    [(90, 60), (30, 60), (0, 180), (60, 30)],
    ids=["skipped", "ends when skipped", "across the change", "skipped, half an hour"],
)
def test_a_series_across_a_change_of_clocks_is_written_as_single_events(starts_at: int, length: int):
    daily = SeriesRule(SeriesFrequency.DAILY, date(2026, 3, 28), count=3)
    series = a_series(daily, starts_at, length)
    dates = [a_date(series, day) for day in every_date(daily)]

    text = written(dates, [series])

    assert b"RRULE" not in text
    assert len({each["UID"] for each in CalendarComponent.from_ical(text).walk("VEVENT")}) == 3
    assert expanded(text) == expected(dates)


def test_a_series_at_a_time_that_happens_twice_is_written_as_single_events():
    daily = SeriesRule(SeriesFrequency.DAILY, date(2026, 10, 24), count=3)
    series = a_series(daily, 90, 15)
    dates = [a_date(series, day) for day in every_date(daily)]

    text = written(dates, [series])

    assert b"RRULE" not in text
    assert expanded(text) == expected(dates)


def test_a_series_keeps_its_time_of_day_over_a_change_of_clocks():
    weekly = SeriesRule(SeriesFrequency.WEEKLY, date(2026, 3, 24), weekdays=(1,), count=2)
    series = a_series(weekly)
    dates = [a_date(series, day) for day in every_date(weekly)]

    text = written(dates, [series])

    assert b"RRULE" in text
    assert [each.start.hour for each in expanded(text)] == [15, 14]


def test_a_cancelled_date_stays_for_a_while_as_cancelled():
    series = a_series()
    days = every_date(TUESDAYS)
    cancelled = a_date(series, days[1], state=BookingState.CANCELLED, version=2)
    bookings = [a_date(series, day) for day in days if day != days[1]]

    text = written([*bookings, cancelled], [series])

    [gone] = expanded(text, cancelled=True)
    assert gone.start == cancelled.interval.start
    assert expanded(text) == expected(bookings)


def test_a_date_that_was_booked_again_is_not_cancelled():
    series, day = a_series(), every_date(TUESDAYS)[1]
    cancelled = a_date(series, day, state=BookingState.CANCELLED, id=BookingId("old"))
    again = a_date(series, day)

    for bookings in ([cancelled, again], [again, cancelled]):
        text = written(bookings, [series])
        assert expanded(text, cancelled=True) == []
        assert expanded(text) == expected([again])


def test_a_series_of_cancelled_dates_is_cancelled():
    series = a_series()
    dates = [a_date(series, day, state=BookingState.CANCELLED) for day in every_date(TUESDAYS)]

    text = written(dates, [series])

    assert expanded(text) == []
    assert len(expanded(text, cancelled=True)) == len(dates)


def test_the_time_zone_is_described():
    text = written([a_date(a_series(), each) for each in every_date(TUESDAYS)], [a_series()])

    [zone] = CalendarComponent.from_ical(text).walk("VTIMEZONE")
    assert zone["TZID"] == "Europe/London"
    assert b"DTSTART;TZID=Europe/London:20260303T150000" in text


HOSTILE = (
    "Tea, cake; and\\n more",
    "one\r\nATTACH:http://evil.example\r\nSUMMARY:two",
    "one\nEND:VEVENT\nBEGIN:VEVENT",
    "END:VCALENDAR",
    "\x00\x07\x1b[31m\x85\u2028\u2029",
    "🦊👩‍👩‍👧‍👦é" * 60,
    '"quoted": ^n ^^',
    "\ud800",
)


@pytest.mark.parametrize("title", HOSTILE)
def test_no_title_can_add_properties(title: str):
    named = a_booking(title=title, notes=title)
    series = a_series(title=title, notes=title)
    dates = [a_date(series, day, title=title, notes=title) for day in every_date(TUESDAYS)]

    text = written([named, *dates], [series])

    events = CalendarComponent.from_ical(text).walk("VEVENT")
    assert len(events) == 2
    assert not any("ATTACH" in each for each in events)
    assert {str(each["SUMMARY"]) for each in events} == {str(events[0]["SUMMARY"])}
    _check_lines(text)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_of_a_calendar_can_add_properties(name: str):
    text = write_calendar(Calendar(name, LONDON))

    calendar = CalendarComponent.from_ical(text)
    assert calendar.subcomponents == []
    assert "ATTACH" not in calendar
    _check_lines(text)


@settings(max_examples=100, deadline=None)
@given(title=st.text(max_size=300), place=st.text(max_size=300), name=st.text(max_size=100))
def test_any_text_is_read_as_it_was_written(title: str, place: str, name: str):
    facts = BookingFacts(Catalogue([a_building()], [a_room(_ROOMS[0], name=place or "room")]), LONDON, {}, {})
    [event] = booking_events([a_booking(title=title)], facts)

    text = write_calendar(Calendar(name, LONDON, (event,)))

    [read] = CalendarComponent.from_ical(text).walk("VEVENT")
    assert str(read["SUMMARY"]) == event.summary
    _check_lines(text)


def _check_lines(text: bytes) -> None:
    """All lines end in CRLF and have at most 75 octets, and each physical line is UTF-8."""
    assert text.endswith(b"\r\n")
    lines = text.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert not any(b"\r" in each or b"\n" in each for each in lines)
    for each in lines:
        each.decode()


def test_the_ics_library_reads_the_same():
    bookings = [a_booking("one", title="Tea, cake; more"), a_booking("two", slot=a_booking().interval)]

    calendar = ics.Calendar(written(bookings).decode())

    assert {(each.name, each.begin.datetime, each.end.datetime) for each in calendar.events} == {
        (each.title or UNTITLED, each.interval.start, each.interval.end) for each in bookings
    }


def test_clients_learn_how_often_to_ask():
    lines = written([a_booking()]).split(b"\r\n")

    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in lines
    assert b"X-PUBLISHED-TTL:PT1H" in lines
