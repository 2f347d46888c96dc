"""Answers that are remembered: found by every process, renewed in their place, forgotten and purged."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.chat.command import CommandContext
from bot.chat.reply import Button, Reply, ReplyItem, Subject
from bot.chat.request import ChatRequest, PlatformName, Requester
from bot.conversation.memory.record import RememberedAnswer, remember_reply
from bot.conversation.memory.store import LIFETIME, AnswerMemory
from bot.services import Services
from core.model import Draft, Expiring, Identity
from core.policy.retention import Retention, limits
from core.policy.rules import Rules
from core.services.administration.rights import Administrator
from core.services.purge import Purge
from tests.builders import a_person
from tests.fakes.clock import StillClock
from tests.sample_services import create_services

ANN, BEN = Identity("slack:T1:U1"), Identity("slack:T1:U2")


def an_answer(value: str) -> Reply:
    item = ReplyItem((f"Room {value}",), (), (Button("book", "Book", value),))
    return Reply((f"Free: {value}",), items=(item,), subject=Subject(search=value))


def at_any_time(answer: RememberedAnswer | None) -> RememberedAnswer:
    """The answer without the time at which it was shown."""
    assert answer is not None
    assert answer.shown_at is not None
    return replace(answer, shown_at=None)


@asynccontextmanager
async def a_process(url: str, clock: StillClock, rules: Rules) -> AsyncIterator[Services]:
    services = create_services(url, clock, rules)
    await services.storage.open()
    await services.storage.load()
    try:
        yield services
    finally:
        await services.storage.close()


@pytest.fixture
async def services(database_url: str, clock: StillClock, rules: Rules) -> AsyncIterator[Services]:
    async with a_process(database_url, clock, rules) as services:
        for name, identity in (("ann", ANN), ("ben", BEN)):
            await services.accounts.add_person(a_person(name), None)
            await services.administration.people.link(Administrator(), name, identity)
        yield services


@pytest.fixture
async def elsewhere(
    services: Services, database_url: str, clock: StillClock, rules: Rules
) -> AsyncIterator[Services]:
    async with a_process(database_url, clock, rules) as other:
        yield other


def context_of(
    services: Services, identity: Identity = ANN, channel: str = "C1", thread: str = ""
) -> CommandContext:
    request = ChatRequest(Requester(identity, PlatformName.SLACK), "words", channel=channel, thread=thread)
    return CommandContext(request, services, services.read_model.directory.by_identity(identity))


async def test_every_process_finds_the_latest_answer(services: Services, elsewhere: Services):
    memory = AnswerMemory(services)
    await memory.remember(context_of(services), an_answer("first"))
    await memory.settle()
    await memory.remember(context_of(services), an_answer("second"))
    await memory.settle()

    found = await AnswerMemory(elsewhere).recall(context_of(elsewhere))

    assert at_any_time(found) == remember_reply(an_answer("second"))


async def test_an_answer_is_of_one_person_in_one_place(services: Services):
    memory = AnswerMemory(services)
    await memory.remember(context_of(services, channel="C1", thread="T1"), an_answer("first"))
    await memory.settle()

    for context in (
        context_of(services, BEN, "C1", "T1"),
        context_of(services, ANN, "C1"),
        context_of(services, ANN, "C2", "T1"),
    ):
        assert await memory.recall(context) is None


async def test_an_answer_that_waits_to_be_written_is_found_in_its_process(services: Services):
    memory = AnswerMemory(services)
    for value in ("first", "second", "third"):
        await memory.remember(context_of(services), an_answer(value))

        assert at_any_time(await memory.recall(context_of(services))) == remember_reply(an_answer(value))


async def test_answers_of_many_at_once_are_all_stored(services: Services, elsewhere: Services):
    memory = AnswerMemory(services)
    contexts = [context_of(services, channel=f"C{number}") for number in range(40)]

    await asyncio.gather(*(memory.remember(each, an_answer(each.request.channel)) for each in contexts))
    await memory.settle()

    found = [
        await AnswerMemory(elsewhere).recall(context_of(elsewhere, channel=f"C{each}")) for each in range(40)
    ]
    kept = [each for each in found if each is not None]
    assert len(kept) > 25  # of two places with the same number, the later stays
    assert {each.subject.search for each in kept} <= {f"C{number}" for number in range(40)}
    assert at_any_time(found[-1]) == remember_reply(an_answer("C39"))


class _BusyMemory(AnswerMemory):
    """Memory in which somebody else gets an answer during each of the first writes."""

    busy_writes, written = 4, 0

    async def _write(self, answers: Mapping[str, tuple[Draft, str, Reply]]) -> None:
        self.written += 1
        if self.written <= self.busy_writes:
            await self.remember(context_of(self._services, BEN), an_answer("another"))
        await super()._write(answers)


async def test_nobody_waits_for_answers_that_others_get_meanwhile(services: Services, elsewhere: Services):
    memory = _BusyMemory(services)
    await memory.remember(context_of(services), an_answer("first"))

    await memory.settle()

    assert memory.written == 1
    found = await AnswerMemory(elsewhere).recall(context_of(elsewhere))
    assert at_any_time(found) == remember_reply(an_answer("first"))
    while memory.written <= memory.busy_writes:
        await memory.settle()


async def test_an_answer_without_anything_to_refer_to_leaves_the_last_one(services: Services):
    memory = AnswerMemory(services)
    await memory.remember(context_of(services), an_answer("first"))

    await memory.remember(context_of(services), Reply(("You have 60 minutes left.",)))

    assert at_any_time(await memory.recall(context_of(services))) == remember_reply(an_answer("first"))


async def test_an_unlinked_chat_account_is_forgotten(services: Services):
    memory, before = AnswerMemory(services), context_of(services)
    await memory.remember(before, an_answer("first"))
    assert before.account is not None
    await services.logins.unlink(before.account.person.id, ANN)

    await memory.remember(before, Reply(("You're logged out here.",)))
    await services.administration.people.link(Administrator(), "ann", ANN)

    assert await memory.recall(context_of(services)) is None


async def test_a_chat_account_of_somebody_else_now_has_no_memory(services: Services):
    memory, before = AnswerMemory(services), context_of(services)
    await memory.remember(before, an_answer("first"))
    assert before.account is not None
    await memory.settle()
    await services.logins.unlink(before.account.person.id, ANN)
    await services.administration.people.link(Administrator(), "ben", ANN)

    assert await memory.recall(context_of(services)) is None


async def test_answers_are_purged_when_they_expired(services: Services, clock: StillClock, rules: Rules):
    memory = AnswerMemory(services)
    await memory.remember(context_of(services), an_answer("first"))
    await memory.settle()
    clock.move(LIFETIME + timedelta(seconds=1))
    assert await memory.recall(context_of(services)) is None
    drafts = [each for each in limits(Retention(), rules, clock.now()) if each.kind is Expiring.DRAFTS]

    assert await Purge(services.storage).enforce(drafts[0]) == 1


async def test_previews_of_series_and_answers_do_not_push_each_other_out(
    services: Services, clock: StillClock
):
    memory, context = AnswerMemory(services), context_of(services)
    assert context.account is not None
    person_id = context.account.person.id
    await memory.remember(context, an_answer("first"))
    await memory.settle()

    preview = Draft("preview", person_id, "{}", clock.now() + timedelta(days=2))
    await services.storage.write(lambda unit: unit.drafts.add(preview, 100))

    assert await memory.recall(context) is not None
    assert await services.storage.read(lambda unit: unit.drafts.get("preview")) == preview
