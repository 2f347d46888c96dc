"""Who asks for a login and what waits for it, as kept beside the sid."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

from bot.chat.formatting import one_line
from bot.chat.request import ChatRequest

_MAX_USER_AGENT = 80


_FIELDS_OF_0_1 = {
    "words": "text",
    "free": "is_free_text",
    "key": "delivery_id",
    "door": "platform",
    "manages": "is_channel_admin",
}
"""Requests that wait in a database since before fields were renamed; logins last ten minutes."""


@dataclass(frozen=True, slots=True)
class LoginRequester:
    """A program at an address that calls itself `agent`, or a chat account with what it had `asked`."""

    name: str = ""
    address: str = ""
    agent: str = ""
    asked: ChatRequest | None = None


def from_program(address: str, agent: str) -> LoginRequester:
    return LoginRequester(address=address, agent=one_line(agent)[:_MAX_USER_AGENT])


def from_chat(request: ChatRequest, *, waits: bool) -> LoginRequester:
    """What a chat account asked. That it manages something is found out anew when it asks anew."""
    name = one_line(request.requester.name)[:_MAX_USER_AGENT]
    return LoginRequester(
        name=name,
        asked=replace(request, requester=replace(request.requester, is_channel_admin=False))
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
        stored["asked"] = _renamed(request) | {"requester": _renamed(request["by"])}
    return msgspec.convert(stored, LoginRequester)


def _renamed(stored: Mapping[str, object]) -> dict[str, object]:
    return {_FIELDS_OF_0_1.get(name, name): value for name, value in stored.items()}
