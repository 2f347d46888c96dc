"""PostgreSQL's own trouble, as sentences for the person asking."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from core.errors import Invalid, RoomieError, SlotTaken, Unavailable

logger = logging.getLogger(__name__)

_CONNECTION_ERRORS = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,
)
"""After these a new session may do better; a read-only server may have been the leader until now."""
ANY_ERROR = (*_CONNECTION_ERRORS, asyncpg.PostgresError)
"""All that talking to a server may raise."""
_RETRYABLE = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.ExclusionViolationError,
    asyncpg.UniqueViolationError,
)
_INVALID_VALUES = (asyncpg.DataError, asyncpg.CharacterNotInRepertoireError, UnicodeEncodeError)


class OutcomeUnknown(Unavailable):
    """The database went away between our asking for a commit and its answer."""

    code = "outcome_unknown"

    def __init__(self) -> None:
        super().__init__(
            "Roomie lost its database at the last moment and cannot say whether this was done. "
            "Please have a look before you try again."
        )


@contextmanager
def translate_errors() -> Iterator[None]:
    """Raise PostgreSQL's errors, wrapped by SQLAlchemy or not, as our own."""
    try:
        yield
    except Exception as error:
        ours = translate(error)
        if ours is error:
            raise
        raise ours from error


def translate(error: BaseException) -> BaseException:
    """A database's own trouble as a sentence; everything else as it is."""
    cause = _cause(error)
    refusal = _refusal(cause)
    if refusal is None:
        return error
    if isinstance(refusal, Unavailable):
        logger.error(
            "the database refused a work: %s %s", type(cause).__name__, getattr(cause, "sqlstate", "")
        )
    refusal.__cause__ = error
    return refusal


def is_connection_error(error: BaseException) -> bool:
    """Whether the session is to blame rather than what was asked of it."""
    return isinstance(_cause(error), _CONNECTION_ERRORS) and not isinstance(_cause(error), _INVALID_VALUES)


def is_retryable(error: BaseException) -> bool:
    """Whether the same work may well succeed, or find its refusal, when it reads the facts anew."""
    return isinstance(_cause(error), _RETRYABLE)


def is_unknown_transaction(error: BaseException) -> bool:
    """Whether the server was asked about a transaction whose number it has not given out yet."""
    return isinstance(_cause(error), asyncpg.InvalidParameterValueError)


def _refusal(cause: BaseException) -> RoomieError | None:
    if isinstance(cause, asyncpg.ExclusionViolationError):
        return SlotTaken()
    if isinstance(cause, _INVALID_VALUES):
        return Invalid("This text holds characters, or this number a size, that cannot be kept.")
    if isinstance(cause, ANY_ERROR):
        return Unavailable(_sentence(cause))
    return None


def _cause(error: BaseException) -> BaseException:
    """The driver's own error beneath SQLAlchemy's wrapping."""
    wrapped: BaseException | None = getattr(error, "orig", None)
    return error if wrapped is None else wrapped.__cause__ or wrapped


def _sentence(error: BaseException) -> str:
    if isinstance(error, asyncpg.DiskFullError):
        return "Roomie's disk is full: nothing was changed. Please tell an administrator."
    if isinstance(error, (asyncpg.ReadOnlySQLTransactionError, asyncpg.InsufficientPrivilegeError)):
        return "Roomie may not write to its database: nothing was changed. Please tell an administrator."
    if isinstance(error, asyncpg.LockNotAvailableError):
        return "Roomie is too busy right now. Please try again in a moment."
    if isinstance(error, _CONNECTION_ERRORS):
        return "Roomie cannot reach its database right now. Please try again in a moment."
    return "Roomie's database does not answer as it should: nothing was changed. Please try again later."
