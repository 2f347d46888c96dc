"""The schema's history, from the first table on."""

from core.errors import Unavailable

HEAD = "0002"
"""Where this code expects a database to be."""


class WrongSchema(Unavailable):
    """The database is at another revision than this code."""

    code = "wrong_schema"


def check_revision(revision: str | None) -> None:
    """Raise `WrongSchema`, saying what to do, unless a database is where this code expects it."""
    if revision is None:
        raise WrongSchema("This database is empty. Create its tables with: roomie db upgrade")
    if revision < HEAD:
        raise WrongSchema(f"This database is at revision {revision}. Bring it to {HEAD}: roomie db upgrade")
    if revision > HEAD:
        raise WrongSchema(
            f"This database was written by a newer Roomie (revision {revision}; this one knows {HEAD}). "
            "Upgrade Roomie, or restore a backup made before."
        )
