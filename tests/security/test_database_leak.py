"""What a reader of the database, or of a copy, learns without the server's secret: no usable credentials."""

import json
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.chat.reply import Button, Code, Reply
from bot.chat.request import ChatRequest, PlatformName, Requester
from bot.cli import main
from bot.commands import COMMANDS
from bot.config import ConfigError, read_settings
from bot.conversation.dispatcher import Dispatcher
from bot.login.chat_link import continue_request, login_link_reply
from bot.notifications.deferred_reply import compose
from bot.platforms.stores import OutboxDeferral, StoredInstallations, StoredOAuthStates, reencrypt_tokens
from bot.runtime import event_loop
from bot.services import Services
from core.model import Identity, Installation, LoginSession, LoginState, LoginToken, MessageState, Role
from core.policy.rules import Rules
from core.read_model import ReadModel
from core.services.accounts import Accounts
from storage.factory import backup, open_storage
from tests.builders import NOW
from tests.contracts.raw import ask
from tests.fakes.clock import StillClock
from tests.fakes.passwords import NoPasswords
from tests.outbox.environment import CHESS, PRES, WIL, create_services, open_environment

TOKEN = "xoxb-" + "0123456789-" * 3 + "Aa" * 12
OLD, NEW = b"the secret of the last year" * 2, b"the secret of this year" * 2


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@asynccontextmanager
async def opened(url: str, *secrets: bytes) -> AsyncIterator[Services]:
    """A process with these secrets, today's first."""
    rules, clock = Rules(), StillClock(NOW)
    storage = open_storage(url, ReadModel(), rules, clock)
    await storage.open()
    await storage.load()
    services = create_services(storage, rules, clock)
    first, *before = secrets
    object.__setattr__(
        services,
        "accounts",
        Accounts(storage, services.read_model, NoPasswords(), rules, clock, first, before),
    )
    yield services
    await storage.close()


async def everything_in(url: str) -> str:
    """Every value of every table, as a thief reads them."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            return "\n".join(connection.iterdump())
    tables = await ask(
        url, "SELECT string_agg(quote_ident(tablename), ',') FROM pg_tables WHERE schemaname = 'public'"
    )
    rows = [
        await ask(url, f"SELECT coalesce(string_agg(t::text, E'\\n'), '') FROM {table} t")  # noqa: S608
        for table in str(tables).split(",")
    ]
    return "\n".join(map(str, rows))


def holding(folder: Path, what: bytes) -> list[str]:
    return [each.name for each in folder.iterdir() if each.is_file() and what in each.read_bytes()]


async def test_a_workspace_token_is_nowhere_to_be_read_and_still_speaks(database_url: str):
    async with opened(database_url, NEW) as services:
        await StoredInstallations(services).save(
            Installation("T1", TOKEN, "U1", "B1", "Chess", ("chat:write",), "U9")
        )
        found = await StoredInstallations(services).find("T1")

    assert found == Installation("T1", TOKEN, "U1", "B1", "Chess", ("chat:write",), "U9")
    assert "xoxb-" not in await everything_in(database_url)


async def test_tokens_of_an_earlier_roomie_work_and_are_sealed_once_somebody_looks_after_them(
    database_url: str,
):
    async with opened(database_url, NEW) as services:
        plain = Installation("T1", TOKEN, "U1")
        await services.storage.write(lambda unit: unit.installations.put(plain, NOW))
        before = await StoredInstallations(services).find("T1")
        first, again = await reencrypt_tokens(services), await reencrypt_tokens(services)
        after = await StoredInstallations(services).find("T1")

    assert before == after == Installation("T1", TOKEN, "U1")
    assert (first.sealed, again.sealed) == (1, 0)
    assert "xoxb-" not in await everything_in(database_url)


async def test_once_sealed_a_token_is_not_left_behind_in_the_file_or_its_copies(
    sqlite_url: str, tmp_path: Path
):
    async with opened(sqlite_url, NEW) as services:
        for number in range(50):
            plain = Installation(f"T{number}", f"{TOKEN}{number}", "U1")
            await services.storage.write(lambda unit, plain=plain: unit.installations.put(plain, NOW))
        await reencrypt_tokens(services)
        await backup(sqlite_url, tmp_path / "copy.db")

    assert holding(tmp_path, b"xoxb-") == []


async def test_a_token_moved_to_another_workspace_opens_nothing(database_url: str, caplog):
    async with opened(database_url, NEW) as services:
        await StoredInstallations(services).save(Installation("T1", TOKEN))
        await StoredInstallations(services).save(Installation("T2", "xoxb-of-the-thief"))
        await ask(
            database_url,
            "UPDATE installation SET token = (SELECT token FROM installation WHERE team = 'T1') "
            "WHERE team = 'T2'",
        )
        found = await StoredInstallations(services).find("T2")

    assert found is None
    assert "T2 was sealed with another secret" in caplog.text
    assert TOKEN not in caplog.text


async def test_a_secret_is_replaced_without_anything_breaking(database_url: str):
    async with opened(database_url, OLD) as services:
        await StoredInstallations(services).save(Installation("T1", TOKEN))
    async with opened(database_url, NEW, OLD) as services:
        assert await StoredInstallations(services).find("T1") == Installation("T1", TOKEN)
        assert (await reencrypt_tokens(services)).sealed == 1
    async with opened(database_url, NEW) as services:
        assert await StoredInstallations(services).find("T1") == Installation("T1", TOKEN)
    async with opened(database_url, OLD) as services:
        assert await StoredInstallations(services).find("T1") is None
        assert (await reencrypt_tokens(services)).lost == ("T1",)


async def test_a_new_token_that_comes_while_old_ones_are_sealed_is_not_undone(database_url: str):
    async with opened(database_url, NEW, OLD) as services, opened(database_url, OLD) as before:
        await StoredInstallations(before).save(Installation("T1", TOKEN))
        stale = await services.storage.read(lambda unit: unit.installations.all())
        await StoredInstallations(services).save(Installation("T1", f"{TOKEN}-fresh"))

        replaced = await services.storage.write_relaxed(
            lambda unit: unit.installations.replace_token("T1", stale[0].token, "sealed:old")
        )

        assert not replaced
        assert await StoredInstallations(services).find("T1") == Installation("T1", f"{TOKEN}-fresh")


async def test_links_and_society_tokens_that_wait_to_be_said_are_sealed(database_url: str):
    async with opened(database_url, NEW) as services:
        object.__setattr__(services, "public_url", "https://rooms.example.org")
        request = ChatRequest(Requester(Identity("slack:T1:U1"), PlatformName.SLACK), text="login")
        link = await login_link_reply(services, request, waits=True)
        url = next(each.url for each in link.actions if isinstance(each, Button))
        society = Reply(("The token of Chess: ", Code("c0ffee" * 6)))
        await OutboxDeferral(services).defer(Identity("slack:T1:U1"), link, "one")
        await OutboxDeferral(services).defer(Identity("slack:T1:U1"), society, "two")

        stolen = await everything_in(database_url)
        waiting = await services.storage.read(lambda unit: unit.outbox.entries([MessageState.WAITING], 10))
        replies = [await compose(_Call(services), each.message) for each in waiting]

    assert url.rpartition("=")[2] not in stolen
    assert "c0ffee" not in stolen
    assert replies == [link, society]


class _Call:
    """What composing a reply needs."""

    def __init__(self, services: Services) -> None:
        self.services = services


async def test_what_is_answered_after_a_login_is_sealed_too(database_url: str):
    async with opened(database_url, NEW) as plain:
        environment = await open_environment(plain.storage, plain.rules, StillClock(NOW))
        await plain.storage.write(
            lambda unit: unit.societies.set_role(environment.people[PRES], CHESS, Role.PRESIDENT)
        )
        request = ChatRequest(Requester(PRES, PlatformName.SLACK), text=f"society token {CHESS}")
        about = json.dumps({"asked": {"by": {"identity": PRES, "door": "slack"}, "words": request.text}})
        session = LoginSession(b"sid", NOW + timedelta(minutes=5), LoginState.DONE, PRES, about)
        await plain.storage.write(lambda unit: unit.login_sessions.add(session))

        await continue_request(plain, Dispatcher(plain, COMMANDS).dispatch, session)

        [waiting] = await plain.storage.read(lambda unit: unit.outbox.entries([MessageState.WAITING], 10))
        reply = await compose(_Call(plain), waiting.message)

    assert "token of" in str(reply)
    assert waiting.message.payload.startswith("sealed:")


async def test_messages_that_an_earlier_roomie_queued_are_still_said(database_url: str):
    async with opened(database_url, NEW) as services:
        environment = await open_environment(services.storage, services.rules, StillClock(NOW))
        await ask(
            database_url,
            "INSERT INTO outbox (key, kind, identity, payload, due_at, state, attempts, trouble) VALUES "  # noqa: S608
            f"('one', 'reply', '{WIL}', '{{\"text\": [\"Hello\"]}}', {int(NOW.timestamp())}, 0, 0, '')",
        )
        await environment.deliver()

    assert environment.chat.texts_to() == ["Hello"]


async def test_states_sids_and_tokens_are_kept_as_hashes(database_url: str):
    async with opened(database_url, NEW) as services:
        environment = await open_environment(services.storage, services.rules, StillClock(NOW))
        granted = await services.accounts.grant(environment.people[WIL], "laptop")
        letters = await services.logins.open("{}")
        await StoredOAuthStates(services).save("a state of a browser", NOW + timedelta(minutes=10))
        stolen = await everything_in(database_url)

    for each in (granted.token, letters, "a state of a browser"):
        assert each not in stolen
        assert each.encode().hex() not in stolen


def test_the_command_line_seals_and_says_what_is_lost(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(
            "INSERT INTO installation VALUES ('T1', ?, 'U1', 'B1', 'Chess', '', 'U9', 1)", (TOKEN,)
        )

    def seal(secret: str, previous: str = "") -> tuple[int, str]:
        monkeypatch.setenv("ROOMIE_SECURITY__SECRET", secret)
        monkeypatch.setenv("ROOMIE_SECURITY__PREVIOUS_SECRETS", previous)
        status = main(("db", "seal"), event_loop.run)
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    assert seal("s" * 32) == (0, "1 tokens encrypted with the current secret.\n")
    assert seal("t" * 32, f"{'r' * 32},{'s' * 32}") == (0, "1 tokens encrypted with the current secret.\n")
    assert seal("t" * 32) == (0, "0 tokens encrypted with the current secret.\n")
    status, output = seal("u" * 32)
    assert status == 1
    assert "T1: no secret decrypts its token" in output


def test_without_a_secret_of_its_own_a_copy_of_the_database_alone_opens_nothing(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """On one's own machine a secret is made and kept beside the database; copies do not hold it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("INSERT INTO installation VALUES ('T1', ?, '', '', '', '', '', 1)", (TOKEN,))

    assert main(("db", "seal"), event_loop.run) == 0
    assert main(("db", "backup", "copy.db"), event_loop.run) == 0
    stolen = tmp_path / "elsewhere"
    stolen.mkdir()
    shutil.copy("copy.db", stolen / "roomie.db")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{stolen / 'roomie.db'}")

    assert b"xoxb-" not in (stolen / "roomie.db").read_bytes()
    assert main(("db", "seal"), event_loop.run) == 1


def test_previous_secrets_stay_out_of_the_file_and_of_messages(tmp_path: Path):
    file = tmp_path / "config.toml"
    file.write_text('[security]\nprevious_secrets = "hunter2hunter2"\n', "utf-8")

    with pytest.raises(ConfigError, match="secrets stay out of the file") as refusal:
        read_settings(file, {})
    read = read_settings(None, {"ROOMIE_SECURITY__PREVIOUS_SECRETS": "hunter2hunter2, other"})

    assert "hunter2" not in str(refusal.value)
    assert read.config.security.previous_secrets == "hunter2hunter2, other"
    assert "hunter2" not in repr(read.config)


async def test_a_login_is_a_hash_even_to_those_who_may_list_them(database_url: str):
    async with opened(database_url, NEW) as services:
        environment = await open_environment(services.storage, services.rules, StillClock(NOW))
        granted = await services.accounts.grant(environment.people[WIL])
        [login] = await services.accounts.logins(environment.people[WIL])

    assert isinstance(login, LoginToken)
    assert login.hash.hex() != granted.token
