"""Translation of SQLite errors to domain errors."""

import logging
import sqlite3
from contextlib import AbstractContextManager

from core.errors import Invalid, SlotTaken, Unavailable
from storage.errors import raise_translated

logger = logging.getLogger(__name__)


def translate_errors() -> AbstractContextManager[None]:
    return raise_translated(translate)


def translate(error: BaseException) -> BaseException:
    """Returns the domain error of a database error; other errors unchanged."""
    cause = getattr(error, "orig", error)
    if isinstance(cause, UnicodeEncodeError) or "SQLite INTEGER" in str(cause):
        return Invalid("This text holds characters, or this number a size, that cannot be kept.")
    if not isinstance(cause, sqlite3.Error):
        return error
    if "slot taken" in str(cause):
        return SlotTaken()
    logger.error("database error: %s", getattr(cause, "sqlite_errorname", type(cause).__name__))
    refusal = Unavailable(_sentence(cause))
    refusal.__cause__ = error
    return refusal


def _sentence(error: sqlite3.Error) -> str:
    name: str = getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_FULL"):
        return "Roomie's disk is full: nothing was changed. Please tell an administrator."
    if name.startswith("SQLITE_READONLY"):
        return "Roomie may not write to its database: nothing was changed. Please tell an administrator."
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return "Roomie's database is locked by another program. Please try again in a moment."
    if name.startswith("SQLITE_NOTADB"):
        return "Roomie's database file is not a SQLite database. Please tell an administrator."
    return "Roomie's database does not answer as it should: nothing was changed. Please try again later."
