"""`roomie user tokens`: lists program logins and ends them."""

import argparse

import pytest

from bot.cli.admin import HANDLERS
from bot.config import read_settings
from bot.services import Services
from core.errors import Invalid
from tests.api.http_client import HttpClient


@pytest.fixture
def roomie(database_url: str, capsys: pytest.CaptureFixture[str]):
    """Runs one command line beside the server, on the same database."""

    async def run(name: str, revoke: int | None = None) -> str:
        settings = read_settings(None, {"DATABASE_URL": database_url})
        arguments = argparse.Namespace(verb="tokens", username=name, revoke=revoke)
        await HANDLERS["user"](arguments, settings)
        return capsys.readouterr().out

    return run


async def test_each_login_is_listed_and_can_be_ended(roomie, program: HttpClient, services: Services):
    first = await program.log_in("wil")

    listed = await roomie("wil")
    ended = await roomie("wil", 1)

    number, label, _, used = listed.strip().split("\t")
    assert (number, label, used) == ("1", "http", "never")
    assert first.token not in listed
    assert "Ended login 1 of wil." in ended
    await services.storage.catch_up()
    assert (await first.get("/user.info/")).status == 401


async def test_an_unknown_number_ends_no_login(roomie, program: HttpClient):
    wil = await program.log_in("wil")

    with pytest.raises(Invalid, match="has no login 2"):
        await roomie("wil", 2)

    assert (await wil.get("/user.info/")).status == 200
