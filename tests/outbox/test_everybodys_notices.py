"""Everybody's notices are due at once: all arrive, within the rates, and keep nobody else waiting."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.platforms.base import RateLimited
from bot.worker.rate_limit import bucket_of
from bot.worker.scheduler import send_quota_notices
from core.model import Erasure, Identity, MessageState, NotificationPreferences, PersonId, UserGroup
from core.ports import UnitOfWork
from core.services.notices import queue_quota_notices
from tests.builders import a_person
from tests.outbox.environment import Environment, a_message

MONDAY = datetime(2026, 3, 16, 3, 0, tzinfo=UTC)
MANY = 1_100
"""More than two batches of the planning."""


async def subscribe(environment: Environment, people: int) -> list[PersonId]:
    """Adds students who want notices; on the platform they are `chat:s0`, `chat:s1`, …"""

    def work(unit: UnitOfWork) -> list[PersonId]:
        added = []
        for number in range(people):
            student = a_person(
                f"s{number}", UserGroup.STUDENT, preferences=NotificationPreferences(notices=True)
            )
            added.append(unit.people.add(student, None).id)
            unit.people.link(added[-1], Identity(f"chat:s{number}"))
        return added

    return await environment.storage.write(work)


async def test_each_subscriber_is_queued_once_though_planning_was_interrupted(environment: Environment):
    people = await subscribe(environment, MANY)
    environment.clock.set(MONDAY)
    services = environment.services
    last = await services.storage.write_relaxed(
        lambda unit: queue_quota_notices(unit, services.rules, MONDAY, PersonId(0))
    )

    await send_quota_notices(services)

    assert last is not None
    assert last < people[-1]
    queued = [each.message.person_id for each in await environment.listed()]
    assert sorted(filter(None, queued)) == people


async def test_people_on_staff_and_those_who_are_being_erased_are_left_out(environment: Environment):
    first, second = await subscribe(environment, 2)
    await environment.want(NotificationPreferences(notices=True), who=Identity("chat:stan"))
    await environment.storage.write(lambda unit: unit.privacy.begin(Erasure(first, MONDAY)))

    await send_quota_notices(environment.services)

    assert [each.message.person_id for each in await environment.listed()] == [second]


async def test_a_reminder_does_not_wait_behind_everybodys_notices(environment: Environment):
    await subscribe(environment, 300)
    environment.clock.set(MONDAY)
    await send_quota_notices(environment.services)
    await environment.queue(a_message("urgent", due_at=MONDAY))

    await environment.worker(rates={"chat": 100.0}, lease=timedelta(seconds=4)).deliver_due()

    keys = [key for _, _, key in environment.chat.shown]
    assert "urgent" in keys
    assert len(keys) < 200
    left = [each for each in await environment.listed() if each.state is MessageState.WAITING]
    assert len(left) + len(keys) == 301
    assert all(each.message.due_at >= MONDAY for each in left)


async def test_messages_are_sent_at_the_rate_of_the_platform(environment: Environment):
    await environment.queue(*(a_message(f"m{n}", identity=Identity(f"chat:{n}")) for n in range(10)))

    started = asyncio.get_running_loop().time()
    await environment.worker(rates={"chat": 40.0}).deliver_due()

    assert len(environment.chat.shown) == 10
    assert asyncio.get_running_loop().time() - started >= 9 / 40


async def test_a_rate_limited_notice_is_never_given_up_before_it_expires(environment: Environment):
    environment.chat.errors = [RateLimited("too many", 30)] * 20
    await environment.queue(a_message(expires_at=environment.clock.now() + timedelta(days=2)))

    await environment.pass_time(environment.clock.now() + timedelta(hours=20), timedelta(minutes=20))

    assert environment.chat.texts_to() == ["Hello"]
    assert environment.chat.looked == 0


async def test_nobody_is_sent_anything_while_the_platform_asks_to_wait(environment: Environment):
    environment.chat.errors = [RateLimited("too many", 60)]
    await environment.queue(*(a_message(f"m{n}", identity=Identity(f"chat:{n}")) for n in range(20)))

    await environment.worker(concurrency=1).deliver_due()
    meanwhile = len(environment.chat.shown)
    await environment.pass_time(environment.clock.now() + timedelta(minutes=3), timedelta(seconds=30))

    assert meanwhile == 0
    assert len(environment.chat.shown) == 20


@pytest.mark.parametrize(
    ("identity", "bucket"),
    [
        ("slack:T1:U1", "slack:T1"),
        ("slack:T2:C1", "slack:T2"),
        ("discord:2", "discord"),
        ("discord:channel:5", "discord"),
        ("terminal:wil", "terminal"),
    ],
)
def test_workspaces_have_rates_of_their_own(identity: str, bucket: str):
    assert bucket_of(Identity(identity)) == bucket
