"""Files and folders that only our own account can access, whatever the umask."""

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

_FILE, _FOLDER = 0o600, 0o700
_OTHERS = 0o077
_SUFFIXES = ("", "-wal", "-shm", "-journal")
"""Suffixes of a database's files. SQLite creates each with the mode of the database."""


def make_private_folder(folder: Path) -> None:
    """Creates a folder and its missing parents with mode 0700; existing ones are not changed."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        try:
            each.mkdir(_FOLDER)
        except FileExistsError:  # created by another process
            continue
        each.chmod(_FOLDER)
    folder.mkdir(exist_ok=True)


def make_private_file(path: Path) -> None:
    """Creates an empty file of mode 0600 where there is none; a link is followed, dangling or not."""
    real = os.path.realpath(path)
    try:
        descriptor = os.open(real, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE)
    except FileExistsError:
        return
    try:
        os.chmod(real, _FILE)  # noqa: PTH101 - a umask may have removed even the owner's rights
    finally:
        os.close(descriptor)


def fresh_file(beside: Path) -> Path:
    """Creates a private file with an unpredictable name: the folder may be writable by others."""
    descriptor, name = tempfile.mkstemp(prefix=f"{beside.name}.", suffix=".unfinished", dir=beside.parent)
    os.close(descriptor)
    fresh = Path(name)
    fresh.chmod(_FILE)
    return fresh


def restrict_access(database: Path) -> None:
    """Removes the access of other accounts to a database's files, where we own them.

    The database comes first: files that SQLite creates later have its mode.
    """
    for each in _files_of(database):
        with suppress(OSError):
            mode = stat.S_IMODE(each.stat().st_mode)
            if mode & _OTHERS:
                each.chmod(mode & ~_OTHERS)


def exposed_files(database: Path) -> list[Path]:
    """A database's files, and its folder, that other accounts can access."""
    real = Path(os.path.realpath(database))
    return [each for each in (*_files_of(database), real.parent) if is_open_to_others(each)]


def is_open_to_others(path: Path) -> bool:
    """Whether other accounts can access a file or folder."""
    try:
        return bool(path.stat().st_mode & _OTHERS)
    except OSError:
        return False


def _files_of(database: Path) -> list[Path]:
    real = os.path.realpath(database)
    return [Path(f"{real}{ending}") for ending in _SUFFIXES]
