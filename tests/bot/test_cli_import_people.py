"""People and societies from files: added, changed and removed as the file says, noted, or refused whole."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bot.conftest import Roomie

Write = Callable[[str], str]
PEOPLE = "username,email,name,groups\nada,ada@uni.example,Ada,student\ngrace,grace@uni.example,Grace,staff\n"
CHESS = "id,name,presidents,members\nCHESS,Chess Society,ada,grace\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str) -> str:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.csv"
        path.write_text(text)
        return str(path)

    return write


@pytest.fixture
def campus(roomie: Roomie, write: Write) -> Roomie:
    assert roomie("import", write(PEOPLE), write(CHESS)).status == 0
    return roomie


def exported(roomie: Roomie, kind: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(roomie("export", kind).out.removeprefix("\ufeff"))))


def audit_of(roomie: Roomie) -> list[tuple[str, str]]:
    return [(each["action"], each["subject"]) for each in exported(roomie, "audit")]


def test_people_are_added_once(campus: Roomie, write: Write):
    assert "people: 0 added, 0 changed, 2 unchanged" in campus("import", write(PEOPLE)).out
    assert [each["username"] for each in exported(campus, "people")] == ["ada", "grace"]
    assert ("add person", "person:1") in audit_of(campus)


def test_a_person_is_changed_in_the_columns_that_are_there(campus: Roomie, write: Write):
    changed = campus("import", write("username,name\nADA,Ada Lovelace\n"))

    assert "people: 0 added, 1 changed" in changed.out
    ada = exported(campus, "people")[0]
    assert (ada["username"], ada["name"], ada["email"]) == ("ada", "Ada Lovelace", "ada@uni.example")
    assert ("change person", "person:1") in audit_of(campus)


def test_people_may_be_known_by_their_address_and_names_in_two_columns(campus: Roomie, write: Write):
    result = campus("import", write("E-Mail;First name;Last name\nada@uni.example;Ada;Byron\nx@y.z;X;Y\n"))

    assert "people: 1 added, 1 changed" in result.out
    assert [(each["username"], each["name"]) for each in exported(campus, "people")] == [
        ("ada", "Ada Byron"),
        ("grace", "Grace"),
        ("x@y.z", "X Y"),
    ]


def test_being_a_member_of_a_society_is_no_group_of_a_file(campus: Roomie, write: Write):
    result = campus("import", write("username,groups\ngrace,staff|member\n"))

    assert "1 unchanged" in result.out


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("bob,bob,Bob,student", "line 2, column B: 'bob' is not an e-mail address"),
        ("bob,,Bob,student", "is not an e-mail address"),
        ("b ob,bob@x.y,Bob,student", "line 2, column A: A username is one word"),
        ("bob,bob@x.y,Bob,king", "line 2, column D: groups 'king' is not one of staff, student"),
        ("bob,ADA@uni.example,Bob,student", "ada has the name or address ADA@uni.example already"),
        ("grace,ada@uni.example,Grace,staff", "line 2, column B: ada has the name or address"),
    ],
)
def test_a_person_who_cannot_be_is_refused(campus: Roomie, write: Write, line: str, reason: str):
    result = campus("import", write(f"username,email,name,groups\n{line}\nnew,new@x.y,New,student\n"))

    assert result.status == 1
    assert reason in result.err
    assert [each["username"] for each in exported(campus, "people")] == ["ada", "grace"]


def test_two_new_people_with_one_address_are_refused_by_the_second(campus: Roomie, write: Write):
    result = campus("import", write("username,email\na,x@y.z\nb,X@y.z\n"))

    assert "line 3, column B: x@y.z is another person's, in line 2" in result.err


def test_roles_in_a_society_become_those_of_the_file(campus: Roomie, write: Write):
    result = campus("import", write("id,presidents,members\nchess,grace,\n"))

    assert "societies: 0 added, 1 changed" in result.out
    (chess,) = exported(campus, "societies")
    assert (chess["id"], chess["name"], chess["presidents"], chess["members"]) == (
        *("CHESS", "Chess Society", "grace", ""),
    )
    assert {("appoint", "society:CHESS"), ("remove member", "society:CHESS")} <= set(audit_of(campus))
    assert "president" in exported(campus, "people")[1]["groups"]


def test_a_society_can_be_renamed(campus: Roomie, write: Write):
    campus("import", write("id,name,members\nCHESS,Chess & Go,grace\n"))

    assert [each["name"] for each in exported(campus, "societies")] == ["Chess & Go"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("GO,Go,bob,", "line 2, column C: there is nobody called bob; import the people first"),
        ("GO,chess society,ada,", "line 2, column B: the society CHESS is called so already"),
        ("CHESS,Chess,,grace", "line 2, column C: "),
        ("G O,Go,ada,", "line 2, column A: id 'G O' must be up to 24 letters"),
    ],
)
def test_a_society_that_cannot_be_is_refused(campus: Roomie, write: Write, line: str, reason: str):
    before = exported(campus, "societies")

    result = campus("import", write(f"id,name,presidents,members\n{line}\n"))

    assert result.status == 1
    assert reason in result.err
    assert exported(campus, "societies") == before


def test_a_difference_is_shown_and_nothing_written(campus: Roomie, write: Write):
    people = campus(
        "import", "--dry-run", write("username,email,name\nada,ada@uni.example,Ada B\nbob,b@x.y,Bob\n")
    )
    chess = campus("import", "--dry-run", write("id,presidents,members\nCHESS,grace,ada\n"))

    assert "ada: name Ada → Ada B" in people.out
    assert "+ bob: b@x.y, Bob" in people.out
    assert "people: 1 to be added, 1 to be changed, 0 unchanged; nothing was written" in people.out
    assert "~ CHESS: presidents ada → grace, members grace → ada" in chess.out
    assert exported(campus, "people")[0]["name"] == "Ada"
    assert exported(campus, "societies")[0]["presidents"] == "ada"
