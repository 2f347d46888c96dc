"""`roomie closure`: add, list, remove and import on the command line."""

from pathlib import Path

import pytest

from tests.bot.conftest import Roomie

HOLIDAYS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:easter@test
DTSTAMP:20250101T000000Z
DTSTART;VALUE=DATE:20260403
DTEND;VALUE=DATE:20260404
SUMMARY:Good Friday
TRANSP:TRANSPARENT
END:VEVENT
BEGIN:VEVENT
UID:christmas@test
DTSTAMP:20250101T000000Z
DTSTART;VALUE=DATE:20201225
DTEND;VALUE=DATE:20201226
RRULE:FREQ=YEARLY
SUMMARY:Christmas Day
TRANSP:TRANSPARENT
END:VEVENT
BEGIN:VEVENT
UID:past@test
DTSTAMP:20250101T000000Z
DTSTART;VALUE=DATE:20260101
DTEND;VALUE=DATE:20260102
SUMMARY:New Year
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


@pytest.fixture
def sqlite_url(database_url: str) -> str:
    """The sample campus instead of an empty database."""
    return database_url


def test_a_building_is_closed_listed_and_opened_again(roomie: Roomie):
    added = roomie("closure", "add", "Wren", "2026-03-14 09:00", "2026-03-14 17:00", "--reason", "exam")
    listed = roomie("closure", "list")

    assert (added.status, added.out) == (
        0,
        "Closed: 1\tH-C12\t2026-03-14 09:00 to 2026-03-14 17:00\texam\n",
    )
    assert listed.out == "1\tH-C12\t2026-03-14 09:00 to 2026-03-14 17:00\texam\n"
    assert (
        "is closed Sat 14 Mar, 09:00–17:00 (exam)"
        in roomie("chat", "--as", "wil", "/book Wren G01 saturday 10-11").out
    )
    assert "Open again: 1\tH-C12" in roomie("closure", "remove", "1").out
    assert roomie("closure", "list").out == "Nothing is closed.\n"
    assert roomie("closure", "remove", "1").err == (
        "roomie: There is no such closure. It may be open again already.\n"
    )


def test_bookings_inside_refuse_without_yes_and_are_listed_until_answered(roomie: Roomie):
    roomie("chat", "--as", "wil", "/book Wren G01 saturday 10-11")
    arguments = ("closure", "add", "H-C12-G01", "2026-03-14", "--reason", "exam")

    refused = roomie(*arguments)
    assert refused.status == 1
    assert "Nothing was closed: 1 booking is in that time." in refused.err
    assert "H-C12-G01\t2026-03-14 10:00 to 2026-03-14 11:00\t" in refused.err
    assert "add --yes" in refused.err
    assert roomie("closure", "list").out == "Nothing is closed.\n"

    assert "1 booking is inside; their holders are asked" in roomie(*arguments, "--yes").out
    unanswered = roomie("closure", "list", "--unanswered").out
    assert "1\tH-C12-G01\t2026-03-14 10:00 to 2026-03-14 11:00" in unanswered
    assert "wil <" in unanswered
    roomie("chat", "--as", "wil", "/rooms cancel", "yes")
    assert roomie("closure", "list", "--unanswered").out == "No booking lies in a closure.\n"


def test_public_holidays_are_imported_from_a_calendar_once(roomie: Roomie, tmp_path: Path):
    (tmp_path / "holidays.ics").write_text(HOLIDAYS)

    first = roomie("closure", "import", "holidays.ics")
    again = roomie("closure", "import", "holidays.ics")

    assert first.status == 0
    assert [line.split("\t")[1:] for line in first.out.splitlines()] == [
        ["campus", "2026-04-03 00:00 to 2026-04-04 00:00", "Good Friday"],
        ["campus", "2026-12-25 00:00 to 2026-12-26 00:00", "Christmas Day"],
        ["campus", "2027-12-25 00:00 to 2027-12-26 00:00", "Christmas Day"],
        ["campus", "2028-12-25 00:00 to 2028-12-26 00:00", "Christmas Day"],
        ["campus", "2029-12-25 00:00 to 2029-12-26 00:00", "Christmas Day"],
    ]
    assert again.out == "5 closed already.\n"


def test_closures_are_imported_from_a_table(roomie: Roomie, tmp_path: Path):
    (tmp_path / "closures.csv").write_text(
        "place,start,end,reason,yearly\n"
        "Wren Building,2026-03-14 09:00,2026-03-14 17:00,exam,\n"
        "Wren G01,2026-03-16,2026-03-18,repairs,\n"
        ",2025-12-25,2025-12-26,Christmas,yes\n"
    )

    done = roomie("closure", "import", "closures.csv")

    assert [line.partition("\t")[2] for line in done.out.splitlines()] == [
        "H-C12\t2026-03-14 09:00 to 2026-03-14 17:00\texam",
        "H-C12-G01\t2026-03-16 00:00 to 2026-03-19 00:00\trepairs",
        "campus\t2025-12-25 00:00 to 2025-12-27 00:00\tevery year\tChristmas",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("place,start\nAtlantis,2026-03-14\n", "There is no room or building called 'Atlantis'"),
        ("place,start\nWren,soon\n", "is not a date or time; write 2026-03-14"),
        ("place,start,end\nWren,2026-03-14,2026-03-13\n", "is not after the start"),
        ("place,start\nWren,2026-03-14 09:00\n", "needs an end"),
        ("place,begin\nWren,2026-03-14\n", "there is no column start"),
        ("place,start,end\nWren,2026-03-14,9999-12-31\n", "is too far away; write a nearer date"),
        ("BEGIN:VCALENDAR\r\nnonsense", "rejected"),
    ],
)
def test_a_file_with_a_mistake_closes_nothing_and_says_what_to_mend(
    roomie: Roomie, tmp_path: Path, text: str, reason: str
):
    (tmp_path / "closures").write_text(text)

    done = roomie("closure", "import", "closures")

    assert done.status == 1
    assert reason in done.err
    assert done.out == "closures: not imported, because of a rejected record\n"
    assert roomie("closure", "list").out == "Nothing is closed.\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("Atlantis", "2026-03-14"),
            "no room or building called 'Atlantis'. For all of them write: campus",
        ),
        (("Wren", "soon"), "is not a date or time; write 2026-03-14 or 2026-03-14 09:00"),
        (("Wren", "2026-03-14", "2026-03-13"), "is not after the start"),
        (("Wren", "2026-03-14", "9999-12-31"), "is too far away; write a nearer date."),
        (("Wren", "2026-03-10"), "That time has passed."),
    ],
)
def test_a_closure_that_cannot_be_is_refused_with_a_sentence(roomie: Roomie, arguments, sentence: str):
    done = roomie("closure", "add", *arguments)

    assert done.status == 1
    assert sentence in done.err


def test_a_missing_file_is_named(roomie: Roomie):
    assert "nothere.ics: rejected: No such file" in roomie("closure", "import", "nothere.ics").err
