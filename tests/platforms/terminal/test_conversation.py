"""Somebody at a prompt: numbers, forms, second thoughts, and ways out."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from bot.chat.reply import Button, Form, FormInput, FormInputKind, Option, Reply, ReplyItem
from bot.chat.request import ChatRequest
from bot.commands import COMMANDS
from bot.platforms.terminal.repl import converse
from bot.platforms.terminal.session import TerminalSession
from tests.builders import NOW
from tests.fakes.clock import StillClock

ROOMS = (Option("Wren G01", "W1", "24 seats"), Option("Wren G02", "W2"), Option("Hub", "H"))
FORM = Form(
    "book_form",
    "Book a room",
    (
        FormInput("date", "Date", FormInputKind.DATE, "2026-03-11", refreshes=True),
        FormInput("room", "Room", FormInputKind.CHOICE, options=ROOMS),
        FormInput("title", "What for", required=False),
    ),
)
LATER = Form(
    "book_form",
    "Book a room",
    (*FORM.inputs[:1], FormInput("room", "Room", FormInputKind.CHOICE, options=ROOMS[2:]), FORM.inputs[2]),
)


class Answers:
    """Stands for the dispatcher: remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[ChatRequest] = []

    async def __call__(self, request: ChatRequest) -> Reply:
        self.asked.append(request)
        match request.action or request.text:
            case "/rooms form":
                return Reply(form=FORM)
            case "refresh_form":
                return Reply(form=LATER)
            case "book_form" if request.form.get("title") == "wrong":
                return Reply(form=FORM, form_errors={"title": "Not that."})
        return Reply(
            (f"said {request.action or request.text}",),
            items=(ReplyItem(("one",), (), (Button("book", "Book", "v1"),)),),
            actions=(
                Button("link", "Link", url="https://example.org"),
                Button("cancel", "Cancel", "v2", confirm="Sure?"),
            ),
        )


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def session(answers: Answers) -> TerminalSession:
    return TerminalSession(answers, "wil", ZoneInfo("Europe/London"))


async def test_a_number_presses_the_button_it_stands_for(session: TerminalSession, answers: Answers):
    session.show(await session.handle_line("/help"), NOW)

    await session.handle_line("1")

    assert (answers.asked[-1].action, answers.asked[-1].value) == ("book", "v1")


@pytest.mark.parametrize("line", ["0", "3", "999", "²", "٣"])
async def test_a_number_that_stands_for_nothing_presses_nothing(
    session: TerminalSession, answers: Answers, line: str
):
    session.show(await session.handle_line("/help"), NOW)

    await session.handle_line(line)

    assert all(not asked.action for asked in answers.asked)


async def test_plain_words_and_commands_are_told_apart(session: TerminalSession, answers: Answers):
    for line in ("/rooms free now", "rooms free now", "Book G01 now", "any room for 8?", "free now"):
        await session.handle_line(line)

    assert [asked.is_free_text for asked in answers.asked] == [False, False, False, True, True]


async def test_one_may_speak_as_somebody_else(session: TerminalSession, answers: Answers):
    await session.handle_line("/as rema")
    await session.handle_line("/help")

    assert answers.asked[-1].requester.identity == "terminal:rema"


Type = Callable[..., object]


class Screen(DummyOutput):
    """Keeps what is written on it."""

    text = ""

    def write(self, data: str) -> None:
        self.text += data

    def write_raw(self, data: str) -> None:
        self.text += data


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture
async def types(session: TerminalSession, tmp_path: Path, screen: Screen) -> AsyncIterator[Type]:
    """Types keys at the prompt until the conversation ends."""
    with create_pipe_input() as keys, create_app_session(input=keys, output=screen):

        async def until_the_end(*lines: str) -> None:
            _type(keys, lines)
            await converse(session, COMMANDS, StillClock(NOW), tmp_path / "var" / "history")

        yield until_the_end


def _type(keys: PipeInput, lines: tuple[str, ...]) -> None:
    for line in lines:
        keys.send_text(line if line in {"\x03", "\x04"} else f"{line}\r")


async def test_lines_are_answered_until_the_end_of_input(types: Type, answers: Answers, screen: Screen):
    await types("/help", "", "any room?", "\x04")

    assert [asked.text for asked in answers.asked] == ["/help", "any room?"]
    assert "said /help" in screen.text


async def test_ctrl_c_on_an_empty_line_leaves(types: Type, answers: Answers):
    await types("\x03")

    assert answers.asked == []


@pytest.mark.parametrize(("answer", "presses"), [("y", 1), ("", 0), ("no", 0), ("\x03", 0)])
async def test_what_cannot_be_undone_is_asked_first(types: Type, answers: Answers, answer: str, presses: int):
    await types("/help", "2", answer, "/quit")

    assert sum(asked.action == "cancel" for asked in answers.asked) == presses


async def test_a_form_is_asked_line_by_line_and_follows_what_was_said(types: Type, answers: Answers):
    await types("/rooms form", "2026-03-12", "7", "hub", "Chess", "\x04")

    refreshed, sent = answers.asked[-2:]
    assert refreshed.action == "refresh_form"
    assert refreshed.form["date"] == "2026-03-12"
    assert sent.action == "book_form"
    assert dict(sent.form) == {"date": "2026-03-12", "room": "H", "title": "Chess"}


async def test_enter_keeps_what_a_form_holds_and_numbers_choose(types: Type, answers: Answers):
    await types("/rooms form", "", "2", "", "\x04")

    assert dict(answers.asked[-1].form) == {"date": "2026-03-11", "room": "W2", "title": ""}


async def test_a_form_can_be_left(types: Type, answers: Answers, screen: Screen):
    await types("/rooms form", "", "\x03", "\x04")

    assert [asked.action for asked in answers.asked] == [""]
    assert "nothing was booked" in screen.text


async def test_what_is_wrong_with_a_form_is_said_and_it_can_be_filled_in_again(
    types: Type, answers: Answers, screen: Screen
):
    await types("/rooms form", "", "1", "wrong", "\x04")

    assert "Not that." in screen.text


async def test_what_was_typed_is_remembered_and_answers_to_questions_are_not(types: Type, tmp_path: Path):
    await types("/help", "2", "y", "\x04")

    kept = (tmp_path / "var" / "history").read_text()
    assert "+/help" in kept
    assert "+y" not in kept
