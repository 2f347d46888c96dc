"""Each role alone: its duties, its health, and its shutdown."""

import asyncio
import os
from contextlib import suppress
from pathlib import Path

import pytest
from aiohttp import ClientConnectorError, ClientSession

from bot.config import Config, DiscordSection, HttpSection, SlackSection
from bot.runtime.platforms import (
    _discord_settings_for_roles,
    _slack_settings_for_roles,
    discord_settings,
    slack_settings,
)
from bot.runtime.roles import ALL_ROLES, ProcessRole, UnknownRole, parse_roles
from tests.faults.processes import Fleet, Process
from tests.standins.slack import SlackStandIn


def test_roles_are_named_in_a_list():
    assert parse_roles("web, worker") == {ProcessRole.WEB, ProcessRole.WORKER}

    with pytest.raises(UnknownRole, match="there is no role wbe; choose from web, worker, slack, discord"):
        parse_roles("wbe")


SOCKET = slack_settings(Config(slack=SlackSection(bot_token="xoxb-1", app_token="xapp-1")))
CALLED = slack_settings(Config(slack=SlackSection(mode="http", bot_token="xoxb-1", signing_secret="s")))
MANY = slack_settings(Config(slack=SlackSection(app_token="xapp-1", client_id="1", client_secret="s")))


@pytest.mark.parametrize(
    ("settings", "receiving", "sending", "sees_nothing_of_it"),
    [
        (SOCKET, {ProcessRole.SLACK}, {ProcessRole.WORKER}, {ProcessRole.WEB, ProcessRole.DISCORD}),
        (CALLED, {ProcessRole.WEB}, {ProcessRole.WORKER}, {ProcessRole.SLACK, ProcessRole.DISCORD}),
        (MANY, {ProcessRole.SLACK}, {ProcessRole.WORKER, ProcessRole.WEB}, {ProcessRole.DISCORD}),
    ],
    ids=["socket", "http", "many workspaces"],
)
def test_one_role_receives_from_slack_and_those_that_need_to_send(
    settings, receiving, sending, sees_nothing_of_it
):
    within = {role: _slack_settings_for_roles(settings, frozenset({role})) for role in ProcessRole}

    assert {role for role, each in within.items() if each is not None and each.receives} == receiving
    assert {role for role, each in within.items() if each is not None and not each.receives} == sending
    assert {role for role, each in within.items() if each is None} == sees_nothing_of_it
    assert _slack_settings_for_roles(settings, ALL_ROLES) == settings


def test_the_gateway_role_receives_from_discord_and_syncs_commands():
    settings = discord_settings(Config(discord=DiscordSection(token="t", public_key="ab")))

    within = {role: _discord_settings_for_roles(settings, frozenset({role})) for role in ProcessRole}

    assert within[ProcessRole.SLACK] is None
    assert {role for role, each in within.items() if each is not None and each.gateway} == {
        ProcessRole.DISCORD
    }
    assert {role for role, each in within.items() if each is not None and each.sync != "never"} == {
        ProcessRole.DISCORD
    }
    assert _discord_settings_for_roles(settings, ALL_ROLES) == settings


def test_without_a_gateway_the_web_processes_sync_the_commands():
    settings = discord_settings(Config(discord=DiscordSection(token="t", public_key="ab", gateway=False)))

    within = {role: _discord_settings_for_roles(settings, frozenset({role})) for role in ProcessRole}

    assert {role for role, each in within.items() if each is not None and each.sync != "never"} == {
        ProcessRole.WEB
    }
    assert within[ProcessRole.DISCORD] is None


def test_health_ports_and_the_shutdown_delay_are_settings():
    assert HttpSection() == HttpSection(health_port=0)


async def test_a_worker_serves_health_and_nothing_else(fleet: Fleet, session: ClientSession):
    [worker] = await fleet.start("worker")

    statuses = {}
    for path in ("/healthz", "/readyz", "/metrics", "/api/rooms", "/rooms.list/", "/docs"):
        async with session.get(f"{worker.address}{path}") as answer:
            statuses[path] = answer.status

    assert statuses == {
        "/healthz": 200,
        "/readyz": 200,
        "/metrics": 200,
        "/api/rooms": 404,
        "/rooms.list/": 404,
        "/docs": 404,
    }


async def test_a_worker_yields_to_processes_that_answer_people(fleet: Fleet):
    [worker], [web] = await fleet.start("worker"), await fleet.start("web")

    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, web.id) == own
    assert os.getpriority(os.PRIO_PROCESS, worker.id) == min(own + 10, 19)


async def test_a_role_with_nothing_to_do_is_refused(tmp_path: Path, database_url: str):
    process = await Process(tmp_path, database_url, "slack").start()

    assert await process.ended() == 2
    assert "--only slack: this configuration leaves nothing to do for these roles" in process.log.read_text()


async def test_a_web_process_leaves_slacks_socket_to_the_role_that_has_it(slack: SlackStandIn, fleet: Fleet):
    await fleet.start("web", more=slack.environment())
    assert not slack.sender.sockets.open

    await fleet.start("slack", more=slack.environment())

    await slack.until(lambda: slack.sender.sockets.open, timeout=30)


@pytest.fixture
async def slack():
    async with SlackStandIn() as stand_in:
        yield stand_in


async def test_a_stopping_process_reports_it_and_answers_open_requests(fleet: Fleet, session: ClientSession):
    """Checking a password takes a while, and that of nobody takes as long."""
    [web] = await fleet.start("web", more={"ROOMIE_HTTP__SHUTDOWN_DELAY": "1s"})

    web.ask_to_stop()
    while await web.is_ready(session):  # noqa: ASYNC110 - there is no event
        await asyncio.sleep(0.01)
    async with session.get(f"{web.address}/api/rooms") as answer:
        assert (answer.status, answer.headers["Connection"]) == (200, "close")
    forms = [{"username": f"nobody{number}", "password": "nothing"} for number in range(4)]
    answers = await _until_refused(session, f"{web.address}/user.login/", forms)

    assert 200 in answers
    assert set(answers) <= {200, 429}
    assert await web.ended() == 0


async def _until_refused(session: ClientSession, address: str, forms: list[dict[str, str]]) -> list[int]:
    """Logs in concurrently until the process refuses connections; returns the answers."""
    statuses: list[int] = []

    async def again(form: dict[str, str]) -> None:
        with suppress(ClientConnectorError):
            while True:
                async with session.post(address, data=form) as answer:
                    statuses.append(answer.status)

    await asyncio.gather(*(again(form) for form in forms))
    return statuses
