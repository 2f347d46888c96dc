"""Making and freeing many lasting values without holding the event loop."""

import asyncio
import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_NEVER = 1_000_000
_VALUES_PER_SLICE = 1_000
"""Some 2 ms for schedules of 100 intervals."""
_lock = threading.Lock()
_pauses = 0
_freezes = False
_thresholds = gc.get_threshold()


@contextmanager
def pause_full_collections() -> Iterator[None]:
    """Younger objects are still collected. A full one holds the event loop for 0.3 s with 50,000 rooms."""
    global _pauses, _thresholds
    with _lock:
        if not _pauses:
            _thresholds = gc.get_threshold()
            gc.set_threshold(*_thresholds[:2], _NEVER)
        _pauses += 1
    try:
        yield
    finally:
        with _lock:
            _pauses -= 1
            if not _pauses:
                gc.set_threshold(*_thresholds)


@contextmanager
def exempt_from_collection() -> Iterator[None]:
    """What is made meanwhile, such as modules, stays: going through it takes a tenth of a start."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def freeze_lasting_values() -> None:
    """Excludes what is loaded from collections, and from now on what `build_lasting_values` builds.

    For servers: cycles that are garbage by then are never freed.
    """
    global _freezes
    _freezes = True
    gc.freeze()


@contextmanager
def build_lasting_values() -> Iterator[None]:
    """Builds what stays, without full collections."""
    with pause_full_collections():
        yield
        if _freezes:
            gc.freeze()


def free_in_slices(values: list[object]) -> None:
    """Frees what nobody else refers to, some at a time, between other callbacks of the event loop."""
    del values[-_VALUES_PER_SLICE:]
    if values:
        asyncio.get_running_loop().call_soon(free_in_slices, values)
