"""`roomie db restore`, and people erased in the meantime."""

from pathlib import Path


def test_people_erased_since_the_backup_are_erased_again(roomie, tmp_path: Path):
    assert roomie("user", "add", "gone", "--email", "gone@example.org").status == 0
    copy = tmp_path / "copy.db"
    assert roomie("db", "backup", str(copy)).status == 0
    assert roomie("user", "erase", "gone", "--yes").status == 0

    result = roomie("db", "restore", str(copy))

    assert result.status == 0
    assert "Erased again, as they were since the backup: 1" in result.out
    assert "gone" not in roomie("user", "list").out


def test_a_damaged_backup_changes_nothing(roomie, tmp_path: Path):
    assert roomie("user", "add", "wil", "--email", "wil@example.org").status == 0
    copy = tmp_path / "copy.db"
    copy.write_bytes(b"no database at all" * 500)

    result = roomie("db", "restore", str(copy))

    assert result.status == 1
    assert "Nothing was changed" in result.err
    assert "wil" in roomie("user", "list").out
