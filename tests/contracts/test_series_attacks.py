"""Attacks on series: other people's bookings, stale facts and concurrent changes."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from msgspec.structs import replace

from core.errors import NotPermitted, RoomieError
from core.model import TokenTerm
from core.ports import ManagedStorage
from core.services.book_room import BookRoom
from core.services.series import ChangedSeries, SeriesChange, SeriesScope, SeriesService
from tests.contracts.campus import CHESS, HALL, Campus, a_new_id
from tests.contracts.series_campus import SeriesCampus, a_day, end_of_term, tuesdays

ONE, FOLLOWING, ALL = SeriesScope.ONE, SeriesScope.FOLLOWING, SeriesScope.ALL
OpenAnother = Callable[[], Awaitable[ManagedStorage]]


@pytest.fixture
def series(campus: Campus) -> SeriesCampus:
    return SeriesCampus.of(campus)


async def _issue_token(series: SeriesCampus) -> TokenTerm:
    term = TokenTerm(1, 20520)
    await series.campus.storage.write(lambda unit: unit.societies.set_term(CHESS, term))
    return term


async def _second_service(series: SeriesCampus, open_another: OpenAnother) -> SeriesService:
    """The service of another process."""
    storage = await open_another()
    return SeriesService(storage, storage.read_model, series.rules, series.campus.clock, end_of_term)


async def test_strangers_learn_nothing_of_what_a_token_booked(series: SeriesCampus):
    term, stranger = await _issue_token(series), series.campus.rema
    booked = await series.book(series.request(by=None, society_id=CHESS, term=term))

    with pytest.raises(NotPermitted):
        await series.service.preview_change(SeriesChange(booked.series.id, stranger, ALL, starts_at=18 * 60))


async def test_nobody_adopts_anothers_booking(series: SeriesCampus):
    campus = series.campus
    slot = (await series.service.preview(series.request(by=campus.wil))).dates[0].slot
    theirs = (await campus.book(slot, by=campus.wil)).booking
    request = series.request(tuesdays(2), by=campus.rema)

    with pytest.raises(RoomieError):
        await series.service.book(request, ((a_day(0), HALL), (a_day(1), HALL)), adopt=theirs)

    kept = await campus.storage.read(lambda unit: unit.bookings.get(theirs.id))
    assert kept == theirs


async def test_what_a_token_booked_is_not_adopted_once_cancelled(series: SeriesCampus):
    campus, term = series.campus, await _issue_token(series)
    slot = (await series.service.preview(series.request())).dates[0].slot
    single = BookRoom(a_new_id(), HALL, slot, None, CHESS, title="Blitz", term=term)
    booking = (await campus.services.book(single)).booking
    request = replace(series.service.from_booking(booking, tuesdays(3)), term=term)
    preview = await series.service.preview(request, adopt=booking)
    await campus.cancel(booking, by=campus.pres)

    with pytest.raises(RoomieError):
        await series.service.book(request, preview.free, adopt=booking)


async def test_concurrent_changes_leave_the_series_and_its_dates_alike(
    series: SeriesCampus, open_another: OpenAnother
):
    booked, second = await series.book(), await _second_service(series, open_another)

    async def change(service: SeriesService, starts_at: int) -> object:
        wanted = SeriesChange(booked.series.id, series.campus.pres, ALL, starts_at=starts_at)
        return await service.change(wanted, (await service.preview_change(wanted)).free)

    services = [series.service, second] * 3
    results = await asyncio.gather(
        *(change(each, 10 * 60 + 15 * place) for place, each in enumerate(services)), return_exceptions=True
    )

    stored = (await series.service.get(booked.series.id)).series
    zone = series.rules.zone
    walls = {each.interval.start.astimezone(zone).time() for each in await series.bookings(stored.id)}
    assert {each.hour * 60 + each.minute for each in walls} == {stored.starts_at}
    assert any(isinstance(each, ChangedSeries) for each in results)
    assert all(isinstance(each, ChangedSeries | RoomieError) for each in results), results


async def test_cancelling_all_against_an_extension_leaves_no_date_on_a_tombstone(
    series: SeriesCampus, open_another: OpenAnother
):
    booked, second = await series.book(), await _second_service(series, open_another)
    longer = SeriesChange(booked.series.id, series.campus.pres, ALL, until=a_day(14))
    choices = (await second.preview_change(longer)).free

    await asyncio.gather(
        second.change(longer, choices),
        series.service.cancel(booked.series.id, series.campus.pres, ALL),
        return_exceptions=True,
    )

    rule = (await series.service.get(booked.series.id)).series.rule
    days = set(await series.days(booked.series.id))
    assert not days & rule.exceptions
    assert days <= {a_day(week) for week in range(10, 15)}


async def test_a_date_cancelled_singly_stays_away_after_split_and_extension(series: SeriesCampus):
    booked = await series.book()
    await series.campus.cancel(booked.bookings[3], by=series.campus.pres)
    await series.campus.cancel(booked.bookings[9], by=series.campus.pres)

    split = await series.change(booked.series.id, FOLLOWING, day=a_day(2), starts_at=17 * 60)
    assert split.split is not None
    await series.change(split.split.id, ALL, until=a_day(5))
    await series.change(split.split.id, ALL, until=a_day(12))
    await series.change(booked.series.id, ALL, until=a_day(12))

    leading, following = await series.days(booked.series.id), await series.days(split.split.id)
    assert leading[:2] == [a_day(0), a_day(1)]
    assert all(day > a_day(9) for day in leading[2:])
    assert following == [a_day(week) for week in (2, 4, 5, 6, 7, 8, 10, 11, 12)]


async def test_one_key_of_two_processes_cancels_once(series: SeriesCampus, open_another: OpenAnother):
    booked, second = await series.book(), await _second_service(series, open_another)

    results = await asyncio.gather(
        *(
            each.cancel(booked.series.id, series.campus.pres, ONE, a_day(1), key="cancel")
            for each in [series.service, second] * 5
        )
    )

    assert sorted(len(each.cancelled) for each in results) == [0] * 9 + [1]
    assert len(await series.days(booked.series.id)) == 9
