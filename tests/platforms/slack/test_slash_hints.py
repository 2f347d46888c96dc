"""Hints and help on Slack: every command that is shown can be typed there."""

import re

import pytest

from bot.chat.reply import Code, Reply, ReplyItem
from bot.commands import COMMANDS
from bot.platforms.slack.installation.manifest import build_manifest
from bot.platforms.slack.render.slash_hints import SlashHints
from tests.platforms.slack.environment import Environment, labels, read
from tests.standins.slack import SlackStandIn

HINTS = SlashHints(COMMANDS)
TYPED = {each["command"] for each in build_manifest(COMMANDS)["features"]["slash_commands"]}


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        ("/help", "/rooms help"),
        ("/help [all|COMMAND]", "/rooms help [all|COMMAND]"),
        ("/free now", "/rooms free now"),
        ("/cancel 21cf0a17", "/rooms cancel 21cf0a17"),
        ("/book G01 now", "/book G01 now"),
        ("/rooms mine", "/rooms mine"),
        ("/settings notices on", "/settings notices on"),
        ("/unknown thing", "/unknown thing"),
    ],
)
def test_what_is_no_slash_command_becomes_one(hint: str, expected: str) -> None:
    reply = HINTS.translate(Reply(("See ", Code(hint)), items=(ReplyItem((Code(hint),)),), footer=(hint,)))

    assert reply.text == ("See ", Code(expected))
    assert reply.items[0].title == (Code(expected),)
    assert reply.footer == (expected,)


def test_words_of_people_stay_as_they_are() -> None:
    text = ("“/help me with /free lunch”",)

    assert HINTS.translate(Reply(text, title="/help")).text == text


async def test_help_repeats_no_name_and_is_not_shared(environment: Environment, slack: SlackStandIn) -> None:
    bob = slack.person("U2")
    async with environment.open() as adapter:
        for line in ("/rooms free help", "/rooms cancel help", "/rooms book help"):
            await bob.types(line)
            await adapter.wait_idle()
        free, cancel, book = bob.sees()

    assert "Also: /rooms find" in read(free)
    assert "/rooms find, " not in read(free)
    assert "Also" not in read(cancel)
    assert "Also: /book" in read(book)
    assert labels(free) == []


async def test_nothing_in_help_is_untypable(environment: Environment, slack: SlackStandIn) -> None:
    bob = slack.person("U2")
    lines = ["/rooms", "/rooms help", "/rooms help all", "/rooms nonsense", "/whoami"]
    lines += [f"/rooms help {each.name}" for each in COMMANDS]
    async with environment.open() as adapter:
        for line in lines:
            await bob.types(line)
            await adapter.wait_idle()
        shown = [read(each) for each in bob.sees()]

    assert len(shown) == len(lines)
    for text in shown:
        for command in re.findall(r"(?<![\w/<>-])/[a-z?]+", text):
            assert command in TYPED | {"/invite"}, (command, text)
