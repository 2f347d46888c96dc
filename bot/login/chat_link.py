"""Chat accounts on their way to a person: the link they are given, and what happens once they are linked."""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeAlias

from bot.chat.formatting import one_line
from bot.chat.reply import Bold, Button, ButtonStyle, Code, Reply, Tone
from bot.chat.request import ChatRequest, PlatformName
from bot.login import requester as asking
from bot.login.encrypted_replies import seal_reply
from bot.login.links import Links
from bot.services import Services
from core.model.entities import Identity, Person
from core.model.login_session import LoginSession
from core.model.outbox import OutboxMessage
from core.ports.storage import UnitOfWork

logger = logging.getLogger(__name__)

DispatchRequest: TypeAlias = Callable[[ChatRequest], Awaitable[Reply]]
"""What answers whatever is asked: the dispatcher."""

_MAX_PREVIEW = 60
_USELESS_AFTER = timedelta(hours=1)
_LEFT_BEHIND_AFTER = timedelta(seconds=30)
"""Whoever linked a chat account goes on at once; after this long, whoever notices does."""
PLATFORMS = {
    PlatformName.SLACK: "Slack",
    PlatformName.DISCORD: "Discord",
    PlatformName.TERMINAL: "the terminal",
}


async def login_link_reply(services: Services, request: ChatRequest, *, waits: bool) -> Reply:
    """A link made for this very chat account; with `waits`, what was asked is done after the login."""
    if request.requester.platform is PlatformName.TERMINAL:
        return Reply(("There's no user with this name. ", "Use /as NAME to switch users."), tone=Tone.REFUSED)
    if not services.public_url:
        return _link_by_operator(request)
    about = asking.encode(asking.from_chat(request, waits=waits))
    letters = await services.logins.open(about, request.requester.identity)
    lead = "Please log in once, so that Roomie knows who you are"
    return Reply(
        (f"{lead}. It then continues with your request." if waits else f"{lead}.",),
        tone=Tone.REFUSED if waits else Tone.INFO,
        actions=(
            Button(
                "log_in", "Log in", url=Links(services.public_url, letters).page, style=ButtonStyle.PRIMARY
            ),
        ),
        footer=("This link is only for you, so don't share it. It works once, within ten minutes.",),
    )


def _link_by_operator(request: ChatRequest) -> Reply:
    """Where no browser reaches us."""
    return Reply(
        (
            "Roomie doesn't know who you are yet. Ask an administrator to link ",
            Code(request.requester.identity),
            " to your account.",
        ),
        tone=Tone.REFUSED,
    )


def request_preview(request: ChatRequest | None) -> str:
    """What waits for a login, in a line."""
    if request is None:
        return ""
    words = one_line(request.text or request.action.replace("_", " "))
    return words if len(words) <= _MAX_PREVIEW else f"{words[: _MAX_PREVIEW - 1]}…"


def linked_message(services: Services, session: LoginSession, person: Person) -> OutboxMessage:
    """What the chat account is told as it is linked."""
    goes_on = asking.decode(session.request).asked is not None
    reply = Reply(
        (
            "You're logged in as ",
            Bold(person.name),
            f" ({person.username}). ",
            "Continuing with your request." if goes_on else "Use /logout to log out.",
        ),
        tone=Tone.DONE,
    )
    return _message(services, session, "linked", reply)


async def continue_request(services: Services, answers: DispatchRequest, session: LoginSession) -> None:
    """Do what was waiting for the login, and answer it where it was asked.

    Should we die on the way it is done again; a booking carries its key and is made once.
    """
    asked = asking.decode(session.request).asked
    if asked is None:
        return
    reply = await answers(asked)
    if reply.form is not None:
        reply = Reply(("Please ask that again now.",))
    message = _message(services, session, "asked", reply)

    def work(unit: UnitOfWork) -> None:
        if unit.login_sessions.consume_request(session.hash):
            unit.outbox.add([message])

    await services.storage.write(work)


async def resume_pending(services: Services, answers: DispatchRequest) -> None:
    """Go on where a process died between linking and answering; and leave nothing about that is over."""
    await services.logins.delete_expired()
    left = services.clock.now() - _LEFT_BEHIND_AFTER
    for session in await services.storage.read(lambda unit: unit.login_sessions.waiting()):
        if session.finished_at is not None and session.finished_at < left:
            logger.info("going on with what waited for a login")
            await continue_request(services, answers, session)


def _message(services: Services, session: LoginSession, kind: str, reply: Reply) -> OutboxMessage:
    now = services.clock.now()
    key = f"login {session.hash.hex()} {kind}"
    return OutboxMessage(
        key=key,
        kind="reply",
        due_at=now,
        payload=seal_reply(reply, key, services.accounts.secrets),
        identity=session.identity or Identity(""),
        expires_at=now + _USELESS_AFTER,
    )
