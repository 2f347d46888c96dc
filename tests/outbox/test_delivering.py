"""Each message at least once, and shown once, whatever the platform and the workers go through."""

import asyncio
from datetime import timedelta

import pytest

from bot.platforms.base import Absent, Busy, Unreachable
from core.model.outbox import MessageState
from core.model.retention import Expiring, Limit
from core.services.purge import Purge
from tests.builders import NOW
from tests.outbox.house import WIL, House, a_message

SENT, GIVEN_UP, DROPPED = MessageState.SENT, MessageState.GIVEN_UP, MessageState.DROPPED
WAITING, SENDING = MessageState.WAITING, MessageState.SENDING
LEASE = timedelta(minutes=2)


async def test_what_is_due_is_sent_once(house: House):
    await house.queue(a_message("m1"), a_message("m2", due_at=NOW + timedelta(hours=1)))

    await house.deliver()
    await house.deliver()

    assert house.chat.told() == ["Hello"]
    assert await house.states() == [SENT, WAITING]


async def test_the_same_key_is_queued_once(house: House):
    assert await house.queue(a_message("m1"), a_message("m1")) == 1
    assert await house.queue(a_message("m1")) == 0


async def test_two_workers_never_send_the_same_message(house: House):
    await house.queue(*(a_message(f"m{n}") for n in range(60)))

    await asyncio.gather(*(house.worker(in_hand=7).deliver_due() for _ in range(3)))

    keys = [key for _, _, key in house.chat.shown]
    assert len(keys) == len(set(keys)) == 60


async def test_no_more_than_allowed_are_sent_at_once(house: House):
    await house.queue(*(a_message(f"m{n}") for n in range(30)))

    await house.worker(at_once=4).deliver_due()

    assert house.chat.most_at_once <= 4
    assert len(house.chat.shown) == 30


async def test_a_failed_send_is_tried_again_later(house: House):
    house.chat.troubles = [ConnectionError("down"), ConnectionError("still down")]
    await house.queue(a_message())

    await house.deliver()
    waiting = await house.listed()
    await house.pass_time(NOW + timedelta(minutes=1), timedelta(seconds=5))

    assert (waiting[0].state, waiting[0].attempts) == (SENDING, 1)
    assert "down" in waiting[0].trouble
    assert house.chat.told() == ["Hello"]


async def test_a_message_whose_answer_was_lost_is_found_and_not_sent_again(house: House):
    house.chat.lost_answers = [TimeoutError()]
    await house.queue(a_message())

    await house.pass_time(NOW + timedelta(minutes=2))

    assert house.chat.told() == ["Hello"]
    assert house.chat.looked == 1
    assert await house.states() == [SENT]


async def test_while_nobody_can_tell_whether_it_arrived_it_waits(house: House):
    house.chat.lost_answers, house.chat.blind = [TimeoutError()], ConnectionError("no history")
    await house.queue(a_message())

    await house.pass_time(NOW + timedelta(minutes=30))
    unclear = (await house.listed())[0]
    house.chat.blind = None
    await house.pass_time(NOW + timedelta(minutes=32))

    assert unclear.state is SENDING
    assert "nobody can tell" in unclear.trouble
    assert house.chat.told() == ["Hello"]
    assert await house.states() == [SENT]


async def test_a_dead_workers_messages_are_taken_over_when_his_lease_ends(house: House):
    await house.queue(a_message("begun"), a_message("claimed"))
    now = house.clock.now()

    def die(unit):
        claimed = unit.outbox.claim("dead", now, now + LEASE, 10)
        unit.outbox.begin("dead", {claimed[0].id: WIL}, now, now + LEASE)

    await house.storage.take(die)
    await house.deliver()
    before = list(house.chat.shown)
    house.clock.move(LEASE)
    await house.deliver()

    assert before == []
    assert {key for _, _, key in house.chat.shown} == {"begun", "claimed"}
    assert house.chat.looked == 1


async def test_a_worker_that_lost_its_lease_notes_nothing(house: House):
    await house.queue(a_message())
    now = house.clock.now()
    claimed = await house.storage.take(lambda unit: unit.outbox.claim("slow", now, now + LEASE, 10))
    house.clock.move(LEASE)
    await house.storage.take(
        lambda unit: unit.outbox.claim("quick", house.clock.now(), house.clock.now() + LEASE, 10)
    )

    begun = await house.storage.take(
        lambda unit: unit.outbox.begin("slow", {claimed[0].id: WIL}, now, now + LEASE)
    )

    assert begun == set()


async def test_the_unreachable_are_given_up_with_the_reason(house: House):
    house.chat.troubles = [Unreachable("direct messages are closed")]
    await house.queue(a_message())

    await house.deliver()

    (given_up,) = await house.listed()
    assert given_up.state is GIVEN_UP
    assert "closed" in given_up.trouble


async def test_a_platform_that_stays_down_is_given_up_in_the_end(house: House):
    house.chat.troubles = [ConnectionError("down")] * 50
    await house.queue(a_message())

    await house.pass_time(NOW + timedelta(hours=12), timedelta(minutes=20))

    (given_up,) = await house.listed()
    assert (given_up.state, given_up.attempts) == (GIVEN_UP, 12)


async def test_a_busy_platform_is_left_alone_for_as_long_as_it_asks(house: House):
    house.chat.troubles = [Busy("too many", 600)]
    await house.queue(a_message())

    await house.pass_time(NOW + timedelta(minutes=9))
    meanwhile = house.chat.told()
    await house.pass_time(NOW + timedelta(minutes=11))

    assert meanwhile == []
    assert house.chat.told() == ["Hello"]


async def test_who_is_not_there_is_told_when_they_come(house: House):
    house.chat.troubles = [Absent("not here")] * 3
    await house.queue(a_message())

    await house.pass_time(NOW + timedelta(minutes=10))

    assert house.chat.told() == ["Hello"]


async def test_what_expired_is_dropped(house: House):
    await house.queue(a_message(expires_at=NOW + timedelta(minutes=5)))
    house.clock.move(timedelta(minutes=5))

    await house.deliver()

    assert house.chat.shown == []
    assert await house.states() == [DROPPED]


async def test_an_operator_sends_again_what_was_given_up(house: House):
    house.chat.troubles = [Unreachable("closed")]
    await house.queue(a_message())
    await house.deliver()
    (given_up,) = await house.listed(GIVEN_UP)

    await house.storage.write(lambda unit: unit.outbox.retry(given_up.id, house.clock.now()))
    await house.deliver()

    assert house.chat.told() == ["Hello"]


async def test_an_operator_gives_up_what_waits(house: House):
    await house.queue(a_message(due_at=NOW + timedelta(hours=1)))
    (waiting,) = await house.listed()

    await house.storage.write(lambda unit: unit.outbox.give_up(waiting.id, "by an operator"))
    house.clock.move(timedelta(hours=2))
    await house.deliver()

    assert house.chat.shown == []


async def test_what_was_done_with_long_ago_is_forgotten(house: House):
    await house.queue(a_message("m1"), a_message("m2", due_at=NOW + timedelta(days=30)))
    await house.deliver()

    await Purge(house.storage).enforce(Limit(Expiring.MESSAGES, NOW + timedelta(days=14)))

    assert [each.message.key for each in await house.listed()] == ["m2"]


@pytest.mark.parametrize("payload", ["", "null", "[1]", '{"text": 7}', '{"text": [{"type": "moment"}]}'])
async def test_a_reply_that_cannot_be_read_says_so(house: House, payload: str):
    await house.queue(a_message(payload=payload))

    await house.deliver()

    assert "no longer read" in house.chat.told()[0]


async def test_two_messages_to_one_place_keep_their_distance(house: House):
    await house.queue(*(a_message(f"m{n}") for n in range(3)))

    started = asyncio.get_running_loop().time()
    await house.worker(spacing=timedelta(milliseconds=60)).deliver_due()

    assert asyncio.get_running_loop().time() - started >= 0.12


async def test_stopping_finishes_what_is_being_sent_and_lets_go_of_the_rest(house: House):
    await house.queue(*(a_message(f"m{n}") for n in range(10)))
    running = asyncio.ensure_future(house.worker(spacing=timedelta(seconds=0.3)).run())
    await asyncio.wait_for(house.chat.spoke.wait(), 5)

    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    shown = len(house.chat.shown)
    await house.deliver()

    assert shown < 10
    assert sorted(key for _, _, key in house.chat.shown) == [f"m{n}" for n in range(10)]
