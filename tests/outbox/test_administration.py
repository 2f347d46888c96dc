"""Messages about what an administrator did: composed from the state when they are sent, once each."""

from datetime import timedelta

import pytest

from core.model import Identity
from core.services.administration import Administrator
from core.services.administration.confirmation import CANCEL, YES, Confirmation
from tests.builders import NOW, a_slot
from tests.outbox.environment import CHESS, HALL, PRES, REMA, WIL, Environment

BY = Administrator()
UNTIL = NOW + timedelta(days=2)


async def test_the_owner_of_a_cancelled_booking_reads_why_and_what_comes_back(environment: Environment):
    await environment.book(a_slot("15:00"))
    await environment.book(a_slot("17:00"), by=REMA)

    await environment.services.administration.rooms.retire_room(BY, HALL, Confirmation(CANCEL))
    await environment.deliver()
    await environment.deliver()

    for who in (WIL, REMA):
        (text,) = environment.chat.texts_to(who)
        assert "was cancelled by an administrator: the room is out of use." in text
        assert "You get 60 minutes back." in text
    assert HALL in environment.chat.texts_to(WIL)[0]


async def test_presidents_read_of_what_their_society_s_token_booked(environment: Environment):
    await environment.book(a_slot("15:00"), by=PRES, society_id=CHESS, title="Blitz")

    await environment.services.administration.societies.dissolve(BY, CHESS, given=Confirmation(CANCEL))
    await environment.deliver()

    (text,) = environment.chat.texts_to(PRES)
    assert "the society was dissolved." in text
    assert "minutes back" not in text


async def test_a_blocked_person_reads_until_when_why_and_whom_to_ask(environment: Environment):
    object.__setattr__(environment.services, "contact", "the help desk")

    await environment.services.administration.people.block(BY, "wil", UNTIL, "noise")
    await environment.deliver()

    (text,) = environment.chat.texts_to(WIL)
    assert "You can't book rooms until" in text
    assert "Reason: noise. Questions? Ask the help desk." in text


async def test_nothing_is_said_of_a_block_that_was_lifted_meanwhile(environment: Environment):
    people = environment.services.administration.people
    await people.block(BY, "wil", UNTIL, "noise")
    await people.unblock(BY, "wil")

    await environment.deliver()

    assert [each for each in environment.chat.texts_to(WIL) if "can't book" in each] == []
    assert any("You can book rooms again" in each for each in environment.chat.texts_to(WIL))


@pytest.mark.parametrize(("minutes", "verb"), [(90, "got"), (-90, "lost")])
async def test_a_changed_quota_comes_with_its_reason(environment: Environment, minutes: int, verb: str):
    await environment.services.administration.people.grant(BY, "wil", minutes, "the conference")
    await environment.deliver()

    (text,) = environment.chat.texts_to(WIL)
    assert text.startswith(f"You {verb} ")
    assert "for the week of 9 March: the conference." in text


async def test_the_message_of_a_new_password_is_without_the_password(environment: Environment):
    await environment.services.administration.people.set_password(BY, "wil", "open sesame")
    await environment.deliver()

    (text,) = environment.chat.texts_to(WIL)
    assert "An administrator has set a new password for you" in text
    assert "sesame" not in text


async def test_an_announcement_is_posted_as_it_was_written(environment: Environment):
    channel = Identity("chat:announcements")
    await environment.storage.write(lambda unit: unit.notice_channels.add(channel, WIL, NOW))

    announcements = environment.services.administration.announcements
    await announcements.send(BY, "Closed today.\nSorry!", given=Confirmation(YES))
    await environment.deliver()

    assert environment.chat.texts_to(channel) == ["Closed today.\nSorry!"]
