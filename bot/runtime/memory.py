"""Memory of a server: what stays is not collected, and large freed blocks go back to the system."""

import ctypes
import sys
from contextlib import suppress

from core.memory import freeze_lasting_values

_M_MMAP_THRESHOLD = -3
_LARGE = 256 * 1024
"""Bytes. Answers about 50,000 rooms have 3 MB, and each step to them some hundreds of kilobytes."""


def limit_pauses_and_memory() -> None:
    """For a process that serves; call it once what is always needed is imported."""
    freeze_lasting_values()
    _return_large_blocks()


def _return_large_blocks() -> None:
    """Keeps glibc from raising the size from which a block is a mapping of its own.

    Smaller blocks share a heap, which stays as large as it ever was: 70 MB more for a campus of 50,000 rooms.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library
            ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE)
