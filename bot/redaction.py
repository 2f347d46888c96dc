"""Redacts errors and library log records, so that logs contain nothing that users typed.

An exception's text often quotes the offending value (`KeyError`, `ValueError`, PostgreSQL's DETAIL), so only
class names, error codes and stack frames are logged.
"""

import logging
import re
from collections.abc import Mapping
from errno import errorcode
from types import TracebackType

_VALUE_START = re.compile(r"[:({\n]")


class Hidden(Exception):
    """Replaces an error in a log: class, code, traceback and causes, without its text."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(error_name(error))


def error_name(error: BaseException) -> str:
    """An error's class and code, with its text if the class declares `is_safe_to_log`."""
    name = type(error).__name__
    if getattr(error, "is_safe_to_log", False):
        return f"{name}: {error}"
    code = _code(error)
    return f"{name} {code}" if code else name


def keep_own_words(record: logging.LogRecord) -> None:
    """Removes values from a library's log record; keeps its template, or its text up to the first value."""
    if isinstance(record.args, tuple) and record.args:
        record.args = tuple(each if isinstance(each, int | float) else "…" for each in record.args)
    elif isinstance(record.args, Mapping) and record.args:
        record.args = {}
    else:
        record.msg = _VALUE_START.split(str(record.msg), maxsplit=1)[0].rstrip()


def without_text(error: BaseException) -> BaseException:
    """The same chain of errors for `exc_info`, each without its text."""
    return _without_text(error, frozenset())


def _without_text(error: BaseException, above: frozenset[int]) -> BaseException:
    if isinstance(error, Hidden):
        return error
    above |= {id(error)}
    hidden: BaseException = Hidden(error)
    if isinstance(error, BaseExceptionGroup):
        hidden = ExceptionGroup(error_name(error), [_part(each, above) for each in error.exceptions])
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and id(cause) not in above:
        hidden.__cause__ = _without_text(cause, above)
    traceback: TracebackType | None = error.__traceback__
    return hidden.with_traceback(traceback)


def _part(error: BaseException, above: frozenset[int]) -> Exception:
    hidden = _without_text(error, above)
    return hidden if isinstance(hidden, Exception) else Hidden(error)


def _code(error: BaseException) -> str:
    """The error code of the operating system, the database or the HTTP peer."""
    if isinstance(error, OSError) and error.errno is not None and error.errno in errorcode:
        return errorcode[error.errno]
    for name in ("sqlite_errorname", "sqlstate"):
        if isinstance(code := getattr(error, name, None), str):
            return code
    numbers = (
        vars(error).get(name) for name in ("status", "code")
    )  # not getattr: properties may warn or raise
    return " ".join(str(each) for each in numbers if isinstance(each, int))
