"""The waiting list: places in line, offers, and their ends."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from core.catalogue import RoomQuery
from core.errors import NothingToWaitFor, OfferExpired, SlotTaken, TooFarAhead, TooManyWaits, UnknownWait
from core.interval import Interval
from core.model import (
    BookingType,
    BuildingId,
    OutboxMessage,
    PersonId,
    QuietHours,
    RoomId,
    SeriesFrequency,
    SeriesRule,
    TimetableEntry,
    WaitState,
)
from core.services.closures import ClosureService, NewClosure
from core.services.series import SeriesRequest, SeriesScope, SeriesService
from core.services.waiting import FREE, MISSED, OFFER, WaitingService, WaitRequest, reference
from tests.builders import a_slot, at
from tests.contracts.campus import HALL, LAB, Campus

SLOT = a_slot("16:00")


@pytest.fixture
def waiting(campus: Campus) -> WaitingService:
    return service(campus)


def service(campus: Campus, storage=None) -> WaitingService:
    storage = storage or campus.storage
    return WaitingService(storage, storage.read_model, campus.rules, campus.clock, campus.service_of(storage))


def for_the_hall(by: PersonId, slot: Interval = SLOT, **others: object) -> WaitRequest:
    return WaitRequest(by, slot, RoomQuery(room=HALL), **others)  # type: ignore[arg-type]


async def messages(campus: Campus, kind: str) -> list[OutboxMessage]:
    now = campus.clock.now()
    claimed = await campus.storage.write_relaxed(
        lambda unit: unit.outbox.claim("test", now, now + timedelta(seconds=1), 100)
    )
    campus.clock.move(timedelta(seconds=1))
    return [each.message for each in claimed if each.message.kind == kind]


async def offer_to(waiting: WaitingService, by: PersonId) -> str:
    """The reference of the person's live offer; empty where there is none."""
    live = [each for each in await waiting.of_person(by) if each.hold is not None]
    assert len(live) <= 1
    return reference(live[0].wait) if live else ""


async def test_what_a_cancellation_frees_is_held_for_the_first_in_line(campus: Campus, waiting):
    taken = (await campus.book(SLOT)).booking
    places = [(await waiting.ask(for_the_hall(by))).number for by in (campus.rema, campus.stan)]
    assert (places, await waiting.make_offers()) == ([1, 2], 0)

    await campus.cancel(taken)
    await waiting.make_offers()

    assert await offer_to(waiting, campus.rema)
    assert not await offer_to(waiting, campus.stan)
    assert [each.person_id for each in await messages(campus, OFFER)] == [campus.rema]
    with pytest.raises(SlotTaken):
        await campus.book(SLOT, by=campus.stan)


async def test_an_offer_that_is_taken_is_a_booking_that_costs_its_minutes(campus: Campus, waiting):
    taken = (await campus.book(SLOT)).booking
    await waiting.ask(for_the_hall(campus.rema))
    await campus.cancel(taken)
    await waiting.make_offers()
    offer = await offer_to(waiting, campus.rema)

    booked = await waiting.take(offer, campus.rema)
    again = await waiting.take(offer, campus.rema)

    assert booked.booking == again.booking
    assert (booked.booking.interval, booked.booking.room_id) == (SLOT, HALL)
    assert await campus.quota_left(campus.rema) == 180 - SLOT.minutes
    assert await waiting.of_person(campus.rema) == []
    assert await waiting.make_offers() == 0


async def test_after_a_pass_the_next_in_line_has_the_offer(campus: Campus, waiting):
    taken = (await campus.book(SLOT)).booking
    for by in (campus.rema, campus.stan):
        await waiting.ask(for_the_hall(by))
    await campus.cancel(taken)
    await waiting.make_offers()
    offer = await offer_to(waiting, campus.rema)

    await waiting.pass_on(offer, campus.rema)
    await waiting.pass_on(offer, campus.rema)
    await waiting.make_offers()

    assert await waiting.of_person(campus.rema) == []
    assert await offer_to(waiting, campus.stan)
    with pytest.raises(OfferExpired):
        await waiting.take(offer, campus.rema)


async def test_an_offer_that_nobody_answers_expires_and_the_next_in_line_has_it(campus: Campus, waiting):
    taken = (await campus.book(SLOT)).booking
    for by in (campus.rema, campus.stan):
        await waiting.ask(for_the_hall(by))
    await campus.cancel(taken)
    await waiting.make_offers()
    missed = await offer_to(waiting, campus.rema)
    campus.clock.move(timedelta(minutes=9))
    assert await waiting.make_offers() == 0

    campus.clock.move(timedelta(minutes=1))
    assert await waiting.make_offers() == 2

    assert await offer_to(waiting, campus.stan)
    assert [each.person_id for each in await messages(campus, MISSED)] == [campus.rema]
    with pytest.raises(OfferExpired):
        await waiting.take(missed, campus.rema)


async def test_moving_and_shortening_free_slots_for_offers(campus: Campus, waiting):
    moved = (await campus.book(SLOT)).booking
    long = (await campus.book(a_slot("12:00", minutes=120), LAB)).booking
    await waiting.ask(for_the_hall(campus.rema))
    await waiting.ask(WaitRequest(campus.stan, a_slot("13:00"), RoomQuery(room=LAB)))

    await campus.services.move(moved, campus.wil, a_slot("17:00"))
    await campus.services.extend(long, campus.wil, timedelta(hours=-1))
    await waiting.make_offers()

    assert await offer_to(waiting, campus.rema)
    assert await offer_to(waiting, campus.stan)


async def test_a_wait_for_any_room_gets_the_one_that_falls_free(campus: Campus, waiting):
    rooms = list(campus.storage.read_model.catalogue.rooms)
    holders = (campus.stan, campus.wil)
    bookings = [(await campus.book(SLOT, room, campus.stan)).booking for room in rooms]
    anything = WaitRequest(campus.rema, SLOT, RoomQuery(capacity=2, building=BuildingId("K-J17")))
    assert (await waiting.ask(anything)).number == 1
    assert (await waiting.ask(for_the_hall(holders[1]))).number == 2

    await campus.cancel(bookings[rooms.index(LAB)], campus.stan)
    await waiting.make_offers()
    offer = await offer_to(waiting, campus.rema)

    assert not await offer_to(waiting, campus.wil)
    wait = await waiting.pass_on(offer, campus.rema)
    await waiting.make_offers()
    assert wait.state is WaitState.WAITING
    assert not await offer_to(waiting, campus.rema)
    await campus.cancel(bookings[rooms.index(RoomId("K-J17-101"))], campus.stan)
    await waiting.make_offers()
    assert (
        await waiting.take(await offer_to(waiting, campus.rema), campus.rema)
    ).booking.room_id == "K-J17-101"


async def test_a_wait_ends_when_the_person_books_something_for_that_time(campus: Campus, waiting):
    taken = (await campus.book(SLOT)).booking
    await waiting.ask(for_the_hall(campus.rema))
    await waiting.ask(for_the_hall(campus.stan))
    await campus.cancel(taken)
    await waiting.make_offers()
    offer = await offer_to(waiting, campus.rema)

    await campus.book(a_slot("16:30"), LAB, campus.rema)
    await waiting.make_offers()
    await waiting.make_offers()

    assert await waiting.of_person(campus.rema) == []
    assert await offer_to(waiting, campus.stan)
    with pytest.raises(OfferExpired):
        await waiting.take(offer, campus.rema)


async def test_a_wait_ends_when_its_time_has_come(campus: Campus, waiting):
    await campus.book(SLOT)
    await waiting.ask(for_the_hall(campus.rema))

    campus.clock.set(SLOT.start + timedelta(minutes=15))

    assert await waiting.make_offers() == 1
    assert await waiting.of_person(campus.rema) == []


async def test_a_person_who_stops_waiting_gets_no_offer_and_gives_back_what_is_held(campus: Campus, waiting):
    taken = (await campus.book(SLOT)).booking
    mine = (await waiting.ask(for_the_hall(campus.rema))).wait
    await waiting.ask(for_the_hall(campus.stan))
    await campus.cancel(taken)
    await waiting.make_offers()

    with pytest.raises(UnknownWait):
        await waiting.stop(mine.id, campus.stan)
    await waiting.stop(mine.id, campus.rema)
    await waiting.make_offers()

    assert await offer_to(waiting, campus.stan)
    with pytest.raises(UnknownWait):
        await waiting.stop(mine.id, campus.rema)


async def test_nobody_waits_for_what_is_free_or_could_never_be_booked(campus: Campus, waiting):
    with pytest.raises(NothingToWaitFor):
        await waiting.ask(for_the_hall(campus.rema))
    with pytest.raises(TooFarAhead):
        await waiting.ask(for_the_hall(campus.rema, a_slot("16:00", days=30)))
    with pytest.raises(NothingToWaitFor):
        await waiting.ask(WaitRequest(campus.rema, SLOT, RoomQuery(capacity=9999)))
    await campus.book(SLOT)
    with pytest.raises(NothingToWaitFor):
        await waiting.ask(WaitRequest(campus.wil, SLOT, RoomQuery(room=HALL)))


async def test_the_same_request_has_one_place_and_a_person_has_three(campus: Campus, waiting):
    slots = [a_slot(f"{hour}:00") for hour in (12, 13, 14, 15)]
    for slot in slots:
        await campus.book(slot, by=campus.stan)
    first = await waiting.ask(for_the_hall(campus.rema, slots[0]))
    assert await waiting.ask(for_the_hall(campus.rema, slots[0])) == first
    for slot in slots[1:3]:
        await waiting.ask(for_the_hall(campus.rema, slot))

    with pytest.raises(TooManyWaits):
        await waiting.ask(for_the_hall(campus.rema, slots[3]))

    await waiting.stop(first.wait.id, campus.rema)
    await waiting.ask(for_the_hall(campus.rema, slots[3]))


async def test_who_cannot_pay_is_passed_over_but_keeps_the_place(campus: Campus, waiting):
    taken = (await campus.book(SLOT)).booking
    await waiting.ask(for_the_hall(campus.rema))
    await waiting.ask(for_the_hall(campus.stan))
    spent = (await campus.book(a_slot("12:00", minutes=180), LAB, campus.rema)).booking
    await campus.cancel(taken)

    await waiting.make_offers()
    assert await offer_to(waiting, campus.stan)
    await campus.cancel(spent, campus.rema)
    await waiting.pass_on(await offer_to(waiting, campus.stan), campus.stan)
    await waiting.make_offers()

    assert await offer_to(waiting, campus.rema)


async def test_nobody_is_offered_anything_in_their_quiet_hours(campus: Campus, waiting):
    taken = (await campus.book(SLOT)).booking
    await waiting.ask(for_the_hall(campus.rema))

    def be_quiet(unit):
        person = unit.people.get(campus.rema)
        unit.people.put(
            replace(person, preferences=replace(person.preferences, quiet=QuietHours(9 * 60, 12 * 60)))
        )

    await campus.storage.write(be_quiet)
    await campus.cancel(taken)
    assert await waiting.make_offers() == 0

    campus.clock.set(at("12:00"))
    assert await waiting.make_offers() == 1


async def test_an_offer_for_a_slot_that_starts_soon_is_short(campus: Campus, waiting):
    slot = a_slot("10:30")
    taken = (await campus.book(slot)).booking
    await waiting.ask(for_the_hall(campus.rema, slot))
    await campus.cancel(taken)

    await waiting.make_offers()

    wait = (await waiting.of_person(campus.rema))[0].wait
    assert wait.offered_until == campus.clock.now() + timedelta(minutes=5)


async def test_a_watch_tells_once_when_the_room_falls_free(campus: Campus, waiting):
    await campus.book(a_slot("10:15"))
    today = Interval(campus.clock.now(), at("20:00"))
    await waiting.ask(for_the_hall(campus.rema, today, is_watch=True))
    assert await waiting.make_offers() == 0

    campus.clock.set(a_slot("10:15").end)
    assert (await waiting.make_offers(), await waiting.make_offers()) == (1, 0)

    assert [each.person_id for each in await messages(campus, FREE)] == [campus.rema]
    assert await waiting.of_person(campus.rema) == []
    await campus.book(a_slot("12:00"))


async def test_two_processes_make_one_offer(campus: Campus, waiting, open_another):
    other = service(campus, await open_another())
    taken = (await campus.book(SLOT)).booking
    await waiting.ask(for_the_hall(campus.rema))
    await waiting.ask(for_the_hall(campus.stan))
    await campus.cancel(taken)
    await other._storage.catch_up()

    changed = [await waiting.make_offers(), await other.make_offers()]

    assert changed == [1, 0]
    assert len(await messages(campus, OFFER)) == 1


async def test_a_society_takes_an_offer_without_quota(campus: Campus, waiting):
    taken = (await campus.book(SLOT)).booking
    await waiting.ask(for_the_hall(campus.pres, society_id="CHESS"))
    await campus.cancel(taken)
    await waiting.make_offers()

    booked = (await waiting.take(await offer_to(waiting, campus.pres), campus.pres)).booking

    assert (booked.society_id, booked.booked_by) == ("CHESS", campus.pres)
    assert await campus.quota_left(campus.pres) == 180


async def test_what_a_lifted_closure_a_timetable_change_or_a_cancelled_series_frees_is_offered(
    campus: Campus, waiting
):
    closures = ClosureService(campus.storage, campus.rules, campus.clock)
    (closure,) = (await closures.add([NewClosure(SLOT, "Paint", HALL)], "staff")).added
    lecture = TimetableEntry(LAB, SLOT, "COMP1511 LEC", BookingType.CLASS, "unsw")
    await campus.storage.write(lambda unit: unit.timetable.add("unsw", [lecture], 0))
    series = SeriesService(
        campus.storage, campus.storage.read_model, campus.rules, campus.clock, lambda _: None
    )
    rule = SeriesRule(SeriesFrequency.DAILY, SLOT.start.date(), count=2)
    third = RoomId("K-J17-101")
    request = SeriesRequest(rule, 16 * 60, 60, campus.stan, third)
    booked = await series.book(request, (await series.preview(request)).free)
    for by, room in ((campus.rema, HALL), (campus.wil, LAB), (campus.mem, third)):
        await waiting.ask(WaitRequest(by, SLOT, RoomQuery(room=room)))
    assert await waiting.make_offers() == 0

    await closures.remove(closure.id, "staff")
    await campus.storage.write(lambda unit: unit.timetable.clear("unsw", [LAB]))
    await series.cancel(booked.series.id, campus.stan, SeriesScope.ALL)
    await campus.storage.catch_up()

    assert await waiting.make_offers() == 3
    for by in (campus.rema, campus.wil, campus.mem):
        assert await offer_to(waiting, by)
