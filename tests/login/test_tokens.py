"""`/tokens`: lists logins with their last use and ends them one by one."""

from collections.abc import Callable

import pytest

from bot.chat.reply import Reply, Tone
from bot.chat.request import ChatRequest, PlatformName, Requester
from bot.commands import COMMANDS
from bot.conversation.dispatcher import Dispatcher
from bot.services import Services
from bot.web.application import flush_last_used
from core.model import Identity
from tests.api.http_client import HttpClient
from tests.contracts.raw import ask
from tests.login.browser import Browser
from tests.login.test_sid import logged_in, status


@pytest.fixture
def say(services: Services) -> Callable[..., object]:
    dispatcher = Dispatcher(services, COMMANDS)

    async def say(words: str = "", name: str = "wil", **more: str) -> Reply:
        by = Requester(Identity(f"terminal:{name}"), PlatformName.TERMINAL, name)
        return await dispatcher.dispatch(ChatRequest(by, words, **more))

    return say


async def test_every_login_is_listed_with_its_origin(say, program: HttpClient, browser: Browser, app):
    wil = await program.log_in("wil")
    await logged_in(program, browser)
    await wil.get("/user.info/")
    await flush_last_used(app)

    reply = await say("/tokens")

    titles = [item.title[0].text for item in reply.items]
    details = ["".join(each for each in item.detail if isinstance(each, str)) for item in reply.items]
    assert titles[0] == "1. http"
    assert titles[1].startswith("2. password, Python/")
    assert "last used" in details[0]
    assert "not used yet" in details[1]
    assert wil.token not in str(reply)


async def test_a_login_is_ended_by_number(say, program: HttpClient):
    first, second = await program.log_in("wil"), await program.log_in("wil")

    reply = await say("/tokens revoke 1")

    assert reply.tone is Tone.DONE
    statuses = sorted([(await first.get("/user.info/")).status, (await second.get("/user.info/")).status])
    assert statuses == [200, 401]


async def test_a_login_is_ended_by_its_button(say, program: HttpClient):
    wil = await program.log_in("wil")
    button = (await say("/tokens")).items[0].buttons[0]

    ended = await say(action=button.action, value=button.value)
    again = await say(action=button.action, value=button.value)

    assert ended.tone is Tone.DONE
    assert again.tone is Tone.INFO
    assert (await wil.get("/user.info/")).status == 401


async def test_nobody_ends_another_persons_login(say, program: HttpClient):
    wil = await program.log_in("wil")
    button = (await say("/tokens")).items[0].buttons[0]

    await say(action=button.action, value=button.value, name="rema")
    await say("/tokens revoke 1", name="rema")

    assert (await wil.get("/user.info/")).status == 200


@pytest.mark.parametrize(
    "words", ["/tokens revoke 0", "/tokens revoke 99", "/tokens revoke", "/tokens x", "/tokens 1 2"]
)
async def test_an_invalid_number_ends_no_login(say, program: HttpClient, words: str):
    wil = await program.log_in("wil")

    reply = await say(words)

    assert reply.tone is not Tone.DONE
    assert (await wil.get("/user.info/")).status == 200


async def test_ending_a_login_is_audited(say, program: HttpClient, database_url: str):
    await program.log_in("wil")

    await say("/tokens revoke 1")

    assert await ask(database_url, "SELECT count(*) FROM audit WHERE action = 'revoke token'") == 1


async def test_logout_ends_only_its_own_token(program: HttpClient, browser: Browser):
    wil = await program.log_in("wil")
    payload = await logged_in(program, browser)
    other = program.as_((await status(program, payload["sid"])).json["user_data"]["token"])

    await other.get("/user.logout/")

    assert (await other.get("/user.info/")).status == 401
    assert (await wil.get("/user.info/")).status == 200
