"""Delivery: at least once, without duplicates, despite failing platforms and workers."""

import asyncio
from datetime import timedelta

import pytest

from bot.platforms.base import RateLimited, RecipientOffline, RecipientUnreachable
from core.model import Expiring, Limit, MessageState
from core.services.purge import Purge
from tests.builders import NOW
from tests.outbox.environment import WIL, Environment, a_message

SENT, GIVEN_UP, DROPPED = MessageState.SENT, MessageState.GIVEN_UP, MessageState.DROPPED
WAITING, SENDING = MessageState.WAITING, MessageState.SENDING
LEASE = timedelta(minutes=2)


async def test_due_messages_are_sent_once(environment: Environment):
    await environment.queue(a_message("m1"), a_message("m2", due_at=NOW + timedelta(hours=1)))

    await environment.deliver()
    await environment.deliver()

    assert environment.chat.texts_to() == ["Hello"]
    assert await environment.states() == [SENT, WAITING]


async def test_the_same_key_is_queued_once(environment: Environment):
    assert await environment.queue(a_message("m1"), a_message("m1")) == 1
    assert await environment.queue(a_message("m1")) == 0


async def test_two_workers_never_send_the_same_message(environment: Environment):
    await environment.queue(*(a_message(f"m{n}") for n in range(60)))

    await asyncio.gather(*(environment.worker(max_claimed=7).deliver_due() for _ in range(3)))

    keys = [key for _, _, key in environment.chat.shown]
    assert len(keys) == len(set(keys)) == 60


async def test_concurrency_is_limited(environment: Environment):
    await environment.queue(*(a_message(f"m{n}") for n in range(30)))

    await environment.worker(concurrency=4).deliver_due()

    assert environment.chat.most_at_once <= 4
    assert len(environment.chat.shown) == 30


async def test_a_failed_send_is_tried_again_later(environment: Environment):
    environment.chat.errors = [ConnectionError("down"), ConnectionError("still down")]
    await environment.queue(a_message())

    await environment.deliver()
    waiting = await environment.listed()
    await environment.pass_time(NOW + timedelta(minutes=1), timedelta(seconds=5))

    assert (waiting[0].state, waiting[0].attempts) == (SENDING, 1)
    assert "down" in waiting[0].error
    assert environment.chat.texts_to() == ["Hello"]


async def test_a_delivered_message_with_a_lost_response_is_not_sent_again(environment: Environment):
    environment.chat.lost_answers = [TimeoutError()]
    await environment.queue(a_message())

    await environment.pass_time(NOW + timedelta(minutes=2))

    assert environment.chat.texts_to() == ["Hello"]
    assert environment.chat.looked == 1
    assert await environment.states() == [SENT]


async def test_a_message_waits_while_its_delivery_is_unknown(environment: Environment):
    environment.chat.lost_answers, environment.chat.blind = [TimeoutError()], ConnectionError("no history")
    await environment.queue(a_message())

    await environment.pass_time(NOW + timedelta(minutes=30))
    unclear = (await environment.listed())[0]
    environment.chat.blind = None
    await environment.pass_time(NOW + timedelta(minutes=32))

    assert unclear.state is SENDING
    assert "unknown whether it arrived" in unclear.error
    assert environment.chat.texts_to() == ["Hello"]
    assert await environment.states() == [SENT]


async def test_a_dead_workers_messages_are_taken_over_when_the_lease_ends(environment: Environment):
    await environment.queue(a_message("begun"), a_message("claimed"))
    now = environment.clock.now()

    def die(unit):
        claimed = unit.outbox.claim("dead", now, now + LEASE, 10)
        unit.outbox.start("dead", {claimed[0].id: WIL}, now, now + LEASE)

    await environment.storage.write_relaxed(die)
    await environment.deliver()
    before = list(environment.chat.shown)
    environment.clock.move(LEASE)
    await environment.deliver()

    assert before == []
    assert {key for _, _, key in environment.chat.shown} == {"begun", "claimed"}
    assert environment.chat.looked == 1


async def test_a_worker_without_a_lease_cannot_start_a_send(environment: Environment):
    await environment.queue(a_message())
    now = environment.clock.now()
    claimed = await environment.storage.write_relaxed(
        lambda unit: unit.outbox.claim("slow", now, now + LEASE, 10)
    )
    environment.clock.move(LEASE)
    await environment.storage.write_relaxed(
        lambda unit: unit.outbox.claim("quick", environment.clock.now(), environment.clock.now() + LEASE, 10)
    )

    begun = await environment.storage.write_relaxed(
        lambda unit: unit.outbox.start("slow", {claimed[0].id: WIL}, now, now + LEASE)
    )

    assert begun == set()


async def test_unreachable_recipients_are_given_up_with_the_reason(environment: Environment):
    environment.chat.errors = [RecipientUnreachable("direct messages are closed")]
    await environment.queue(a_message())

    await environment.deliver()

    (given_up,) = await environment.listed()
    assert given_up.state is GIVEN_UP
    assert "closed" in given_up.error


async def test_a_message_is_given_up_after_the_last_attempt(environment: Environment):
    environment.chat.errors = [ConnectionError("down")] * 50
    await environment.queue(a_message())

    await environment.pass_time(NOW + timedelta(hours=12), timedelta(minutes=20))

    (given_up,) = await environment.listed()
    assert (given_up.state, given_up.attempts) == (GIVEN_UP, 12)


async def test_a_rate_limit_of_the_platform_is_respected(environment: Environment):
    environment.chat.errors = [RateLimited("too many", 600)]
    await environment.queue(a_message())

    await environment.pass_time(NOW + timedelta(minutes=9))
    meanwhile = environment.chat.texts_to()
    await environment.pass_time(NOW + timedelta(minutes=11))

    assert meanwhile == []
    assert environment.chat.texts_to() == ["Hello"]


async def test_offline_recipients_get_the_message_when_they_return(environment: Environment):
    environment.chat.errors = [RecipientOffline("not here")] * 3
    await environment.queue(a_message())

    await environment.pass_time(NOW + timedelta(minutes=10))

    assert environment.chat.texts_to() == ["Hello"]


async def test_expired_messages_are_dropped(environment: Environment):
    await environment.queue(a_message(expires_at=NOW + timedelta(minutes=5)))
    environment.clock.move(timedelta(minutes=5))

    await environment.deliver()

    assert environment.chat.shown == []
    assert await environment.states() == [DROPPED]


async def test_an_operator_retries_a_given_up_message(environment: Environment):
    environment.chat.errors = [RecipientUnreachable("closed")]
    await environment.queue(a_message())
    await environment.deliver()
    (given_up,) = await environment.listed(GIVEN_UP)

    await environment.storage.write(lambda unit: unit.outbox.retry(given_up.id, environment.clock.now()))
    await environment.deliver()

    assert environment.chat.texts_to() == ["Hello"]


async def test_an_operator_gives_up_a_waiting_message(environment: Environment):
    await environment.queue(a_message(due_at=NOW + timedelta(hours=1)))
    (waiting,) = await environment.listed()

    await environment.storage.write(lambda unit: unit.outbox.give_up(waiting.id, "by an operator"))
    environment.clock.move(timedelta(hours=2))
    await environment.deliver()

    assert environment.chat.shown == []


async def test_old_messages_are_purged(environment: Environment):
    await environment.queue(a_message("m1"), a_message("m2", due_at=NOW + timedelta(days=30)))
    await environment.deliver()

    await Purge(environment.storage).enforce(Limit(Expiring.MESSAGES, NOW + timedelta(days=14)))

    assert [each.message.key for each in await environment.listed()] == ["m2"]


@pytest.mark.parametrize("payload", ["", "null", "[1]", '{"text": 7}', '{"text": [{"type": "moment"}]}'])
async def test_a_reply_that_cannot_be_read_says_so(environment: Environment, payload: str):
    await environment.queue(a_message(payload=payload))

    await environment.deliver()

    assert "can't read it any more" in environment.chat.texts_to()[0]


async def test_messages_to_one_recipient_are_spaced(environment: Environment):
    await environment.queue(*(a_message(f"m{n}") for n in range(3)))

    started = asyncio.get_running_loop().time()
    await environment.worker(spacing=timedelta(milliseconds=60)).deliver_due()

    assert asyncio.get_running_loop().time() - started >= 0.12


async def test_shutdown_finishes_sends_and_releases_the_rest(environment: Environment):
    await environment.queue(*(a_message(f"m{n}") for n in range(10)))
    running = asyncio.ensure_future(environment.worker(spacing=timedelta(seconds=0.3)).run())
    await asyncio.wait_for(environment.chat.spoke.wait(), 5)

    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    shown = len(environment.chat.shown)
    await environment.deliver()

    assert shown < 10
    assert sorted(key for _, _, key in environment.chat.shown) == [f"m{n}" for n in range(10)]
