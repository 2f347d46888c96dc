"""Notifications at the terminal reach only the user who sits there."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.chat.reply import Button, Reply
from bot.chat.request import ChatRequest
from bot.notifications import NOTIFICATION_TYPES
from bot.platforms.terminal.adapter import TerminalPlatform
from bot.platforms.terminal.session import TerminalSession
from bot.worker.outbox import OutboxSender, OutboxSettings
from core.model import MessageState, NotificationPreferences
from tests.builders import a_slot, at
from tests.outbox.environment import REMA, WIL, Environment


async def nothing(_: ChatRequest) -> Reply:
    return Reply()


def at_terminal(environment: Environment, name: str = "wil") -> tuple[TerminalSession, OutboxSender]:
    session = TerminalSession(nothing, name, ZoneInfo("Europe/London"))
    platform = TerminalPlatform(session, environment.clock)
    outbox = OutboxSender(
        environment.services, [platform], NOTIFICATION_TYPES, "terminal", OutboxSettings(spacing=timedelta())
    )
    return session, outbox


async def test_a_reminder_is_printed_with_continued_button_numbers(
    environment: Environment, capsys: pytest.CaptureFixture[str]
):
    session, outbox = at_terminal(environment)
    session.buttons = (Button("book", "Book", "x"),)
    await environment.book(a_slot("15:00"))
    environment.clock.set(at("14:30"))

    await outbox.deliver_due()

    printed = capsys.readouterr().out
    assert "Your booking starts in 30 minutes" in printed
    assert "[2] I'm here" in printed
    assert [button.action for button in session.buttons] == ["book", "here", "extend", "ask_cancel"]


async def test_a_reminder_waits_for_the_user_at_the_terminal(environment: Environment):
    _, outbox = at_terminal(environment, "rema")
    await environment.book(a_slot("15:00"))
    environment.clock.set(at("14:30"))

    await outbox.deliver_due()

    assert await environment.states() == [MessageState.WAITING]


async def test_the_preferred_platform_comes_first(
    environment: Environment, capsys: pytest.CaptureFixture[str]
):
    _, outbox = at_terminal(environment)
    outbox.open(environment.chat)
    await environment.want(NotificationPreferences(deliver_to="terminal"))
    await environment.book(a_slot("15:00"))
    await environment.book(a_slot("15:00"), "K-J17-LAB", REMA)
    environment.clock.set(at("14:30"))

    await outbox.deliver_due()

    assert "Your booking starts" in capsys.readouterr().out
    assert (environment.chat.texts_to(WIL), len(environment.chat.texts_to(REMA))) == ([], 1)
