"""Any typed, pressed or submitted input gets a reply, and never a fault."""

import asyncio
import re
from collections.abc import Coroutine, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.chat.reply import Button, Choice, Reply, Tone
from bot.commands import COMMANDS
from bot.conversation.button_values import SlotValue
from bot.services import Services
from core.interval import Interval
from core.model import RoomId
from tests.bot.chat import Chat, buttons

UNFIT_FOR_A_TERMINAL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\ud800-\udfff]")
LINES = [
    "",
    " ",
    "/",
    "//",
    "/rooms",
    "/rooms free " + "x" * 5_000,
    "/rooms free '; DROP TABLE booking; --",
    "/book <script>alert(1)</script> tomorrow 3pm",
    "/rooms status \u202egnorw",
    "/rooms status a\x00b\x1b[31m\x07",
    "/rooms cancel \ud800",
    "/society add \ud800 \x00",
    "/rooms free 🦊🦊🦊 20 seats",
    "/rooms free 99999999999999999999 seats",
    "/rooms free -5 seats",
    "/rooms free 30 feb",
    "/rooms free 1 jan 9999",
    "/rooms free 99/99/9999 25:61",
    "/rooms free 2030-03-12T10:00:00+01:00 2030-03-12T09:00:00+01:00",
    "/book Wren G02 2030-03-12T10:00:00+01:00 2030-03-12T10:00:00+01:00",
    "/rooms free sun 29 mar 1:30am",
    "/book Wren G02 sun 25 oct 1:30am to 1:15am",
    "/book Wren G02 tomorrow 5pm to 4pm",
    "/book Wren G02 yesterday 3pm",
    "/book",
    "/book Wren G02",
    "/book tomorrow 3pm",
    "/book Wren G02 every tuesday until june",
    "/book Wren G02 tomorrow",
    "/rooms move",
    "/rooms extend",
    "/rooms extend 99h",
    "/rooms extend -5h",
    "/rooms here 0000",
    "/rooms cancel " + "0" * 40,
    "/rooms share ----",
    "/rooms timetable",
    "/rooms timetable Wren",
    "/society",
    "/society token new NOSUCH",
    "/help nonsense",
    "/whoami",
    "?",
    "\uff46\uff52\uff45\uff45 \uff4e\uff4f\uff57",
]


@pytest.mark.parametrize("style", ["with a command", "in plain words"])
async def test_any_line_gets_a_reply(wil: Chat, stranger: Chat, style: str):
    await wil.say("/book Wren G02 tomorrow 3pm")
    for line in LINES:
        for person in (wil, stranger):
            answer = await person.say(line, free=style == "in plain words")

            assert answer.strip(), line
            assert person.tone is not Tone.FAILED, line
            assert not UNFIT_FOR_A_TERMINAL.search(answer), line


VOCABULARY = (
    "/rooms free book cancel move extend here mine status timetable Wren G02 RO-PIZZA tomorrow now 3pm for 2 "
    "hours 20 seats SOTECHSOC society add rema near with printer friday until share"
)
WORDS = VOCABULARY.split()
ACTIONS = sorted({action.name for command in COMMANDS for action in command.actions} | {"mine", "quota"})
VALUES = [
    "",
    "~",
    "~~~",
    "x~1~60~",
    "H-C12-G02~zzzzzzzz~60~",
    "H-C12-G02~0~60~",
    "H-C12-G02~t4n0w0~0~",
    "H-C12-G02~t4n0w0~999999~",
    "H-C12-G02~t4n0w0~60~NOSUCH",
    "NOSUCH~t4n0w0~60~",
    "!~t4n0w0~60~",
    "0~60~60~~~~~~~~~",
    "zzzzzzzz~999999~999999~999999~zzzzzzzz~XXX~x~q~x~x~999999~x",
    "t4n0w0~60~0~~~~~~~~999999~",
    "t4n0w0~1~60~~~~~~~~~",
    "21cf0a17-0000-0000-0000-000000000000",
    "21cf0a17-0000-0000-0000-000000000000~-99999",
    "'; DROP TABLE booking; --",
    "x" * 70,
    "x" * 5_000,
    "\ud800",
    "\x00",
    "é",
]


async def test_a_forged_press_changes_nothing(wil: Chat, rema: Chat, stranger: Chat, services: Services):
    await wil.say("/book Wren G02 tomorrow 3pm")
    (booking,) = services.read_model.bookings.values()
    values = [*VALUES, booking.id, f"{booking.id}~30", f"{booking.id}~H-C12-G03~t4n0w0~60"]

    for person in (rema, stranger):
        for action in [*ACTIONS, "nosuch", "x" * 500]:
            for value in values:
                await person.act(action, value)
                assert person.tone is not Tone.FAILED, (action, value)

    assert services.read_model.bookings[booking.id] == booking


FORMS = [
    {},
    {"date": "2026-02-30", "time": "25:00", "minutes": "x", "room": "NOSUCH", "society": "NOSUCH"},
    {"date": "9999-12-31", "time": "23:59", "minutes": "99999999999999999999", "room": "H-C12-G02"},
    {"date": "0001-01-01", "time": "00:00", "minutes": "1", "room": "H-C12-G02", "society": "-"},
    {"date": "2026-03-29", "time": "01:30", "minutes": "60", "room": "H-C12-G02"},
    {"date": "2026-03-12", "time": "15:07", "minutes": "60", "room": "H-C12-G02"},
    {"when": "\x00\ud800", "room": "\ud800", "society": "\ud800", "title": "\ud800\x00"},
    {"when": "30 feb at 25 o'clock", "room": "", "title": "x" * 5_000},
]


@pytest.mark.parametrize("action", ["book_form", "refresh_form", "form"])
async def test_any_form_gets_a_reply(wil: Chat, stranger: Chat, action: str):
    for values in FORMS:
        for person in (wil, stranger):
            await person.act(action, **values)

            assert person.tone is not Tone.FAILED, values


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(
    action=st.one_of(st.sampled_from(ACTIONS), st.text(max_size=30)),
    value=st.one_of(
        st.text(max_size=80),
        st.sampled_from(VALUES),
        st.lists(
            st.sampled_from(["", "H-C12-G02", "t4n0w0", "60", "SOTECHSOC", "u", "-1", "!abc"]), max_size=13
        ).map("~".join),
    ),
    form=st.dictionaries(
        st.sampled_from(["date", "time", "minutes", "when", "room", "society", "title"]),
        st.text(max_size=20),
        max_size=4,
    ),
)
def test_any_button_press_gets_a_reply(running: "Running", action: str, value: str, form: dict[str, str]):
    running.do(running.wil.act(action or "x", value, **form))

    assert running.wil.tone is not Tone.FAILED
    assert_it_fits(running.wil.last)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(
    words=st.one_of(
        st.text(max_size=60),
        st.lists(
            st.sampled_from(WORDS),
            max_size=10,
        ).map(" ".join),
    ),
    free=st.booleans(),
)
def test_any_text_gets_a_reply(running: "Running", words: str, free: bool):  # noqa: FBT001
    answer = running.do(running.wil.say(words, free=free))

    assert answer.strip()
    assert running.wil.tone is not Tone.FAILED
    assert_it_fits(running.wil.last)


class Running:
    """Conversation for synchronous tests: one event loop for all examples."""

    def __init__(self, loop: asyncio.AbstractEventLoop, wil: Chat) -> None:
        self._loop, self.wil = loop, wil

    def do(self, coroutine: Coroutine[None, None, str]) -> str:
        return self._loop.run_until_complete(coroutine)


@pytest.fixture
def running(database_url: str, clock, rules) -> Iterator[Running]:
    from tests.sample_services import create_services

    loop = asyncio.new_event_loop()
    services = create_services(database_url, clock, rules)
    loop.run_until_complete(services.storage.open())
    loop.run_until_complete(services.storage.load())
    yield Running(loop, Chat(services, "wil"))
    loop.run_until_complete(services.storage.close())
    loop.close()


def assert_it_fits(reply: Reply) -> None:
    """Asserts that every button has a handler or is a link, and fits the platforms' limits."""
    known = {action.name for command in COMMANDS for action in command.actions}
    known |= {"free_now", "mine", "quota", "whoami"}
    for button in buttons(reply):
        assert button.action in known or button.url
        assert len(button.action) <= 20
        assert len(button.value) <= 70
        assert button.value.isascii()
    for action in reply.actions:
        assert isinstance(action, Button | Choice)
    if reply.form is not None:
        assert reply.form.id in known


async def test_every_button_of_a_conversation_has_a_handler_and_fits(wil: Chat, rema: Chat, dana: Chat):
    walk = (
        "/help",
        "/rooms free now 20 seats with printer near Wren for SOTECHSOC",
        "/rooms free friday afternoon lower campus meeting room",
        "/rooms free now 500 seats",
        "/rooms free tonight 11pm",
        "/book Wren G02 tomorrow 3:10pm",
        '/book RO-PIZZA tomorrow 3:10pm for SOTECHSOC "A title much longer than any button can carry"',
        "/book Wren G02 tomorrow 3pm for 1 hour",
        "/book Wren G02 tomorrow 3pm for 1 hour",
        "/book Wren G02 friday 3pm for 4 hours",
        "/book Wren G02 tomorrow",
        "/book tomorrow 3pm",
        "/rooms mine",
        "/rooms extend 20 min",
        "/rooms move 4:10pm",
        "/rooms cancel banana",
        "/rooms form",
        "/society token",
        "/whoami",
        "/nonsense",
    )
    for person in (wil, rema, dana):
        for line in walk:
            await person.say(line)
            assert person.tone is not Tone.FAILED, line
            assert_it_fits(person.last)


async def test_a_forged_week_before_1970_has_expired(wil: Chat):
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    forged = str(SlotValue(RoomId("H-C12-G02"), Interval(epoch, epoch + timedelta(hours=1))))

    assert "expired" in await wil.act("timetable", forged)
