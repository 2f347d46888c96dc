"""Series and closures in both databases: no date is booked in, moved into or added to closed time."""

from datetime import date

import pytest

from core.errors import RoomClosed
from core.model import SeriesFrequency, SeriesRule
from core.services.closures import ClosureService, NewClosure
from core.services.series import SeriesService
from core.services.series.values import (
    BookedSeries,
    ChangedSeries,
    Choices,
    SeriesChange,
    SeriesChangePreview,
    SeriesPreview,
    SeriesRequest,
    SeriesScope,
    Verdict,
)
from tests.builders import a_slot
from tests.contracts.campus import HALL, LAB, Campus

DAYS = [date(2026, 3, day) for day in (12, 13, 14)]
MORNINGS: Choices = tuple((day, HALL) for day in DAYS)
EXAM = NewClosure(a_slot("09:00", 3 * 60, days=2), "exam", room_id=HALL)


@pytest.fixture
def closures(campus: Campus) -> ClosureService:
    return ClosureService(campus.storage, campus.rules, campus.clock)


@pytest.fixture
def series(campus: Campus) -> SeriesService:
    return SeriesService(campus.storage, campus.storage.read_model, campus.rules, campus.clock)


def mornings(campus: Campus) -> SeriesRequest:
    rule = SeriesRule(SeriesFrequency.DAILY, DAYS[0], count=3)
    return SeriesRequest(rule, 10 * 60, 60, campus.stan, HALL)


async def test_a_closed_date_is_shown_with_another_room_and_is_not_booked(
    campus: Campus, closures: ClosureService, series: SeriesService
):
    await closures.add([EXAM], "test")

    preview = await series.preview(mornings(campus))
    refused = await series.book(mornings(campus), MORNINGS)

    assert isinstance(refused, SeriesPreview)
    for each in (preview, refused):
        assert [date_.verdict for date_ in each.dates] == [Verdict.FREE, Verdict.CLOSED, Verdict.FREE]
        assert isinstance(each.dates[1].refusal, RoomClosed)
        assert each.dates[1].other_room not in {None, HALL}
    assert campus.storage.read_model.of_person(campus.stan) == ()
    booked = await series.book(mornings(campus), preview.with_other_rooms)
    assert isinstance(booked, BookedSeries)
    assert len(booked.bookings) == 3


@pytest.mark.parametrize("place", [{"room_id": HALL}, {}])
async def test_another_process_closes_before_the_series_is_booked(
    campus: Campus, series: SeriesService, open_another, place: dict
):
    """The read model does not know the closure yet; the transaction does."""
    other = await open_another()
    elsewhere = ClosureService(other, campus.rules, campus.clock)
    await elsewhere.add([NewClosure(EXAM.interval, "exam", **place)], "test")

    refused = await series.book(mornings(campus), MORNINGS)

    assert isinstance(refused, SeriesPreview)
    assert [each.verdict for each in refused.dates] == [Verdict.FREE, Verdict.CLOSED, Verdict.FREE]
    refusal = refused.dates[1].refusal
    assert isinstance(refusal, RoomClosed)
    assert (refusal.reason, f"{refusal.opens_at:%d %H:%M}") == ("exam", "13 12:00")


async def test_dates_are_not_moved_into_a_closure_and_may_be_shortened_inside(
    campus: Campus, closures: ClosureService, series: SeriesService
):
    booked = await series.book(mornings(campus), MORNINGS)
    assert isinstance(booked, BookedSeries)
    await closures.add([EXAM], "test", is_confirmed=True)
    change = SeriesChange(booked.series.id, campus.stan, SeriesScope.ALL, starts_at=11 * 60)
    shorter = SeriesChange(booked.series.id, campus.stan, SeriesScope.ALL, length=30)
    elsewhere: Choices = tuple((day, LAB) for day in DAYS)

    preview = await series.preview_change(change)
    refused = await series.change(change, MORNINGS)
    shortened = await series.change(shorter, MORNINGS)
    moved = await series.change(
        SeriesChange(booked.series.id, campus.stan, SeriesScope.ALL, room_id=LAB), elsewhere
    )

    assert isinstance(refused, SeriesChangePreview)
    for each in (preview, refused):
        assert [date_.verdict for date_ in each.dates] == [Verdict.FREE, Verdict.CLOSED, Verdict.FREE]
    assert isinstance(shortened, ChangedSeries)
    assert [each.interval.minutes for each in shortened.bookings] == [30, 30, 30]
    assert isinstance(moved, ChangedSeries)
    assert {each.room_id for each in moved.bookings} == {LAB}


async def test_dates_beyond_the_read_model_see_closures(campus: Campus, closures: ClosureService):
    christmas = date(2026, 12, 25)
    storage = campus.storage
    series = SeriesService(
        storage, storage.read_model, campus.rules, campus.clock, lambda _: date(2026, 12, 31)
    )
    closed = a_slot("08:00", 600, days=289)
    await closures.add([NewClosure(closed, "Christmas", is_yearly=True)], "test")
    rule = SeriesRule(SeriesFrequency.DAILY, date(2026, 12, 24), count=2)

    preview = await series.preview(SeriesRequest(rule, 10 * 60, 60, campus.stan, HALL))

    assert not storage.read_model.covers(closed)
    assert {each.day: each.verdict for each in preview.dates} == {
        date(2026, 12, 24): Verdict.FREE,
        christmas: Verdict.CLOSED,
    }
