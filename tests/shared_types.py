"""Descriptions of PostgreSQL's own types, shared by all connections of a test process.

asyncpg asks each new connection for the types of arrays, with a query that takes the server ten milliseconds.
A server keeps its connections, the tests open thousands. Types of a single database are still asked for.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from asyncpg import Connection

_FIRST_OWN = 16384
"""PostgreSQL's own objects have smaller numbers, the same in all databases."""


class _Statement(NamedTuple):
    name: str = "shared"


_known: dict[tuple[int, ...], Any] = {}
_ask = Connection._introspect_types


def share_types() -> None:
    """Lets connections, from now on, use what others learned of the same types."""
    Connection._introspect_types = _ask_once


async def _ask_once(connection: Connection, types: Iterable[int], *limits: Any) -> tuple[Any, object]:
    key = tuple(sorted(types))
    if key[-1] >= _FIRST_OWN:
        return await _ask(connection, types, *limits)
    if key not in _known:
        _known[key], _ = await _ask(connection, types, *limits)
    return _known[key], _Statement()
