"""`roomie doctor`: every fault that an operator may have is named, with what to do."""

import asyncio
import json
from pathlib import Path

import pytest

from bot.config import read_settings
from bot.platforms.slack.installation.workspaces import SCOPES
from bot.runtime.doctor import Finding, Severity, examine
from storage.factory import downgrade
from tests.contracts.raw import ask
from tests.standins.discord import Discord
from tests.standins.discord.world import Guild
from tests.standins.slack import SlackStandIn

_OFFLINE = "http://127.0.0.1:1/"
MESSAGE_CONTENT = 1 << 19


async def findings(url: str, part: str = "", **environment: str) -> list[Finding]:
    settings = read_settings(None, {"DATABASE_URL": url, "PORT": "0", **environment})
    return [each for each in await examine(settings) if part in {"", each.part}]


def of(severity: Severity, found: list[Finding]) -> str:
    return "; ".join(each.text for each in found if each.severity is severity)


async def test_a_sound_installation_has_no_problems(sqlite_url: str):
    found = await findings(sqlite_url, ROOMIE_BACKUP__EVERY="1d", ROOMIE_BACKUP__FOLDER="/nowhere")

    parts = {each.part for each in found if each.severity is Severity.OK}
    assert {"configuration", "files", "database", "outbox"} <= parts
    assert all(each.remedy for each in found if each.severity in {Severity.WARNING, Severity.PROBLEM})


@pytest.mark.parametrize("database", ["sqlite_url", "postgres_url"])
async def test_an_older_schema_is_a_problem_and_stays_as_it_is(request: pytest.FixtureRequest, database: str):
    url = request.getfixturevalue(database)
    await downgrade(url, "0007")

    found = await findings(url)

    assert "older than this Roomie" in of(Severity.PROBLEM, found)
    assert "not without the database" in of(Severity.UNKNOWN, found)
    assert await ask(url, "SELECT version_num FROM alembic_version") == "0007"


async def test_files_that_others_can_read_are_a_problem(sqlite_url: str):
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    await asyncio.to_thread(file.chmod, 0o644)

    [found] = [each for each in await findings(sqlite_url, "files") if "roomie.db" in each.text]

    assert found.severity is Severity.PROBLEM
    assert found.remedy.startswith("Run chmod 600")


async def test_late_jobs_stuck_messages_and_paused_webhooks_are_named(sqlite_url: str):
    await ask(sqlite_url, "INSERT INTO job_run (name, due_at, trouble) VALUES ('purge', 1000, 'disk full')")
    await ask(
        sqlite_url,
        "INSERT INTO outbox (key, kind, payload, due_at, state, attempts, trouble) "
        "VALUES ('a', 'reply', '', 1000, 0, 0, ''), ('b', 'reply', '', 1000, 3, 12, 'closed')",
    )
    columns = "url, events, secret, created_at, created_by, is_personal, state, reason, failures"
    values = "'https://example.org', '*', '', 0, '', false, 2, 'nothing arrived', 30"
    await ask(sqlite_url, f"INSERT INTO webhook ({columns}) VALUES ({values})")  # noqa: S608 - constants

    found = await findings(sqlite_url)

    assert "late: purge" in of(Severity.PROBLEM, found)
    assert "1 is paused: nothing arrived" in of(Severity.PROBLEM, found)
    warnings = of(Severity.WARNING, found)
    assert "purge failed: disk full" in warnings
    assert "1 messages wait" in warnings
    assert "1 messages were given up" in warnings


async def test_settings_that_name_no_room_are_named(database_url: str):
    names = "Wren,H-C12,RO-*"

    found = await findings(database_url, "rooms", ROOMIE_BOOKING__DOOR_CODE_ROOMS=names)

    assert "has the id Wren of booking.door_code_rooms" in of(Severity.WARNING, found)


async def test_missing_scopes_of_slack_are_named(sqlite_url: str):
    async with SlackStandIn() as slack:
        workspace = slack.state.workspaces["T1"]
        workspace.scopes = frozenset(SCOPES) - {"im:write", "users:read"}

        found = await findings(sqlite_url, "slack", **slack.environment())

    assert of(Severity.PROBLEM, found) == "scopes are missing: im:write, users:read"
    assert "roomie slack manifest" in found[0].remedy


async def test_slack_as_it_should_be_is_fine_and_its_clock_agrees(sqlite_url: str):
    async with SlackStandIn() as slack:
        slack.state.workspaces["T1"].scopes = frozenset(SCOPES)
        found = await findings(sqlite_url, **slack.environment())

    assert "tokens and scopes are as they should be" in of(Severity.OK, found)
    assert "agrees with Slack's" in of(Severity.OK, found)


async def test_rejected_tokens_are_named(sqlite_url: str):
    async with SlackStandIn() as slack, Discord() as discord:
        environment = {
            **slack.environment(),
            "SLACK_BOT_TOKEN": "xoxb-wrong",
            "SLACK_APP_TOKEN": "xapp-wrong",
        }
        discord_environment = {"DISCORD_TOKEN": "wrong", "DISCORD_API_BASE_URL": discord.api_base_url}
        found = await findings(sqlite_url, **environment, **discord_environment)

    problems = of(Severity.PROBLEM, found)
    assert "the bot token is rejected: invalid_auth" in problems
    assert "the app-level token is rejected" in problems
    assert "the token is rejected (status 401)" in problems


async def test_intents_and_permissions_of_discord_are_named(sqlite_url: str):
    async with Discord() as discord:
        environment = {"DISCORD_TOKEN": discord.token, "DISCORD_API_BASE_URL": discord.api_base_url}
        discord.world.guilds["77"] = Guild("77", "Chess Club", bot_permissions=1 << 11)
        wants_content = {**environment, "ROOMIE_DISCORD__MESSAGE_CONTENT": "true"}
        missing = await findings(sqlite_url, "discord", **wants_content)
        discord.world.application_flags = MESSAGE_CONTENT
        switched_on = await findings(sqlite_url, "discord", **wants_content)
        other = await findings(sqlite_url, "discord", **environment, DISCORD_APPLICATION_ID="42")

    assert "message content intent is missing" in of(Severity.PROBLEM, missing)
    assert "permissions are missing in" in of(Severity.WARNING, missing)
    assert "Chess Club" in of(Severity.WARNING, missing)
    assert of(Severity.PROBLEM, switched_on) == ""
    assert "another application's" in of(Severity.PROBLEM, other)


async def test_offline_it_says_what_could_not_be_checked(sqlite_url: str):
    environment = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "SLACK_API_BASE_URL": _OFFLINE}
    environment |= {"DISCORD_TOKEN": "x", "DISCORD_API_BASE_URL": _OFFLINE}

    found = [
        *await findings(sqlite_url, "slack", **environment),
        *await findings(sqlite_url, "discord", **environment),
    ]

    assert [each.severity for each in found] == [Severity.UNKNOWN] * 2


def test_the_command_line_prints_json_and_ends_with_a_status(roomie, monkeypatch):
    monkeypatch.setenv("PORT", "0")
    fine = roomie("doctor", "--json")
    monkeypatch.setenv("ROOMIE_DISCORD__APPLICATION_ID", "no number")
    broken = roomie("doctor")

    assert fine.status == 0
    assert {"part", "severity", "text", "remedy"} == set(json.loads(fine.out)[0])
    assert broken.status == 1
    assert "PROBLEM     configuration: discord.application_id" in broken.out
