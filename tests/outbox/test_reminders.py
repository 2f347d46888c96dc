"""People are reminded of their bookings: in time, of what is true then, and not in a burst."""

from datetime import UTC, datetime, timedelta

from core.interval import Interval
from core.model.entities import Identity, NotificationPreferences, QuietHours, RoomId
from core.model.outbox import MessageState
from core.services.reminders import reminders
from tests.builders import NOW, a_booking, a_person, a_slot, at
from tests.outbox.environment import LAB, REMA, WIL, Environment


def test_a_reminder_is_due_half_an_hour_before_unless_somebody_wants_it_otherwise():
    (reminder,) = reminders(a_booking(slot=a_slot("15:00")), a_person(person_id=1), NOW)

    assert reminder.due_at == at("14:30")
    assert reminder.expires_at == at("15:00")


def test_each_of_several_reminders_is_useless_once_the_next_is_due():
    person = a_person(person_id=1, preferences=NotificationPreferences(reminders=(10, 120, 30)))

    messages = reminders(a_booking(slot=a_slot("15:00")), person, NOW)

    assert [each.due_at for each in messages] == [at("13:00"), at("14:30"), at("14:50")]
    assert [each.expires_at for each in messages] == [at("14:30"), at("14:50"), at("15:00")]


def test_nobody_is_reminded_of_what_they_have_just_booked():
    assert reminders(a_booking(slot=a_slot("10:45")), a_person(person_id=1), NOW) == ()


def test_a_societys_own_booking_reminds_nobody():
    assert reminders(a_booking(slot=a_slot("15:00"), by=None), None, NOW) == ()


def test_a_reminder_keeps_its_distance_when_the_clocks_change():
    start = datetime(2026, 3, 29, 1, 15, tzinfo=UTC)  # 02:15 in London, just after the clocks jump
    booking = a_booking(slot=Interval(start, start + timedelta(hours=1)))

    (reminder,) = reminders(booking, a_person(person_id=1), NOW)

    assert reminder.due_at == start - timedelta(minutes=30)


async def test_a_booking_brings_its_reminder_with_it(environment: Environment):
    await environment.book(a_slot("15:00"))

    await environment.pass_time(at("14:29"))
    before = environment.chat.told()
    await environment.pass_time(at("14:31"))

    assert before == []
    assert environment.chat.told() == ["Your booking starts : Room K-J17-G01, ."]
    (_, reply, _) = environment.chat.shown[0]
    assert [button.label for button in reply.actions] == ["I'm here", "30 min more", "Cancel"]


async def test_a_cancelled_booking_takes_its_reminder_along(environment: Environment):
    booking = await environment.book(a_slot("15:00"))

    await environment.services.bookings.cancel(booking.id, environment.people[WIL])
    await environment.pass_time(at("15:00"), timedelta(minutes=10))

    assert environment.chat.shown == []
    assert await environment.listed() == []


async def test_a_moved_booking_is_reminded_of_at_its_new_time_and_place(environment: Environment):
    booking = await environment.book(a_slot("15:00"))

    await environment.services.bookings.move(booking, environment.people[WIL], a_slot("17:00"), LAB)
    await environment.pass_time(at("16:29"), timedelta(minutes=10))
    before = environment.chat.told()
    await environment.pass_time(at("16:31"))

    assert before == []
    assert "K-J17-LAB" in environment.chat.told()[0]


async def test_an_extended_booking_keeps_its_reminder_and_tells_the_new_end(environment: Environment):
    booking = await environment.book(a_slot("15:00"))

    await environment.services.bookings.extend(booking, environment.people[WIL], timedelta(minutes=30))
    await environment.pass_time(at("14:31"), timedelta(minutes=10))

    (_, reply, _) = environment.chat.shown[0]
    assert any(getattr(part, "interval", None) == a_slot("15:00", 90) for part in reply.text)


async def test_a_booking_that_was_moved_while_its_reminder_was_on_its_way_says_nothing_wrong(
    environment: Environment,
):
    booking = await environment.book(a_slot("15:00"))
    environment.clock.set(at("14:30"))
    now = environment.clock.now()
    await environment.storage.write_relaxed(
        lambda unit: unit.outbox.claim("slow", now, now + timedelta(minutes=1), 5)
    )

    await environment.services.bookings.move(booking, environment.people[WIL], a_slot("17:00"))
    await environment.pass_time(at("14:35"))

    assert environment.chat.shown == []


async def test_moving_a_booking_there_and_back_reminds_once(environment: Environment):
    booking = await environment.book(a_slot("15:00"))

    moved = (
        await environment.services.bookings.move(booking, environment.people[WIL], a_slot("17:00"))
    ).booking
    await environment.services.bookings.move(moved, environment.people[WIL], a_slot("15:00"))
    await environment.pass_time(at("18:00"), timedelta(minutes=10))

    assert len(environment.chat.shown) == 1


async def test_after_downtime_a_late_reminder_is_sent_while_it_is_of_use(environment: Environment):
    await environment.want(NotificationPreferences(reminders=(30, 60, 90)))
    await environment.book(a_slot("15:00"))
    await environment.book(a_slot("12:00"), LAB)

    environment.clock.set(at("14:50"))
    await environment.deliver()

    assert len(environment.chat.shown) == 1
    assert "G01" in environment.chat.told()[0]


async def test_people_choose_their_reminders_and_bookings_follow(environment: Environment):
    await environment.book(a_slot("15:00"))

    await environment.want(NotificationPreferences(reminders=()))
    none = await environment.listed()
    await environment.want(NotificationPreferences(reminders=(60, 10)))
    two = await environment.listed()

    assert none == []
    assert [each.message.due_at for each in two] == [at("14:00"), at("14:50")]


async def test_nothing_disturbs_quiet_hours_and_what_would_come_too_late_is_dropped(environment: Environment):
    await environment.want(NotificationPreferences(reminders=(60,), quiet=QuietHours(11 * 60, 13 * 60)))
    await environment.book(a_slot("12:00"))
    await environment.book(a_slot("13:30"), LAB)

    await environment.pass_time(at("13:05"), timedelta(minutes=5))

    assert len(environment.chat.shown) == 1
    assert "LAB" in environment.chat.told()[0]
    assert sorted(each.name for each in await environment.states()) == ["DROPPED", "SENT"]


async def test_who_booked_where_no_chat_answers_is_told_when_asked_for(environment: Environment):
    await environment.book(a_slot("15:00"), confirm=True)
    await environment.book(a_slot("16:00"), LAB)

    await environment.deliver()

    assert environment.chat.told() == ["You're booked: Room K-J17-G01, ."]


async def test_others_bookings_remind_others(environment: Environment):
    await environment.book(a_slot("15:00"), by=REMA)

    await environment.pass_time(at("14:31"), timedelta(minutes=10))

    assert environment.chat.told(WIL) == []
    assert len(environment.chat.told(REMA)) == 1


async def test_reminders_of_many_bookings_are_sent_once_each(environment: Environment):
    await environment.add_people(250)
    rooms = [RoomId(f"K-J17-{number}") for number in range(101, 111)]
    for n in range(250):
        await environment.book(a_slot("11:00", 15, days=1 + n // 10), rooms[n % 10], Identity(f"chat:p{n}"))

    for days in range(1, 26):
        environment.clock.set(at("10:31", days))
        await environment.deliver()

    keys = [key for _, _, key in environment.chat.shown]
    assert len(keys) == len(set(keys)) == 250
    assert await environment.states() == [MessageState.SENT] * 250


def test_nobody_is_reminded_of_what_somebody_else_booked():
    booking = a_booking(by=2, slot=a_slot("15:00"))

    assert reminders(booking, a_person(person_id=1), NOW) == ()
