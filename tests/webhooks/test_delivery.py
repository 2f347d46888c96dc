"""Delivery of events: what arrives, in which order, and what happens when a receiver fails."""

import asyncio
from datetime import timedelta

from bot.webhooks.secrets import rotate_secret
from core.model import WebhookDeliveryState, WebhookId, WebhookState
from core.policy.rules import Rules
from core.policy.webhook_events import quota_reset
from core.services.webhooks import COMMAND_LINE
from tests.builders import a_slot
from tests.outbox.environment import LAB, STAN, WIL
from tests.webhooks.conftest import Hooks
from tests.webhooks.receiver import Receiver


async def change_twice(hooks: Hooks) -> str:
    """A booking that is made, moved and cancelled."""
    bookings, wil = hooks.campus.services.bookings, hooks.campus.people[WIL]
    booking = await hooks.campus.book(a_slot("15:00"))
    moved = (await bookings.move(booking, wil, a_slot("17:00"))).booking
    await bookings.cancel(moved.id, wil)
    return booking.id


async def test_events_of_a_booking_arrive_signed_and_in_order(hooks: Hooks):
    receiver = await hooks.add()

    booking_id = await change_twice(hooks)
    await hooks.send()

    assert receiver.types() == [
        "booking.created",
        "booking.changed",
        "room.freed",
        "booking.cancelled",
        "room.freed",
    ]
    assert receiver.versions() == {booking_id: [1, 2, 3]}
    assert receiver.refused == 0
    assert receiver.received[0]["data"]["booking"]["room_name"]
    assert "booked_by" not in str(receiver.received)


async def test_only_subscribed_events_arrive(hooks: Hooks):
    receiver = await hooks.add(None, "room.freed", "quota.*")

    await change_twice(hooks)
    await hooks.send()

    assert receiver.types() == ["room.freed", "room.freed"]


async def test_without_a_webhook_nothing_is_stored(hooks: Hooks):
    await change_twice(hooks)

    receiver = await hooks.add()
    await hooks.send()

    assert receiver.received == []


async def test_personal_data_is_sent_only_where_it_was_asked_for(hooks: Hooks):
    receiver = await hooks.add(None, "booking.*", is_personal=True)

    await hooks.campus.book(a_slot("15:00"), title="Chess club")
    await hooks.send()

    booking = receiver.received[0]["data"]["booking"]
    assert booking["title"] == "Chess club"
    assert booking["booked_by"]["username"] == "wil"


async def test_other_processes_announce_events_too(hooks: Hooks, open_another):
    receiver = await hooks.add()
    other = await open_another()

    await other.catch_up()
    assert other.read_model.has_webhooks
    await hooks.campus.book(a_slot("15:00"))
    await hooks.send()

    assert receiver.types() == ["booking.created"]


async def test_a_receiver_that_is_down_gets_everything_later_in_order(hooks: Hooks):
    receiver = await hooks.add()
    await receiver.stop()
    booking_id = await change_twice(hooks)
    await hooks.send()

    await receiver.start()
    await hooks.pass_time(timedelta(minutes=10), timedelta(minutes=1))

    assert receiver.versions() == {booking_id: [1, 2, 3]}
    assert (await hooks.webhook()).failing_since is None


async def test_an_event_that_fails_holds_up_its_booking_only(hooks: Hooks):
    receiver = Receiver(answer=lambda payload: 500 if payload["type"] == "booking.created" else 200)
    await hooks.add(receiver)
    blocked = await change_twice(hooks)
    receiver.answer = lambda payload: 500 if blocked in str(payload) else 200
    free = (await hooks.campus.book(a_slot("12:00"), LAB)).id

    await hooks.send()

    assert receiver.versions() == {free: [1]}
    waiting = await hooks.deliveries(WebhookDeliveryState.WAITING)
    assert len(waiting) == 5


async def test_a_slow_receiver_holds_up_nobody_and_gets_few_requests_at_once(hooks: Hooks):
    slow, quick = await hooks.add(), await hooks.add()
    slow.gate.clear()
    await hooks.campus.add_people(8)
    for number in range(8):
        await hooks.campus.book(a_slot("15:00"), f"K-J17-{101 + number}", by=f"chat:p{number}")

    sender = hooks.worker(concurrency=2)
    running = asyncio.create_task(sender.run())
    async with asyncio.timeout(10):
        while len(quick.received) < 8:
            quick.arrived.clear()
            await quick.arrived.wait()
    assert slow.received == []
    slow.gate.set()
    async with asyncio.timeout(10):
        while len(slow.received) < 8:
            slow.arrived.clear()
            await slow.arrived.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert slow.most_at_once <= 2


async def test_a_receiver_that_never_answers_is_given_up_waiting_for(hooks: Hooks):
    from bot.webhooks.client import ReceiverClient

    receiver = await hooks.add()
    receiver.gate.clear()
    await hooks.campus.book()

    async with ReceiverClient(("127.0.0.1",), timedelta(milliseconds=200)) as client:
        await hooks.worker(client).send_due()

    [delivery] = await hooks.deliveries()
    assert delivery.error == "no answer within 0.2 seconds"
    assert delivery.state is WebhookDeliveryState.WAITING


async def test_what_keeps_failing_is_given_up_and_operators_hear_of_it(hooks: Hooks):
    receiver = await hooks.add(None, "booking.created", "quota.reset")
    broken = (await hooks.campus.book(a_slot("15:00"))).id
    receiver.answer = lambda payload: 422 if broken in str(payload) else 200

    for week in range(5):
        event = quota_reset(20_000 + 7 * week, Rules(), hooks.campus.clock.now())
        await hooks.campus.storage.write(lambda unit, event=event: unit.webhooks.announce([event]))
        await hooks.pass_time(timedelta(hours=20), timedelta(hours=1))

    [given_up] = await hooks.deliveries(WebhookDeliveryState.GIVEN_UP)
    assert given_up.event.booking_id == broken
    assert (given_up.attempts, given_up.status, given_up.error) == (10, 422, "it answered 422")
    assert (await hooks.webhook()).state is WebhookState.ACTIVE
    await hooks.campus.deliver()
    assert "keeps refusing some events" in hooks.campus.chat.texts_to(STAN)[-1]


async def test_after_days_of_failure_a_webhook_is_paused_and_loses_nothing(hooks: Hooks):
    receiver = await hooks.add()
    receiver.status = 500
    booking_id = await change_twice(hooks)

    await hooks.pass_time(timedelta(days=4), timedelta(hours=2))

    assert (await hooks.webhook()).state is WebhookState.FAILED
    assert receiver.requests < 80
    await hooks.campus.deliver()
    assert "I've paused webhook 1" in hooks.campus.chat.texts_to(STAN)[-1]
    receiver.status = 200
    await hooks.campus.services.webhooks.resume(WebhookId(1), COMMAND_LINE)
    await hooks.send()
    assert receiver.versions() == {booking_id: [1, 2, 3]}


async def test_a_receiver_that_is_gone_is_left_alone(hooks: Hooks):
    receiver = await hooks.add()
    receiver.status = 410
    await change_twice(hooks)

    await hooks.pass_time(timedelta(hours=3), timedelta(minutes=30))

    webhook = await hooks.webhook()
    assert (webhook.state, receiver.requests) == (WebhookState.FAILED, 1)
    assert "gone" in webhook.reason


async def test_a_redirect_is_not_followed(hooks: Hooks):
    inside = Receiver()
    await inside.start()
    hooks.receivers.append(inside)
    receiver = await hooks.add()
    receiver.status, receiver.headers = 307, {"Location": inside.url}

    await hooks.campus.book()
    await hooks.send()

    [delivery] = await hooks.deliveries()
    assert (inside.requests, delivery.status) == (0, 307)
    assert "redirects are not followed" in delivery.error


async def test_a_receiver_may_ask_for_a_pause(hooks: Hooks):
    receiver = await hooks.add()
    receiver.status, receiver.headers = 429, {"Retry-After": "3600"}
    await hooks.campus.book()
    await hooks.send()

    await hooks.pass_time(timedelta(minutes=50), timedelta(minutes=10))
    requests_during_pause = receiver.requests
    receiver.status = 200
    await hooks.pass_time(timedelta(minutes=20), timedelta(minutes=10))

    assert (requests_during_pause, len(receiver.received)) == (1, 1)


async def test_both_secrets_sign_for_a_day_after_a_rotation(hooks: Hooks):
    receiver = await hooks.add()
    old = receiver.secret
    new = (await rotate_secret(hooks.campus.services, WebhookId(1), COMMAND_LINE)).secret

    await hooks.campus.book(a_slot("15:00"))
    await hooks.send()
    receiver.secret = new
    await hooks.campus.book(a_slot("17:00"))
    await hooks.send()

    assert (len(receiver.received), receiver.refused) == (2, 0)
    hooks.campus.clock.move(timedelta(hours=25))
    receiver.secret = old
    await hooks.campus.book(a_slot("17:00", days=2))
    await hooks.send()
    assert receiver.refused == 1


async def test_a_paused_webhook_gets_its_events_when_it_is_resumed(hooks: Hooks):
    receiver, webhooks = await hooks.add(), hooks.campus.services.webhooks
    await webhooks.pause(WebhookId(1), COMMAND_LINE)
    booking_id = await change_twice(hooks)
    await hooks.send()
    assert receiver.requests == 0

    await webhooks.resume(WebhookId(1), COMMAND_LINE)
    await hooks.send()

    assert receiver.versions() == {booking_id: [1, 2, 3]}


async def test_two_workers_keep_the_order(hooks: Hooks):
    receiver = await hooks.add()
    changed = [await change_twice(hooks) for _ in range(3)]

    await asyncio.gather(*(hooks.worker(concurrency=1).send_due() for _ in range(3)))

    assert receiver.versions() == {each: [1, 2, 3] for each in changed}
