"""Makes the C library return large freed blocks to the system at once."""

import ctypes
import sys
from contextlib import suppress

_M_MMAP_THRESHOLD = -3
_LARGE = 256 * 1024
"""Bytes. Answers about 50,000 rooms have 3 MB, and each step to them some hundreds of kilobytes."""


def return_large_blocks() -> None:
    """Keeps glibc from raising the size from which a block is a mapping of its own.

    Smaller blocks share a heap, which stays as large as it ever was: 70 MB more for a campus of 50,000 rooms.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library
            ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE)
