"""Whoever sits at the terminal is told there, and nobody else is."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.chat.reply import Button, Reply
from bot.chat.request import Asked
from bot.notifications import KINDS
from bot.platforms.terminal.adapter import TerminalDoor
from bot.platforms.terminal.session import Session
from bot.worker.outbox import Outbox, OutboxSettings
from core.model.entities import Habits
from core.model.outbox import MessageState
from tests.builders import a_slot, at
from tests.outbox.house import REMA, WIL, House


async def nothing(_: Asked) -> Reply:
    return Reply()


def at_terminal(house: House, name: str = "wil") -> tuple[Session, Outbox]:
    session = Session(nothing, name, ZoneInfo("Europe/London"))
    door = TerminalDoor(session, house.clock)
    outbox = Outbox(house.desk, [door], KINDS, "terminal", OutboxSettings(spacing=timedelta()))
    return session, outbox


async def test_a_reminder_is_printed_and_its_buttons_go_on_from_those_that_were_there(
    house: House, capsys: pytest.CaptureFixture[str]
):
    session, outbox = at_terminal(house)
    session.buttons = (Button("book", "Book", "x"),)
    await house.book(a_slot("15:00"))
    house.clock.set(at("14:30"))

    await outbox.deliver_due()

    printed = capsys.readouterr().out
    assert "Your booking begins in 30 minutes" in printed
    assert "[2] I'm here" in printed
    assert [button.action for button in session.buttons] == ["book", "here", "extend", "cancel"]


async def test_who_does_not_sit_there_is_told_when_they_come(house: House):
    _, outbox = at_terminal(house, "rema")
    await house.book(a_slot("15:00"))
    house.clock.set(at("14:30"))

    await outbox.deliver_due()

    assert await house.states() == [MessageState.WAITING]


async def test_the_platform_somebody_chose_comes_first(house: House, capsys: pytest.CaptureFixture[str]):
    _, outbox = at_terminal(house)
    outbox.open(house.chat)
    await house.want(Habits(deliver_to="terminal"))
    await house.book(a_slot("15:00"))
    await house.book(a_slot("15:00"), "K-J17-LAB", REMA)
    house.clock.set(at("14:30"))

    await outbox.deliver_due()

    assert "Your booking begins" in capsys.readouterr().out
    assert (house.chat.told(WIL), len(house.chat.told(REMA))) == ([], 1)
