"""People on a booking: inviting them, who is coming, leaving, checking in."""

from datetime import timedelta

import pytest

from bot.chat.reply import Tone
from core.model import Guest, Identity
from tests.bot.chat import Chat
from tests.fakes.clock import StillClock


async def test_an_invited_person_sees_the_booking_in_their_list(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 15:00 for 1 hour")

    invited = await wil.say("/rooms invite @rema")

    assert "Invited rema boo to Wren G02" in invited
    mine = await rema.say("/rooms mine")
    assert "you're invited to 1" in mine
    assert "invited by Wil" in mine
    assert rema.labels == ["Who's coming", "Leave"]


async def test_guests_pay_no_quota(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 15:00 for 1 hour")
    before = await rema.quota()

    await wil.say("/rooms invite rema")

    assert await rema.quota() == before
    assert await wil.quota() == 120


async def test_with_several_bookings_a_menu_asks_which_one(wil: Chat, rema: Chat, emily: Chat):
    await wil.say("/book Wren G02 15:00 for 30 min")
    await wil.say("/book Wren G02 17:00 for 30 min")

    await wil.say("/rooms invite @rema and @emily")
    pressed = await wil.press("Invite", nth=1)

    assert "Invited rema boo and emily" in pressed
    assert "17:00" in pressed
    assert "17:00" in await emily.say("/rooms mine")
    assert "15:00" not in await rema.say("/rooms mine")


async def test_plain_words_invite_to_the_booking_that_they_name(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 15:00 for 30 min")
    await wil.say("/book Wren G02 17:00 for 30 min")

    answer = await wil.say("please invite @rema to my 5pm", free=True)

    assert "Invited rema boo" in answer
    assert "17:00" in answer


async def test_everybody_on_a_booking_sees_who_is_coming(wil: Chat, rema: Chat, emily: Chat):
    await wil.say("/book Wren G02 15:00 for 30 min")
    await wil.say("/rooms invite rema emily")

    for chat in (wil, rema, emily):
        assert "3 people are coming: Wil" in await chat.say("who's coming?", free=True)


async def test_others_do_not_see_who_is_coming(wil: Chat, rema: Chat, emily: Chat):
    await wil.say("/book Wren G02 15:00 for 30 min")
    await wil.say("/rooms invite rema")
    booking = wil.services.read_model.of_person(_id(wil))[0]

    answer = await emily.act("guests", booking.id)

    assert "isn't yours" in answer
    assert "rema" not in answer


async def test_a_guest_leaves_and_the_booking_stays(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 15:00 for 30 min")
    await wil.say("/rooms invite rema")
    await rema.say("/rooms mine")

    left = await rema.press("Leave")

    assert "You've left Wren G02" in left
    assert "no upcoming bookings" in await rema.say("/rooms mine")
    assert "1 person is coming" in await wil.say("/rooms guests")


async def test_leaving_twice_says_so(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 15:00 for 30 min")
    await wil.say("/rooms invite rema")
    await rema.say("/rooms mine")
    listed = rema.last
    await rema.press("Leave")
    rema.last = listed

    again = await rema.press("Leave")

    assert "aren't on that booking any more" in again


async def test_the_owner_takes_somebody_off(wil: Chat, rema: Chat, emily: Chat):
    await wil.say("/book Wren G02 15:00 for 30 min")
    await wil.say("/rooms invite rema emily")
    await wil.say("/rooms guests")

    removed = await wil.press("rema boo")

    assert "rema boo is no longer on this booking. 2 people are coming" in removed
    assert "no upcoming bookings" in await rema.say("/rooms mine")
    assert "invited" in await emily.say("/rooms mine")


async def test_a_guest_takes_nobody_off(wil: Chat, rema: Chat, emily: Chat):
    await wil.say("/book Wren G02 15:00 for 30 min")
    await wil.say("/rooms invite rema emily")
    booking = wil.services.read_model.of_person(_id(wil))[0]

    answer = await rema.act("remove_guest", f"{booking.id}~{_id(emily)}")

    assert "isn't yours" in answer
    assert "invited" in await emily.say("/rooms mine")


async def test_a_guest_checks_in(wil: Chat, rema: Chat, clock: StillClock):
    await wil.say("/book Wren G02 11:00 for 1 hour")
    await wil.say("/rooms invite rema")
    clock.move(timedelta(minutes=45))

    answer = await rema.say("/rooms here")

    assert "You're checked in" in answer
    assert "Cancel" not in rema.labels
    assert "checked in" in await wil.say("/rooms mine")


async def test_a_guest_does_not_cancel(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 15:00 for 30 min")
    await wil.say("/rooms invite rema")
    booking = wil.services.read_model.of_person(_id(wil))[0]

    answer = await rema.act("cancel", booking.id)

    assert "isn't yours" in answer
    assert "1 upcoming" in await wil.say("/rooms mine")


async def test_a_guest_stays_on_a_booking_that_moves(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 15:00 for 30 min")
    await wil.say("/rooms invite rema")

    await wil.say("/rooms move to 17:00")

    assert "17:00" in await rema.say("/rooms mine")


async def test_more_people_than_seats_are_named(wil: Chat):
    await wil.say("/book Library Pod 101 15:00 for 30 min")
    (booking,) = wil.services.read_model.of_person(_id(wil))

    fits = await wil.say("/rooms invite rema emily")
    await wil.services.sharing.invite(booking.id, _id(wil), [Guest(identity=Identity("discord:7"))])
    full = await wil.say("/rooms invite dana")

    assert "seats" not in fits
    assert "With you that's 5 people, and the room has 4 seats." in full


async def test_a_booking_has_a_limit_of_guests(wil: Chat):
    await wil.say("/book Wren G02 15:00 for 30 min")
    (booking,) = wil.services.read_model.of_person(_id(wil))
    others = [Guest(identity=Identity(f"discord:{number}")) for number in range(29)]
    await wil.services.sharing.invite(booking.id, _id(wil), others)

    assert "up to 30 guests, and this one has 29" in await wil.say("/rooms invite rema emily")
    assert "Invited rema boo" in await wil.say("/rooms invite rema")


async def test_unknown_people_are_named(wil: Chat):
    await wil.say("/book Wren G02 15:00 for 30 min")

    answer = await wil.say("/rooms invite zoe")

    assert "nobody called zoe" in answer
    assert wil.tone is Tone.UNCLEAR


@pytest.mark.parametrize("line", ["/rooms invite @", "/rooms invite @@, @", "/rooms give @"])
async def test_an_at_sign_alone_is_nobody(wil: Chat, line: str):
    await wil.say("/book Wren G02 15:00 for 30 min")

    assert "Who? Give a username" in await wil.say(line)


async def test_an_owner_is_no_guest(wil: Chat):
    await wil.say("/book Wren G02 15:00 for 30 min")

    assert "your own booking" in await wil.say("/rooms invite wil")


async def test_being_invited_twice_changes_nothing(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 15:00 for 30 min")
    await wil.say("/rooms invite rema")

    assert "rema boo was invited before." in await wil.say("/rooms invite rema")
    assert "invited to 1" in await rema.say("/rooms mine")


async def test_without_an_invitation_there_is_nothing_to_leave(rema: Chat, stranger: Chat):
    for chat in (rema, stranger):
        assert "nothing to leave" in await chat.say("/rooms leave")


def _id(chat: Chat):
    account = chat.services.read_model.directory.by_name(chat.name)
    assert account is not None
    return account.person.id


async def test_people_are_taken_off_by_name(wil: Chat, rema: Chat, emily: Chat):
    await wil.say("/book Wren G02 15:00 for 30 min")
    await wil.say("/book Wren G02 17:00 for 30 min")
    await wil.say("/rooms invite rema and emily to my 5pm")

    await wil.say("/rooms guests remove rema")
    removed = await wil.press("Take off")

    assert "rema boo is no longer on this booking. 2 people are coming" in removed
    assert "no upcoming bookings" in await rema.say("/rooms mine")
    assert "aren't on this booking" in await wil.say("/rooms guests remove rema 5pm")


@pytest.mark.parametrize(
    ("words", "people"),
    [
        ("invite rema", ["rema"]),
        ("invite @rema and emily", ["rema", "emily"]),
        ("invite rema, emily and dana to my booking", ["rema", "emily", "dana"]),
        ("could you invite rema@rema.com to the 3pm", ["rema"]),
        ("add @rema to my booking", ["rema"]),
    ],
)
async def test_people_are_read_from_plain_words(wil: Chat, words: str, people: list[str]):
    await wil.say("/book Wren G02 15:00 for 30 min")

    assert "Invited" in await wil.say(words, free=True)

    (booking,) = wil.services.read_model.of_person(_id(wil))
    directory = wil.services.read_model.directory.people
    assert [directory[each.person_id].person.username for each in booking.guests if each.person_id] == people


@pytest.mark.parametrize(
    "words", ["leave at 5pm, room for 6", "add 30 minutes to my booking", "swap to a bigger room"]
)
async def test_other_requests_are_not_about_guests(wil: Chat, words: str):
    await wil.say("/book Wren G02 15:00 for 30 min")

    answer = await wil.say(words, free=True)

    assert "invite" not in answer.casefold()
    assert "nobody called" not in answer


async def test_somebody_who_is_on_no_booking_cannot_be_taken_off(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 15:00 for 30 min")
    await wil.say("/book Wren G02 17:00 for 30 min")
    await wil.say("/rooms invite rema to my 3pm")

    assert "aren't on any of those bookings" in await wil.say("/rooms guests remove @emily")
    assert "any of 2 bookings" in await wil.say("/rooms guests remove @rema")


async def test_a_guest_reads_that_the_booking_is_not_theirs(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 15:00 for 30 min")
    await wil.say("/rooms invite rema")
    booking_id = wil.services.read_model.of_person(_id(wil))[0].id[:8]

    for command in (f"cancel {booking_id}", f"move {booking_id} to 5pm", f"extend {booking_id} by 30 min"):
        assert "isn't yours" in await rema.say(f"/rooms {command}")
    assert "can't find that booking" in await rema.say("/rooms cancel 00000000")


async def test_checking_in_means_the_booking_for_which_that_is_possible(wil: Chat, clock: StillClock):
    await wil.say("/book Wren G02 15:00 for 30 min")
    await wil.say("/book Lovelace 205 17:00 for 30 min")

    assert "You can check in from 15 minutes before" in await wil.say("I'm here", free=True)
    clock.set(wil.services.read_model.of_person(_id(wil))[0].interval.start - timedelta(minutes=15))
    assert "You're checked in. Wren G02" in await wil.say("I'm here", free=True)
