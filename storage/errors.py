"""Shared by the error translations of both databases."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def raise_translated(translate: Callable[[BaseException], BaseException]) -> Iterator[None]:
    """Raises domain errors in place of database errors, also of those wrapped by SQLAlchemy."""
    try:
        yield
    except Exception as error:
        translated = translate(error)
        if translated is error:
            raise
        raise translated from error
