"""Societies in chat: members, presidents and the booking token."""

from datetime import timedelta

import pytest

from bot.chat.reply import Code, Tone
from core.interval import Interval
from core.model import RoomId, SocietyId
from core.services.administration.rights import Administrator
from core.services.book_room import BookRoom
from core.services.bookings import new_booking_id
from tests.bot.chat import Chat
from tests.builders import a_society, at


async def test_a_president_adds_lists_and_removes(wil: Chat, rema: Chat):
    assert "rema boo can now book for UCLU Technology Society." in await wil.say("/society add rema")
    assert "already a member" in await wil.say("/society add rema@rema.com to SOTECHSOC")
    assert "rema boo\trema\tmember" in await wil.say("/society members")
    assert "It's for" in await rema.say("/book RO-PIZZA tomorrow 3pm for SOTECHSOC")

    assert "can no longer book" in await wil.say("/society remove @rema from UCLU Technology Society")

    assert "Only members of a society can book for one" in await rema.say(
        "/book RO-PIZZA fri 3pm for SOTECHSOC"
    )


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("/society add", "Who? Give a username or e-mail address"),
        ("/society add nobody", "There's nobody called nobody."),
        ("/society add rema NOSUCH", "You don't belong to a society called NOSUCH."),
        ("/society remove wil", "Make somebody else president first"),
        ("/society add <@U99>", "There's nobody called terminal:U99."),
    ],
)
async def test_a_refusal_says_why(wil: Chat, line: str, why: str):
    assert why in await wil.say(line)

    assert wil.last.is_refusal


@pytest.mark.parametrize(
    "line", ["/society add rema", "/society remove emily", "/society token", "/society members"]
)
async def test_only_members_and_presidents_manage_a_society(rema: Chat, line: str):
    await rema.say(line)

    assert rema.last.is_refusal


async def test_members_see_the_members_and_not_the_token(emily: Chat):
    assert "Wil\twil\tpresident" in await emily.say("/society members")
    assert "Only society presidents can do this." in await emily.say("/society token")
    assert emily.tone is Tone.REFUSED


async def test_a_token_books_until_it_is_replaced(wil: Chat, services):
    await wil.say("/society token")
    first = next(part.text for part in wil.last.text if isinstance(part, Code))
    assert services.accounts.bearer(first).society_id == "SOTECHSOC"

    await wil.press("Replace token")
    second = next(part.text for part in wil.last.text if isinstance(part, Code))

    assert services.accounts.bearer(first) is None
    assert services.accounts.bearer(second) is not None


async def test_a_president_of_several_societies_must_name_one(wil: Chat, services):
    await services.administration.societies.add(Administrator(), a_society(), "wil")

    assert "You're president of 2 societies. Choose one: " in await wil.say("/society add rema")
    assert "can now book for Chess Society" in await wil.say("/society add rema chess society")


async def test_presidents_see_and_cancel_bookings_made_with_their_token(wil: Chat, emily: Chat, services):
    _, term = await services.societies.token_term(
        services.read_model.directory.by_name("wil").person.id, None
    )
    slot = Interval.of_length(at("15:00", days=1), timedelta(hours=1))
    society = SocietyId("SOTECHSOC")
    await services.bookings.book(
        BookRoom(new_booking_id(), RoomId("RO-PIZZA"), slot, None, society, "Pizza", term=term)
    )

    assert "You have no upcoming bookings" in await emily.say("/rooms mine")
    assert "Hub Kitchen Table (RO-PIZZA) · Pizza" in await wil.say("/rooms mine")
    assert "Cancelled: Hub Kitchen Table" in await wil.press_cancel()
