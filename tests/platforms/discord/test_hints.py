"""Hints on Discord: clickable commands with options, and nothing that cannot be typed there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot
from bot.chat.command import Command
from bot.chat.reply import Code, Reply
from bot.commands import COMMANDS
from bot.platforms.discord.render.command_mentions import CommandLine, CommandMentions, options_of
from bot.platforms.discord.render.text import to_markdown

FIRST_WORDS = {each.name.split()[0] for each in COMMANDS} | {"book"}
IDS = {word: str(number) for number, word in enumerate(sorted(FIRST_WORDS), 11)}
BY_NAME = {name: each for each in COMMANDS for name in (each.name, *each.aliases)}


@pytest.fixture
def mentions() -> CommandMentions:
    built = CommandMentions(COMMANDS)
    built.set_ids(IDS)
    return built


def shown(mentions: CommandMentions, *text: str | Code) -> str:
    return to_markdown(mentions.translate(Reply(tuple(text))).text)


def typed_examples() -> Iterator[tuple[Command, str]]:
    """Every line that the sources give as an example, with its command."""
    names = "|".join(sorted(map(re.escape, BY_NAME), key=len, reverse=True))
    line = re.compile(rf"(?:example: |^)/(?P<name>{names})(?P<words>(?: [^.,;(]*)?)")
    for package in ("commands", "conversation", "notifications"):
        for path in (Path(bot.__file__).parent / package).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    for match in line.finditer(node.value):
                        yield BY_NAME[match["name"]], match["words"].strip()


def required_of(command: Command, words: str) -> set[str]:
    """The options without which Discord refuses a command; none of an example that stops early."""
    is_whole = words in "\n".join(command.examples)
    return {each.name for each in command.parameters if each.required} if is_whole else set()


EXAMPLES = sorted(
    {(command.name, words) for command, words in typed_examples() if words and words != command.usage}
)


@pytest.mark.parametrize(("name", "words"), EXAMPLES)
def test_every_example_becomes_options_of_its_command(name: str, words: str) -> None:
    command = BY_NAME[name]
    if f"/{name} {words}" == command.usage:
        return
    options = options_of(command, words)
    letters = len("".join((*options, *options.values())).replace(" ", ""))

    assert options
    assert set(options) <= {each.name for each in command.parameters}
    assert set(options) >= required_of(command, words)
    assert letters >= len(words.replace(" ", "")) * 0.4 or "…" in options.values()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (Code("/rooms free now 20 seats"), f"</rooms free:{IDS['rooms']}> `when:now seats:20`"),
        (Code("/rooms mine"), f"</rooms mine:{IDS['rooms']}>"),
        (
            Code("/rooms free tomorrow 3pm for 2 hours near Wren"),
            f"</rooms free:{IDS['rooms']}> `when:tomorrow 3pm for 2 hours where:near Wren`",
        ),
        (
            Code('/book RO-POO fri 5-7pm for SOTECHSOC "Weekly meeting"'),
            f"</book:{IDS['book']}> `room:RO-POO when:fri 5-7pm for:SOTECHSOC title:Weekly meeting`",
        ),
        (Code("/book ROOM tomorrow 3pm"), f"</book:{IDS['book']}> `room:… when:tomorrow 3pm`"),
        (
            Code("/rooms move 21cf0a17 K-J17-G03"),
            f"</rooms move:{IDS['rooms']}> `booking:21cf0a17 room:K-J17-G03`",
        ),
        (Code("/rooms status Wren Building"), f"</rooms status:{IDS['rooms']}> `where:Wren Building`"),
        (
            Code("/rooms wait Wren G02 tomorrow 2-4"),
            f"</rooms wait:{IDS['rooms']}> `when:tomorrow 2-4 where:Wren G02`",
        ),
        (
            Code("/rooms wait 20 seats near Wren tomorrow 2-4"),
            f"</rooms wait:{IDS['rooms']}> `when:tomorrow 2-4 where:near Wren seats:20`",
        ),
        (
            Code('/rooms close Wren saturday 9-17 "exam"'),
            f"</rooms close:{IDS['rooms']}> `where:Wren when:saturday 9-17 reason:exam`",
        ),
        (Code("/mine"), f"</rooms mine:{IDS['rooms']}>"),
        (
            "Who? Give a username, for example: /society add rema",
            f"Who? Give a username, for example: </society add:{IDS['society']}> `user:rema`",
        ),
        (
            "How much longer? For example: /rooms extend 21cf0a17 30 min, or -30 min to end earlier.",
            (
                f"How much longer? For example: </rooms extend:{IDS['rooms']}>"
                " `booking:21cf0a17 length:30 min`, or -30 min to end earlier."
            ),
        ),
        (
            "You can set it, for example: /settings reminders 30, 10 quiet 22:00-8:00",
            f"You can set it, for example: </settings:{IDS['settings']}> `reminders:30, 10 quiet:22:00-8:00`",
        ),
        (
            "Sent every Monday. /settings notices off turns this off.",
            f"Sent every Monday. </settings:{IDS['settings']}> `notices:off` turns this off.",
        ),
        (
            "Sent every Monday. /rooms notices off turns this off here.",
            f"Sent every Monday. </rooms notices:{IDS['rooms']}> `switch:off` turns this off here.",
        ),
        (
            "/help COMMAND explains one of them.",
            f"</help:{IDS['help']}> `command:…` explains one of them.",
        ),
        ("Ask them to use /login first.", f"Ask them to use </login:{IDS['login']}> first."),
        ("https://roomie.example/rooms/free and 3/4", "https://roomie.example/rooms/free and 3/4"),
        (Code("roomie scrape accept x"), "`roomie scrape accept x`"),
    ],
)  # fmt: skip
def test_a_hint_is_a_clickable_command_with_options(
    mentions: CommandMentions, text: str | Code, expected: str
) -> None:
    assert shown(mentions, text) == expected


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: each.name)
def test_a_usage_names_every_option(mentions: CommandMentions, command: Command) -> None:
    line = shown(mentions, Code(command.usage))

    assert line.startswith(f"</{command.name}:")
    assert [f"{each.name}:" in line for each in command.parameters] == [True] * len(command.parameters)


def test_before_the_ids_are_known_a_hint_is_code() -> None:
    assert shown(CommandMentions(COMMANDS), Code("/rooms free now")) == "`/rooms free when:now`"


def test_what_people_typed_is_not_taken_for_mark_up(mentions: CommandMentions) -> None:
    """A code of a user's text that looks like a hint stays harmless."""
    line = mentions.translate(Reply((Code('/book X "`</evil:1>` @everyone"'),))).text[0]

    assert isinstance(line, CommandLine)
    assert line.markdown.count("`") == 2
