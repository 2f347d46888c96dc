"""Release without a check-in: warnings, the clock that they start, and what is released."""

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from core.catalogue import RoomQuery
from core.errors import BookingIsOver, NothingToPostpone, NotYourBooking, TooFarAhead
from core.interval import Interval
from core.localtime import epoch_day
from core.model import (
    Booking,
    DeliveryOutcome,
    Guest,
    Identity,
    MessageState,
    OutboxMessage,
    SeriesFrequency,
    SeriesRule,
    TokenTerm,
)
from core.policy.rules import Rules
from core.services.releasing import RELEASE_WARNING, RELEASED, ReleasedBooking, ReleaseService
from core.services.series import SeriesRequest, SeriesService
from core.services.series.change_plan import is_changed_by_hand
from core.services.sharing import Attendee, SharingService
from core.services.waiting import WaitingService, WaitRequest, reference
from tests.builders import NOW, a_slot, at
from tests.contracts.campus import CHESS, HALL, LAB, Campus
from tests.contracts.raw import ask

SLOT = a_slot("11:00")
CHAT = Identity("chat:someone")


@pytest.fixture
def rules() -> Rules:
    return Rules(check_in_rooms=(HALL,))


class ReleaseTrial:
    """Everything that happens to bookings of the campus as time passes: looks, deliveries, chats that run."""

    def __init__(self, campus: Campus, rules: Rules | None = None) -> None:
        self.campus = campus if rules is None else replace(campus, rules=rules)
        self.releases = ReleaseService(
            campus.storage, campus.storage.read_model, self.campus.rules, campus.clock
        )
        self.messages: list[OutboxMessage] = []

    async def look(self, *, is_delivering: bool = True, is_chat_up: bool = True) -> None:
        await self.releases.record_presence(["chat"] if is_chat_up else [])
        await self.releases.release_absent()
        if is_delivering:
            await self.deliver()
            await self.releases.release_absent()

    async def deliver(self) -> None:
        now = self.campus.clock.now()

        def send(unit) -> list[OutboxMessage]:
            claimed = unit.outbox.claim("test", now, now + timedelta(minutes=1), 1_000)
            unit.outbox.start("test", {each.id: each.message.identity or CHAT for each in claimed}, now, now)
            unit.outbox.complete("test", [DeliveryOutcome(each.id, MessageState.SENT) for each in claimed])
            return [each.message for each in claimed]

        self.messages += await self.campus.storage.write_relaxed(send)

    async def pass_time(self, until: str, **how: bool) -> None:
        """Looks every minute, from ten to eleven on: before, there is nothing to see."""
        self.campus.clock.set(max(self.campus.clock.now(), min(at("10:50"), at(until))))
        while self.campus.clock.now() < at(until):
            await self.look(**how)
            self.campus.clock.move(timedelta(minutes=1))
        await self.look(**how)

    def sent(self, kind: str) -> list[OutboxMessage]:
        return [each for each in self.messages if each.kind == kind]

    async def stored(self, booking: Booking) -> Booking:
        await self.campus.storage.catch_up()
        found = await self.campus.storage.read(lambda unit: unit.bookings.get(booking.id))
        assert found is not None
        assert found == self.campus.storage.read_model.bookings[booking.id]
        return found


@pytest.fixture
def trial(campus: Campus) -> ReleaseTrial:
    return ReleaseTrial(campus)


async def test_a_booking_without_a_check_in_is_released_after_a_warning(
    trial: ReleaseTrial, database_url: str
):
    booking = (await trial.campus.book(SLOT)).booking

    await trial.pass_time("11:09")
    assert trial.sent(RELEASE_WARNING) == []
    await trial.pass_time("11:14")
    (warning,) = trial.sent(RELEASE_WARNING)
    assert (warning.person_id, (await trial.stored(booking)).interval) == (trial.campus.wil, SLOT)
    await trial.pass_time("11:16")

    released = await trial.stored(booking)
    assert released.interval == Interval(at("11:00"), at("11:15"))
    assert released.released_at is not None
    (word,) = trial.sent(RELEASED)
    assert ReleasedBooking.read(word.payload) == ReleasedBooking(HALL, SLOT, at("11:15"))
    assert await ask(database_url, "SELECT count(*) FROM audit WHERE action = 'release'") == 1


async def test_who_checks_in_keeps_the_room(trial: ReleaseTrial):
    booking = (await trial.campus.book(SLOT)).booking

    await trial.pass_time("11:12")
    await trial.campus.services.check_in(booking.id, trial.campus.wil)
    await trial.pass_time("11:40")

    assert (await trial.stored(booking)).interval == SLOT
    assert trial.sent(RELEASED) == []


async def test_who_checked_in_early_is_never_warned(trial: ReleaseTrial):
    booking = (await trial.campus.book(SLOT)).booking
    trial.campus.clock.set(at("10:50"))
    await trial.campus.services.check_in(booking.id, trial.campus.wil)

    await trial.pass_time("11:40")

    assert trial.sent(RELEASE_WARNING) == []


async def test_other_rooms_are_not_released(trial: ReleaseTrial):
    booking = (await trial.campus.book(SLOT, LAB)).booking

    await trial.pass_time("11:40")

    assert (await trial.stored(booking)).interval == SLOT


@pytest.mark.parametrize("marked", ["room", "building", "pattern"])
async def test_rooms_buildings_and_patterns_need_check_in(campus: Campus, marked: str):
    names = {"room": (), "building": ("K-J17",), "pattern": ("K-J17-L*",)}[marked]
    if marked == "room":
        room = replace(campus.storage.read_model.catalogue.room(LAB), check_in=True)
        await campus.storage.write(lambda unit: unit.rooms.put_rooms([room]))
    trial = ReleaseTrial(campus, Rules(check_in_rooms=names))
    booking = (await trial.campus.book(SLOT, LAB)).booking

    await trial.pass_time("11:20")

    assert (await trial.stored(booking)).released_at is not None


async def test_still_coming_postpones_the_release_once(trial: ReleaseTrial):
    booking = (await trial.campus.book(SLOT)).booking
    await trial.pass_time("11:12")

    notice = await trial.releases.still_coming(booking.id, Attendee(trial.campus.wil))
    assert notice.release_at == at("11:30")
    await trial.pass_time("11:24")
    assert len(trial.sent(RELEASE_WARNING)) == 1
    await trial.pass_time("11:28")
    assert len(trial.sent(RELEASE_WARNING)) == 2
    with pytest.raises(NothingToPostpone):
        await trial.releases.still_coming(booking.id, Attendee(trial.campus.wil))
    await trial.pass_time("11:32")

    assert (await trial.stored(booking)).interval == Interval(at("11:00"), at("11:30"))


async def test_a_short_booking_that_is_postponed_stays(trial: ReleaseTrial):
    booking = (await trial.campus.book(a_slot("11:00", 30))).booking
    await trial.pass_time("11:12")

    await trial.releases.still_coming(booking.id, Attendee(trial.campus.wil))
    await trial.pass_time("11:40")

    assert (await trial.stored(booking)).released_at is None


async def test_there_is_nothing_to_postpone_before_the_warning_and_after_the_check_in(trial: ReleaseTrial):
    booking = (await trial.campus.book(SLOT)).booking
    trial.campus.clock.set(at("11:01"))
    with pytest.raises(NothingToPostpone):
        await trial.releases.still_coming(booking.id, Attendee(trial.campus.wil))
    await trial.pass_time("11:11")
    with pytest.raises(NotYourBooking):
        await trial.releases.still_coming(booking.id, Attendee(trial.campus.rema))

    await trial.campus.services.check_in(booking.id, trial.campus.wil)

    with pytest.raises(NothingToPostpone):
        await trial.releases.still_coming(booking.id, Attendee(trial.campus.wil))


async def test_nothing_can_be_done_once_it_is_released(trial: ReleaseTrial):
    booking = (await trial.campus.book(SLOT)).booking
    await trial.pass_time("11:16")

    with pytest.raises(BookingIsOver):
        await trial.campus.services.check_in(booking.id, trial.campus.wil)
    with pytest.raises(BookingIsOver):
        await trial.releases.still_coming(booking.id, Attendee(trial.campus.wil))


async def test_guests_are_warned_and_may_check_in_or_postpone(trial: ReleaseTrial):
    campus, zoe = trial.campus, Identity("chat:zoe")
    booking = (await campus.book(SLOT)).booking
    sharing = SharingService(campus.storage, campus.storage.read_model, campus.rules, campus.clock)
    await sharing.invite(booking.id, campus.wil, [Guest(campus.rema), Guest(identity=zoe)])

    await trial.pass_time("11:12")
    warned = {each.person_id or each.identity for each in trial.sent(RELEASE_WARNING)}
    await trial.releases.still_coming(booking.id, Attendee(campus.rema))
    await campus.services.check_in(booking.id, None, (zoe,))
    await trial.pass_time("11:59")

    assert warned == {campus.wil, campus.rema, zoe}
    assert (await trial.stored(booking)).interval == SLOT


async def test_presidents_are_warned_of_what_their_token_booked(trial: ReleaseTrial):
    campus = trial.campus
    term = TokenTerm(1, epoch_day(NOW.date()))
    await campus.storage.write(lambda unit: unit.societies.set_term(CHESS, term))
    await campus.services.book(replace(campus.request(SLOT), by=None, society_id=CHESS, term=term))

    await trial.pass_time("11:16")

    assert {each.person_id for each in trial.sent(RELEASE_WARNING)} == {campus.pres}
    assert {each.person_id for each in trial.sent(RELEASED)} == {campus.pres}


async def test_who_was_not_warned_is_not_released(trial: ReleaseTrial):
    booking = (await trial.campus.book(SLOT)).booking

    await trial.pass_time("11:30", is_delivering=False)
    assert (await trial.stored(booking)).interval == SLOT
    await trial.look()
    await trial.pass_time("11:34")
    assert (await trial.stored(booking)).interval == SLOT
    await trial.pass_time("11:36")

    assert (await trial.stored(booking)).interval == Interval(at("11:00"), at("11:30"))


async def test_after_downtime_the_clock_starts_anew(trial: ReleaseTrial):
    booking = (await trial.campus.book(SLOT)).booking
    await trial.pass_time("11:11")

    trial.campus.clock.set(at("11:20"))
    await trial.pass_time("11:24")
    assert (await trial.stored(booking)).interval == SLOT
    assert len(trial.sent(RELEASE_WARNING)) == 2
    await trial.pass_time("11:26")

    assert (await trial.stored(booking)).interval == Interval(at("11:00"), at("11:15"))


async def test_while_nobody_can_check_in_nothing_is_released(trial: ReleaseTrial):
    booking = (await trial.campus.book(SLOT)).booking
    await trial.pass_time("11:11")

    await trial.pass_time("11:30", is_chat_up=False)
    assert (await trial.stored(booking)).interval == SLOT
    assert len(trial.sent(RELEASE_WARNING)) == 1
    await trial.pass_time("11:34")
    assert (await trial.stored(booking)).interval == SLOT
    await trial.pass_time("11:37")

    assert (await trial.stored(booking)).released_at is not None


async def test_who_books_what_has_begun_has_as_long_from_then(trial: ReleaseTrial):
    trial.campus.clock.set(at("11:10"))
    booking = (await trial.campus.book(SLOT)).booking

    await trial.pass_time("11:24")
    assert (await trial.stored(booking)).interval == SLOT
    await trial.pass_time("11:26")

    assert (await trial.stored(booking)).interval == Interval(at("11:00"), at("11:15"))


async def test_a_booking_is_released_from_where_it_was_moved_to(trial: ReleaseTrial):
    campus = trial.campus
    booking = (await campus.book(SLOT)).booking
    campus.clock.set(at("10:50"))
    checked_in = await campus.services.check_in(booking.id, campus.wil)
    await campus.services.move(checked_in, campus.wil, a_slot("13:00"))

    await trial.pass_time("13:16")

    assert (await trial.stored(booking)).interval == Interval(at("13:00"), at("13:15"))


async def test_an_extended_booking_is_released_to_its_end(trial: ReleaseTrial):
    campus = trial.campus
    booking = (await campus.book(SLOT)).booking
    await trial.pass_time("11:12")
    await campus.services.extend(await trial.stored(booking), campus.wil, timedelta(minutes=30))

    await trial.pass_time("11:16")

    (word,) = trial.sent(RELEASED)
    assert ReleasedBooking.read(word.payload).interval == a_slot("11:00", 90)


async def test_a_date_of_a_series_that_is_released_is_not_changed_by_hand(trial: ReleaseTrial):
    campus = trial.campus
    rule = SeriesRule(SeriesFrequency.WEEKLY, SLOT.start.date(), count=2)
    series = SeriesService(campus.storage, campus.storage.read_model, campus.rules, campus.clock)
    request = SeriesRequest(rule, 11 * 60, 60, campus.stan, HALL)
    made = await series.book(request, (await series.preview(request)).free)

    await trial.pass_time("11:16")

    first, second = sorted(made.bookings, key=lambda each: each.interval.start)
    released = await trial.stored(first)
    assert released.interval == Interval(at("11:00"), at("11:15"))
    assert not is_changed_by_hand(released)
    assert (await trial.stored(second)).interval == second.interval


@pytest.mark.parametrize("left", [120, 165])
async def test_released_minutes_come_back_if_they_are_set_to(campus: Campus, left: int):
    trial = ReleaseTrial(campus, Rules(check_in_rooms=(HALL,), refunds_released=left > 120))
    await trial.campus.book(SLOT)

    await trial.pass_time("11:16")

    assert await trial.campus.quota_left() == left
    (word,) = trial.sent(RELEASED)
    assert ReleasedBooking.read(word.payload).refund == left - 120


async def test_a_fourth_no_show_costs_a_week_of_advance_booking(campus: Campus):
    trial = ReleaseTrial(campus, Rules(check_in_rooms=(HALL,), no_show_limit=3))
    for start in ("11:00", "12:00", "13:00", "14:00"):
        await trial.campus.book(a_slot(start, 30))
        hour = start.partition(":")[0]
        await trial.pass_time(f"{hour}:16")

    words = [ReleasedBooking.read(each.payload) for each in trial.sent(RELEASED)]
    assert [(each.no_shows, each.same_day_until is not None) for each in words] == [
        *((1, False), (2, False), (3, False), (4, True))
    ]
    with pytest.raises(TooFarAhead):
        await trial.campus.book(a_slot("11:00", 15, days=1), LAB)
    await trial.campus.book(a_slot("16:00", 15), LAB)
    trial.campus.clock.move(timedelta(days=8))
    await trial.campus.book(a_slot("11:00", 15, days=9), LAB)


async def test_no_shows_of_societies_and_old_ones_are_not_counted(campus: Campus):
    trial = ReleaseTrial(campus, Rules(check_in_rooms=(HALL,), no_show_limit=1))
    await trial.campus.book(a_slot("11:00", 30), by=campus.mem, society_id=CHESS)
    await trial.campus.book(a_slot("12:00", 30), by=campus.mem)
    await trial.pass_time("12:16")
    trial.campus.clock.move(timedelta(days=29))
    await trial.campus.book(a_slot("14:00", 30, days=29), by=campus.mem)
    trial.campus.clock.set(at("14:00", days=29))
    await trial.look()
    for _ in range(40):
        trial.campus.clock.move(timedelta(seconds=30))
        await trial.look()

    counted = [ReleasedBooking.read(each.payload).no_shows for each in trial.sent(RELEASED)]
    assert counted == [0, 1, 1]


async def test_what_is_released_goes_to_the_first_in_line(trial: ReleaseTrial):
    campus = trial.campus
    waiting = WaitingService(
        campus.storage, campus.storage.read_model, campus.rules, campus.clock, campus.services
    )
    await campus.book(SLOT)
    for by in (campus.rema, campus.stan):
        await waiting.ask(WaitRequest(by, SLOT, RoomQuery(room=HALL)))
    await trial.pass_time("11:16")

    await waiting.make_offers()

    (place,) = [each for each in await waiting.of_person(campus.rema) if each.hold is not None]
    assert place.hold.interval == Interval(at("11:15"), at("12:00"))
    taken = await waiting.take(reference(place.wait), campus.rema)
    assert taken.booking.interval == Interval(at("11:15"), at("12:00"))


async def test_a_wait_ends_in_the_middle_of_its_time_where_rooms_may_be_released(trial: ReleaseTrial):
    campus = trial.campus
    waiting = WaitingService(
        campus.storage, campus.storage.read_model, campus.rules, campus.clock, campus.services
    )
    for room in (HALL, LAB):
        await campus.book(SLOT, room)
        await waiting.ask(WaitRequest(campus.rema, SLOT, RoomQuery(room=room)))

    left = []
    for moment in ("11:20", "11:31"):
        campus.clock.set(at(moment))
        await waiting.make_offers()
        left.append([each.wait.room_id for each in await waiting.of_person(campus.rema)])

    assert left == [[HALL], []]


async def test_whatever_is_released_is_released_once(trial: ReleaseTrial, open_another, database_url: str):
    booking = (await trial.campus.book(SLOT)).booking
    others = [ReleaseTrial(replace(trial.campus, storage=await open_another())) for _ in range(3)]
    await trial.pass_time("11:14")
    for each in others:
        await each.campus.storage.catch_up()
    trial.campus.clock.set(at("11:15"))
    await trial.releases.record_presence(["chat"])

    changed = await asyncio.gather(*(each.releases.release_absent() for each in (trial, *others)))

    assert sorted(changed) == [0, 0, 0, 1]
    assert (await trial.stored(booking)).released_at is not None
    assert await ask(database_url, "SELECT count(*) FROM audit WHERE action = 'release'") == 1


async def test_a_check_in_and_a_release_at_once_have_one_winner(trial: ReleaseTrial, open_another):
    other = ReleaseTrial(replace(trial.campus, storage=await open_another()))
    booking = (await trial.campus.book(SLOT)).booking
    await trial.pass_time("11:14")
    await other.campus.storage.catch_up()
    trial.campus.clock.set(at("11:15"))
    await trial.releases.record_presence(["chat"])

    released, checked_in = await asyncio.gather(
        trial.releases.release_absent(),
        other.campus.services.check_in(booking.id, trial.campus.wil),
        return_exceptions=True,
    )

    stored = await trial.stored(booking)
    assert (stored.released_at is None) == (stored.checked_in_at is not None)
    assert isinstance(checked_in, BookingIsOver) == (stored.released_at is not None)
    assert released == (stored.released_at is not None)
