"""Administration at the command line: files, people, societies, the database."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.bot.conftest import Roomie


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, object], str]:
    """Writes a file; values as JSON, text as it is."""

    def write(name: str, content: object) -> str:
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    return write


File = Callable[[str, object], str]
ROOMS = "id,name,capacity,building_id\nK-J17-G01,Ainsworth G01,36,K-J17\nK-J17-G02,Ainsworth G02,20,K-J17\n"
CLASS = {
    "name": "MATH1081",
    "bookingType": "CLASS",
    "start": "2026-03-12T09:00:00Z",
    "end": "2026-03-12T11:00:00Z",
}


def test_importing_twice_changes_nothing(roomie: Roomie, file: File):
    rooms, timetable = file("rooms.csv", ROOMS), file("tt.json", {"K-J17-G01": {"bookings": [CLASS]}})

    first, again = roomie("import", rooms, timetable), roomie("import", rooms, timetable)

    assert first.status == again.status == 0
    assert f"{rooms}: rooms: 2 added, 0 changed, 0 unchanged" in first.out
    assert f"{timetable}: timetable entries: 1 added, 0 changed, 0 unchanged" in first.out
    assert f"{rooms}: rooms: 0 added, 0 changed, 2 unchanged" in again.out
    assert "0 added, 0 changed, 1 unchanged" in again.out


def test_changes_are_counted(roomie: Roomie, file: File):
    roomie("import", file("rooms.csv", ROOMS))

    result = roomie("import", file("rooms.csv", ROOMS.replace(",36,", ",40,") + "K-J17-G03,G03,8,K-J17\n"))

    assert "1 added, 1 changed, 1 unchanged" in result.out


def test_buildings_are_imported_in_the_documented_format(roomie: Roomie, file: File):
    buildings = [{"id": "K-J17", "name": "Ainsworth Building", "lat": -33.9, "long": 151.2, "aliases": []}]

    assert "buildings: 1 added" in roomie("import", file("b.json", buildings)).out


def test_an_invalid_line_rejects_its_file_only(roomie: Roomie, file: File):
    bad = file("bad.csv", ROOMS + "K-J17-G03,G03,many,K-J17\n,nameless,1,K-J17\n")
    good = file("good.csv", ROOMS)

    result = roomie("import", bad, good)

    assert result.status == 1
    assert f"{bad}: rejected: line 4, column C: capacity must be a whole number" in result.err
    assert f"{bad}: rejected: line 5, column A: id is missing" in result.err
    assert f"{bad}: not imported, because of 2 rejected records" in result.out
    assert f"{good}: rooms: 2 added" in result.out
    assert "2 unchanged" in roomie("import", file("rooms.csv", ROOMS)).out


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        '{"K-J17-G01": {"bookings": [{"name": "MATH',
        "\x00\x01",
        "[]",
        "a,b\n1,2\n",
        ROOMS.replace("36", "3" * 400),
    ],
)
def test_a_broken_file_is_rejected_and_changes_nothing(roomie: Roomie, file: File, content: str):
    result = roomie("import", file("broken", content))

    assert result.status in {0, 1}
    assert result.status == 1 or content == "[]"
    assert "Traceback" not in result.err
    assert "2 added" in roomie("import", file("rooms.csv", ROOMS)).out


def test_a_missing_file_is_named(roomie: Roomie):
    result = roomie("import", "none.csv")

    assert result.status == 1
    assert "none.csv" in result.err


def test_a_timetable_of_unknown_rooms_is_rejected(roomie: Roomie, file: File):
    result = roomie("import", file("tt.json", {"K-J17-G99": {"bookings": [CLASS]}}))

    assert result.status == 1
    assert "K-J17-G99: there is no such room; import the rooms first" in result.err


def test_a_person_is_added_listed_and_given_groups_and_a_password(roomie: Roomie):
    added = roomie(
        *(
            "user",
            "add",
            "wil",
            "--email",
            "wil@wil.com",
            "--name",
            "Wil",
            "--group",
            "Group_2",
            "--group",
            "Group_4",
        ),
        "--password-stdin",
        typed="wilpassword\n",
    )

    assert (added.status, added.out) == (0, "Added wil (Group_2, Group_4).\n")
    assert "wil\twil@wil.com\tWil\tGroup_2 Group_4" in roomie("user", "list").out
    assert "wil: Group_1" in roomie("user", "groups", "wil", "Group_1").out
    assert "has a new password" in roomie("user", "password", "WIL", "--password-stdin", typed="other\n").out


@pytest.mark.parametrize(
    ("arguments", "typed", "why"),
    [
        (["wil", "--email", "w@w.com", "--password-stdin"], "", "A password is needed"),
        (["wil", "--email", "w@w.com", "--password-stdin"], "\n", "A password is needed"),
        (["wil", "--email", "w@w.com", "--password-stdin"], "a\x07b\n", "cannot be typed everywhere"),
        (["two words", "--email", "w@w.com"], "", "A username is one word"),
        (["a:b", "--email", "w@w.com"], "", "A username is one word"),
        (["wil\u202e", "--email", "w@w.com"], "", "A username is one word"),
        (["wil", "--email", "nowhere"], "", "is not an e-mail address"),
        (["wil", "--email", "w@w.com", "--group", "Group_9"], "", "Unknown group in Group_9"),
    ],
)
def test_invalid_people_are_refused_with_the_reason(
    roomie: Roomie, arguments: list[str], typed: str, why: str
):
    result = roomie("user", "add", *arguments, typed=typed)

    assert result.status == 1
    assert why in result.err
    assert roomie("user", "list").out == ""


def test_usernames_and_addresses_are_unique(roomie: Roomie):
    roomie("user", "add", "wil", "--email", "wil@wil.com")

    assert roomie("user", "add", "WIL", "--email", "other@wil.com").status == 1
    assert roomie("user", "add", "other", "--email", "WIL@wil.com").status == 1
    assert roomie("user", "password", "nobody", "--password-stdin", typed="x\n").status == 1


def test_a_society_is_added_with_its_president_and_listed(roomie: Roomie):
    roomie("user", "add", "wil", "--email", "wil@wil.com")
    roomie("user", "add", "rema", "--email", "rema@rema.com")

    assert roomie("society", "add", "SOTECHSOC", "UCLU Technology Society", "--president", "wil").status == 0
    assert "SOTECHSOC\tUCLU Technology Society" in roomie("society", "list").out
    assert "rema is now president of" in roomie("society", "president", "SOTECHSOC", "rema").out
    assert "Group_4" in roomie("user", "list").out


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "SOTECHSOC", "Again"),
        ("add", "no such id!", "Name"),
        ("add", "", "Name"),
        ("add", "CHESS", "Chess", "--president", "nobody"),
        ("president", "NONE", "wil"),
        ("president", "SOTECHSOC", "nobody"),
    ],
)
def test_invalid_societies_are_refused(roomie: Roomie, arguments: tuple[str, ...]):
    roomie("user", "add", "wil", "--email", "wil@wil.com")
    roomie("society", "add", "SOTECHSOC", "UCLU Technology Society")

    result = roomie("society", *arguments)

    assert result.status == 1
    assert result.err.startswith("roomie: ")
    assert roomie("society", "list").out == "SOTECHSOC\tUCLU Technology Society\n"


def test_the_database_is_created_checked_and_backed_up(roomie: Roomie, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("ROOMIE_DATABASE__URL", f"sqlite:///{tmp_path}/new/roomie.db")

    assert (roomie("db", "check").status, roomie("db", "upgrade").status, roomie("db", "check").status) == (
        1,
        0,
        0,
    )
    assert roomie("db", "backup", str(tmp_path / "copy.db")).status == 0
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_backup_during_a_write_is_consistent(roomie: Roomie, tmp_path: Path, sqlite_url: str):
    roomie("user", "add", "wil", "--email", "wil@wil.com")
    writer = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE person SET name = 'half done'")

    result = roomie("db", "backup", str(tmp_path / "copy.db"))
    writer.execute("ROLLBACK")
    writer.close()

    assert result.status == 0
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("SELECT name FROM person").fetchall() == [("wil",)]


def test_check_summarizes_the_configuration(roomie: Roomie):
    result = roomie("check")

    assert result.status == 0
    for part in ("campus: ", "database: ", "http: ", "slack: ", "discord: ", "sources: "):
        assert part in result.out


def test_check_names_all_problems(roomie: Roomie, tmp_path: Path):
    (tmp_path / "config.toml").write_text('[campus]\ntimezone = "Mars"\n[http]\nport = -1\n')

    result = roomie("check")

    assert result.status == 2
    assert "campus.timezone" in result.err
    assert "http.port" in result.err


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite", "", "sqlite:////proc/none/x.db"])
def test_an_unusable_database_url_is_reported(roomie: Roomie, monkeypatch, url: str):
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.delenv("ROOMIE_DATABASE__URL")

    result = roomie("db", "upgrade")

    assert result.status in {1, 2} or url == ""
    assert "Traceback" not in result.err
