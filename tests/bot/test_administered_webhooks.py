"""Webhooks from chat: listed, tested, paused, resumed and removed, without a secret or a whole address."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from msgspec.structs import replace

from bot.services import Services
from bot.webhooks.secrets import add_webhook
from core.ports import UnitOfWork
from core.services.webhooks import COMMAND_LINE
from tests.bot.chat import Chat


@pytest.fixture
async def dana(services: Services) -> Chat:
    """Staff, and an administrator."""

    def promote(unit: UnitOfWork) -> None:
        person = unit.people.by_name("dana")
        assert person is not None
        unit.people.put(replace(person, is_admin=True))

    await services.storage.write(promote)
    return Chat(services, "dana")


@pytest.fixture
async def receiver() -> AsyncIterator[str]:
    """The address of a receiver on loopback."""

    async def receive(request: web.Request) -> web.Response:
        assert "webhook-signature" in request.headers
        return web.Response(status=204)

    application = web.Application()
    application.router.add_post("/secret-path", receive)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/secret-path"
    await runner.cleanup()


async def test_a_webhook_is_run_from_chat(dana: Chat, services: Services):
    added = await add_webhook(services, "https://example.org/secret-path", ["booking.*"], COMMAND_LINE)

    listed = await dana.say("/admin webhook list")
    assert "1 · example.org · booking.*" in listed
    assert "active" in listed
    assert "Its events wait" in await dana.say("/admin webhook pause 1")
    assert "paused" in await dana.say("/admin webhook list")
    assert "active again" in await dana.say("/admin webhook resume 1")
    assert "Removed webhook 1" in await dana.say("/admin webhook remove 1")
    assert "No webhooks yet" in await dana.say("/admin webhook list")
    assert "There is no webhook 1" in await dana.say("/admin webhook test 1")
    assert "secret-path" not in listed
    assert added.secret not in listed


async def test_a_test_says_what_the_receiver_answered(dana: Chat, services: Services, receiver: str):
    object.__setattr__(services, "private_receivers", ("127.0.0.1",))
    services.webhooks.private_hosts = frozenset({"127.0.0.1"})
    await add_webhook(services, receiver, ["*"], COMMAND_LINE)

    assert "Webhook 1 works: its receiver answered 204." in await dana.say("/admin webhook test 1")


async def test_a_test_reaches_no_private_network_that_is_not_named(
    dana: Chat, services: Services, receiver: str
):
    services.webhooks.private_hosts = frozenset({"127.0.0.1"})
    await add_webhook(services, receiver, ["*"], COMMAND_LINE)

    assert "its address lies in a private network" in await dana.say("/admin webhook test 1")


@pytest.mark.parametrize("line", ["/admin webhook add https://example.org", "/admin webhook rotate 1"])
async def test_what_shows_a_secret_is_for_the_command_line(dana: Chat, line: str):
    shown = await dana.say(line)

    assert "roomie webhook" in shown
    assert "whsec_" not in shown
