"""What one process does of everything that Roomie does; together all roles make a whole Roomie."""

from collections.abc import Iterable
from enum import StrEnum


class ProcessRole(StrEnum):
    """`web` answers over HTTP, whoever asks there; `slack` and `discord` keep a line open to those platforms;
    `worker` does what happens by itself. Each may run in any number of processes.
    """

    WEB = "web"
    WORKER = "worker"
    SLACK = "slack"
    DISCORD = "discord"


ALL_ROLES = frozenset(ProcessRole)


class UnknownRole(ValueError):
    """The sentence names those there are."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(f"no role {', '.join(names)}; there are {', '.join(ProcessRole)}")


def parse_roles(text: str) -> frozenset[ProcessRole]:
    """Roles from a list such as `web,worker`. `UnknownRole` when it names others, or none."""
    named = [each.strip() for each in text.split(",") if each.strip()]
    strangers = [each for each in named if each not in ALL_ROLES]
    if strangers or not named:
        raise UnknownRole(strangers or ['""'])
    return frozenset(map(ProcessRole, named))
