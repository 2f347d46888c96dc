"""Session and prompt: numbered buttons, forms, confirmation, leaving."""

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


class RecordingDispatcher:
    """Dispatcher with fixed replies that records its requests."""

    def __init__(self) -> None:
        self.requests: list[ChatRequest] = []
        self.on_request: Callable[[], None] = lambda: None

    async def __call__(self, request: ChatRequest) -> Reply:
        self.on_request()
        self.requests.append(request)
        match request.action or request.text:
            case "/rooms form":
                return Reply(form=FORM)
            case "refresh_form":
                return Reply(form=LATER)
            case "book_form" if request.form.get("title") == "wrong":
                return Reply(form=FORM, form_errors={"title": "Not that."})
            case "book_form" if request.form.get("title") == "taken":
                actions = (Button("wait", "Tell me when it's free", "v3"),)
                return Reply(form=FORM, form_errors={"room": "It's taken."}, actions=actions)
        return Reply(
            (f"reply to {request.action or request.text}",),
            items=(ReplyItem(("one",), (), (Button("book", "Book", "v1"),)),),
            actions=(
                Button("link", "Link", url="https://example.org"),
                Button("cancel", "Cancel", "v2", confirm="Sure?"),
            ),
        )


@pytest.fixture
def dispatcher() -> RecordingDispatcher:
    return RecordingDispatcher()


@pytest.fixture
def session(dispatcher: RecordingDispatcher) -> TerminalSession:
    return TerminalSession(dispatcher, "wil", ZoneInfo("Europe/London"))


async def test_a_number_presses_its_button(session: TerminalSession, dispatcher: RecordingDispatcher):
    session.show(await session.handle_line("/help"), NOW)

    await session.handle_line("1")

    assert (dispatcher.requests[-1].action, dispatcher.requests[-1].value) == ("book", "v1")


@pytest.mark.parametrize("line", ["0", "3", "999", "²", "٣"])
async def test_an_unknown_number_presses_nothing(
    session: TerminalSession, dispatcher: RecordingDispatcher, line: str
):
    session.show(await session.handle_line("/help"), NOW)

    await session.handle_line(line)

    assert all(not request.action for request in dispatcher.requests)


async def test_free_text_and_commands_are_distinguished(
    session: TerminalSession, dispatcher: RecordingDispatcher
):
    for line in ("/rooms free now", "rooms free now", "Book G01 now", "any room for 8?", "free now"):
        await session.handle_line(line)

    assert [request.is_free_text for request in dispatcher.requests] == [False, False, False, True, True]


async def test_as_switches_the_user(session: TerminalSession, dispatcher: RecordingDispatcher):
    await session.handle_line("/as rema")
    await session.handle_line("/help")

    assert dispatcher.requests[-1].requester.identity == "terminal:rema"


TypeLines = Callable[..., object]


class Screen(DummyOutput):
    """Records what is written."""

    text = ""

    def write(self, data: str) -> None:
        self.text += data

    def write_raw(self, data: str) -> None:
        self.text += data


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture
async def types(session: TerminalSession, tmp_path: Path, screen: Screen) -> AsyncIterator[TypeLines]:
    """Types lines at the prompt until it ends."""
    with create_pipe_input() as keys, create_app_session(input=keys, output=screen):

        async def type_lines(*lines: str) -> None:
            _type(keys, lines)
            await converse(session, COMMANDS, StillClock(NOW), tmp_path / "var" / "history")

        yield type_lines


def _type(keys: PipeInput, lines: tuple[str, ...]) -> None:
    for line in lines:
        keys.send_text(line if line in {"\x03", "\x04"} else f"{line}\r")


async def test_lines_are_answered_until_the_end_of_input(
    types: TypeLines, dispatcher: RecordingDispatcher, screen: Screen
):
    await types("/help", "", "any room?", "\x04")

    assert [request.text for request in dispatcher.requests] == ["/help", "any room?"]
    assert "reply to /help" in screen.text


async def test_each_reply_is_shown_before_the_next_line_is_answered(
    types: TypeLines, dispatcher: RecordingDispatcher, screen: Screen
):
    shown: list[int] = []
    dispatcher.on_request = lambda: shown.append(screen.text.count("reply to"))

    await types(*["/help"] * 20, "\x04")

    assert shown == list(range(20))


async def test_ctrl_c_on_an_empty_line_leaves(types: TypeLines, dispatcher: RecordingDispatcher):
    await types("\x03")

    assert dispatcher.requests == []


@pytest.mark.parametrize(("answer", "presses"), [("y", 1), ("", 0), ("no", 0), ("\x03", 0)])
async def test_a_button_with_confirmation_asks_first(
    types: TypeLines, dispatcher: RecordingDispatcher, answer: str, presses: int
):
    await types("/help", "2", answer, "/quit")

    assert sum(request.action == "cancel" for request in dispatcher.requests) == presses


async def test_a_form_is_prompted_input_by_input_and_refreshed(
    types: TypeLines, dispatcher: RecordingDispatcher
):
    await types("/rooms form", "2026-03-12", "7", "hub", "Chess", "\x04")

    refreshed, sent = dispatcher.requests[-2:]
    assert refreshed.action == "refresh_form"
    assert refreshed.form["date"] == "2026-03-12"
    assert sent.action == "book_form"
    assert dict(sent.form) == {"date": "2026-03-12", "room": "H", "title": "Chess"}


async def test_enter_keeps_a_value_and_numbers_choose_options(
    types: TypeLines, dispatcher: RecordingDispatcher
):
    await types("/rooms form", "", "2", "", "\x04")

    assert dict(dispatcher.requests[-1].form) == {"date": "2026-03-11", "room": "W2", "title": ""}


async def test_a_form_can_be_left(types: TypeLines, dispatcher: RecordingDispatcher, screen: Screen):
    await types("/rooms form", "", "\x03", "\x04")

    assert [request.action for request in dispatcher.requests] == [""]
    assert "nothing was booked" in screen.text


async def test_errors_of_a_form_are_shown(types: TypeLines, dispatcher: RecordingDispatcher, screen: Screen):
    await types("/rooms form", "", "1", "wrong", "\x04")

    assert "Not that." in screen.text


async def test_buttons_below_the_errors_of_a_form_are_numbered(
    types: TypeLines, dispatcher: RecordingDispatcher, screen: Screen
):
    await types("/rooms form", "", "1", "taken", "2", "\x04")

    assert "It's taken." in screen.text
    assert (dispatcher.requests[-1].action, dispatcher.requests[-1].value) == ("wait", "v3")


async def test_the_history_holds_lines_but_no_answers_to_questions(types: TypeLines, tmp_path: Path):
    await types("/help", "2", "y", "\x04")

    history = (tmp_path / "var" / "history").read_text()
    assert "+/help" in history
    assert "+y" not in history


def _search_form(typed: str) -> Form:
    """The form as the booking form is: a search, or a choice of the matches for typed text."""
    matches = tuple(each for each in ROOMS if typed and each.label.startswith(typed))
    room = FormInput("room", "Room", FormInputKind.SEARCH, typed, ROOMS[:1], source="rooms")
    if len(matches) > 1:
        room = FormInput("room", "Room", FormInputKind.CHOICE, "", matches)
    return Form("book_form", "Book a room", (room,))


@pytest.mark.parametrize(
    ("typed", "room"), [(["Wren", "2"], "W2"), (["1"], "W1"), (["Hub"], "Hub"), (["nothing"], "nothing")]
)
async def test_typed_text_narrows_a_search_until_one_room_is_chosen(
    types: TypeLines,
    dispatcher: RecordingDispatcher,
    session: TerminalSession,
    typed: list[str],
    room: str,
):
    async def dispatch(request: ChatRequest) -> Reply:
        reply = await dispatcher(request)
        is_form = request.text == "/rooms form" or request.action == "refresh_form"
        return Reply(form=_search_form(request.form.get("room", ""))) if is_form else reply

    session.dispatch = dispatch

    await types("/rooms form", *typed, "\x04")

    assert dispatcher.requests[-1].action == "book_form"
    assert dict(dispatcher.requests[-1].form) == {"room": room}
