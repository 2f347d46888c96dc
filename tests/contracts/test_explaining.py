"""What explanations read, on both databases: every fact about one booking, one room, one person."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bot.explaining.booking import read_booking
from bot.explaining.room import RoomFacts, read_room
from core.errors import UnknownBooking
from core.interval import Interval
from core.model import (
    Closure,
    ClosureId,
    DeliveryOutcome,
    Guest,
    Identity,
    MessageState,
    Role,
    Wait,
    WaitEnd,
    WaitId,
    WaitState,
)
from core.policy.disclosure import Disclosure, Viewer
from core.ports import UnitOfWork
from core.services.book_room import BookingResult
from core.services.bookings import new_booking_id
from tests.builders import NOW, a_slot, an_entry
from tests.contracts.campus import CHESS, HALL, LAB, Campus

ADMIN = Viewer(None, is_administrator=True)


async def book(campus: Campus, *place: Any, **others: Any) -> BookingResult:
    """A booking with an id as in real life."""
    request = replace(campus.request(*place, **others), booking_id=new_booking_id())
    return await campus.services.book(request)


async def seen(campus: Campus, reference: str, viewer: Viewer) -> Disclosure:
    return (await campus.storage.read(lambda unit: read_booking(unit, reference, viewer))).seen


async def test_each_person_hears_their_part_of_a_booking(campus: Campus):
    booking = (await book(campus, by=campus.mem, society_id=CHESS, title="Chess")).booking
    own = (await book(campus, a_slot("15:00"))).booking
    shared = replace(own, guests=(Guest(campus.rema),), version=own.version + 1)
    await campus.storage.write(lambda unit: unit.bookings.update(own, shared))
    members = {CHESS: Role.MEMBER}

    assert await seen(campus, booking.id, Viewer(campus.mem, roles=members)) is Disclosure.OWNER
    assert (
        await seen(campus, booking.id, Viewer(campus.pres, roles={CHESS: Role.PRESIDENT}))
        is Disclosure.SOCIETY
    )
    assert await seen(campus, booking.id, Viewer(campus.rema, roles=members)) is Disclosure.SOCIETY
    assert await seen(campus, own.id, Viewer(campus.wil)) is Disclosure.OWNER
    assert await seen(campus, own.id, Viewer(campus.rema)) is Disclosure.GUEST
    assert await seen(campus, own.id, ADMIN) is Disclosure.ADMINISTRATOR
    for viewer in (Viewer(campus.stan), Viewer(None), Viewer(None, (Identity("slack:T:U"),))):
        for reference in (own.id, own.id[:8], booking.id, "00000000"):
            with pytest.raises(UnknownBooking):
                await seen(campus, reference, viewer)


async def test_the_facts_of_a_booking_are_complete(campus: Campus):
    booking = (await book(campus, a_slot("15:00"), confirm=True)).booking
    await campus.cancel(booking)

    facts = await campus.storage.read(lambda unit: read_booking(unit, booking.id[:8], ADMIN))

    assert [each.action for each in facts.audit] == ["book", "cancel"]
    assert facts.audit[0].details["start"] == int(booking.interval.start.timestamp())
    assert [each.minutes for each in facts.charges] == [60, -60]


async def test_where_a_message_arrived_stays_known(campus: Campus):
    booking = (await book(campus, a_slot("15:00"), confirm=True)).booking
    identity = Identity("slack:T1:U1")

    def send(unit: UnitOfWork) -> None:
        [claimed] = unit.outbox.claim("w", NOW, NOW + timedelta(minutes=1), 1)
        unit.outbox.start("w", {claimed.id: identity}, NOW, NOW + timedelta(minutes=1))
        unit.outbox.complete("w", [DeliveryOutcome(claimed.id, MessageState.SENT)])

    await campus.storage.write_relaxed(send)

    facts = await campus.storage.read(lambda unit: read_booking(unit, booking.id, ADMIN))
    sent = next(each for each in facts.deliveries if each.state is MessageState.SENT)
    assert (sent.message.kind, sent.message.identity, sent.sent_at) == ("confirmation", identity, NOW)


async def test_the_wait_before_a_booking_is_part_of_it(campus: Campus):
    booking = (await book(campus, a_slot("15:00"))).booking
    wait = Wait(
        WaitId(0), campus.wil, booking.interval, NOW, HALL, state=WaitState.ENDED, ended=WaitEnd.BOOKED
    )
    await campus.storage.write_relaxed(lambda unit: unit.waits.add(wait))

    facts = await campus.storage.read(lambda unit: read_booking(unit, booking.id, ADMIN))

    assert [each.ended for each in facts.waits] == [WaitEnd.BOOKED]


async def test_a_room_has_its_class_closure_bookings_and_cancelled_bookings(campus: Campus):
    gone = (await book(campus, a_slot("12:00"))).booking
    await campus.cancel(gone)
    taken = (await book(campus, a_slot("12:00"), by=campus.rema)).booking
    await book(campus, a_slot("12:00"), LAB)

    def fill(unit: UnitOfWork) -> None:
        unit.timetable.add("unsw", [an_entry(HALL, a_slot("12:30"), name="COMP1511")], int(NOW.timestamp()))
        unit.closures.add(
            Closure(ClosureId(0), a_slot("12:15"), "Painting", NOW, "administrator", "UTC", HALL)
        )

    await campus.storage.write(fill)
    room = campus.storage.read_model.catalogue.rooms[HALL]

    facts = await campus.storage.read(lambda unit: read_room(unit, room, a_slot("12:30", 15)))

    assert [each.id for each in facts.bookings] == [taken.id]
    assert [each.id for each in facts.cancelled] == [gone.id]
    assert [each.action for each in facts.cancellations] == ["cancel"]
    assert [(each.slot.name, each.source, each.published_at) for each in facts.entries] == [
        ("COMP1511", "unsw", NOW)
    ]
    assert [closure.reason for _, closure in facts.closed if closure is not None] == ["Painting"]
    empty = await campus.storage.read(lambda unit: read_room(unit, room, a_slot("18:00")))
    assert empty == RoomFacts(room, a_slot("18:00"))


async def test_waits_of_a_window_are_those_whose_time_begins_in_it(campus: Campus):
    early = Wait(WaitId(0), campus.wil, a_slot("12:00"), NOW, HALL)
    late = Wait(WaitId(0), campus.rema, a_slot("15:00"), NOW, HALL)

    def add(unit: UnitOfWork) -> None:
        unit.waits.add(early)
        unit.waits.add(late)

    await campus.storage.write_relaxed(add)
    window = Interval(a_slot("14:00").start, a_slot("16:00").start)

    found = await campus.storage.read(lambda unit: [each.person_id for each in unit.waits.during(window)])

    assert found == [campus.rema]
