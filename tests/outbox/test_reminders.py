"""Reminders: due times, changes of the booking, downtime and quiet hours."""

from datetime import UTC, datetime, timedelta

from core.interval import Interval
from core.model import Identity, MessageState, NotificationPreferences, QuietHours, RoomId
from core.services.reminders import reminders
from tests.builders import NOW, a_booking, a_person, a_slot, at
from tests.outbox.environment import LAB, REMA, WIL, Environment


def test_a_reminder_is_due_thirty_minutes_before_by_default():
    (reminder,) = reminders(a_booking(slot=a_slot("15:00")), a_person(person_id=1), NOW)

    assert reminder.due_at == at("14:30")
    assert reminder.expires_at == at("15:00")


def test_a_reminder_expires_when_the_next_is_due():
    person = a_person(person_id=1, preferences=NotificationPreferences(reminders=(10, 120, 30)))

    messages = reminders(a_booking(slot=a_slot("15:00")), person, NOW)

    assert [each.due_at for each in messages] == [at("13:00"), at("14:30"), at("14:50")]
    assert [each.expires_at for each in messages] == [at("14:30"), at("14:50"), at("15:00")]


def test_a_booking_that_starts_soon_has_no_reminder():
    assert reminders(a_booking(slot=a_slot("10:45")), a_person(person_id=1), NOW) == ()


def test_a_booking_by_society_token_has_no_reminder():
    assert reminders(a_booking(slot=a_slot("15:00"), by=None), None, NOW) == ()


def test_a_reminder_keeps_its_lead_time_across_a_clock_change():
    start = datetime(2026, 3, 29, 1, 15, tzinfo=UTC)  # 02:15 in London, just after the clocks jump
    booking = a_booking(slot=Interval(start, start + timedelta(hours=1)))

    (reminder,) = reminders(booking, a_person(person_id=1), NOW)

    assert reminder.due_at == start - timedelta(minutes=30)


async def test_booking_queues_a_reminder(environment: Environment):
    await environment.book(a_slot("15:00"))

    await environment.pass_time(at("14:29"))
    before = environment.chat.texts_to()
    await environment.pass_time(at("14:31"))

    assert before == []
    assert environment.chat.texts_to() == ["Your booking starts : Room K-J17-G01, ."]
    (_, reply, _) = environment.chat.shown[0]
    assert [button.label for button in reply.actions] == ["I'm here", "30 min more", "Cancel"]


async def test_a_reminder_adds_the_booking_to_a_calendar(environment: Environment):
    environment.publish()
    await environment.book(a_slot("15:00"))

    await environment.pass_time(at("14:31"))

    (_, reply, _) = environment.chat.shown[0]
    assert [button.label for button in reply.actions] == [
        "I'm here",
        "30 min more",
        "Cancel",
        "Add to calendar",
    ]


async def test_a_reminder_offers_no_time_that_the_quota_does_not_allow(environment: Environment):
    await environment.book(a_slot("15:00", minutes=180))

    await environment.pass_time(at("14:31"))

    (_, reply, _) = environment.chat.shown[0]
    assert [button.label for button in reply.actions] == ["I'm here", "Cancel"]


async def test_a_reminder_offers_no_time_that_is_taken(environment: Environment):
    await environment.book(a_slot("15:00"))
    await environment.book(a_slot("16:00"), by=REMA)

    await environment.pass_time(at("14:31"))

    (_, reply, _) = environment.chat.shown[0]
    assert [button.label for button in reply.actions] == ["I'm here", "Cancel"]


async def test_cancelling_removes_the_reminder(environment: Environment):
    booking = await environment.book(a_slot("15:00"))

    await environment.services.bookings.cancel(booking.id, environment.people[WIL])
    await environment.pass_time(at("15:00"), timedelta(minutes=10))

    assert environment.chat.shown == []
    assert await environment.listed() == []


async def test_moving_moves_the_reminder(environment: Environment):
    booking = await environment.book(a_slot("15:00"))

    await environment.services.bookings.move(booking, environment.people[WIL], a_slot("17:00"), LAB)
    await environment.pass_time(at("16:29"), timedelta(minutes=10))
    before = environment.chat.texts_to()
    await environment.pass_time(at("16:31"))

    assert before == []
    assert "K-J17-LAB" in environment.chat.texts_to()[0]


async def test_extending_updates_the_reminders_end(environment: Environment):
    booking = await environment.book(a_slot("15:00"))

    await environment.services.bookings.extend(booking, environment.people[WIL], timedelta(minutes=30))
    await environment.pass_time(at("14:31"), timedelta(minutes=10))

    (_, reply, _) = environment.chat.shown[0]
    assert any(getattr(part, "interval", None) == a_slot("15:00", 90) for part in reply.text)


async def test_a_reminder_claimed_before_a_move_shows_the_new_time(
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


async def test_moving_back_and_forth_reminds_once(environment: Environment):
    booking = await environment.book(a_slot("15:00"))

    moved = (
        await environment.services.bookings.move(booking, environment.people[WIL], a_slot("17:00"))
    ).booking
    await environment.services.bookings.move(moved, environment.people[WIL], a_slot("15:00"))
    await environment.pass_time(at("18:00"), timedelta(minutes=10))

    assert len(environment.chat.shown) == 1


async def test_a_late_reminder_is_sent_until_the_booking_starts(environment: Environment):
    await environment.want(NotificationPreferences(reminders=(30, 60, 90)))
    await environment.book(a_slot("15:00"))
    await environment.book(a_slot("12:00"), LAB)

    environment.clock.set(at("14:50"))
    await environment.deliver()

    assert len(environment.chat.shown) == 1
    assert "G01" in environment.chat.texts_to()[0]


async def test_changed_preferences_apply_to_existing_bookings(environment: Environment):
    await environment.book(a_slot("15:00"))

    await environment.want(NotificationPreferences(reminders=()))
    none = await environment.listed()
    await environment.want(NotificationPreferences(reminders=(60, 10)))
    two = await environment.listed()

    assert none == []
    assert [each.message.due_at for each in two] == [at("14:00"), at("14:50")]


async def test_quiet_hours_delay_or_drop_reminders(environment: Environment):
    await environment.want(NotificationPreferences(reminders=(60,), quiet=QuietHours(11 * 60, 13 * 60)))
    await environment.book(a_slot("12:00"))
    await environment.book(a_slot("13:30"), LAB)

    await environment.pass_time(at("13:05"), timedelta(minutes=5))

    assert len(environment.chat.shown) == 1
    assert "LAB" in environment.chat.texts_to()[0]
    assert sorted(each.name for each in await environment.states()) == ["DROPPED", "SENT"]


async def test_bookings_over_http_are_confirmed_if_configured(environment: Environment):
    await environment.book(a_slot("15:00"), confirm=True)
    await environment.book(a_slot("16:00"), LAB)

    await environment.deliver()

    assert environment.chat.texts_to() == ["You're booked: Room K-J17-G01, ."]


async def test_reminders_go_to_the_person_who_booked(environment: Environment):
    await environment.book(a_slot("15:00"), by=REMA)

    await environment.pass_time(at("14:31"), timedelta(minutes=10))

    assert environment.chat.texts_to(WIL) == []
    assert len(environment.chat.texts_to(REMA)) == 1


async def test_each_of_many_reminders_is_sent_once(environment: Environment):
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


def test_nobody_is_reminded_of_another_persons_booking():
    booking = a_booking(by=2, slot=a_slot("15:00"))

    assert reminders(booking, a_person(person_id=1), NOW) == ()
