"""Links chat accounts to people: the login link, and the request that continues after the login."""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeAlias

from msgspec.structs import replace

from bot.chat.reply import Bold, Button, ButtonStyle, Reply, Tone
from bot.chat.request import ChatRequest, PlatformName
from bot.login import requester as login_requester
from bot.login.encrypted_replies import seal_reply
from bot.login.links import BROWSER_LOGIN_PATH, Links
from bot.services import Services
from core.errors import NotAuthenticated
from core.model import Identity, LoginSession, OutboxMessage, Person
from core.names import one_line
from core.ports import UnitOfWork

logger = logging.getLogger(__name__)

DispatchRequest: TypeAlias = Callable[[ChatRequest], Awaitable[Reply]]
"""`Dispatcher.dispatch`."""

_MAX_PREVIEW = 60
_REPLY_LIFETIME = timedelta(hours=1)
_RESUME_DELAY = timedelta(seconds=30)
"""The process that linked an account continues its request; after this time any other process does."""
PLATFORMS = {
    PlatformName.SLACK: "Slack",
    PlatformName.DISCORD: "Discord",
    PlatformName.TERMINAL: "the terminal",
    PlatformName.WEB: "the browser",
}


async def login_link_reply(services: Services, request: ChatRequest, *, waits: bool) -> Reply:
    """A reply with a login link for this chat account. With `waits` the request continues after the login."""
    if request.requester.platform is PlatformName.TERMINAL:
        return Reply(("There's no user with this name. ", "Use /as NAME to switch users."), tone=Tone.REFUSED)
    if request.requester.platform is PlatformName.WEB:
        return _browser_login(waits=waits)
    if not services.public_url:
        return _link_by_operator(request)
    request = replace(request, requested_at=request.requested_at or services.clock.now())
    requester = login_requester.encode(login_requester.from_chat(request, waits=waits))
    sid_token = await services.logins.open(requester, request.requester.identity)
    lead = "Please log in once, so that Roomie knows who you are"
    return Reply(
        (f"{lead}. It then continues with your request." if waits else f"{lead}.",),
        tone=Tone.REFUSED if waits else Tone.INFO,
        actions=(
            Button(
                "log_in", "Log in", url=Links(services.public_url, sid_token).page, style=ButtonStyle.PRIMARY
            ),
        ),
        footer=("This link is only for you, so don't share it. It works once, within ten minutes.",),
    )


def _browser_login(*, waits: bool) -> Reply:
    """The reply to a browser: it logs in at our own pages, which lead back to where it was."""
    text = "Please log in first. You then come back to this page." if waits else "You're not logged in."
    button = Button("log_in", "Log in", url=BROWSER_LOGIN_PATH, style=ButtonStyle.PRIMARY)
    return Reply(
        (text,), tone=Tone.REFUSED if waits else Tone.INFO, actions=(button,), code=NotAuthenticated.code
    )


def _link_by_operator(request: ChatRequest) -> Reply:
    """The reply where browsers cannot reach Roomie; operators find the identity to link in the log."""
    requester = request.requester
    logger.info("A login was asked for; to link the account: roomie link PERSON %s", requester.identity)
    account = f"your {PLATFORMS[requester.platform]} account"
    return Reply(
        (f"Roomie doesn't know who you are yet. Ask an administrator to link {account}.",), tone=Tone.REFUSED
    )


def request_preview(request: ChatRequest | None) -> str:
    """The request that waits for a login, in one short line."""
    if request is None:
        return ""
    options = " ".join(f"{name}: {text}" for name, text in request.options.items())
    text = one_line(f"{request.text or request.action.replace('_', ' ')} {options}")
    return text if len(text) <= _MAX_PREVIEW else f"{text[: _MAX_PREVIEW - 1]}…"


def linked_message(services: Services, session: LoginSession, person: Person) -> OutboxMessage:
    """The message that confirms a link to the chat account."""
    continues = login_requester.decode(session.request).request is not None
    reply = Reply(
        (
            "You're logged in as ",
            Bold(person.name),
            f" ({person.username}). ",
            "Continuing with your request." if continues else "Use /logout to log out.",
        ),
        tone=Tone.DONE,
    )
    return _message(services, session, "linked", reply)


async def continue_request(services: Services, dispatch: DispatchRequest, session: LoginSession) -> None:
    """Dispatches the request that waited for the login, and queues the reply to the chat account.

    A crash in between repeats the request; its delivery id makes sure that a booking is made once.
    """
    request = login_requester.decode(session.request).request
    if request is None:
        return
    reply = await dispatch(request)
    if reply.form is not None:
        reply = Reply(("You're logged in now. Please send your request again.",))
    message = _message(services, session, "asked", reply)

    def consume(unit: UnitOfWork) -> None:
        if unit.login_sessions.consume_request(session.hash):
            unit.outbox.add([message])

    await services.storage.write(consume)


async def resume_pending(services: Services, dispatch: DispatchRequest) -> None:
    """Continues requests whose process died after linking the account, and deletes expired logins."""
    await services.logins.delete_expired()
    deadline = services.clock.now() - _RESUME_DELAY
    for session in await services.storage.read(lambda unit: unit.login_sessions.waiting()):
        if session.finished_at is not None and session.finished_at < deadline:
            logger.info("continuing a request that waited for a login")
            await continue_request(services, dispatch, session)


def _message(services: Services, session: LoginSession, kind: str, reply: Reply) -> OutboxMessage:
    now = services.clock.now()
    key = f"login {session.hash.hex()} {kind}"
    return OutboxMessage(
        key=key,
        kind="reply",
        due_at=now,
        payload=seal_reply(reply, key, services.accounts.secrets),
        identity=session.identity or Identity(""),
        expires_at=now + _REPLY_LIFETIME,
    )
