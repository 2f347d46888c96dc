"""A database behind a symbolic link to a missing file was created readable by every account."""

import os
from contextlib import closing
from pathlib import Path

from storage.sqlite.connection import connect


def test_a_database_behind_a_dangling_link_is_private(tmp_path: Path):
    target, link = tmp_path / "volume" / "real.db", tmp_path / "roomie.db"
    target.parent.mkdir()
    link.symlink_to(target)
    before = os.umask(0)
    try:
        with closing(connect(link)) as connection:
            connection.execute("CREATE TABLE t (a)")
            modes = {each.name: each.stat().st_mode & 0o777 for each in target.parent.iterdir()}
    finally:
        os.umask(before)
    assert {"real.db", "real.db-wal"} <= modes.keys()
    assert set(modes.values()) == {0o600}, modes
