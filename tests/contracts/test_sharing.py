"""Bookings that change hands: checked as new bookings, in one transaction, and by one process only."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from msgspec.structs import replace

from core.errors import (
    NotBookable,
    NotPermitted,
    NotYourBooking,
    QuotaSpent,
    RoomieError,
    SocietyOnly,
    TooFarAhead,
)
from core.localtime import epoch_day
from core.model import Booking, BookingId, Closure, ClosureId, Guest, Identity, PersonId, TokenTerm
from core.ports import ManagedStorage
from core.services.sharing import AcceptedTransfer, SharingService, TransferClosed
from tests.builders import NOW, a_room, a_slot
from tests.contracts.campus import CHESS, HALL, LAB, ROOMS, Campus
from tests.contracts.raw import ask
from tests.forked import start_forked

Opener = Callable[[], Awaitable[ManagedStorage]]
ZOE = Guest(identity=Identity("discord:7"), name="Zoe")


def sharing_of(campus: Campus, storage: ManagedStorage | None = None) -> SharingService:
    used = storage or campus.storage
    return SharingService(used, used.read_model, campus.rules, campus.clock)  # type: ignore[attr-defined]


async def offered(campus: Campus, booking: Booking, to: PersonId, swap: Booking | None = None) -> Booking:
    return await sharing_of(campus).offer(booking.id, booking.booked_by or campus.pres, to, swap)


async def accept(
    campus: Campus, booking: Booking, by: PersonId, storage: ManagedStorage | None = None
) -> AcceptedTransfer:
    assert booking.transfer is not None
    return await sharing_of(campus, storage).accept(booking.id, booking.transfer.id, by)


async def booked_by_token(campus: Campus) -> Booking:
    term = TokenTerm(1, epoch_day(NOW.date()))
    await campus.storage.write(lambda unit: unit.societies.set_term(CHESS, term))
    request = replace(campus.request(a_slot("15:00", 60)), by=None, society_id=CHESS, term=term)
    return (await campus.services.book(request)).booking


async def stored(campus: Campus, booking_id: BookingId) -> Booking:
    found = await campus.storage.read(lambda unit: unit.bookings.get(booking_id))
    assert found is not None
    return found


async def check_ledger(campus: Campus) -> None:
    """Everybody has spent the minutes of the bookings they hold, and nobody paid for somebody else's."""
    for person in (campus.wil, campus.rema):
        held = await campus.storage.read(lambda unit, person=person: unit.bookings.of_person(person))
        minutes = sum(each.interval.minutes for each in held if each.society_id is None)
        assert await campus.quota_left(person) == 180 - minutes


async def test_quota_owner_and_audit_change_together(campus: Campus, database_url: str):
    booking = (await campus.book(a_slot("15:00", 60))).booking

    accepted = await accept(campus, await offered(campus, booking, campus.rema), campus.rema)

    after = await stored(campus, booking.id)
    assert after == accepted.booking
    assert after.booked_by == campus.rema
    assert (await campus.quota_left(campus.wil), await campus.quota_left(campus.rema)) == (180, 120)
    audited = "SELECT actor FROM audit WHERE action = 'accept offer'"
    assert await ask(database_url, audited) == f"person:{campus.rema}"


async def test_what_cannot_be_booked_cannot_be_accepted(campus: Campus):
    far = (await campus.book(a_slot("15:00", 60, days=20), by=campus.stan)).booking
    with pytest.raises(TooFarAhead):
        await accept(campus, await offered(campus, far, campus.rema), campus.rema)

    await campus.book(a_slot("9:00", 180, days=1), by=campus.rema)
    near = (await campus.book(a_slot("15:00", 60))).booking
    with pytest.raises(QuotaSpent):
        await accept(campus, await offered(campus, near, campus.rema), campus.rema)

    assert (await stored(campus, near.id)).booked_by == campus.wil


@pytest.mark.parametrize(
    ("room", "refusal"),
    [(a_room(LAB, individual_access=False), SocietyOnly), (a_room(LAB, bookable=False), NotBookable)],
)
async def test_a_room_that_changed_refuses_the_next_owner(campus: Campus, room, refusal):
    booking = (await campus.book(a_slot("15:00", 60), LAB)).booking
    await campus.storage.write(lambda unit: unit.rooms.put_rooms([room]))

    with pytest.raises(refusal):
        await accept(campus, await offered(campus, booking, campus.rema), campus.rema)


async def test_a_closure_refuses_the_next_owner(campus: Campus):
    booking = (await campus.book(a_slot("15:00", 60))).booking
    closure = Closure(ClosureId(0), a_slot("14:00", 120), "Painting", NOW, "stan", "Europe/London", HALL)
    await campus.storage.write(lambda unit: unit.closures.add(closure))

    with pytest.raises(RoomieError, match="Painting"):
        await accept(campus, await offered(campus, booking, campus.rema), campus.rema)


async def test_society_bookings_go_to_those_who_may_book_for_it(campus: Campus):
    booking = (await campus.book(a_slot("15:00", 60), by=campus.mem, society_id=CHESS)).booking
    with pytest.raises(NotPermitted):
        await offered(campus, booking, campus.rema)

    offer = await offered(campus, booking, campus.pres)
    await campus.storage.write(lambda unit: unit.societies.set_role(campus.pres, CHESS, None))
    with pytest.raises(RoomieError):
        await accept(campus, offer, campus.pres)

    assert (await stored(campus, booking.id)).booked_by == campus.mem


async def test_presidents_give_what_was_booked_with_the_societys_token(campus: Campus):
    booking = await booked_by_token(campus)
    with pytest.raises(NotYourBooking):
        await sharing_of(campus).offer(booking.id, campus.mem, campus.pres)

    accepted = await accept(campus, await offered(campus, booking, campus.mem), campus.mem)

    assert (accepted.booking.booked_by, accepted.booking.society_id) == (campus.mem, CHESS)
    assert await campus.quota_left(campus.mem) == 180


async def test_presidents_invite_people_without_an_account_to_what_the_societys_token_booked(campus: Campus):
    booking = await booked_by_token(campus)

    result = await sharing_of(campus).invite(booking.id, campus.pres, [ZOE])

    assert result.invited == (ZOE,)
    assert (await stored(campus, booking.id)).guests == (ZOE,)


async def test_swapped_bookings_keep_the_sum_of_all_charges(campus: Campus):
    first = (await campus.book(a_slot("15:00", 90))).booking
    second = (await campus.book(a_slot("17:00", 60), LAB, campus.rema)).booking

    await accept(campus, await offered(campus, first, campus.rema, second), campus.rema)

    assert (await stored(campus, first.id)).booked_by == campus.rema
    assert (await stored(campus, second.id)).booked_by == campus.wil
    await check_ledger(campus)


async def test_a_swap_that_the_other_cannot_afford_leaves_everything(campus: Campus):
    first = (await campus.book(a_slot("15:00", 60))).booking
    await campus.book(a_slot("9:00", 120, days=1))
    second = (await campus.book(a_slot("17:00", 90), LAB, campus.rema)).booking
    offer = await offered(campus, first, campus.rema, second)

    with pytest.raises(TransferClosed, match="break a rule"):
        await accept(campus, offer, campus.rema)

    assert await stored(campus, first.id) == offer
    assert await stored(campus, second.id) == second
    await check_ledger(campus)


async def test_other_processes_see_who_has_it_and_who_is_invited(campus: Campus, open_another: Opener):
    other = await open_another()
    booking = (await campus.book(a_slot("15:00", 60))).booking
    await sharing_of(campus).invite(booking.id, campus.wil, [Guest(campus.stan), ZOE])
    await other.catch_up()
    read_model = other.read_model  # type: ignore[attr-defined]
    assert [each.id for each in read_model.of_guest(campus.stan)] == [booking.id]

    await accept(campus, await offered(campus, booking, campus.rema), campus.rema)
    await campus.services.move(await stored(campus, booking.id), campus.rema, a_slot("17:00", 60), LAB)
    await other.catch_up()

    assert read_model.of_person(campus.wil) == ()
    assert [each.id for each in read_model.of_person(campus.rema)] == [booking.id]
    (seen,) = read_model.of_guest(None, [Identity("discord:7")])
    assert seen.room_id == LAB
    assert seen == await stored(campus, booking.id)


async def test_one_of_many_accepts_and_the_others_hear_that_it_is_done(campus: Campus, open_another: Opener):
    other = await open_another()
    offer = await offered(campus, (await campus.book(a_slot("15:00", 60))).booking, campus.rema)

    answers = await asyncio.gather(
        *(accept(campus, offer, campus.rema, each) for each in (campus.storage, other) * 5),
        return_exceptions=True,
    )

    refusals = [each for each in answers if not isinstance(each, AcceptedTransfer)]
    assert len(refusals) == 9
    assert all(isinstance(each, TransferClosed) and "already" in str(each) for each in refusals)
    await check_ledger(campus)


async def test_accepting_races_with_cancelling_declining_and_taking_back(
    campus: Campus, open_another: Opener
):
    other = await open_another()
    for number in range(12):
        booking = (await campus.book(a_slot("15:00", 60), ROOMS[number])).booking
        offer = await offered(campus, booking, campus.rema)
        assert offer.transfer is not None
        rivals = {
            "cancel": lambda held=booking: campus.services.cancel(held.id, campus.wil),
            "decline": lambda held=offer: sharing_of(campus).decline(held.id, held.transfer.id, campus.rema),
            "withdraw": lambda held=booking: sharing_of(campus).withdraw(held.id, campus.wil),
        }
        rival = rivals[("cancel", "decline", "withdraw")[number % 3]]

        if number % 2:
            answers = await asyncio.gather(
                accept(campus, offer, campus.rema, other), rival(), return_exceptions=True
            )
        else:
            answers = await asyncio.gather(
                rival(), accept(campus, offer, campus.rema, other), return_exceptions=True
            )

        assert sum(isinstance(each, RoomieError) for each in answers) == 1, answers
        assert not [
            each for each in answers if isinstance(each, Exception) and not isinstance(each, RoomieError)
        ]
        await check_ledger(campus)
        for person in (campus.wil, campus.rema):
            for held in await campus.storage.read(lambda unit, who=person: unit.bookings.of_person(who)):
                await campus.services.cancel(held.id, person)


async def test_two_swaps_of_the_same_bookings_end_in_one_of_them(campus: Campus, open_another: Opener):
    other = await open_another()
    first = (await campus.book(a_slot("15:00", 60))).booking
    second = (await campus.book(a_slot("17:00", 60), LAB, campus.rema)).booking
    to_rema = await offered(campus, first, campus.rema, second)
    to_wil = await offered(campus, second, campus.wil, first)

    answers = await asyncio.gather(
        accept(campus, to_rema, campus.rema),
        accept(campus, to_wil, campus.wil, other),
        return_exceptions=True,
    )

    assert sum(isinstance(each, AcceptedTransfer) for each in answers) == 1
    assert all(isinstance(each, AcceptedTransfer | RoomieError) for each in answers)
    assert (await stored(campus, first.id)).booked_by == campus.rema
    assert (await stored(campus, second.id)).booked_by == campus.wil
    await check_ledger(campus)


@pytest.mark.parametrize("seed", range(3))
async def test_the_ledger_is_right_after_any_walk(campus: Campus, seed: int):
    rng, done = random.Random(seed), Counter[str]()
    for number in range(40):
        person, other = rng.sample([campus.wil, campus.rema], 2)
        held = await campus.storage.read(lambda unit, who=person: unit.bookings.of_person(who))
        theirs = await campus.storage.read(lambda unit, who=other: unit.bookings.of_person(who))
        with suppress(RoomieError):
            done[await _step(campus, rng, number, (person, other), held, theirs)] += 1
        await check_ledger(campus)
    assert min(done["give"], done["swap"], done["cancel"]) > 0, done


async def _step(
    campus: Campus,
    rng: random.Random,
    number: int,
    people: tuple[PersonId, PersonId],
    held: list[Booking],
    theirs: list[Booking],
) -> str:
    """Books, gives, swaps, extends, invites or cancels something; says which."""
    person, other = people
    mine = rng.choice(held) if held else None
    step = rng.choice(["book", "give", "swap", "extend", "invite", "cancel"])
    match step:
        case "give" if mine is not None:
            await accept(campus, await offered(campus, mine, other), other)
        case "swap" if mine is not None and theirs:
            await accept(campus, await offered(campus, mine, other, rng.choice(theirs)), other)
        case "extend" if mine is not None:
            longer = timedelta(minutes=rng.choice([-15, 15, 30]))
            await campus.services.extend(mine, person, longer)
        case "invite" if mine is not None:
            await sharing_of(campus).invite(mine.id, person, [ZOE, Guest(other)])
        case "cancel" if mine is not None:
            await campus.services.cancel(mine.id, person)
        case _:
            room, minutes = ROOMS[number % len(ROOMS)], rng.choice([15, 30, 60])
            await campus.book(a_slot("15:00", minutes), room, person)
            return "book"
    return step


async def test_a_process_killed_while_it_accepts_leaves_whole_bookings(campus: Campus, database_url: str):
    bookings = [(await campus.book(a_slot("15:00", 15), room)).booking for room in ROOMS[:4]]
    rng = random.Random(7)
    for _ in range(3):
        numbers = (each.id for each in bookings)
        process = await start_forked("tests.contracts.transfer_client", database_url, *numbers)
        async with asyncio.timeout(30):
            for _ in range(rng.randint(1, 12)):
                assert await process.stdout.readline() == b"handed over\n"
        process.kill()
        await process.wait()

        owners = [(await stored(campus, each.id)).booked_by for each in bookings]
        assert set(owners) <= {campus.wil, campus.rema}
        await check_ledger(campus)
        await campus.storage.catch_up()
