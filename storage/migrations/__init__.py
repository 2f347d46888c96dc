"""Alembic migrations, and the compatibility of code and schema.

Expand/contract: a release only adds to the schema, so that code of the previous revision keeps running during
a rolling upgrade. What is unused is dropped a release later.
"""

import logging
from typing import NamedTuple

from core.errors import Unavailable

logger = logging.getLogger(__name__)

HEAD = "0011"
"""The revision that this code expects."""
OLDEST_COMPATIBLE = "0002"
"""The oldest revision whose code runs on the schema of HEAD; a contracting migration raises it."""
VERSION_KEY = "schema"
"""Key of the setting that holds the revision of the schema and the oldest compatible one."""
READ_VERSION_SQL = f"""SELECT version_num, (SELECT value FROM setting WHERE key = '{VERSION_KEY}')
    FROM alembic_version"""  # noqa: S608 - a constant


class SchemaVersion(NamedTuple):
    """The revision of a database (None: no tables), and the setting its migration stored."""

    revision: str | None = None
    compatibility: str | None = None


class WrongSchema(Unavailable):
    """The revision of the database does not match this code."""

    code = "wrong_schema"


def check_revision(revision: str | None, compatibility: str | None = None) -> None:
    """Raises `WrongSchema`, with what to do, unless this code can run on that revision."""
    if revision is None:
        raise WrongSchema("This database is empty. Create its tables with: roomie db upgrade")
    if revision < HEAD:
        raise WrongSchema(f"This database is at revision {revision}. Bring it to {HEAD}: roomie db upgrade")
    if revision > HEAD and not _is_still_compatible(revision, compatibility):
        raise WrongSchema(
            f"This database was written by a newer Roomie (revision {revision}; this one knows {HEAD}). "
            "Upgrade Roomie, or restore a backup made before."
        )
    if revision > HEAD:
        logger.warning("the database is at revision %s already; this is Roomie of %s", revision, HEAD)


def _is_still_compatible(revision: str, compatibility: str | None) -> bool:
    """Whether the newer revision's migration declared this code compatible."""
    made, _, oldest = (compatibility or "").partition(" ")
    return made == revision and bool(oldest) and oldest <= HEAD
