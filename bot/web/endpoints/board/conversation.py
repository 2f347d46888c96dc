"""The browser as a front end of the conversation: requests from pages, replies as HTML.

A search line or a pressed button becomes a `ChatRequest` for the same dispatcher as in chat. What a link
carries is read only: links may come from anybody.
"""

import asyncio
from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import quote

from msgspec.structs import replace

from bot.chat.formatting import room_name
from bot.chat.reply import Reply
from bot.chat.request import ChatRequest, PlatformName, Requester
from bot.chat.timezones import zone_of
from bot.pictures.formats import PictureFormat
from bot.pictures.links import picture_url
from bot.web.framework.route import RequestContext
from bot.web.framework.state import ServerState
from bot.web.pages.replies import ReplyContext
from core.catalogue import Catalogue
from core.directory import Account
from core.memory import build_lasting_values
from core.model import Identity

if TYPE_CHECKING:
    from bot.conversation.dispatcher import Dispatcher


async def ask(
    context: RequestContext,
    text: str,
    options: Mapping[str, str] | None = None,
    *,
    once: str = "",
    may_change: bool = False,
) -> Reply:
    """The reply to typed text: a command (with its `options`), or plain words; `once` as for `press`."""
    is_free_text = not text.startswith("/") and not options
    request = ChatRequest(
        requester_of(context),
        text=text,
        is_free_text=is_free_text,
        options=options or {},
        delivery_id=once,
        is_direct=True,
        is_read_only=not may_change,
    )
    return await _dispatch(context.state, request)


async def press(
    context: RequestContext,
    action: str,
    value: str,
    form: Mapping[str, str] | None = None,
    *,
    once: str = "",
    may_change: bool = False,
) -> Reply:
    """The reply to a pressed button or a submitted form; one with the same `once` is not done twice."""
    request = ChatRequest(
        requester_of(context),
        action=action,
        value=value,
        form=form or {},
        delivery_id=once,
        is_direct=True,
        is_read_only=not may_change,
    )
    return await _dispatch(context.state, request)


def requester_of(context: RequestContext) -> Requester:
    """The person of the session; visitors who are not logged in share an identity without an account."""
    account = context.principal if isinstance(context.principal, Account) else None
    number, name = (str(account.person.id), account.person.name) if account else ("", "")
    return Requester(Identity(f"{PlatformName.WEB}:{number}"), PlatformName.WEB, name)


def reply_context(context: RequestContext) -> ReplyContext:
    """The reader's time zone, the current time, and the pages of rooms and buildings."""
    account = context.principal if isinstance(context.principal, Account) else None
    services = context.state.services
    places = _places(services.read_model.catalogue)
    secret = services.accounts.secrets[0]
    return ReplyContext(
        zone_of(services, account, ""),
        context.now,
        places,
        lambda content: picture_url("", secret, content, context.now, PictureFormat.SVG) if content else "",
    )


@lru_cache(maxsize=2)
def _places(catalogue: Catalogue) -> Mapping[str, str]:
    """Paths of pages by the names that replies show."""
    rooms = {room_name(each): f"/rooms/{quote(each.id, safe='')}" for each in catalogue.order}
    buildings = {each.name: f"/buildings/{quote(each.id, safe='')}" for each in catalogue.buildings.values()}
    return buildings | rooms


async def _dispatch(state: ServerState, request: ChatRequest) -> Reply:
    if state.dispatcher is None:
        await asyncio.to_thread(_prepare, state.services.read_model.catalogue)
    reply = await _dispatcher(state).dispatch(request)
    return replace(reply, audience=Reply().audience)


def _prepare(catalogue: Catalogue) -> None:
    """What the first reply needs. Imports the commands, which would make the start slow."""
    with build_lasting_values():
        import_module("bot.commands")
        import_module("bot.conversation.dispatcher")
        _places(catalogue)


def _dispatcher(state: ServerState) -> "Dispatcher":
    if state.dispatcher is None:
        from bot.commands import COMMANDS
        from bot.conversation.dispatcher import Dispatcher

        state.dispatcher = Dispatcher(state.services, COMMANDS)
    return state.dispatcher
