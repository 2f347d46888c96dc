"""Addresses of calendars, and what calendars show beyond active bookings, on both databases."""

from datetime import timedelta

import pytest

from core.errors import NotPermitted, UnknownCalendar, UnknownPerson, UnknownSociety
from core.interval import Interval
from core.model import Booking, CalendarAddress, PersonId, SocietyId
from core.services.calendar_addresses import CalendarAddresses, resolve_address
from tests.builders import NOW, a_slot
from tests.contracts.campus import CHESS, LAB, Campus

_AROUND = Interval(NOW - timedelta(days=1), NOW + timedelta(days=30))


@pytest.fixture
def addresses(campus: Campus) -> CalendarAddresses:
    return CalendarAddresses(campus.storage, campus.clock, [b"the server's secret"])


async def _resolve(campus: Campus, secret: str) -> CalendarAddress:
    return await campus.storage.read(lambda unit: resolve_address(unit, secret))


async def test_a_secret_leads_to_its_calendar(campus: Campus, addresses: CalendarAddresses):
    own, society = await addresses.secret(campus.pres), await addresses.secret(campus.pres, CHESS)

    assert (await _resolve(campus, own)).society_id is None
    assert (await _resolve(campus, society)).society_id == CHESS
    assert {(await _resolve(campus, each)).person_id for each in (own, society)} == {campus.pres}


async def test_a_secret_stays_the_same_until_it_is_renewed(campus: Campus, addresses: CalendarAddresses):
    first = await addresses.secret(campus.wil)
    assert await addresses.secret(campus.wil) == first

    second = await addresses.secret(campus.wil, renew=True)

    assert second != first
    assert await addresses.secret(campus.wil) == second
    with pytest.raises(UnknownCalendar):
        await _resolve(campus, first)


async def test_a_replaced_server_secret_keeps_addresses_while_it_is_known(campus: Campus):
    old, new = b"the old secret", b"the new secret"
    before = await CalendarAddresses(campus.storage, campus.clock, [old]).secret(campus.wil)

    both = await CalendarAddresses(campus.storage, campus.clock, [new, old]).secret(campus.wil)
    assert both == before

    after = await CalendarAddresses(campus.storage, campus.clock, [new]).secret(campus.wil)
    assert after != before
    with pytest.raises(UnknownCalendar):
        await _resolve(campus, before)


async def test_only_presidents_get_an_address_for_their_society(campus: Campus, addresses: CalendarAddresses):
    for person_id in (campus.wil, campus.mem, campus.stan):
        with pytest.raises(NotPermitted):
            await addresses.secret(person_id, CHESS)
    with pytest.raises(UnknownSociety):
        await addresses.secret(campus.pres, SocietyId("NONE"))
    with pytest.raises(UnknownPerson):
        await addresses.secret(PersonId(1_000_000))


async def test_an_address_for_a_society_ends_with_the_presidency(
    campus: Campus, addresses: CalendarAddresses
):
    secret, own = await addresses.secret(campus.pres, CHESS), await addresses.secret(campus.pres)

    await campus.storage.write(lambda unit: unit.societies.set_role(campus.pres, CHESS, None))

    with pytest.raises(UnknownCalendar):
        await _resolve(campus, secret)
    assert (await _resolve(campus, own)).person_id == campus.pres


async def test_all_addresses_of_a_person_are_revoked_together(campus: Campus, addresses: CalendarAddresses):
    secrets = [await addresses.secret(campus.pres), await addresses.secret(campus.pres, CHESS)]
    other = await addresses.secret(campus.wil)

    await campus.storage.write(lambda unit: unit.calendars.remove_all(campus.pres))

    for each in secrets:
        with pytest.raises(UnknownCalendar):
            await _resolve(campus, each)
    assert (await _resolve(campus, other)).person_id == campus.wil


async def _cancelled(
    campus: Campus, address: CalendarAddress, window: Interval = _AROUND, limit: int = 10
) -> list[Booking]:
    return await campus.storage.read(lambda unit: unit.calendars.cancelled(address, window, limit))


async def test_of_many_cancelled_bookings_those_to_come_are_found(
    campus: Campus, addresses: CalendarAddresses
):
    booked = [await campus.book(a_slot("12:00", 15, days=day)) for day in range(3)]
    for each in booked:
        await campus.cancel(each.booking)
    own = await _resolve(campus, await addresses.secret(campus.wil))

    found = await _cancelled(campus, own, limit=2)

    assert [each.id for each in found] == [each.booking.id for each in booked[1:]]


async def test_cancelled_bookings_are_found_by_their_owner(campus: Campus, addresses: CalendarAddresses):
    mine, kept = await campus.book(a_slot("12:00")), await campus.book(a_slot("14:00"))
    ours = await campus.book(a_slot("15:00"), LAB, campus.mem, society_id=CHESS, title="Blitz")
    await campus.cancel(mine.booking)
    await campus.cancel(ours.booking, campus.mem)
    own = await _resolve(campus, await addresses.secret(campus.wil))
    society = await _resolve(campus, await addresses.secret(campus.pres, CHESS))

    found = await _cancelled(campus, own)
    of_society = await _cancelled(campus, society)
    of_later = await _cancelled(campus, own, Interval(mine.booking.interval.end, _AROUND.end))

    assert [each.id for each in found] == [mine.booking.id]
    assert kept.booking.id not in {each.id for each in found}
    assert [each.id for each in of_society] == [ours.booking.id]
    assert of_later == []


async def test_the_last_change_of_many_bookings_is_known(campus: Campus):
    booked = [await campus.book(a_slot("12:00", 15, days=day), LAB) for day in range(3)]
    campus.clock.move(timedelta(minutes=5))
    await campus.cancel(booked[1].booking)
    subjects = [*(each.booking.id for each in booked), *(f"unknown {number}" for number in range(1_200))]

    found = await campus.storage.read(lambda unit: unit.calendars.last_changes(subjects))

    changed = NOW + timedelta(minutes=5)
    assert found == {
        booked[0].booking.id: NOW,
        booked[1].booking.id: changed,
        booked[2].booking.id: NOW,
    }
