"""Process roles: what a process does. All roles together are a complete Roomie."""

import os
from collections.abc import Iterable
from enum import StrEnum

_NICENESS = 10
"""Of 19. Under load such a process gets a tenth of the time of one with 0."""


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


def yield_to_others(roles: frozenset[ProcessRole]) -> None:
    """Lowers this process's priority if nobody waits for its answers: those of other roles come first."""
    if roles == {ProcessRole.WORKER} and hasattr(os, "nice"):
        os.nice(_NICENESS)
