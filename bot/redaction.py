"""Errors and libraries' records as logs may show them: where and what, and nothing that anybody typed.

The text of an exception often quotes the value that it is about (`KeyError`, `ValueError`, PostgreSQL's
DETAIL), so only class names, codes and stack frames are shown.
"""

import logging
import re
from collections.abc import Mapping
from errno import errorcode
from types import TracebackType

_BEFORE_VALUES = re.compile(r"[:({\n]")


class Hidden(Exception):
    """Stands for an error in a log: its class and code, its traceback and its causes, without its text."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(error_name(error))


def error_name(error: BaseException) -> str:
    """The class of an error and its code; the text too where its class says that it is safe to log."""
    name = type(error).__name__
    if getattr(error, "is_safe_to_log", False):
        return f"{name}: {error}"
    code = _code(error)
    return f"{name} {code}" if code else name


def keep_own_words(record: logging.LogRecord) -> None:
    """Drop the values in a library's record: its template stays, or what stands before the first value."""
    if isinstance(record.args, tuple) and record.args:
        record.args = tuple(each if isinstance(each, int | float) else "…" for each in record.args)
    elif isinstance(record.args, Mapping) and record.args:
        record.args = {}
    else:
        record.msg = _BEFORE_VALUES.split(str(record.msg), maxsplit=1)[0].rstrip()


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
    """What the operating system, a database or an HTTP peer calls it."""
    if isinstance(error, OSError) and error.errno is not None and error.errno in errorcode:
        return errorcode[error.errno]
    for name in ("sqlite_errorname", "sqlstate"):
        if isinstance(code := getattr(error, name, None), str):
            return code
    numbers = (vars(error).get(name) for name in ("status", "code"))  # properties may warn, or worse
    return " ".join(str(each) for each in numbers if isinstance(each, int))
