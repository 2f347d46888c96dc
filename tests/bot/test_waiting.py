"""Waiting for a room that is taken, as conversations."""

from datetime import timedelta

import pytest
from msgspec.structs import force_setattr

from bot.chat.reply import Reply, Tone
from bot.notifications import NOTIFICATION_TYPES
from bot.services import Services
from bot.worker.offers import OfferMaker
from bot.worker.recipients import context_for, delivery_targets
from core.model import ClaimedMessage, RoomId
from tests.bot.chat import Chat, rendered_text
from tests.fakes.clock import StillClock

LABEL = "Tell me when it's free"


class Inbox:
    """Direct messages of the waiting list, composed as when they are sent; a chat's newest is its `last`."""

    def __init__(self, services: Services, *chats: Chat) -> None:
        self.services = services
        self.chats = {f"terminal:{each.name}": each for each in chats}
        self.offers = OfferMaker(services)
        self.types = {each.name: each for each in NOTIFICATION_TYPES}

    async def deliver(self) -> list[str]:
        """Makes offers, and shows all messages that are due to their chats; returns `name: text`."""
        await self.offers.poll()
        now = self.services.clock.now()
        claimed = await self.services.storage.write(
            lambda unit: unit.outbox.claim("test", now, now + timedelta(days=1), 100)
        )
        shown = [await self._show(each) for each in claimed]
        return [each for each in shown if each]

    async def _show(self, claimed: ClaimedMessage) -> str:
        message = claimed.message
        (identity,) = delivery_targets(message, self.services, {"terminal"})
        reply = await self.types[message.kind].compose(context_for(identity, self.services, message), message)
        chat = self.chats[identity]
        if reply is None:
            return ""
        chat.last = reply
        return f"{chat.name}: {rendered_text(reply, self.services)}"


async def cancel(chat: Chat, booked: Reply) -> None:
    """Cancels the booking that a reply is about, with its buttons."""
    chat.last = booked
    await chat.press("Cancel")
    await chat.press("Yes, cancel it")


@pytest.fixture
def inbox(services: Services, wil: Chat, rema: Chat, emily: Chat, dana: Chat) -> Inbox:
    return Inbox(services, wil, rema, emily, dana)


async def test_a_taken_room_is_waited_for_offered_and_taken(inbox: Inbox, wil: Chat, rema: Chat, emily: Chat):
    await wil.say("/book Wren G02 14:00 for 1 hour")
    booked = wil.last

    refused = await rema.say("/book Wren G02 14:00 for 1 hour")
    assert "is taken" in refused
    waiting = await rema.press(LABEL)
    assert "You're 1st in line for Wren G02 (H-C12-G02), Wed 11 Mar, 14:00–15:00." in waiting
    await emily.say("/book Wren G02 14:00 for 1 hour")
    assert "2nd in line" in await emily.press(LABEL)
    assert await inbox.deliver() == []

    await cancel(wil, booked)
    (offer,) = await inbox.deliver()
    assert offer.startswith("rema: Wren G02 (H-C12-G02) is free: Wed 11 Mar, 14:00–15:00.")
    assert "I'm holding it for you until" in offer
    assert "uses 60 minutes of your quota" in offer
    held = await wil.say("/book Wren G02 14:00 for 1 hour")
    assert "is held for somebody on the waiting list" in held

    assert "You're booked: Wren G02" in await rema.press("Take it")
    assert await rema.quota() == 120
    assert "aren't waiting" in await rema.say("/rooms waiting")
    assert "1st in line" in await emily.say("/rooms waiting")


async def test_the_second_press_of_take_it_changes_nothing(inbox: Inbox, wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 14:00 for 1 hour")
    booked = wil.last
    await rema.say("/rooms wait Wren G02 14:00-15:00")
    await cancel(wil, booked)
    await inbox.deliver()
    offer = rema.last

    await rema.press("Take it")
    rema.last = offer
    assert "You're booked" in await rema.press("Take it")

    assert await rema.quota() == 120
    rema.last = offer
    await rema.press("Pass")
    assert rema.tone is Tone.REFUSED


async def test_pass_gives_it_to_the_next_and_a_missed_offer_is_announced(
    inbox: Inbox, clock: StillClock, wil: Chat, rema: Chat, emily: Chat
):
    await wil.say("/book Wren G02 14:00 for 1 hour")
    booked = wil.last
    for chat in (rema, emily):
        await chat.say("/rooms wait Wren G02 14:00-15:00")
    await cancel(wil, booked)
    await inbox.deliver()

    assert "it goes to the next in line" in await rema.press("Pass")
    (offer,) = await inbox.deliver()
    assert offer.startswith("emily: Wren G02")

    clock.move(timedelta(minutes=10))
    (missed,) = await inbox.deliver()
    assert missed.startswith("emily: You didn't answer in time, so I've stopped holding Wren G02")
    assert emily.labels == ["Wait again"]
    assert "It's free. Book Wren G02" in await emily.press("Wait again")


async def test_nothing_free_is_waited_for_as_it_was_asked(inbox: Inbox, wil: Chat, rema: Chat):
    refused = await rema.say("/rooms free today 16:00-17:00 9999 seats")
    assert LABEL not in rema.labels, refused
    await wil.say("/book Wren G02 16:00 for 1 hour")
    await rema.say("/rooms free today 16:00-17:00 Wren G02")

    assert "1st in line" in await rema.press(LABEL)


async def test_what_is_free_is_offered_instead_of_waiting(rema: Chat):
    text = await rema.say("/rooms wait 20 seats near Wren tomorrow 14:00-16:00")

    assert "in line" not in text
    assert any(label.startswith("Book") for label in rema.labels)
    assert "It's free. Book Wren G02" in await rema.say("/rooms wait Wren G02 tomorrow 14:00-16:00")


async def test_a_kind_of_room_is_waited_for(
    inbox: Inbox, services: Services, wil: Chat, dana: Chat, rema: Chat
):
    largest = max(
        each.capacity
        for each in services.read_model.catalogue.order
        if each.bookable and each.individual_access
    )
    await dana.say(f"/rooms free tomorrow 14:00-16:00 {largest} seats")
    booked = []
    while LABEL not in dana.labels:
        await dana.press("Book")
        booked.append(dana.last)
        await dana.say(f"/rooms free tomorrow 14:00-16:00 {largest} seats")
    assert LABEL in dana.labels

    waiting = await rema.say(f"/rooms wait {largest} seats near Wren tomorrow 14:00-16:00")
    assert f"1st in line for a room ({largest}+ seats · near" in waiting
    await cancel(dana, booked[-1])
    (offer,) = await inbox.deliver()

    assert offer.startswith("rema: ")
    assert "You're still in line for a room" in await rema.press("Pass")
    assert await inbox.deliver() == []


async def test_the_list_says_what_is_waited_for_and_why_and_stops(inbox: Inbox, wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 14:00 for 1 hour")
    await rema.say("/rooms wait Wren G02 14:00-15:00")
    await rema.say("/rooms watch Wren G01 today")

    listed = await rema.say("what am I waiting for?", free=True)
    assert "Wren G02 (H-C12-G02), Wed 11 Mar, 14:00–15:00" in listed
    assert "1st in line · taken (booked here)" in listed
    assert rema.labels == ["Stop waiting", "Stop watching"]

    assert "You've stopped waiting for Wren G02" in await rema.press("Stop waiting")
    await rema.say("/rooms waiting")
    await rema.press("Stop watching")
    assert "aren't waiting for anything" in await rema.say("/rooms waiting")


async def test_a_watched_room_is_announced_once(inbox: Inbox, clock: StillClock, rema: Chat):
    assert "is busy until" in await rema.say("/rooms status Wren G01")
    assert "I'll message you once" in await rema.press(LABEL)
    assert await inbox.deliver() == []

    clock.move(timedelta(minutes=40))
    (message,) = await inbox.deliver()

    assert message.startswith("rema: Wren G01 (H-C12-G01) is free now")
    assert await inbox.deliver() == []
    assert "You're booked: Wren G01" in await rema.press(rema.labels[0])


@pytest.mark.parametrize(
    "words",
    [
        "tell me when Wren G01 is free today",
        "let me know if wren g01 becomes available today",
        "watch Wren G01 today",
        "notify me when Wren G01 gets free today",
    ],
)
async def test_plain_words_watch_a_room(rema: Chat, words: str):
    reply = await rema.say(words, free=True)

    assert "I'll message you once, as soon as Wren G01" in reply


@pytest.mark.parametrize(
    "words",
    [
        "tell me when Wren G02 is free tomorrow 2-4pm",
        "put me on the waiting list for Wren G02 tomorrow 2-4pm",
        "wait for Wren G02 tomorrow 2-4pm please",
        "let me know when Wren G02 is free again tomorrow 14:00-16:00",
    ],
)
async def test_plain_words_wait_for_a_time(wil: Chat, rema: Chat, words: str):
    await wil.say("/book Wren G02 tomorrow 2-4pm")

    assert "1st in line for Wren G02 (H-C12-G02), Thu 12 Mar, 14:00–16:00" in await rema.say(words, free=True)


async def test_a_fourth_wait_is_refused_with_what_to_do(wil: Chat, dana: Chat, rema: Chat):
    for hour in (12, 13, 14, 15):
        await dana.say(f"/book Wren G02 {hour}:00 for 1 hour")
    for hour in (12, 13, 14):
        await rema.say(f"/rooms wait Wren G02 {hour}:00-{hour + 1}:00")

    assert "Stop one of them first" in await rema.say("/rooms wait Wren G02 15:00-16:00")


async def test_a_stranger_is_asked_to_log_in(stranger: Chat, wil: Chat):
    await wil.say("/book Wren G02 14:00 for 1 hour")

    await stranger.say("/rooms wait Wren G02 14:00-15:00")

    assert stranger.last.is_refusal


async def test_nobody_answers_the_offer_of_another(inbox: Inbox, wil: Chat, rema: Chat, emily: Chat):
    await wil.say("/book Wren G02 14:00 for 1 hour")
    booked = wil.last
    await rema.say("/rooms wait Wren G02 14:00-15:00")
    await cancel(wil, booked)
    await inbox.deliver()

    for label in ("Take it", "Pass"):
        emily.last = rema.last
        assert "aren't waiting for that" in await emily.press(label)
    for action in ("take_offer", "pass_offer", "stop_waiting"):
        for value in ("", "x", "1.", "99999999999999999999", "-1", "0.abc"):
            await emily.act(action, value)
            assert emily.last.is_refusal
            assert emily.tone is not Tone.FAILED


@pytest.fixture
async def held(inbox: Inbox, dana: Chat, rema: Chat) -> str:
    """Wren G02 from 14:00 to 15:00 is held for rema."""
    await dana.say("/book Wren G02 14:00 for 1 hour")
    booked = dana.last
    await rema.say("/rooms wait Wren G02 14:00-15:00")
    await cancel(dana, booked)
    (offer,) = await inbox.deliver()
    return offer


async def test_no_command_books_through_what_is_held_for_another(held: str, wil: Chat, services: Services):
    assert "is held for somebody" in await wil.say("/book Wren G02 14:30 for 1 hour")
    await wil.say("/book Wren G02 13:00 for 1 hour")
    assert "is held for somebody" in await wil.say("/rooms extend 1 hour")
    assert "is held for somebody" in await wil.say("/rooms move to 14:00")
    assert "Wren G02" not in await wil.say("/rooms plan today 14:00-15:00")
    await wil.say("/rooms book Wren G02 every day at 14:00 for 1 hour for 2 times for SOTECHSOC")
    assert "held" in await wil.say("/rooms status Wren G02 14:30")
    free = await wil.say("/rooms free today 14:00-15:00 in Wren")
    assert "Wren G02" not in free

    bookings = services.read_model.in_room(RoomId("H-C12-G02"))
    assert [f"{each.interval.start:%H:%M}" for each in bookings if each.interval.start.day == 11] == ["13:00"]


async def test_the_person_of_an_offer_books_it_by_typing_too(held: str, rema: Chat):
    assert "You're booked" in await rema.say("/book Wren G02 14:00 for 1 hour")

    assert "aren't waiting" in await rema.say("/rooms waiting")


async def test_who_cannot_stay_longer_waits_for_the_rest(inbox: Inbox, dana: Chat, rema: Chat):
    await dana.say("/book Wren G02 15:00 for 1 hour")
    booked = dana.last
    await rema.say("/book Wren G02 14:00 for 1 hour")
    await rema.say("/rooms extend 1 hour")

    assert "1st in line for Wren G02 (H-C12-G02), Wed 11 Mar, 15:00–16:00" in await rema.press(LABEL)
    await cancel(dana, booked)
    await inbox.deliver()

    assert "You're booked: Wren G02 (H-C12-G02), Wed 11 Mar, 15:00–16:00" in await rema.press("Take it")


async def test_waiting_can_be_switched_off(services: Services, wil: Chat, rema: Chat):
    force_setattr(services.rules, "waits_per_person", 0)
    await wil.say("/book Wren G02 14:00 for 1 hour")

    await rema.say("/book Wren G02 14:00 for 1 hour")

    assert LABEL not in rema.labels
    assert "switched off" in await rema.say("/rooms wait Wren G02 14:00-15:00")
