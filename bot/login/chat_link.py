"""Chat accounts on their way to a person: the link they are given, and what happens once they are linked."""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeAlias

from bot.chat.formatting import one_line
from bot.chat.reply import Bold, Button, ButtonStyle, Code, Reply, Tone
from bot.chat.request import Asked, Door
from bot.login import requester as asking
from bot.login.encrypted_replies import seal_reply
from bot.login.links import Links
from bot.services import Desk
from core.model.entities import Identity, Person
from core.model.login_session import LoginSession
from core.model.outbox import Message
from core.ports.storage import Unit

logger = logging.getLogger(__name__)

Answers: TypeAlias = Callable[[Asked], Awaitable[Reply]]
"""What answers whatever is asked: the dispatcher."""

_LONGEST_PREVIEW = 60
_USELESS_AFTER = timedelta(hours=1)
_LEFT_BEHIND_AFTER = timedelta(seconds=30)
"""Whoever linked a chat account goes on at once; after this long, whoever notices does."""
PLATFORMS = {Door.SLACK: "Slack", Door.DISCORD: "Discord", Door.TERMINAL: "the terminal"}


async def invite(desk: Desk, asked: Asked, *, waits: bool) -> Reply:
    """A link made for this very chat account; with `waits`, what was asked is done after the login."""
    if asked.by.door is Door.TERMINAL:
        return Reply(("Nobody has this name here. ", "Say /as NAME to be somebody else."), tone=Tone.REFUSED)
    if not desk.public_url:
        return _by_hand(asked)
    about = asking.written(asking.by_chat(asked, waits=waits))
    letters = await desk.logins.open(about, asked.by.identity)
    lead = "Log in once, so that Roomie knows who you are"
    return Reply(
        (f"{lead}; then it goes on with what you asked." if waits else f"{lead}.",),
        tone=Tone.REFUSED if waits else Tone.INFO,
        actions=(
            Button("log_in", "Log in", url=Links(desk.public_url, letters).page, style=ButtonStyle.PRIMARY),
        ),
        footer=("This link is for you alone: do not pass it on. It is good for ten minutes, once.",),
    )


def _by_hand(asked: Asked) -> Reply:
    """Where no browser reaches us."""
    return Reply(
        (
            "Roomie does not know who you are yet. Ask an administrator to link ",
            Code(asked.by.identity),
            " to your account.",
        ),
        tone=Tone.REFUSED,
    )


def preview(asked: Asked | None) -> str:
    """What waits for a login, in a line."""
    if asked is None:
        return ""
    words = one_line(asked.words or asked.action.replace("_", " "))
    return words if len(words) <= _LONGEST_PREVIEW else f"{words[: _LONGEST_PREVIEW - 1]}…"


def linked_message(desk: Desk, session: LoginSession, person: Person) -> Message:
    """What the chat account is told as it is linked."""
    goes_on = asking.read(session.asked).asked is not None
    reply = Reply(
        (
            "You are logged in as ",
            Bold(person.name),
            f" ({person.username}). ",
            "Now to what you asked." if goes_on else "/logout ends it.",
        ),
        tone=Tone.DONE,
    )
    return _message(desk, session, "linked", reply)


async def go_on(desk: Desk, answers: Answers, session: LoginSession) -> None:
    """Do what was waiting for the login, and answer it where it was asked.

    Should we die on the way it is done again; a booking carries its key and is made once.
    """
    asked = asking.read(session.asked).asked
    if asked is None:
        return
    reply = await answers(asked)
    if reply.form is not None:
        reply = Reply(("Now you can ask that again.",))
    message = _message(desk, session, "asked", reply)

    def work(unit: Unit) -> None:
        if unit.logins.take_asked(session.hash):
            unit.outbox.add([message])

    await desk.storage.write(work)


async def resume(desk: Desk, answers: Answers) -> None:
    """Go on where a process died between linking and answering; and leave nothing about that is over."""
    await desk.logins.tidy()
    left = desk.clock.now() - _LEFT_BEHIND_AFTER
    for session in await desk.storage.read(lambda unit: unit.logins.waiting()):
        if session.finished_at is not None and session.finished_at < left:
            logger.info("going on with what waited for a login")
            await go_on(desk, answers, session)


def _message(desk: Desk, session: LoginSession, kind: str, reply: Reply) -> Message:
    now = desk.clock.now()
    key = f"login {session.hash.hex()} {kind}"
    return Message(
        key=key,
        kind="reply",
        due_at=now,
        payload=seal_reply(reply, key, desk.accounts.secrets),
        identity=session.identity or Identity(""),
        expires_at=now + _USELESS_AFTER,
    )
