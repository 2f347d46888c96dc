"""What someone asked through whichever door: words typed, a button pressed, a form sent in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.model import Identity


class Door(StrEnum):
    """The platforms people come through."""

    TERMINAL = "terminal"
    SLACK = "slack"
    DISCORD = "discord"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, as the platform knows them.

    The dispatcher finds the person behind `identity`. `zone` is the IANA zone their platform reports, empty
    where it tells none. `email` is set only where the platform vouches for it. `manages` says that they
    administer the server or workspace they ask from.
    """

    identity: Identity
    door: Door
    name: str = ""
    zone: str = ""
    email: str = ""
    manages: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing asked.

    Typed: `words` are the whole line, the command's own words first (`rooms free now 20 seats`); `free` says
    that they came without a command (a direct message, a mention). Pressed or sent in: `action`, `value`, and
    `form`'s inputs by name. `key` is the same whenever the platform delivers the same thing again.
    """

    by: Asker
    words: str = ""
    free: bool = False
    action: str = ""
    value: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    key: str = ""
    channel: str = ""
