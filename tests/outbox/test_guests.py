"""Messages to the guests of a booking, and to those who are offered one."""

from datetime import timedelta

import pytest

from core.errors import RoomieError
from core.model import Booking, Guest, Identity, MessageState, NotificationPreferences, PersonId
from core.policy.retention import Retention, limits
from core.policy.rules import Rules
from core.services.purge import Purge
from core.services.sharing import Attendee
from tests.builders import a_slot, at
from tests.outbox.environment import LAB, PRES, REMA, STAN, WIL, Environment

ZOE = Identity("chat:zoe")
"""A chat account that Roomie does not know."""


async def invite(environment: Environment, booking: Booking, *who: Identity) -> Booking:
    people = environment.people
    guests = [Guest(people[each]) if each in people else Guest(identity=each, name="Zoe") for each in who]
    by = environment.people[WIL]
    return (await environment.services.sharing.invite(booking.id, by, guests)).booking


async def test_guests_are_invited_by_direct_message(environment: Environment):
    booking = await environment.book(a_slot("15:00"))

    await invite(environment, booking, REMA, ZOE)
    await environment.deliver()

    for guest in (REMA, ZOE):
        (text,) = environment.chat.texts_to(guest)
        assert " invited you to Room K-J17-G01" in text
    (_, reply, _) = environment.chat.shown[0]
    assert [each.label for each in reply.actions] == ["Who's coming", "Leave"]
    assert environment.chat.texts_to(WIL) == []


async def test_guests_add_the_booking_to_their_calendar(environment: Environment):
    environment.publish()
    booking = await environment.book(a_slot("15:00"))

    await invite(environment, booking, REMA, ZOE)
    await environment.deliver()
    invitations = [reply for _, reply, _ in environment.chat.shown]
    environment.chat.shown.clear()
    await environment.pass_time(at("14:31"))

    reminders = [reply for to, reply, _ in environment.chat.shown if to in (REMA, ZOE)]
    assert (len(invitations), len(reminders)) == (2, 2)
    for reply in (*invitations, *reminders):
        assert [each.label for each in reply.actions][-1] == "Add to calendar"


async def test_however_often_somebody_is_invited_they_get_one_message(environment: Environment):
    booking = await environment.book(a_slot("15:00"))

    for _ in range(3):
        await invite(environment, booking, ZOE)
        await environment.deliver()
        await environment.services.sharing.leave(booking.id, Attendee(None, (ZOE,)))

    assert len(environment.chat.texts_to(ZOE)) == 1


async def test_guests_are_reminded_as_they_like(environment: Environment):
    await environment.want(NotificationPreferences(reminders=(60,)), who=REMA)
    booking = await environment.book(a_slot("15:00"))
    await invite(environment, booking, REMA, ZOE)
    await environment.deliver()
    environment.chat.shown.clear()

    await environment.pass_time(at("14:10"))
    early = [to for to, _, _ in environment.chat.shown]
    await environment.pass_time(at("14:40"))

    assert early == [REMA]
    assert sorted(to for to, _, _ in environment.chat.shown[1:]) == [WIL, ZOE]
    assert "A booking you're invited to starts" in environment.chat.texts_to(ZOE)[0]


async def test_changed_preferences_move_a_guests_reminders_and_nobody_elses(environment: Environment):
    booking = await environment.book(a_slot("15:00"))
    await invite(environment, booking, REMA, ZOE)
    await environment.deliver()
    environment.chat.shown.clear()

    await environment.ask("/settings reminders 60", by=REMA)
    await environment.pass_time(at("14:10"))
    early = [to for to, _, _ in environment.chat.shown]
    await environment.pass_time(at("14:40"))

    assert early == [REMA]
    assert sorted(to for to, _, _ in environment.chat.shown[1:]) == [WIL, ZOE]


async def test_those_who_left_are_not_reminded(environment: Environment):
    booking = await environment.book(a_slot("15:00"))
    await invite(environment, booking, REMA, ZOE)
    await environment.deliver()
    environment.chat.shown.clear()

    await environment.services.sharing.leave(booking.id, Attendee(environment.people[REMA]))
    await environment.services.sharing.leave(booking.id, Attendee(None, (ZOE,)))
    await environment.pass_time(at("14:40"))

    assert [to for to, _, _ in environment.chat.shown] == [WIL]


async def test_guests_hear_of_a_move_and_are_reminded_of_the_new_time(environment: Environment):
    booking = await invite(environment, await environment.book(a_slot("15:00")), REMA, ZOE)
    await environment.deliver()
    environment.chat.shown.clear()

    await environment.services.bookings.move(booking, environment.people[WIL], a_slot("17:00"), LAB)
    await environment.deliver()

    assert [to for to, _, _ in environment.chat.shown] == [REMA, ZOE]
    assert "has moved from Room K-J17-G01" in environment.chat.texts_to(ZOE)[0]
    environment.chat.shown.clear()
    await environment.pass_time(at("16:40"))
    assert sorted(to for to, _, _ in environment.chat.shown) == [REMA, WIL, ZOE]


async def test_guests_hear_of_a_cancellation(environment: Environment):
    booking = await invite(environment, await environment.book(a_slot("15:00")), REMA, ZOE)
    await environment.deliver()
    environment.chat.shown.clear()

    await environment.services.bookings.cancel(booking.id, environment.people[WIL])
    await environment.pass_time(at("14:40"))

    assert [to for to, _, _ in environment.chat.shown] == [REMA, ZOE]
    assert all("was cancelled" in environment.chat.texts_to(each)[0] for each in (REMA, ZOE))


async def test_those_taken_off_a_booking_get_a_notice(environment: Environment):
    booking = await invite(environment, await environment.book(a_slot("15:00")), ZOE)
    await environment.deliver()
    environment.chat.shown.clear()

    await environment.services.sharing.remove(booking.id, environment.people[WIL], ZOE)
    await environment.pass_time(at("14:40"))

    assert environment.chat.texts_to(ZOE) == ["You're no longer on the booking of Room K-J17-G01, ."]


async def test_a_guest_without_an_account_checks_in_and_leaves(environment: Environment):
    booking = await invite(environment, await environment.book(a_slot("10:30")), ZOE)

    checked_in = await environment.services.bookings.check_in(booking.id, None, (ZOE,))
    after, guest = await environment.services.sharing.leave(booking.id, Attendee(None, (ZOE,)))

    assert checked_in.checked_in_at == environment.clock.now()
    assert (guest.name, after.guests) == ("Zoe", ())
    with pytest.raises(RoomieError):
        await environment.services.bookings.check_in(booking.id, None, (ZOE,))


async def offer(environment: Environment, booking: Booking, to: Identity, **others: object) -> Booking:
    people = environment.people
    by = PersonId(booking.booked_by or 0)
    return await environment.services.sharing.offer(booking.id, by, people[to], **others)  # type: ignore[arg-type]


async def accept(environment: Environment, booking: Booking, by: Identity) -> Booking:
    assert booking.transfer is not None
    sharing = environment.services.sharing
    return (await sharing.accept(booking.id, booking.transfer.id, environment.people[by])).booking


async def test_an_offer_arrives_with_two_buttons_and_its_answer_too(environment: Environment):
    booking = await offer(environment, await environment.book(a_slot("15:00")), REMA)
    await environment.deliver()
    ((to, reply, _),) = environment.chat.shown

    assert to == REMA
    assert [each.label for each in reply.actions] == ["Accept", "No thanks"]

    await accept(environment, booking, REMA)
    await environment.deliver()
    assert environment.chat.texts_to(WIL) == [" accepted your booking: Room K-J17-G01,  is theirs now."]


async def test_reminders_go_with_the_booking(environment: Environment):
    booking = await environment.book(a_slot("15:00"))
    await invite(environment, booking, ZOE)
    await accept(environment, await offer(environment, booking, REMA), REMA)
    await environment.deliver()
    environment.chat.shown.clear()

    await environment.pass_time(at("14:40"))

    assert sorted(to for to, _, _ in environment.chat.shown) == [REMA, ZOE]
    assert "Your booking starts" in environment.chat.texts_to(REMA)[0]


async def test_both_are_reminded_of_what_they_have_after_a_swap(environment: Environment):
    first = await environment.book(a_slot("15:00"))
    second = await environment.book(a_slot("17:00"), LAB, by=REMA)
    await invite(environment, first, ZOE)
    await accept(environment, await offer(environment, first, REMA, swap=second), REMA)
    await environment.deliver()
    environment.chat.shown.clear()

    await environment.pass_time(at("14:40"))
    before_first = sorted(to for to, _, _ in environment.chat.shown)
    await environment.pass_time(at("16:40"))

    assert before_first == [REMA]
    assert sorted(to for to, _, _ in environment.chat.shown[1:]) == [WIL, ZOE]


async def test_a_declined_offer_is_answered(environment: Environment):
    booking = await offer(environment, await environment.book(a_slot("15:00")), REMA)
    assert booking.transfer is not None

    await environment.services.sharing.decline(booking.id, booking.transfer.id, environment.people[REMA])
    await environment.deliver()

    assert environment.chat.texts_to(REMA) == []
    assert environment.chat.texts_to(WIL) == [" can't take your booking. You still have Room K-J17-G01, ."]


async def test_an_offer_taken_back_is_not_sent(environment: Environment):
    booking = await offer(environment, await environment.book(a_slot("15:00")), REMA)

    await environment.services.sharing.withdraw(booking.id, environment.people[WIL])
    await environment.deliver()

    assert environment.chat.shown == []
    assert MessageState.DROPPED in await environment.states()


async def test_nobody_offers_what_is_not_theirs(environment: Environment):
    given = await environment.book(a_slot("15:00"), by=WIL)

    with pytest.raises(RoomieError):
        await environment.services.sharing.offer(given.id, environment.people[PRES], environment.people[STAN])


async def test_guests_and_offers_are_erased_after_some_weeks(environment: Environment, rules: Rules):
    booking = await environment.book(a_slot("15:00"))
    await invite(environment, booking, REMA, ZOE)
    await offer(environment, booking, REMA)
    purge = Purge(environment.storage)

    environment.clock.move(timedelta(days=34))
    await purge.run(limits(Retention(), rules, environment.clock.now()), 50)
    kept = await environment.storage.read(lambda unit: unit.bookings.get(booking.id))
    environment.clock.move(timedelta(days=3))
    await purge.run(limits(Retention(), rules, environment.clock.now()), 50)
    erased = await environment.storage.read(lambda unit: unit.bookings.get(booking.id))

    assert kept is not None
    assert erased is not None
    assert (len(kept.guests), kept.transfer is None) == (2, False)
    assert (erased.guests, erased.transfer) == ((), None)
