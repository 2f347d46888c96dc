"""Shares the rewriting of assertions among the workers of a test run.

Each worker needs all test modules before its first test, and rewrites those that are not cached: in a fresh
clone, five seconds of each.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.assertion import rewrite


def rewrite_share(config: pytest.Config) -> None:
    """Rewrites and caches this worker's part of the test modules; the others do the rest meanwhile."""
    worker: dict[str, str | int] = getattr(config, "workerinput", {"workerid": "gw0", "workercount": 1})
    number, count = int(str(worker["workerid"]).removeprefix("gw")), int(worker["workercount"])
    if count > 1:
        for file in sorted(_modules(config.args))[number::count]:
            _cache(file, config)


def _modules(arguments: list[str]) -> Iterator[Path]:
    """Those in the folders to collect; single files are few."""
    for folder in map(Path, arguments):
        yield from folder.rglob("test_*.py")


def _cache(file: Path, config: pytest.Config) -> None:
    """As pytest's import hook does, but without running the module."""
    state = config.stash[rewrite.assertstate_key]
    folder = rewrite.get_cache_dir(file)
    cached = folder / (file.stem + rewrite.PYC_TAIL)
    if rewrite._read_pyc(file, cached) is None and rewrite.try_makedirs(folder):
        status, code = rewrite._rewrite_test(file, config)
        rewrite._write_pyc(state, code, status, cached)
