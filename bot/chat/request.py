"""What someone asked: words typed, a button pressed, a form sent in, or somebody's message pointed at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.model.entities import Identity


class PlatformName(StrEnum):
    """The platforms people come through."""

    TERMINAL = "terminal"
    SLACK = "slack"
    DISCORD = "discord"


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks, as the platform knows them.

    The dispatcher finds the person behind `identity`. `zone` is the IANA zone their platform reports, empty
    where it tells none. `email` is set only where the platform vouches for it, and `vouched_by` then names
    the workspace that does (`slack:T1`). `manages` says that they administer the server or workspace they
    ask from.
    """

    identity: Identity
    platform: PlatformName
    name: str = ""
    zone: str = ""
    email: str = ""
    is_channel_admin: bool = False
    vouched_by: str = ""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One thing asked.

    Typed: `words` are the whole line, the command's own words first (`rooms free now 20 seats`); `free` says
    that they came without a command (a direct message, a mention). Pressed or sent in: `action`, `value`, and
    `form`'s inputs by name. `key` is the same whenever the platform delivers the same thing again.
    """

    requester: Requester
    text: str = ""
    is_free_text: bool = False
    action: str = ""
    value: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    delivery_id: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class QuotedMessage:
    """Words that the asker did not type: a message they pointed at, quoted or passed on.

    It is data and not a `ChatRequest`: nothing that runs commands takes it. A time, a size and a place are
    read from it, and rooms are offered; with `wants_form`, in the booking form.
    """

    requester: Requester
    text: str
    wants_form: bool = False
    delivery_id: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """A message taken apart: what its author typed, and what they quoted of others."""

    own: str
    quoted: str


def taken_apart(text: str) -> Typed:
    """Quoted lines begin with `>`; all after `>>>` is quoted. Slack writes `&gt;`."""
    own: list[str] = []
    quoted: list[str] = []
    rest_is_quoted = False
    for line in text.splitlines():
        plain = line.lstrip().replace("&gt;", ">")
        rest_is_quoted = rest_is_quoted or plain.startswith(">>>")
        is_quoted = rest_is_quoted or plain.startswith(">")
        (quoted if is_quoted else own).append(plain.lstrip("> ") if is_quoted else line)
    return Typed("\n".join(own), "\n".join(quoted))
