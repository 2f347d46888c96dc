"""Command line for operators: sources, jobs and messages."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.cli import main
from bot.runtime import event_loop
from tests.databases import apart
from tests.outbox.load import remind_everybody

Roomie = Callable[..., tuple[int, str]]
HEADINGS = "room,name,type,start,end\n"
LINES = [
    f"K-J17-0,MATH1081,CLASS,2030-03-{day:02}T{hour}:00,2030-03-{day:02}T{hour}:50\n"
    for day in range(1, 11)
    for hour in (10, 12)
]


@pytest.fixture
def timetable(tmp_path: Path) -> Path:
    file = tmp_path / "classes.csv"
    file.write_text(HEADINGS + "".join(LINES), "utf-8")
    return file


@pytest.fixture
def roomie(
    sqlite_url: str,
    tmp_path: Path,
    timetable: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Roomie:
    """Runs a command line on a campus with two people and a timetable in a file."""
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.chdir(tmp_path)
    source = f'[[source]]\nname = "classes"\nkind = "file"\nurl = "{timetable}"\n'
    Path("config.toml").write_text(source, "utf-8")
    apart(remind_everybody, sqlite_url, ["chat:p0", "chat:p1"])

    def carry(*words: str) -> tuple[int, str]:
        status = main(words, event_loop.run)
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    return carry


def test_a_dry_run_shows_what_would_change_and_changes_nothing(roomie: Roomie):
    first, result = roomie("scrape", "--dry-run")
    second, again = roomie("scrape", "--dry-run")

    assert (first, second) == (0, 0)
    assert result == again
    assert "would be imported. 20 entries added" in result


def test_a_source_is_read_and_found_unchanged_the_next_time(roomie: Roomie):
    assert "classes: current. 20 entries added" in roomie("scrape", "classes")[1]
    assert "classes: unchanged." in roomie("scrape")[1]


def test_a_refused_timetable_is_explained_and_can_be_accepted(roomie: Roomie, timetable: Path):
    roomie("scrape")
    timetable.write_text(HEADINGS + LINES[0], "utf-8")

    refused, why = roomie("scrape")
    accepted, _ = roomie("scrape", "accept", "classes")
    again, nothing = roomie("scrape", "accept", "classes")

    assert (refused, accepted, again) == (1, 0, 1)
    assert "REJECTED" in why
    assert "only 1 are left" in why
    assert "waits to be accepted" in nothing


def test_a_source_that_cannot_be_read_is_reported(roomie: Roomie, timetable: Path):
    timetable.unlink()

    status, result = roomie("scrape")

    assert status == 1
    assert "classes: failed: classes.csv cannot be opened" in result


def test_an_unknown_source_is_refused(roomie: Roomie):
    assert roomie("scrape", "strange") == (
        1,
        "roomie: There is no source strange. Configured sources: classes.\n",
    )


def test_messages_are_listed_given_up_and_sent_after_all(roomie: Roomie):
    _, listed = roomie("outbox")
    number = listed.split("\t", 1)[0]
    given_up, _ = roomie("outbox", "give-up", number)
    _, then = roomie("outbox")
    again, _ = roomie("outbox", "retry", number)

    assert "reminder\tp0\t0 attempts" in listed
    assert "2 waiting, 0 unclear, 0 given up" in listed
    assert (given_up, again) == (0, 0)
    assert "given up by an operator" in then


def test_a_message_that_is_not_there_cannot_be_given_up(roomie: Roomie):
    assert roomie("outbox", "give-up", "99")[0] == 1


def test_jobs_are_listed_once_there_are_any(roomie: Roomie):
    assert roomie("jobs") == (0, "No jobs yet. They are created by roomie run.\n")


def unknown_halls(timetable: Path) -> None:
    """Half of the lines are in two places that are none of our rooms."""
    places = ["Aula Magna"] * 7 + ['"The ""Barn"""'] * 3
    lines = [line.replace("K-J17-0", place) for line, place in zip(LINES, places, strict=False)]
    timetable.write_text(HEADINGS + "".join([*lines, *LINES[10:]]), "utf-8")


def test_unknown_places_are_printed_as_a_table_to_fill_in(roomie: Roomie, timetable: Path):
    unknown_halls(timetable)

    status, result = roomie("scrape", "--unknown")

    assert status == 0
    tables = tomllib.loads(f'[[source]]\nname = "classes"\n{result}')
    assert tables["source"][0]["rooms"] == {"Aula Magna": "", 'The "Barn"': ""}
    assert result.index("7 events") < result.index("3 events")


def test_much_that_cannot_be_placed_waits_until_the_table_says_where_it_is(roomie: Roomie, timetable: Path):
    unknown_halls(timetable)
    doubtful, why = roomie("scrape")
    with Path("config.toml").open("a", encoding="utf-8") as config:
        config.write("[source.rooms]\n'aula magna' = 'K-J17-0'\n'The \"Barn\"' = ''\n")

    settled, result = roomie("scrape")

    assert (doubtful, settled) == (1, 0)
    assert "Of 20 events, 10 could not be read or are in none of our rooms" in why
    assert "current. 17 entries added" in result


def test_an_accepted_share_of_unknown_places_is_accepted_from_then_on(roomie: Roomie, timetable: Path):
    unknown_halls(timetable)
    roomie("scrape")
    roomie("scrape", "accept", "classes")

    timetable.write_text(timetable.read_text("utf-8").replace("MATH1081", "MATH1131"), "utf-8")

    assert roomie("scrape")[0] == 0


def test_a_table_that_names_no_room_is_reported(roomie: Roomie):
    with Path("config.toml").open("a", encoding="utf-8") as config:
        config.write('[source.rooms]\nBarn = "K-J17-XX"\n')

    assert roomie("scrape") == (
        1,
        "classes: failed: [source.rooms] says that 'Barn' is 'K-J17-XX', but there is no such room.\n",
    )


def test_a_first_timetable_without_entries_is_in_doubt(roomie: Roomie, timetable: Path):
    timetable.write_text(HEADINGS, "utf-8")

    status, result = roomie("scrape")
    accepted, _ = roomie("scrape", "accept", "classes")

    assert (status, accepted) == (1, 0)
    assert "no entries at all" in result
    assert roomie("scrape")[0] == 0
