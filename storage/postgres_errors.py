"""PostgreSQL's own trouble, as sentences for the person asking."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from core.errors import SlotTaken, Unavailable

logger = logging.getLogger(__name__)

WAY_LOST = (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError, asyncpg.AdminShutdownError)


@contextmanager
def translating() -> Iterator[None]:
    """Raise PostgreSQL's errors, wrapped by SQLAlchemy or not, as our own."""
    try:
        yield
    except Exception as error:
        ours = translated(error)
        if ours is error:
            raise
        raise ours from error


def translated(error: BaseException) -> BaseException:
    """A database's own trouble as a sentence; everything else as it is."""
    cause = _cause(error)
    if isinstance(cause, asyncpg.ExclusionViolationError):
        return SlotTaken()
    if not isinstance(cause, (*WAY_LOST, asyncpg.PostgresError)):
        return error
    logger.error("the database refused a work: %s: %s", type(cause).__name__, cause)
    refusal = Unavailable(_sentence(cause))
    refusal.__cause__ = error
    return refusal


def _cause(error: BaseException) -> BaseException:
    """The driver's own error beneath SQLAlchemy's wrapping."""
    wrapped: BaseException | None = getattr(error, "orig", None)
    return error if wrapped is None else wrapped.__cause__ or wrapped


def _sentence(error: BaseException) -> str:
    if isinstance(error, asyncpg.DiskFullError):
        return "Roomie's disk is full: nothing was changed. Please tell an administrator."
    if isinstance(error, (asyncpg.ReadOnlySQLTransactionError, asyncpg.InsufficientPrivilegeError)):
        return "Roomie may not write to its database: nothing was changed. Please tell an administrator."
    if isinstance(error, WAY_LOST):
        return "Roomie cannot reach its database right now. Please try again in a moment."
    return "Roomie's database does not answer as it should: nothing was changed. Please try again later."
