"""Socket Mode: a connection that ends is opened again at once, and not in a storm."""

import asyncio

import pytest
from msgspec.structs import replace

from bot.platforms.slack.client.socket import SocketConnection
from bot.platforms.slack.installation.workspaces import SingleWorkspace
from core.model import Installation
from tests.platforms.slack.environment import Environment, read
from tests.standins.slack import SlackStandIn

NEVER = 600.0
"""An interval of pings that no test lives to see."""


@pytest.mark.parametrize("how", ["refresh", "drop", "close"])
async def test_a_connection_that_ends_is_opened_again_before_the_next_ping(
    environment: Environment, slack: SlackStandIn, how: str
) -> None:
    environment.settings = replace(environment.settings, ping_interval=NEVER)
    bob, sockets = slack.person("U2"), slack.sender.sockets
    async with environment.open() as adapter:
        for count in range(2, 5):
            if how == "refresh":
                await sockets.refresh()
            elif how == "close":
                await sockets.close()
            else:
                sockets.drop()
            await slack.until(lambda count=count: sockets.opened >= count and sockets.open)
        await bob.types("/rooms free now")
        await slack.until(lambda: not adapter.status.problems)

    assert "rooms are free" in read(bob.sees()[0])


async def test_a_server_that_always_hangs_up_is_not_stormed(
    environment: Environment, slack: SlackStandIn
) -> None:
    environment.settings = replace(environment.settings, ping_interval=NEVER)
    sockets = slack.sender.sockets
    async with environment.open():
        opened = sockets.opened
        loop = asyncio.get_running_loop()
        until = loop.time() + 1.5
        while loop.time() < until:
            sockets.drop()
            await asyncio.sleep(0.01)

        assert 1 <= sockets.opened - opened <= 6


async def test_unforeseen_error_while_starting_is_tried_again(
    environment: Environment, slack: SlackStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.platforms.slack.adapter._FIRST_PAUSE_SECONDS", 0.01)
    errors = [KeyError("team_id"), TypeError("no"), KeyError("url")]
    load, check = SingleWorkspace.load, SocketConnection._check

    async def load_or_fail(workspace: SingleWorkspace) -> Installation:
        if errors:
            raise errors.pop()
        return await load(workspace)

    async def check_or_fail(socket: SocketConnection, connecting: "asyncio.Future[None]") -> None:
        if errors:
            raise errors.pop()
        await check(socket, connecting)

    monkeypatch.setattr(SingleWorkspace, "load", load_or_fail)
    monkeypatch.setattr(SocketConnection, "_check", check_or_fail)
    bob = slack.person("U2")
    async with environment.open() as adapter:
        await bob.types("/rooms free now")
        await slack.until(lambda: not adapter.status.problems)

    assert errors == []
    assert "rooms are free" in read(bob.sees()[0])
