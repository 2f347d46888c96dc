"""The manifest agrees with the code."""

import ast
import json
import re
from pathlib import Path

import yaml

from bot.chat.command import Command
from bot.commands import COMMANDS
from bot.platforms.slack.installation.manifest import build_manifest, families, manifest_text
from tests.platforms.slack.environment import Environment
from tests.standins.slack import SlackStandIn

FILE = Path(__file__).parents[3] / "manifest.yaml"


def test_the_file_is_generated_from_the_command_table() -> None:
    """When this fails, run `roomie slack manifest > manifest.yaml`."""
    assert FILE.read_text("utf-8") == manifest_text(build_manifest(COMMANDS))


def test_the_text_reads_back_the_same_as_json_and_as_yaml() -> None:
    text = manifest_text(build_manifest(COMMANDS))

    assert yaml.safe_load(text) == json.loads(text) == build_manifest(COMMANDS)


def test_every_command_can_be_reached() -> None:
    reached = [each for reach in families(COMMANDS).values() for each in reach]

    assert {each.name for each in COMMANDS} - {each.name for each in reached} <= {"help"}
    assert {"rooms", "book", "society"} <= set(families(COMMANDS))


def test_slacks_limits_are_kept() -> None:
    built = build_manifest(COMMANDS, "https://rooms.example/")

    for each in built["features"]["slash_commands"]:
        assert re.fullmatch(r"/[a-z0-9_-]{1,31}", each["command"])
        assert len(each["description"]) <= 2000
        assert 0 < len(each.get("usage_hint", "-")) <= 1000
        assert each["should_escape"]
        assert each["url"] == "https://rooms.example/slack/events"
    assert len(built["display_information"]["name"]) <= 35
    assert len(built["features"]["slash_commands"]) <= 50


def test_http_mode_names_every_url_and_socket_mode_none() -> None:
    over_http = manifest_text(build_manifest(COMMANDS, "https://rooms.example"))
    socket = manifest_text(build_manifest(COMMANDS))

    assert over_http.count("https://rooms.example/slack/events") == len(families(COMMANDS)) + 2
    assert "https://rooms.example/slack/oauth_redirect" in over_http
    assert '"socket_mode_enabled": false' in over_http
    assert "url" not in socket
    assert '"socket_mode_enabled": true' in socket


def test_exactly_the_events_with_listeners_are_subscribed() -> None:
    source = Path(__file__).parents[3] / "bot/platforms/slack/handlers/listeners.py"
    with_listeners = {
        node.args[0].value
        for node in ast.walk(ast.parse(source.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "event"
        and isinstance(node.args[0], ast.Constant)
    }

    events = build_manifest(COMMANDS)["settings"]["event_subscriptions"]["bot_events"]
    subscribed = {each.split(".")[0] for each in events}

    assert subscribed == with_listeners


async def test_the_scopes_suffice(environment: Environment, slack: SlackStandIn) -> None:
    requested = frozenset(build_manifest(COMMANDS)["oauth_config"]["scopes"]["bot"])
    slack.state.workspaces["T1"].scopes = requested
    bob = slack.person("U2")
    async with environment.open() as adapter:
        await bob.types("/rooms free now")
        await bob.says("my bookings")
        await slack.until(lambda: len(bob.dms) == 2)
        await bob.opens_home()
        await slack.until(lambda: bob.home)
        await adapter.wait_idle()

    assert [each for each in slack.refusals if each[1] == "missing_scope"] == []


def test_a_new_command_appears_in_the_manifest() -> None:
    new = Command("rooms map", "Show a map", "/rooms map", COMMANDS[0].handle)

    built = build_manifest((*COMMANDS, new))

    (rooms,) = (each for each in built["features"]["slash_commands"] if each["command"] == "/rooms")
    assert rooms["usage_hint"].endswith("| map")
