"""People on a booking on Discord: with and without an account of Roomie, and bookings that change hands."""

import pytest

from bot.notifications import NOTIFICATION_TYPES
from bot.worker.outbox import OutboxSender
from core.model import MessageState
from tests.platforms.discord.environment import Environment
from tests.standins.discord import Person


@pytest.fixture
async def people(environment: Environment) -> tuple[Person, Person, Person]:
    """Wil and rema have accounts, zoe has none."""
    guild, _ = environment.discord.guild()
    wil, rema, zoe = (environment.discord.person(name, guild) for name in ("wil", "rema", "zoe"))
    await environment.add_people(wil, rema)
    return wil, rema, zoe


async def deliver(environment: Environment) -> None:
    platform = environment.platform
    await OutboxSender(environment.services, [platform], NOTIFICATION_TYPES, "worker").deliver_due()


async def test_people_with_and_without_an_account_are_invited_by_direct_message(
    environment: Environment, people: tuple[Person, Person, Person]
) -> None:
    wil, rema, zoe = people
    await wil.run("/book", room="K-J17-G001", when="3pm for 1 hour")

    invited = await wil.run("/rooms invite", user=rema, user2=zoe)
    await deliver(environment)

    assert f"<@{zoe.id}>" in invited.seen.text
    assert "discord:" not in invited.seen.text
    assert "invited you to **Room K" in rema.sees()[0].text
    message = zoe.sees()[0]
    assert "invited you to **Room K" in message.text

    coming = await zoe.press(message, "Who's coming")
    assert "3 people are coming" in coming.seen.text
    await zoe.press(message, "Leave")
    left = await zoe.press(zoe.sees()[0], "Sure? Leave")
    assert "You've left" in left.seen.text
    after = await wil.run("/rooms guests")
    assert "2 people are coming" in after.seen.text


async def test_the_owner_takes_somebody_off_in_a_menu_of_names(
    environment: Environment, people: tuple[Person, Person, Person]
) -> None:
    wil, _, zoe = people
    await wil.run("/book", room="K-J17-G001", when="3pm for 1 hour")
    await wil.run("/rooms invite", user=zoe)

    coming = await wil.run("/rooms guests")
    removed = await wil.pick(coming.seen, "Zoe")

    assert "1 person is coming" in removed.seen.text


async def test_closed_direct_messages_lose_nothing_but_the_message(
    environment: Environment, people: tuple[Person, Person, Person]
) -> None:
    wil, _, zoe = people
    zoe.close_messages()
    await wil.run("/book", room="K-J17-G001", when="3pm for 1 hour")

    await wil.run("/rooms invite", user=zoe)
    await deliver(environment)

    entries = await environment.storage.read(lambda unit: unit.outbox.entries(tuple(MessageState), 10))
    assert [each.state for each in entries if each.message.kind == "invitation"] == [MessageState.GIVEN_UP]
    assert f"<@{zoe.id}>" in (await wil.run("/rooms guests")).seen.text


async def test_a_booking_is_given_in_plain_words(
    environment: Environment, people: tuple[Person, Person, Person]
) -> None:
    wil, rema, _ = people
    await wil.run("/book", room="K-J17-G001", when="3pm for 1 hour")
    await wil.run("/book", room="K-J17-G002", when="5pm for 1 hour")

    await wil.say(f"give my 5pm to <@{rema.id}>")
    await environment.discord.wait_until(lambda: "You've offered" in wil.sees()[-1].text)
    offered = wil.sees()[-1]
    await deliver(environment)
    accepted = await rema.press(rema.sees()[-1], "Accept")
    await deliver(environment)

    assert "You've offered **Room K-J17-G002" in offered.text
    assert "It's yours: **Room K-J17-G002" in accepted.seen.text
    assert "accepted your booking" in wil.sees()[-1].text


async def test_a_swap_is_declined_without_naming_the_other(
    environment: Environment, people: tuple[Person, Person, Person]
) -> None:
    wil, rema, _ = people
    await wil.run("/book", room="K-J17-G001", when="3pm for 1 hour")
    await rema.run("/book", room="K-J17-G002", when="5pm for 1 hour")

    offered = await wil.run("/rooms swap", **{"with": "K-J17-G002 5pm"})
    await deliver(environment)
    declined = await rema.press(rema.sees()[-1], "No thanks")

    assert rema.id not in offered.seen.text
    assert "you've said no" in declined.seen.text


async def test_a_full_list_with_guests_and_offers_fits_into_a_message(
    environment: Environment, people: tuple[Person, Person, Person]
) -> None:
    wil, rema, _ = people
    environment.publish()
    for hour in (3, 4):
        await rema.run("/book", room="K-J17-G002", when=f"{hour}pm for 15 min")
    await rema.run("/rooms give", user=wil, booking="3pm")
    await rema.run("/rooms give", user=wil, booking="4pm")
    for hour in range(1, 9):
        await wil.run("/book", room="K-J17-G001", when=f"{hour}pm for 15 min")
        await wil.run("/rooms invite", user=rema, booking=f"{hour}pm")

    listed = await wil.run("/rooms mine")
    text, buttons = listed.seen.text, listed.seen.buttons
    more = await wil.press(listed.seen, "6 more")

    assert "8 upcoming bookings. There are offers for you." in text
    assert (buttons.count("Accept"), buttons.count("Who's coming")) == (2, 2)
    assert more.seen.buttons.count("Who's coming") == 4
    assert more.seen.buttons.count("Add to calendar") == 4
