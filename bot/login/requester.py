"""Who asks for a login and what waits for it, as kept beside the sid."""

from dataclasses import dataclass, replace

import msgspec

from bot.chat.formatting import one_line
from bot.chat.request import Asked

_LONGEST_AGENT = 80


@dataclass(frozen=True, slots=True)
class Asking:
    """A program at an address that calls itself `agent`, or a chat account with what it had `asked`."""

    name: str = ""
    address: str = ""
    agent: str = ""
    asked: Asked | None = None


def by_program(address: str, agent: str) -> Asking:
    return Asking(address=address, agent=one_line(agent)[:_LONGEST_AGENT])


def by_chat(asked: Asked, *, waits: bool) -> Asking:
    """What a chat account asked. That it manages something is found out anew when it asks anew."""
    name = one_line(asked.by.name)[:_LONGEST_AGENT]
    return Asking(name=name, asked=replace(asked, by=replace(asked.by, manages=False)) if waits else None)


def written(asking: Asking) -> str:
    return msgspec.json.encode(asking).decode()


def read(text: str) -> Asking:
    """What was written; nothing much where it was taken up already."""
    return msgspec.json.decode(text, type=Asking) if text else Asking()
