"""Administration on Discord: groups of subcommands with options, hidden from others and refused to them."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bot.administration.table import VERBS
from bot.administration.verb import AdminVerb
from core.model import Block, Identity, UserGroup
from core.ports import UnitOfWork
from tests.builders import NOW
from tests.platforms.discord.environment import Environment
from tests.standins.discord import Person

KINDS = ("student", "staff", "blocked")


async def administrators(environment: Environment, *people: Person) -> None:
    def promote(unit: UnitOfWork) -> None:
        for each in people:
            person = unit.people.by_identity(Identity(f"discord:{each.id}"))
            assert person is not None
            unit.people.put(replace(person, is_admin=True))

    await environment.add_people(*people)
    await environment.storage.write(promote)


def required_options(verb: AdminVerb) -> dict[str, Any]:
    return {
        each.name.replace("-", "_"): each.choices[0] if each.choices else "1"
        for each in verb.parameters
        if each.required
    }


async def run(person: Person, verb: AdminVerb) -> str:
    options = required_options(verb)
    return (await person.run(f"/admin {verb.name}", **options)).seen.text


async def test_others_get_the_same_refusal_to_every_verb(environment: Environment) -> None:
    people = {kind: environment.discord.person(kind) for kind in KINDS}
    await environment.add_people(*people.values())

    def prepare(unit: UnitOfWork) -> None:
        staff, blocked = unit.people.by_name("staff"), unit.people.by_name("blocked")
        assert staff is not None
        assert blocked is not None
        unit.people.put(replace(staff, groups=frozenset({UserGroup.STAFF})))
        unit.people.put(replace(blocked, is_admin=True))
        unit.people.block(blocked.id, Block(NOW + timedelta(days=1)))

    await environment.storage.write(prepare)
    before = await environment.storage.read(lambda unit: list(unit.history.audit()))

    for person in people.values():
        for verb in VERBS:
            assert await run(person, verb) == "Only administrators can do this.", verb.name
    assert await environment.storage.read(lambda unit: list(unit.history.audit())) == before


async def test_a_person_without_an_account_is_asked_to_log_in(environment: Environment) -> None:
    stranger = environment.discord.person("stranger")

    for verb in VERBS[:3]:
        assert "administrators" not in await run(stranger, verb)


async def test_an_administrator_gets_an_answer_to_every_verb(environment: Environment) -> None:
    ops = environment.discord.person("ops")
    await administrators(environment, ops)

    for verb in VERBS:
        shown = await run(ops, verb)
        assert "Only administrators" not in shown, verb.name
        assert "something went wrong" not in shown, verb.name


async def test_a_room_is_changed_and_retired_with_a_press(environment: Environment) -> None:
    ops, wil = environment.discord.person("ops"), environment.discord.person("wil")
    await administrators(environment, ops)
    await environment.add_people(wil)

    changed = await ops.run("/admin room edit", room="K-J17-G001", capacity="40")
    assert "capacity 20 → 40" in changed.seen.text
    await wil.run("/book", room="K-J17-G001", when="tomorrow 10-11")
    question = await ops.run("/admin room retire", room="K-J17-G001")
    assert "1 booking lies ahead" in question.seen.text
    stolen = await wil.press(question.seen, "Put out of use, cancel 1 booking")
    assert "Only administrators" in stolen.seen.text
    done = await ops.press(question.seen, "Put out of use, cancel 1 booking")
    assert "1 booking cancelled" in done.seen.text


@pytest.mark.filterwarnings("ignore:'audioop'")  # the library imports it
def test_the_group_is_hidden_from_ordinary_members_of_a_server() -> None:
    import discord
    from discord import app_commands

    from bot.commands import COMMANDS
    from bot.platforms.discord.client.tree import add_commands

    async def nothing(*_: Any) -> Any:
        raise NotImplementedError

    tree: app_commands.CommandTree[Any] = app_commands.CommandTree(
        discord.Client(intents=discord.Intents.none())
    )
    add_commands(tree, COMMANDS, nothing, nothing)
    [admin] = [each for each in tree.get_commands() if each.name == "admin"]

    assert isinstance(admin, app_commands.Group)
    assert admin.default_permissions == discord.Permissions(manage_guild=True)
