"""Every verb of administration as every kind of person: only administrators change or learn anything.

Generated from the table of verbs, so that a new verb is covered without a line here.
"""

from datetime import timedelta
from functools import partial

import pytest
from msgspec.structs import replace

from bot.administration.table import VERBS
from bot.administration.verb import AdminVerb
from bot.commands import COMMANDS
from bot.services import Services
from core.model import Block, Person
from core.ports import UnitOfWork
from tests.bot.chat import Chat
from tests.bot.conftest import Roomie
from tests.contracts.raw import ask

REFUSAL = "Only administrators can do this."
KINDS = ("student", "president", "staff", "blocked administrator")
NAMES = dict(zip(KINDS, ("rema", "wil", "dana", "emily"), strict=True))
_TABLES = (
    "room",
    "building",
    "person",
    "identity",
    "society",
    "membership",
    "booking",
    "charge",
    "quota_grant",
)
_TABLES += ("webhook", "closure", "wait", "outbox", "job_run", "audit", "draft", "token")


def _set(name: str, unit: UnitOfWork, *, block: Block | None = None) -> Person:
    person = unit.people.by_name(name)
    assert person is not None
    unit.people.put(replace(person, is_admin=True))
    unit.people.block(person.id, block)
    return person


@pytest.fixture
async def scene(services: Services) -> Services:
    blocked = Block(services.clock.now() + timedelta(days=9))
    await services.storage.write(partial(_set, NAMES["blocked administrator"], block=blocked))
    return services


async def _rows(database_url: str) -> list[object]:
    return [await ask(database_url, f'SELECT count(*) FROM "{each}"') for each in _TABLES]  # noqa: S608


def lines_of(verb: AdminVerb) -> list[str]:
    """Complete lines, an incomplete one, and one without sense."""
    return [
        *verb.examples,
        f"/admin {verb.name}",
        f"/admin {verb.name} help",
        f"/admin {verb.name} ? ! 1 2 3",
    ]


@pytest.mark.parametrize("kind", KINDS)
async def test_others_learn_and_change_nothing_whatever_they_type(
    scene: Services, database_url: str, kind: str
):
    chat = Chat(scene, NAMES[kind])
    before = await _rows(database_url)

    for verb in VERBS:
        for line in lines_of(verb):
            assert (await chat.say(line)).strip() == REFUSAL, line
        options = {each.name: each.choices[0] if each.choices else "1" for each in verb.all_parameters}
        assert (await chat.run(f"admin {verb.name}", **options)).strip() == REFUSAL
    for line in (
        "/admin",
        "/admin help",
        "/admin nonsense",
        *(f"/admin {each}" for each in ("room", "user")),
    ):
        assert (await chat.say(line)).strip() == REFUSAL
    assert (await chat.act("admin_answer", "0123456789abcdef~yes")).strip() == REFUSAL
    assert await _rows(database_url) == before


async def test_strangers_are_asked_to_log_in(scene: Services, database_url: str):
    chat = Chat(scene, "nobody")
    before = await _rows(database_url)

    for verb in VERBS:
        assert "log in" in (await chat.say(f"/admin {verb.name}"))
        assert chat.last.code == "not_signed_in"
    assert await _rows(database_url) == before


@pytest.mark.parametrize("kind", KINDS)
async def test_help_lists_no_verb_for_others(scene: Services, kind: str):
    chat = Chat(scene, NAMES[kind])

    assert "/admin" not in await chat.say("/help all")


async def test_administrators_get_an_answer_to_every_verb(scene: Services):
    await scene.storage.write(partial(_set, "dana"))
    chat = Chat(scene, "dana")

    for verb in VERBS:
        for line in lines_of(verb):
            shown = await chat.say(line)
            assert REFUSAL not in shown, line
            assert "something went wrong" not in shown, line


def test_every_verb_is_a_command_for_administrators_only():
    commands = {each.name: each for each in COMMANDS}

    for verb in VERBS:
        command = commands[f"admin {verb.name}"]
        assert command.admin_only
        assert command.may_use is not None
        assert command.is_mutating


def test_a_person_at_the_command_line_has_the_rights_that_they_have_in_chat(sample_roomie: Roomie):
    roomie = sample_roomie
    refused = roomie("chat", "--as", "wil", "/admin room edit Wren G01 capacity 40")
    roomie("user", "admin", "dana", "on")
    allowed = roomie("chat", "--as", "dana", "/admin room edit Wren G01 capacity 40")

    assert REFUSAL in refused.out
    assert "capacity 24 → 40" in allowed.out
