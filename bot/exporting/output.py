"""Files of mode 0600 that appear whole or not at all."""

import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from core.errors import Invalid


@contextmanager
def open_output(path: Path | None) -> Iterator[IO[bytes]]:
    """Opens a file to write, or standard output. An error leaves what was there before.

    Raises `Invalid` where no file can be written.
    """
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):
            with path.open("wb") as device:
                yield device
            return
        with _replace(Path(os.path.realpath(path))) as file:
            yield file
    except OSError as error:
        raise Invalid(f"{path} cannot be written: {error.strerror or error}.") from error


@contextmanager
def _replace(path: Path) -> Iterator[IO[bytes]]:
    """A new file beside `path`, private from the first byte on, that takes its place at the end."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w+b") as file:
            os.fchmod(descriptor, 0o600)  # a umask may have removed even the owner's rights
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)  # noqa: PTH105 - a name, not a path
    except BaseException:
        with suppress(OSError):
            os.unlink(name)  # noqa: PTH108
        raise
