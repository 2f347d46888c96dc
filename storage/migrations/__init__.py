"""The schema's history, from the first table on, and which code may work on which tables.

A release adds (expands) and leaves what is there as it was; code of the revision before goes on running on
the new tables while new code is rolled out. What nobody needs any more goes (contracts) a release later.
"""

import logging
from typing import NamedTuple

from core.errors import Unavailable

logger = logging.getLogger(__name__)

HEAD = "0004"
"""Where this code expects a database to be."""
OLDEST_COMPATIBLE = "0002"
"""The oldest revision whose code may work on the tables of HEAD; a contracting migration raises it."""
VERSION_KEY = "schema"
"""The setting in which a migration notes the revision it made, and the one that it still serves."""
READ_VERSION_SQL = f"""SELECT version_num, (SELECT value FROM setting WHERE key = '{VERSION_KEY}')
    FROM alembic_version"""  # noqa: S608 - a name of ours


class SchemaVersion(NamedTuple):
    """The revision a database is at (None: it has no tables), and what the migration to it noted."""

    revision: str | None = None
    noted: str | None = None


class WrongSchema(Unavailable):
    """The database is at another revision than this code."""

    code = "wrong_schema"


def check_revision(revision: str | None, noted: str | None = None) -> None:
    """Raise `WrongSchema`, saying what to do, unless this code may work on a database that stands there."""
    if revision is None:
        raise WrongSchema("This database is empty. Create its tables with: roomie db upgrade")
    if revision < HEAD:
        raise WrongSchema(f"This database is at revision {revision}. Bring it to {HEAD}: roomie db upgrade")
    if revision > HEAD and not _is_still_compatible(revision, noted):
        raise WrongSchema(
            f"This database was written by a newer Roomie (revision {revision}; this one knows {HEAD}). "
            "Upgrade Roomie, or restore a backup made before."
        )
    if revision > HEAD:
        logger.warning("the database is at revision %s already; this is Roomie of %s", revision, HEAD)


def _is_still_compatible(revision: str, noted: str | None) -> bool:
    """Whether the newer revision's own migration said that code like this may go on."""
    made, _, oldest = (noted or "").partition(" ")
    return made == revision and bool(oldest) and oldest <= HEAD
