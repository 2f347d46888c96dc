"""Limit of open files of this process: each connection is one."""

import resource
from contextlib import suppress

RESERVED_FILES = 128
"""Files for everything but HTTP connections: database, chat platforms, sources, logs."""


def max_connections_within(connections: int) -> int:
    """How many of `connections` the hard limit of open files allows; 0 means no limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY:
        return connections
    room = max(1, hard - RESERVED_FILES)
    return min(connections, room) if connections else room


def raise_limit(connections: int) -> int:
    """Raises the soft limit to what `connections` need; returns how many are possible, 0 for no limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    fit = max_connections_within(connections)
    needed = fit + RESERVED_FILES if fit else hard
    if soft != resource.RLIM_INFINITY and (needed == resource.RLIM_INFINITY or soft < needed):
        with suppress(ValueError, OSError):  # some systems have a lower limit than they say
            resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
            return fit
        room = max(1, soft - RESERVED_FILES)
        return min(fit, room) if fit else room
    return fit
