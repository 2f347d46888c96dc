"""Process roles: what a process does. All roles together are a complete Roomie."""

from collections.abc import Iterable
from enum import StrEnum


class ProcessRole(StrEnum):
    """`web` serves HTTP, including requests from Slack and Discord; `slack` and `discord` hold connections to
    these platforms; `worker` runs background jobs and sends queued notifications.

    Each may run in any number of processes.
    """

    WEB = "web"
    WORKER = "worker"
    SLACK = "slack"
    DISCORD = "discord"


ALL_ROLES = frozenset(ProcessRole)


class UnknownRole(ValueError):
    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(f"there is no role {', '.join(names)}; choose from {', '.join(ProcessRole)}")


def parse_roles(text: str) -> frozenset[ProcessRole]:
    """Parses a list such as `web,worker`. Raises `UnknownRole` for other names, or none."""
    names = [each.strip() for each in text.split(",") if each.strip()]
    unknown = [each for each in names if each not in ALL_ROLES]
    if unknown or not names:
        raise UnknownRole(unknown or ['""'])
    return frozenset(map(ProcessRole, names))
