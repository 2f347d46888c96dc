"""Files and folders that only the account which Roomie runs under can read, whatever the umask."""

import os
import stat
from contextlib import suppress
from pathlib import Path

_FILE, _FOLDER = 0o600, 0o700
_OTHERS = 0o077
_BESIDE = ("", "-wal", "-shm", "-journal")
"""What SQLite keeps beside a database. It makes each with the mode of the database itself."""


def make_private_folder(folder: Path) -> None:
    """Make a folder and those above it, each that is missing with mode 0700; others stay as they are."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        try:
            each.mkdir(_FOLDER)
        except FileExistsError:  # another process was quicker
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
        os.chmod(real, _FILE)  # noqa: PTH101 - a umask may have taken even the owner's rights away
    finally:
        os.close(descriptor)


def tighten(database: Path) -> None:
    """Take from others what they may do with a database and what lies beside it, where that is ours to say.

    The database comes first: what SQLite makes from then on has its mode.
    """
    for each in _files_of(database):
        with suppress(OSError):
            mode = stat.S_IMODE(each.stat().st_mode)
            if mode & _OTHERS:
                each.chmod(mode & ~_OTHERS)


def exposed_by(database: Path) -> list[Path]:
    """Which of a database's files, and whether its folder, accounts other than the owner's may look into."""
    real = Path(os.path.realpath(database))
    return [each for each in (*_files_of(database), real.parent) if is_open_to_others(each)]


def is_open_to_others(path: Path) -> bool:
    """Whether others may read or change a file, or list or change a folder."""
    try:
        return bool(path.stat().st_mode & _OTHERS)
    except OSError:
        return False


def _files_of(database: Path) -> list[Path]:
    real = os.path.realpath(database)
    return [Path(f"{real}{ending}") for ending in _BESIDE]
