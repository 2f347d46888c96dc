"""Series on both databases: preview, book, change, cancel; completely or not at all."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from core.catalogue import RoomQuery
from core.errors import (
    DuplicateRequest,
    EndsBeforeStart,
    InvalidSeries,
    NothingToBook,
    NotPermitted,
    NotYourBooking,
    SeriesNotAllowed,
    StaleVersion,
    TooManyDates,
    UnknownBooking,
    UnknownSeries,
)
from core.interval import Interval
from core.model import BookingId, BookingType, TokenTerm
from core.policy.retention import Retention, limits
from core.services.purge import Purge
from core.services.reminders import REMINDER, SERIES_CONFIRMATION
from core.services.series import (
    BookedSeries,
    SeriesChange,
    SeriesChangePreview,
    SeriesPreview,
    SeriesScope,
    SeriesService,
    Verdict,
)
from tests.builders import NOW, a_slot, an_entry
from tests.contracts.campus import CHESS, HALL, LAB, ROOMS, Campus
from tests.contracts.raw import ask
from tests.contracts.read_model_state import state_of
from tests.contracts.series_campus import SeriesCampus, a_day, end_of_term, tuesdays

CountRows = Callable[[str], Awaitable[int]]
ONE, FOLLOWING, ALL = SeriesScope.ONE, SeriesScope.FOLLOWING, SeriesScope.ALL


@pytest.fixture
def series(campus: Campus) -> SeriesCampus:
    return SeriesCampus.of(campus)


def a_tuesday(week: int, time: str = "19:00", minutes: int = 60) -> Interval:
    """A slot on the Tuesday of a week, as clocks in London show it."""
    moved = timedelta(hours=1) if a_day(week) >= date(2026, 3, 29) else timedelta()
    slot = a_slot(time, minutes, days=6 + 7 * week)
    return Interval(slot.start - moved, slot.end - moved)


async def test_the_preview_is_what_is_booked(series: SeriesCampus, count_rows: CountRows):
    request = series.request()
    preview = await series.service.preview(request)
    assert preview.is_all_free

    booked = await series.service.book(request, preview.free)

    assert isinstance(booked, BookedSeries)
    shown = [(each.room_id, each.slot) for each in preview.dates]
    assert [(each.room_id, each.interval) for each in booked.bookings] == shown
    assert await series.bookings(booked.series.id) == list(booked.bookings)
    assert [each.interval for each in booked.bookings] == [a_tuesday(week) for week in range(10)]
    assert await count_rows("series") == 1
    seen = state_of(series.campus.storage.read_model)
    await series.campus.storage.reload()
    assert state_of(series.campus.storage.read_model) == seen


async def test_each_date_has_its_verdict_and_a_room_that_would_do(series: SeriesCampus):
    campus = series.campus
    await campus.book(a_tuesday(1), by=campus.stan)
    lecture = an_entry(HALL, a_tuesday(3))
    closure = an_entry(HALL, a_tuesday(2), booking_type=BookingType.BLOCK, name="Exam")
    await campus.storage.write(lambda unit: unit.timetable.add("feed", [closure, lecture], 1))

    preview = await series.service.preview(series.request(tuesdays(21)))

    verdicts = [each.verdict for each in preview.dates]
    assert verdicts[:4] == [Verdict.FREE, Verdict.TAKEN, Verdict.CLOSED, Verdict.TAKEN]
    assert verdicts[-2:] == [Verdict.FREE, Verdict.TOO_FAR]
    assert preview.dates[2].holders[0].name == "Exam"
    assert len({each.other_room for each in preview.dates[1:4]}) == 1, "one room for all three"
    assert preview.dates[-1].other_room is None
    assert preview.room_for_all is None, "the last date is too far in any room"
    assert len(preview.free) == 17
    assert len(preview.with_other_rooms) == 20


async def test_dates_outside_hours_and_off_the_grid(series: SeriesCampus):
    late = await series.service.preview(series.request(starts_at=20 * 60, length=120))
    assert {each.verdict for each in late.dates} == {Verdict.OUTSIDE_HOURS}

    with pytest.raises(Exception, match="Invalid times"):
        await series.service.preview(series.request(starts_at=19 * 60 + 5))


async def test_quota_is_charged_to_the_week_of_each_date(series: SeriesCampus):
    campus = series.campus
    await campus.book(a_slot("15:00", 60, days=7), LAB, by=campus.wil)  # charged to this week
    request = series.request(tuesdays(3), by=campus.wil, length=120)

    booked = await series.book(request)

    assert sorted(booked.charged.values()) == [120, 120, 120]
    assert booked.quota_left == await campus.quota_left() == 120
    cancelled = await series.service.cancel(booked.series.id, campus.wil, ALL)
    assert cancelled.refunded == 360
    assert sorted((await charges_of_wil(series)).values()) == [0, 0, 0, 60]


async def charges_of_wil(series: SeriesCampus) -> dict[int, int]:
    wil = series.campus.wil
    return dict(await series.campus.storage.read(lambda unit: unit.bookings.spent_since(wil, 0)))


async def test_dates_over_quota_are_shown_and_refused(series: SeriesCampus, count_rows: CountRows):
    campus = series.campus
    rule = replace(tuesdays(4), weekdays=(1, 2), count=4)
    request = series.request(rule, by=campus.wil, length=120)

    preview = await series.service.preview(request)

    verdicts = [Verdict.FREE, Verdict.OVER_QUOTA] * 2
    assert [each.verdict for each in preview.dates] == verdicts
    fresh = await series.service.book(request, preview.all_in(HALL))
    assert isinstance(fresh, SeriesPreview)
    assert [each.verdict for each in fresh.dates] == verdicts
    assert await count_rows("booking") == await count_rows("series") == await count_rows("charge") == 0


async def test_one_date_taken_meanwhile_and_nothing_is_booked(series: SeriesCampus, count_rows: CountRows):
    request = series.request()
    shown = await series.service.preview(request)
    taken = await series.campus.book(a_tuesday(4), by=series.campus.stan)

    fresh = await series.service.book(request, shown.free, "key")

    assert isinstance(fresh, SeriesPreview)
    [date_] = [each for each in fresh.dates if not each.is_free]
    assert (date_.day, date_.verdict) == (a_day(4), Verdict.TAKEN)
    assert date_.holders[0].booking_id == taken.booking.id
    assert await count_rows("booking") == 1
    assert await count_rows("series") == await count_rows("request") == await count_rows("outbox") - 1 == 0
    booked = await series.service.book(request, fresh.with_other_rooms, "key")
    assert isinstance(booked, BookedSeries)
    assert len(booked.bookings) == 10


async def test_another_process_that_knows_less_shows_a_fresh_preview(
    series: SeriesCampus, open_another: Callable[[], Awaitable[object]]
):
    other = await open_another()
    service = SeriesService(other, other.read_model, series.rules, series.campus.clock, end_of_term)  # type: ignore[attr-defined, arg-type]
    request = series.request()
    shown = await service.preview(request)
    await series.book()

    fresh = await service.book(request, shown.free)

    assert isinstance(fresh, SeriesPreview)
    assert {each.verdict for each in fresh.dates} == {Verdict.TAKEN}
    assert all(each.other_room for each in fresh.dates)
    assert fresh.room_for_all is not None


async def test_a_request_books_once(series: SeriesCampus, count_rows: CountRows):
    first = await series.book(key="one")
    request = series.request()

    again = await series.service.book(request, tuple((each.day, HALL) for each in _dates(first)), "one")

    assert isinstance(again, BookedSeries)
    assert again.is_repeat
    assert again.bookings == first.bookings
    assert await count_rows("booking") == 10
    with pytest.raises(DuplicateRequest):
        await series.service.book(replace(request, title="Rapid"), ((a_day(0), LAB),), "one")
    single = await series.campus.book(a_slot(days=1), LAB, request="two")
    with pytest.raises(DuplicateRequest):
        await series.service.book(request, ((a_day(0), LAB),), "two")
    assert single.booking.series_id is None


def _dates(booked: BookedSeries) -> list:
    return [each.occurrence for each in booked.bookings]


async def test_dates_that_were_not_chosen_are_tombstones(series: SeriesCampus):
    await series.campus.book(a_tuesday(4), by=series.campus.stan)

    booked = await series.book()

    assert booked.series.rule.exceptions == {a_day(4)}
    await series.change(booked.series.id, ALL, starts_at=18 * 60)
    extended = await series.change(booked.series.id, ALL, until=a_day(11))
    assert a_day(4) not in await series.days(booked.series.id)
    assert extended.series.rule.exceptions == {a_day(4)}
    assert (await series.days(booked.series.id))[-2:] == [a_day(10), a_day(11)]


async def test_without_a_room_the_planner_chooses(series: SeriesCampus):
    for week, room in enumerate(ROOMS[:3]):
        await series.campus.book(a_tuesday(week), room, by=series.campus.stan)
    request = series.request(tuesdays(3), None, query=RoomQuery(capacity=20))

    preview = await series.service.preview(request)

    assert preview.is_all_free
    assert len({each.room_id for each in preview.dates}) == 1
    assert len((await series.book(request)).bookings) == 3


async def test_when_no_room_is_free_that_is_said(series: SeriesCampus):
    for room in ROOMS:
        await series.campus.book(a_tuesday(1), room, by=series.campus.stan)

    preview = await series.service.preview(series.request(tuesdays(3), None))

    assert [each.verdict for each in preview.dates] == [Verdict.FREE, Verdict.NO_ROOM, Verdict.FREE]


async def test_who_may_book_a_series(series: SeriesCampus):
    campus, service = series.campus, series.service
    with pytest.raises(NotPermitted):
        await service.preview(series.request(by=campus.wil, society_id=CHESS))
    with pytest.raises(NotPermitted):
        await service.book(series.request(by=campus.wil, society_id=CHESS), ((a_day(0), HALL),))
    with pytest.raises(NothingToBook):
        await service.book(series.request(), ())
    with pytest.raises(InvalidSeries, match="no date of this series"):
        await service.book(series.request(), ((a_day(0) + timedelta(days=1), HALL),))
    storage = campus.storage
    none = replace(series.rules, society_series="no")
    strict = SeriesService(storage, storage.read_model, none, campus.clock, end_of_term)
    with pytest.raises(SeriesNotAllowed):
        await strict.preview(series.request())


async def test_the_bearer_of_a_society_token_books_a_series_that_presidents_change(series: SeriesCampus):
    campus = series.campus
    term = TokenTerm(1, 20520)
    await campus.storage.write(lambda unit: unit.societies.set_term(CHESS, term))
    request = series.request(tuesdays(3), by=None, society_id=CHESS, term=term)

    booked = await series.book(request)

    assert {each.booked_by for each in booked.bookings} == {None}
    with pytest.raises(NotYourBooking):
        await series.service.cancel(booked.series.id, campus.mem, ALL)
    cancelled = await series.service.cancel(booked.series.id, campus.pres, ALL)
    assert len(cancelled.cancelled) == 3
    stale = replace(request, term=TokenTerm(2, 20520))
    with pytest.raises(NotPermitted):
        await series.service.preview(stale)


async def test_society_series_have_so_many_hours_a_week(series: SeriesCampus):
    campus, storage = series.campus, series.campus.storage
    rules = replace(series.rules, society_series_hours=3)
    capped = SeriesCampus(
        campus, SeriesService(storage, storage.read_model, rules, campus.clock, end_of_term)
    )
    await capped.book(series.request(length=120))

    preview = await capped.service.preview(series.request(tuesdays(12), LAB, length=120))

    assert [each.verdict for each in preview.dates] == [Verdict.OVER_QUOTA] * 10 + [Verdict.FREE] * 2
    fresh = await capped.service.book(series.request(tuesdays(12), LAB, length=120), preview.all_in(LAB))
    assert isinstance(fresh, SeriesPreview)
    assert len((await capped.book(series.request(tuesdays(12), LAB, length=60))).bookings) == 12


async def test_changing_the_time_of_all_to_come_keeps_the_past_and_what_was_changed_by_hand(
    series: SeriesCampus,
):
    booked = await series.book()
    campus = series.campus
    by_hand = await campus.services.move(booked.bookings[5], campus.pres, a_tuesday(5, "12:00"))
    campus.clock.set(a_tuesday(2).start + timedelta(hours=3))

    changed = await series.change(booked.series.id, ALL, starts_at=18 * 60, length=90)

    slots = [each.interval for each in await series.bookings(booked.series.id)]
    assert slots[:3] == [a_tuesday(week) for week in range(3)]
    assert slots[5] == a_tuesday(5, "12:00")
    assert [slots[3], slots[9]] == [a_tuesday(3, "18:00", 90), a_tuesday(9, "18:00", 90)]
    assert changed.kept == (by_hand.booking,)
    assert (changed.series.starts_at, changed.series.length, changed.series.version) == (18 * 60, 90, 2)
    named = await series.change(booked.series.id, ALL, starts_at=17 * 60, named=frozenset({a_day(5)}))
    assert a_tuesday(5, "17:00", 90) in [each.interval for each in named.bookings]


async def test_changing_this_one_leaves_the_others(series: SeriesCampus):
    booked = await series.book()

    changed = await series.change(booked.series.id, ONE, day=a_day(3), room_id=LAB, title="Simultaneous")

    [moved] = changed.bookings
    assert (moved.room_id, moved.title, moved.interval) == (LAB, "Simultaneous", a_tuesday(3))
    again = await series.change(booked.series.id, ALL, title="Rapid")
    titles = [each.title for each in await series.bookings(booked.series.id)]
    assert titles == ["Rapid"] * 3 + ["Simultaneous"] + ["Rapid"] * 6
    assert [each.id for each in again.kept] == [moved.id]


async def test_changing_this_and_following_splits_the_series(series: SeriesCampus):
    booked = await series.book()

    changed = await series.change(booked.series.id, FOLLOWING, day=a_day(4), room_id=LAB)

    assert changed.split is not None
    assert await series.days(booked.series.id) == [a_day(week) for week in range(4)]
    assert await series.days(changed.split.id) == [a_day(week) for week in range(4, 10)]
    overviews = await series.service.of_person(series.campus.pres)
    assert [(len(each.upcoming), each.series.room_id) for each in overviews] == [(4, HALL), (6, LAB)]
    assert await series.service.of_society(CHESS) == overviews


async def test_a_change_that_one_date_refuses_changes_nothing(series: SeriesCampus):
    booked = await series.book()
    change = SeriesChange(booked.series.id, series.campus.pres, ALL, starts_at=18 * 60)
    shown = await series.service.preview_change(change)
    await series.campus.book(a_tuesday(6, "18:00"), by=series.campus.stan)

    fresh = await series.service.change(change, shown.free)

    assert isinstance(fresh, SeriesChangePreview)
    assert [each.day for each in fresh.dates if not each.is_free] == [a_day(6)]
    assert fresh.dates[6].other_room is not None
    assert await series.bookings(booked.series.id) == list(booked.bookings)
    changed = await series.change(booked.series.id, ALL, starts_at=18 * 60)
    slots = [each.interval for each in await series.bookings(booked.series.id)]
    assert slots[6] == a_tuesday(6), "it stays where it was"
    assert len(changed.bookings) == 9


async def test_the_end_moves_both_ways(series: SeriesCampus):
    booked = await series.book()
    series_id = booked.series.id
    await series.service.cancel(series_id, series.campus.pres, ONE, a_day(7))

    shorter = await series.change(series_id, ALL, until=a_day(4))
    assert [each.occurrence.day for each in shorter.cancelled if each.occurrence] == [
        a_day(week) for week in (5, 6, 8, 9)
    ]
    longer = await series.change(series_id, ALL, until=a_day(10))

    assert [each.occurrence.day for each in longer.bookings if each.occurrence][-5:] == [
        a_day(week) for week in (5, 6, 8, 9, 10)
    ]
    with pytest.raises(TooManyDates):
        await series.change(series_id, ALL, until=a_day(60))
    with pytest.raises(EndsBeforeStart):
        await series.change(series_id, ALL, until=a_day(-1))


async def test_cancelling_keeps_what_was_changed_by_hand_and_leaves_tombstones(series: SeriesCampus):
    booked, campus = await series.book(), series.campus
    by_hand = await campus.services.move(booked.bookings[5], campus.pres, a_tuesday(5, "12:00"))

    following = await series.service.cancel(booked.series.id, campus.pres, FOLLOWING, a_day(3))

    assert len(following.cancelled) == 6
    assert following.kept == (by_hand.booking,)
    assert await series.days(booked.series.id) == [a_day(week) for week in (0, 1, 2, 5)]
    rest = await series.service.cancel(booked.series.id, campus.pres, ALL, named={a_day(5)})
    assert len(rest.cancelled) == 4
    assert await series.service.of_person(campus.pres) == ()
    assert (await series.service.get(booked.series.id)).next is None
    with pytest.raises(UnknownBooking):
        await series.service.cancel(booked.series.id, campus.pres, ONE, a_day(3))
    with pytest.raises(UnknownSeries):
        await series.service.get(BookingId("none"))  # type: ignore[arg-type]


async def test_a_single_booking_becomes_a_series(series: SeriesCampus):
    campus = series.campus
    single = (await campus.book(a_tuesday(0), by=campus.pres, society_id=CHESS, title="Blitz")).booking
    request = series.service.from_booking(single, tuesdays(5))
    preview = await series.service.preview(request, adopt=single)
    assert preview.is_all_free

    booked = await series.service.book(request, preview.free, adopt=single)

    assert isinstance(booked, BookedSeries)
    assert booked.bookings[0].id == single.id
    assert await series.days(booked.series.id) == [a_day(week) for week in range(5)]
    with pytest.raises(StaleVersion):
        await series.service.book(request, preview.free, adopt=single)
    with pytest.raises(InvalidSeries):
        series.service.from_booking(single, tuesdays(5, a_day(1)))


async def test_single_bookings_between_cancel_and_move_like_any_other(series: SeriesCampus):
    campus = series.campus
    booked = await series.book(series.request(tuesdays(3), by=campus.wil, length=120))

    moved = await campus.services.move(booked.bookings[1], campus.wil, a_tuesday(0, "12:00", 60))
    cancelled = await campus.services.cancel(booked.bookings[2].id, campus.wil)

    assert (moved.cost, cancelled.refund) == (-60, 120)
    weeks = await charges_of_wil(series)
    assert sorted(weeks.values()) == [0, 0, 180]
    await campus.services.cancel(booked.bookings[1].id, campus.wil)
    assert sorted((await charges_of_wil(series)).values()) == [0, 0, 120]


async def test_each_date_has_reminders_and_the_series_one_confirmation(
    series: SeriesCampus, database_url: str
):
    booked = await series.book(confirm=True)

    assert await ask(database_url, _count(REMINDER)) == 10
    assert await ask(database_url, _count(SERIES_CONFIRMATION)) == 1
    await series.change(booked.series.id, ALL, starts_at=18 * 60)
    assert await ask(database_url, _count(REMINDER)) == 10
    await series.service.cancel(booked.series.id, series.campus.pres, ALL)
    assert await ask(database_url, _count(REMINDER)) == 0


def _count(kind: str) -> str:
    return f"SELECT count(*) FROM outbox WHERE kind = '{kind}'"  # noqa: S608 - our own words


async def test_no_date_of_a_series_is_stored_twice(series: SeriesCampus, database_url: str):
    await series.book()

    with pytest.raises(Exception, match=r"(?i)unique"):
        await ask(
            database_url,
            f"""INSERT INTO booking (id, room_id, start, "end", booked_by, created_at, title, notes, state,
            version, series_id, series_day) SELECT 'twice', '{LAB}', start, "end", booked_by, created_at, '',
            '', 1, 1, series_id, series_day FROM booking LIMIT 1""",  # noqa: S608 - our own names
        )


async def test_a_series_is_purged_after_its_last_booking(series: SeriesCampus, count_rows: CountRows):
    campus = series.campus
    await series.book(series.request(tuesdays(2)))
    campus.clock.set(NOW + timedelta(days=3 * 366))
    purge, rules = Purge(campus.storage), campus.rules

    await purge.run(limits(Retention(), rules, campus.clock.now()), rules.tokens_per_person)
    assert await count_rows("series") == 1
    campus.clock.set(NOW + timedelta(days=3 * 366 + 30))
    await purge.run(limits(Retention(), rules, campus.clock.now()), rules.tokens_per_person)

    assert await count_rows("booking") == await count_rows("series") == 0


async def test_a_long_series_is_judged_beyond_the_window_of_the_read_model(series: SeriesCampus):
    campus = series.campus
    far = a_tuesday(18)
    await campus.storage.write(lambda unit: unit.timetable.add("feed", [an_entry(HALL, far)], 1))
    narrow = Interval(NOW, NOW + timedelta(days=30))
    campus.storage.read_model.window = narrow

    preview = await series.service.preview(series.request(tuesdays(20)))

    assert [each.day for each in preview.dates if not each.is_free] == [a_day(18)]
    assert preview.dates[18].other_room is not None
    assert (await series.service.preview(series.request(tuesdays(18)))).is_all_free
