"""Compiled SQL shared by all engines of a test process.

SQLAlchemy compiles each statement once per engine. A server has one engine for its whole life, the tests open
thousands, and spent most of opening one on statements that were compiled for the one before.
"""

from sqlalchemy import Connection, Dialect, Engine, event
from sqlalchemy.engine import Compiled

_dialects: dict[tuple[object, ...], Dialect] = {}
_compiled: dict[object, Compiled] = {}


def share_compiled_sql() -> None:
    """Lets connections of all engines, from now on, use each other's compiled statements."""
    event.listen(Engine, "engine_connect", _share)


def _share(connection: Connection) -> None:
    own = connection.dialect
    version = getattr(own, "server_version_info", None)
    connection.dialect = _dialects.setdefault((type(own), version), own)  # part of the cache's key
    connection.execution_options(compiled_cache=_compiled)
