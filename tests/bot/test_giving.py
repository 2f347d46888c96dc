"""Giving bookings away and swapping them."""

from datetime import timedelta

import pytest

from bot.chat.reply import Tone
from core.model import Booking, PersonId
from tests.bot.chat import Chat
from tests.fakes.clock import StillClock


def id_of(chat: Chat) -> PersonId:
    account = chat.services.read_model.directory.by_name(chat.name)
    assert account is not None
    return account.person.id


def booking_of(chat: Chat) -> Booking:
    (booking,) = chat.services.read_model.of_person(id_of(chat))
    return booking


async def answer(chat: Chat, action: str, booking: Booking) -> str:
    """Presses a button of the offer that the person got for a booking."""
    assert booking.transfer is not None
    return await chat.act(action, f"{booking.id}~{booking.transfer.id}")


async def test_an_accepted_booking_belongs_to_the_other_person(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 15:00 for 1 hour")

    offered = await wil.say("/rooms give @rema")
    accepted = await answer(rema, "accept", booking_of(wil))

    assert "You've offered Wren G02" in offered
    assert "to rema boo" in offered
    assert "It's yours: Wren G02" in accepted
    assert "It cost 60 minutes of your quota. You have 120 minutes left" in accepted
    assert "no upcoming bookings" in await wil.say("/rooms mine")
    assert "15:00" in await rema.say("/rooms mine")
    assert (await wil.quota(), await rema.quota()) == (180, 120)


async def test_plain_words_give_the_booking_that_they_name(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 15:00 for 30 min")
    await wil.say("/book Wren G02 17:00 for 30 min")

    offered = await wil.say("give my 5pm to @rema", free=True)

    assert "17:00" in offered
    assert "to rema boo" in offered


async def test_an_offer_waits_in_the_list_of_bookings(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 15:00 for 1 hour")
    await wil.say("/rooms give rema")

    assert "Somebody offers you a booking" in await rema.say("/rooms mine")
    assert "offered to rema boo" in await wil.say("/rooms mine")
    assert "It's yours" in await rema.press("Accept")
    assert "offers" not in await rema.say("/rooms mine")


async def test_the_same_offer_is_made_once(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 15:00 for 1 hour")
    await wil.say("/rooms give rema")
    first = booking_of(wil)

    await wil.say("/rooms give rema")

    assert booking_of(wil) == first


async def test_give_me_a_room_is_a_search(wil: Chat):
    assert "seats" in await wil.say("give me a room for 10 people", free=True)


async def test_with_several_bookings_a_menu_asks_which_one_to_give(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 15:00 for 30 min")
    await wil.say("/book Wren G02 17:00 for 30 min")

    await wil.say("/rooms give rema")

    assert "17:00" in await wil.press("Give", nth=1)


async def test_a_declined_booking_stays(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 15:00 for 1 hour")
    await wil.say("/rooms give rema")
    offered = booking_of(wil)

    declined = await answer(rema, "decline", offered)

    assert "you've said no" in declined
    assert "1 upcoming" in await wil.say("/rooms mine")
    assert "already been declined" in await answer(rema, "accept", offered)
    assert await rema.quota() == 180


async def test_pressing_accept_twice_says_already(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 15:00 for 1 hour")
    await wil.say("/rooms give rema")
    offered = booking_of(wil)
    await answer(rema, "accept", offered)

    assert "already accepted" in await answer(rema, "accept", offered)
    assert await rema.quota() == 120


async def test_an_offer_is_taken_back(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 15:00 for 1 hour")
    await wil.say("/rooms give rema")
    offered = booking_of(wil)

    kept = await wil.press("Take it back")

    assert "You keep Wren G02" in kept
    assert "taken back" in await answer(rema, "accept", offered)


async def test_a_cancelled_booking_cannot_be_accepted(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 15:00 for 1 hour")
    await wil.say("/rooms give rema")
    offered = booking_of(wil)
    await wil.cancel()

    assert "was cancelled in the meantime" in await answer(rema, "accept", offered)


async def test_a_moved_booking_cannot_be_accepted(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 15:00 for 1 hour")
    await wil.say("/rooms give rema")
    offered = booking_of(wil)
    await wil.say("/rooms move to 17:00")

    assert "was moved in the meantime" in await answer(rema, "accept", offered)
    assert "17:00" in await wil.say("/rooms mine")


async def test_inviting_somebody_leaves_an_offer_open(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 15:00 for 1 hour")
    await wil.say("/rooms give rema")
    offered = booking_of(wil)
    await wil.say("/rooms invite emily")

    assert "It's yours" in await answer(rema, "accept", offered)


async def test_a_newer_offer_takes_the_place_of_the_first(wil: Chat, rema: Chat, emily: Chat):
    await wil.say("/book Wren G02 15:00 for 1 hour")
    await wil.say("/rooms give rema")
    first = booking_of(wil)
    await wil.say("/rooms give emily")

    assert "a newer one" in await answer(rema, "accept", first)
    assert "It's yours" in await answer(emily, "accept", booking_of(wil))


async def test_an_offer_expires_after_a_day(wil: Chat, rema: Chat, clock: StillClock):
    await wil.say("/book Wren G02 friday 15:00 for 1 hour")
    await wil.say("/rooms give rema")
    offered = booking_of(wil)
    clock.move(timedelta(hours=24))

    assert "has expired" in await answer(rema, "accept", offered)


async def test_an_offer_ends_when_the_booking_starts(wil: Chat, rema: Chat, clock: StillClock):
    await wil.say("/book Wren G02 11:00 for 1 hour")
    await wil.say("/rooms give rema")
    offered = booking_of(wil)
    clock.move(timedelta(minutes=40))

    assert "has expired" in await answer(rema, "accept", offered)


async def test_nobody_accepts_what_was_offered_to_somebody_else(wil: Chat, rema: Chat, emily: Chat):
    await wil.say("/book Wren G02 15:00 for 1 hour")
    await wil.say("/rooms give rema")

    assert "for somebody else" in await answer(emily, "accept", booking_of(wil))
    assert "for somebody else" in await answer(emily, "decline", booking_of(wil))
    assert "15:00" in await wil.say("/rooms mine")


async def test_without_quota_nothing_is_accepted(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 15:00 for 1 hour")
    await rema.say("/book Wren G02 thursday 15:00 for 3 hours")
    await wil.say("/rooms give rema")
    offered = booking_of(wil)

    refused = await answer(rema, "accept", offered)

    assert "needs 60 minutes of quota and you have none left" in refused
    assert (await wil.quota(), await rema.quota()) == (120, 0)
    assert booking_of(wil) == offered


async def test_a_society_booking_goes_only_to_its_members(wil: Chat, rema: Chat, emily: Chat):
    await wil.say("/book Wren G02 15:00 for 1 hour for SOTECHSOC")

    assert "can't book for that society" in await wil.say("/rooms give rema")

    await wil.say("/rooms give emily")
    assert "It's yours" in await answer(emily, "accept", booking_of(wil))
    assert await emily.quota() == 180


async def test_somebody_elses_booking_cannot_be_given(wil: Chat, rema: Chat, emily: Chat):
    await wil.say("/book Wren G02 15:00 for 1 hour")
    await wil.say("/rooms invite rema")

    answered = await rema.act("give", f"{booking_of(wil).id}~{id_of(emily)}")

    assert "isn't yours" in answered


async def test_a_started_booking_cannot_be_given(wil: Chat, rema: Chat, clock: StillClock):
    await wil.say("/book Wren G02 11:00 for 1 hour")
    clock.move(timedelta(minutes=45))

    assert "has started" in await wil.say("/rooms give rema")


async def test_a_date_that_is_given_leaves_its_series(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 tomorrow 5-6pm")
    await wil.say("/rooms repeat daily 2 times")
    await wil.press("Book both")
    first, *_ = wil.services.read_model.of_person(id_of(wil))

    await wil.act("give", f"{first.id}~{id_of(rema)}")
    given = await answer(rema, "accept", wil.services.read_model.bookings[first.id])

    assert "It's yours" in given
    assert booking_of(rema).occurrence is None
    assert "1 to come" in await wil.say("/rooms mine")
    assert (await wil.quota(), await rema.quota()) == (120, 120)


async def test_a_date_that_is_swapped_keeps_its_place_in_the_series(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 tomorrow 5-6pm")
    await wil.say("/rooms repeat daily 2 times")
    await wil.press("Book both")
    await rema.say("/book Lovelace 205 tomorrow 6-7pm")
    await rema.say("/rooms repeat daily 2 times")
    await rema.press("Book both")
    first, second = wil.services.read_model.of_person(id_of(wil))
    theirs, _ = rema.services.read_model.of_person(id_of(rema))

    await wil.act("swap", f"{first.id[:18]}~{theirs.id}")
    await answer(rema, "accept", wil.services.read_model.bookings[first.id])

    swapped, other = wil.services.read_model.of_person(id_of(wil))
    assert (swapped.id, swapped.place) == (theirs.id, theirs.place)
    assert swapped.series_id == second.series_id == other.series_id
    assert swapped.occurrence is not None
    assert first.occurrence is not None
    assert swapped.occurrence.day == first.occurrence.day
    assert "2 to come" in await wil.say("/rooms mine")
    assert "2 to come" in await rema.say("/rooms mine")
    assert (await wil.quota(), await rema.quota()) == (60, 60)


async def test_two_bookings_are_swapped(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 15:00 for 1 hour")
    await rema.say("/book Wren G02 17:00 for 1 hour")

    offered = await wil.say("/rooms swap my 3pm with Wren G02 at 5pm")
    swapped = await answer(rema, "accept", booking_of(wil))

    assert "in exchange for Wren G02" in offered
    assert "rema" not in offered
    assert "It's yours" in swapped
    assert "17:00" in await wil.say("/rooms mine")
    assert "15:00" in await rema.say("/rooms mine")
    assert (await wil.quota(), await rema.quota()) == (120, 120)


@pytest.mark.parametrize("cancels", ["wil", "rema"])
async def test_a_swap_needs_both_bookings(wil: Chat, rema: Chat, cancels: str):
    await wil.say("/book Wren G02 15:00 for 1 hour")
    await rema.say("/book Wren G02 17:00 for 1 hour")
    await wil.say("/rooms swap with Wren G02 at 5pm")
    offered = booking_of(wil)
    await (wil if cancels == "wil" else rema).cancel()

    refused = await answer(rema, "accept", offered)

    assert "in the meantime" in refused or "no longer have" in refused
    assert rema.tone is Tone.REFUSED


async def test_swapping_for_a_longer_booking_costs_the_difference(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 15:00 for 2 hours")
    await rema.say("/book Wren G02 17:00 for 1 hour")
    await wil.say("/rooms swap with Wren G02 at 5pm")

    swapped = await answer(rema, "accept", booking_of(wil))

    assert "It cost 60 minutes" in swapped
    assert (await wil.quota(), await rema.quota()) == (120, 60)


async def test_guests_and_titles_stay_with_their_owner_in_a_swap(wil: Chat, rema: Chat, emily: Chat):
    await wil.say("/book Wren G02 15:00 for 1 hour")
    await wil.say("/rooms invite emily")
    await rema.say("/book Wren G02 17:00 for 1 hour")
    await wil.say("/rooms swap with Wren G02 at 5pm")

    await answer(rema, "accept", booking_of(wil))

    assert "17:00" in await emily.say("/rooms mine")
    assert booking_of(rema).guests == ()


async def test_cancelling_after_a_swap_refunds_what_was_paid(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 15:00 for 2 hours")
    await rema.say("/book Wren G02 17:00 for 1 hour")
    await wil.say("/rooms swap with Wren G02 at 5pm")
    await answer(rema, "accept", booking_of(wil))

    await wil.cancel()
    await rema.cancel()

    assert (await wil.quota(), await rema.quota()) == (180, 180)


async def test_a_booking_is_not_given_to_oneself(wil: Chat):
    await wil.say("/book Wren G02 15:00 for 1 hour")
    assert "your own booking already. Name somebody else" in await wil.say("/rooms give wil")


@pytest.mark.parametrize("words", ["my 3pm", "the booking", "it"])
async def test_giving_to_nobody_asks_for_a_person(wil: Chat, words: str):
    await wil.say("/book Wren G02 15:00 for 1 hour")
    assert "Who? Give a username" in await wil.say(f"/rooms give {words}")
    assert "Who? Give a username" in await wil.say(f"/rooms invite {words}")
