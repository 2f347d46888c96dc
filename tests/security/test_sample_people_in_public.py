"""A sample database made public: its published passwords and their tokens are refused."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.sample.data import PUBLIC, SAMPLE_PEOPLE
from bot.sample.load import has_sample_people, keep_sample_out, load_sample, load_sample_if_empty
from bot.services import Services
from core.errors import NotAllowed
from core.model import Person, PersonId, SocietyId, UserGroup
from core.policy.rules import Rules
from storage.factory import setting
from tests.builders import NOW
from tests.fakes.clock import StillClock
from tests.sample_services import create_services

ROOT = Path(__file__).parents[2]
GOOD = "c0ffee5f1d2e3b4a59687786a5b4c3d2"
REACHED = {
    "public_url": {"ROOMIE_HTTP__PUBLIC_URL": "https://rooms.example.org"},
    "proxy": {"ROOMIE_HTTP__TRUSTED_PROXIES": "127.0.0.1"},
    "host": {"ROOMIE_HTTP__HOST": "0.0.0.0"},  # noqa: S104 - refused before it is bound
    "slack": {"SLACK_MODE": "http", "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": GOOD},
    "worker": {"ROOMIE_HTTP__PUBLIC_URL": "https://rooms.example.org", "ONLY": "worker"},
}


@asynccontextmanager
async def open_services(url: str) -> AsyncIterator[Services]:
    services = create_services(url, StillClock(NOW), Rules())
    await services.storage.open()
    await services.storage.load()
    yield services
    await services.storage.close()


async def _tokens(services: Services) -> int:
    held = await services.storage.read(lambda unit: unit.tokens.all())
    return sum(map(len, held.values()))


async def _society_generation(services: Services) -> int:
    terms = await services.storage.read(lambda unit: unit.societies.terms())
    return terms[SocietyId("SOTECHSOC")].generation


def roomie(url: str, folder: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "bot", *arguments],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "ROOMIE_DATABASE__URL": url,
            "ROOMIE_HTTP__PORT": "0",
            **environment,
        },
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr).decode()


@pytest.mark.parametrize("way", REACHED)
async def test_a_public_start_is_refused_and_revokes_sample_tokens(sqlite_url: str, tmp_path: Path, way: str):
    async with open_services(sqlite_url) as services:
        await load_sample(services)
        wil = (await services.accounts.log_in("wil", "wilpassword")).person
        await services.societies.token_term(wil.id, SocietyId("SOTECHSOC"))
        before = await _society_generation(services)
        assert await _tokens(services) == 1
    environment = {"ROOMIE_SECURITY__SECRET": GOOD, **REACHED[way]}
    only = environment.pop("ONLY", "web,worker")

    status, result = roomie(sqlite_url, tmp_path, "run", "--only", only, **environment)

    assert status == 2
    assert "sample people" in result
    assert "listening" not in result
    async with open_services(sqlite_url) as services:
        assert await _tokens(services) == 0
        assert await _society_generation(services) == before + 1


async def test_check_reports_the_same_problem_as_start(sqlite_url: str, tmp_path: Path):
    async with open_services(sqlite_url) as services:
        await load_sample(services)
    wrong = {
        **REACHED["proxy"],
        "ROOMIE_SECURITY__SECRET": "changeme",
        "ROOMIE_LOGIN__DEV_USER": "rema@example.org Rema Boo",
        "ROOMIE_LOGIN__OIDC_ISSUER": "https://id.example.org",
    }

    started, refusals = roomie(sqlite_url, tmp_path, "run", **wrong)
    checked, found = roomie(sqlite_url, tmp_path, "check", **wrong)

    assert (started, checked) == (2, 1)
    named = [each.removeprefix("roomie: ") for each in refusals.splitlines()]
    assert [each.partition(":")[0] for each in named] == [
        "login.oidc_client_id",
        "login.dev_user",
        "security.secret",
    ]
    assert all(f"problem: {each}" in found for each in named)
    assert "problem: database: it holds the sample people, whose passwords are published" in found


async def test_people_who_are_not_the_samples_keep_their_tokens(sqlite_url: str):
    async with open_services(sqlite_url) as services:
        await load_sample(services)
        await services.accounts.log_in("wil", "wilpassword")
        ann = Person(PersonId(0), "ann", "ann@example.org", "Ann", frozenset({UserGroup.STUDENT}))
        added = await services.accounts.add_person(ann, None)
        await services.accounts.grant(added.id)

        assert not await keep_sample_out(services)

        assert await _tokens(services) == 1


async def test_the_sample_stays_out_of_a_database_that_others_reach(sqlite_url: str):
    async with open_services(sqlite_url) as public, open_services(sqlite_url) as another:
        assert await keep_sample_out(public)

        with pytest.raises(NotAllowed, match="published"):
            await load_sample(another)

        assert await load_sample_if_empty(another) is None
        assert not await has_sample_people(public)


async def test_the_command_that_loads_it_refuses_too(sqlite_url: str, tmp_path: Path):
    status, result = roomie(sqlite_url, tmp_path, "sample", **REACHED["public_url"])

    assert status == 1
    assert "published" in result
    assert await setting(sqlite_url, SAMPLE_PEOPLE) is None


@pytest.mark.parametrize("kind", ["sqlite_url", "postgres_url"])
async def test_what_a_database_remembers_is_read_without_opening_it(
    kind: str, request: pytest.FixtureRequest
):
    url = request.getfixturevalue(kind)
    async with open_services(url) as services:
        assert await setting(url, PUBLIC) is None
        await keep_sample_out(services)

        assert await setting(url, PUBLIC) == "served"


async def test_nothing_is_remembered_where_no_database_is(tmp_path: Path, empty_postgres_url: str):
    assert await setting(f"sqlite:///{tmp_path / 'none.db'}", PUBLIC) is None
    assert await setting(empty_postgres_url, PUBLIC) is None
    assert not (tmp_path / "none.db").exists()
