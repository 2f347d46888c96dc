"""The folder whose files are in memory, so that no test waits for a disk."""

import os
import shutil
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108 - the name of a file system in memory on Linux
_ROOM_ENOUGH = 2 * 1024**3
"""Bytes."""


def memory_folder() -> Path | None:
    """None where there is no such file system, or too little room in it."""
    is_usable = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM_ENOUGH
    return _MEMORY if is_usable else None
