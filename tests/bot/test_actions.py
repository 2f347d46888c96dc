"""Every button that Roomie shows has a handler, and `/help` begins with what people do first."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.command import ButtonAction
from bot.chat.reply import Button
from bot.commands import COMMANDS, rooms_cancel, rooms_mine
from bot.conversation.dispatcher import Dispatcher
from bot.services import Services
from tests.bot.chat import Chat, buttons

BOT = Path(__file__).parents[2] / "bot"
OFFERS = {"Button", "Choice", "Form"}
PLATFORM_ACTIONS = {
    "log_in",
    "privacy_link",
    "calendar_google",
    "calendar_outlook",
    "calendar_apple",
    "usage_page",
}
"""Actions of links, which have no handler."""


def offered_actions() -> Iterator[tuple[Path, str]]:
    """The literal first argument of each `Button`, `Choice` and `Form` in the source."""
    for file in BOT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in OFFERS:
                match node.args[:1]:
                    case [ast.Constant(value=str() as name)]:
                        yield file, name


def test_every_action_named_in_the_source_has_a_handler(services: Services) -> None:
    known = Dispatcher(services, COMMANDS).action_names | PLATFORM_ACTIONS
    found = list(offered_actions())

    assert [(file.name, name) for file, name in found if name not in known] == []
    assert {"settings", "book_form"} <= {name for _, name in found}


def test_a_shared_action_without_a_handler_stops_the_start(services: Services) -> None:
    without_cancel = [each for each in COMMANDS if each is not rooms_cancel.COMMAND]

    with pytest.raises(ValueError, match="cancel has no handler"):
        Dispatcher(services, without_cancel)


@pytest.mark.parametrize(
    ("name", "problem"), [(Action.CANCEL, "cancel has 2 handlers"), ("x" * 21, "is too long")]
)
def test_a_doubled_or_long_action_stops_the_start(services: Services, name: str, problem: str) -> None:
    action = ButtonAction(name, rooms_mine.handle)
    commands = [
        replace(each, actions=(*each.actions, action)) if each.name == "help" else each for each in COMMANDS
    ]

    with pytest.raises(ValueError, match=problem):
        Dispatcher(services, commands)


@pytest.mark.parametrize(
    "line",
    [
        "/help",
        "/help all",
        "/rooms",
        "/whoami",
        "/settings",
        "/rooms free now",
        "/book",
        "/rooms mine",
        "/banana",
    ],
)
async def test_every_button_of_a_reply_has_a_handler(wil: Chat, line: str) -> None:
    await wil.say(line)

    shown = [each for each in buttons(wil.last) if not each.url]
    assert {each.action for each in shown} <= wil.dispatcher.action_names


async def test_help_fits_a_phone_and_has_all_commands_behind_a_button(wil: Chat) -> None:
    text = await wil.say("/help")
    assert len(wil.last.items) == 6
    assert len(text.splitlines()) <= 12
    assert "/society" not in text

    everything = await wil.press("All commands")

    listed = [each for each in COMMANDS if each.may_use is None]
    assert all(each.usage in everything for each in listed)
    assert "/timetable accept" not in everything
    assert "/rooms notices" not in everything
    assert Button(Action.HELP, "All commands", "all") not in wil.last.actions
