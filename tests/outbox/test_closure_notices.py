"""Messages to the holders of bookings in a closure: once, with alternatives, until they have chosen."""

from datetime import timedelta

from bot.chat.reply import Button
from bot.chat.request import ChatRequest, PlatformName, Requester
from bot.commands import COMMANDS
from bot.conversation.dispatcher import Dispatcher
from core.model import TokenTerm
from core.policy.access import token_day
from core.services.closures import NewClosure
from tests.builders import a_slot
from tests.outbox.environment import CHESS, HALL, PRES, REMA, WIL, Environment

EXAM = a_slot("09:00", 8 * 60, days=1)


async def close(environment: Environment, **place: object) -> None:
    new = NewClosure(EXAM, "exam", **place)  # type: ignore[arg-type]
    await environment.services.closures.add([new], "test", is_confirmed=True)


async def test_the_holder_is_notified_once_with_rooms_to_move_to(environment: Environment):
    booking = await environment.book(a_slot("10:00", 60, days=1))
    await environment.book(a_slot("17:00", 60, days=1), by=REMA)
    await close(environment, room_id=HALL)
    await close(environment, room_id=HALL)

    await environment.deliver()
    await environment.deliver()

    (text,) = environment.chat.texts_to()
    assert "will be closed (exam) during your booking" in text
    assert text.endswith("Move it to:")
    assert environment.chat.texts_to(REMA) == []
    _, reply, _ = environment.chat.shown[0]
    move = next(button for item in reply.items for button in item.buttons)
    requester = Requester(WIL, PlatformName.SLACK)
    moved = await Dispatcher(environment.services, COMMANDS).dispatch(
        ChatRequest(requester, action=move.action, value=move.value)
    )
    assert moved.text[0] == "Moved to "
    assert (await environment.services.bookings.get(booking.id)).version == 2
    assert await environment.services.closures.unanswered() == []


async def test_the_holder_can_cancel(environment: Environment):
    await environment.book(a_slot("10:00", 60, days=1))
    await close(environment)
    await environment.deliver()

    _, reply, _ = environment.chat.shown[0]
    assert [each.label for each in reply.actions if isinstance(each, Button)] == ["Cancel booking"]


async def test_presidents_are_notified_of_a_booking_by_their_society_s_token(environment: Environment):
    term = TokenTerm(1, token_day(environment.clock.now(), environment.services.rules))
    await environment.storage.write(lambda unit: unit.societies.set_term(CHESS, term))
    await environment.book(a_slot("10:00", 60, days=1), by=None, society_id=CHESS, title="Blitz", term=term)
    await close(environment)

    await environment.deliver()

    assert len(environment.chat.texts_to(PRES)) == 1
    assert environment.chat.texts_to(WIL) == []
    ((holder,),) = [each.holders for each in await environment.services.closures.unanswered()]
    assert holder.username == "pres"


async def test_nothing_is_sent_once_the_room_is_open_again_or_the_booking_gone(environment: Environment):
    gone = await environment.book(a_slot("10:00", 60, days=1))
    await environment.book(a_slot("12:00", 60, days=1), by=REMA)
    await close(environment)
    await environment.services.bookings.cancel(gone.id, environment.people[WIL])
    (closure,) = await environment.services.closures.all()
    await environment.services.closures.remove(closure.id, "test")

    await environment.deliver()

    assert environment.chat.shown == []


async def test_a_killed_sender_does_not_send_twice(environment: Environment):
    await environment.book(a_slot("10:00", 60, days=1))
    await close(environment)
    await environment.deliver()
    environment.clock.move(timedelta(hours=3))
    await environment.worker("another").deliver_due()

    assert len(environment.chat.texts_to()) == 1
