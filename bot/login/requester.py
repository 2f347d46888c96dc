"""The requester of a login, stored with the session and shown on the confirmation page."""

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from bot.chat.request import ChatRequest
from core.names import one_line

_MAX_USER_AGENT = 80


_FIELDS_OF_0_1 = {
    "words": "text",
    "free": "is_free_text",
    "key": "delivery_id",
    "door": "platform",
    "manages": "is_channel_admin",
}
"""Old field names in sessions stored by release 0.1, which may still be open after an upgrade."""


class LoginRequester(msgspec.Struct, frozen=True):
    """A program or browser with its address and user agent, or a chat account with the request that waits.

    A browser gets the login itself, and goes on at the path `next`.
    """

    name: str = ""
    address: str = ""
    agent: str = ""
    request: ChatRequest | None = msgspec.field(default=None, name="asked")
    """Stored as `asked` since release 0.1."""
    is_browser: bool = False
    next: str = ""


def from_program(address: str, agent: str) -> LoginRequester:
    return LoginRequester(address=address, agent=one_line(agent)[:_MAX_USER_AGENT])


def from_browser(address: str, agent: str, next_path: str) -> LoginRequester:
    short = one_line(agent)[:_MAX_USER_AGENT]
    return LoginRequester(address=address, agent=short, is_browser=True, next=next_path)


def from_chat(request: ChatRequest, *, waits: bool) -> LoginRequester:
    """A chat account's request, without channel rights, which may have changed by the time it continues."""
    name = one_line(request.requester.name)[:_MAX_USER_AGENT]
    return LoginRequester(
        name=name,
        request=replace(request, requester=replace(request.requester, is_channel_admin=False))
        if waits
        else None,
    )


def encode(requester: LoginRequester) -> str:
    return msgspec.json.encode(requester).decode()


def decode(text: str) -> LoginRequester:
    """Decodes what `encode` of this release or the one before wrote; empty where it was consumed."""
    if not text:
        return LoginRequester()
    stored = msgspec.json.decode(text)
    request = stored.get("asked")
    if request and "by" in request:
        stored["asked"] = _rename_fields(request) | {"requester": _rename_fields(request["by"])}
    return msgspec.convert(stored, LoginRequester)


def _rename_fields(stored: Mapping[str, object]) -> dict[str, object]:
    return {_FIELDS_OF_0_1.get(name, name): value for name, value in stored.items()}
