"""Translation of PostgreSQL errors to domain errors."""

import logging
from contextlib import AbstractContextManager

import asyncpg

from core.errors import Invalid, RoomieError, SlotTaken, Unavailable
from storage.errors import raise_translated

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
"""A new connection may succeed after these; a read-only server may be a former primary."""
ANY_ERROR = (*_CONNECTION_ERRORS, asyncpg.PostgresError)
_RETRYABLE = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.ExclusionViolationError,
    asyncpg.UniqueViolationError,
)
_INVALID_VALUES = (asyncpg.DataError, asyncpg.CharacterNotInRepertoireError, UnicodeEncodeError)


class OutcomeUnknown(Unavailable):
    """The connection was lost between COMMIT and its answer."""

    code = "outcome_unknown"

    def __init__(self) -> None:
        super().__init__(
            "Roomie lost its database at the last moment and cannot say whether this was done. "
            "Please have a look before you try again."
        )


def translate_errors() -> AbstractContextManager[None]:
    return raise_translated(translate)


def translate(error: BaseException) -> BaseException:
    """Returns the domain error of a database error; other errors unchanged."""
    cause = _cause(error)
    refusal = _refusal(cause)
    if refusal is None:
        return error
    if isinstance(refusal, Unavailable):
        logger.error("database error: %s %s", type(cause).__name__, getattr(cause, "sqlstate", ""))
    refusal.__cause__ = error
    return refusal


def is_connection_error(error: BaseException) -> bool:
    """Whether the connection failed rather than the statement."""
    return isinstance(_cause(error), _CONNECTION_ERRORS) and not isinstance(_cause(error), _INVALID_VALUES)


def is_retryable(error: BaseException) -> bool:
    """Whether a retry on fresh data may succeed, or raise a domain error."""
    return isinstance(_cause(error), _RETRYABLE)


def is_unknown_transaction(error: BaseException) -> bool:
    """Whether the server does not know a transaction id, because it was never assigned."""
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
    """The driver's error that SQLAlchemy has wrapped."""
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
