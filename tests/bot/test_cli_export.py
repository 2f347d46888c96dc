"""Exports: what was exported can be imported again, is private, and runs in no spreadsheet."""

import csv
import io
import json
import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from openpyxl import load_workbook

from bot.exporting.cells import guard
from bot.exporting.columns import COLUMNS, TableContext
from bot.exporting.exports import export
from bot.exporting.writers import write_rows
from bot.services import Services
from core.errors import Invalid
from core.interval import Interval
from core.model import (
    BookingId,
    Building,
    BuildingId,
    Closure,
    ClosureId,
    Equipment,
    OpeningHours,
    Room,
    RoomId,
)
from core.services.book_room import BookingResult, BookRoom
from core.services.closures import NewClosure
from scraper.files.catalogue import parse_buildings, parse_rooms
from scraper.files.closures import parse_closures
from scraper.files.documents import open_document
from tests.bot.conftest import Roomie
from tests.builders import NOW, at

ZONE = ZoneInfo("Australia/Sydney")
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "'=1+1", "''@x", " =1", "\uff1d1+1", "'quoted'", "plain"]


def names() -> st.SearchStrategy[str]:
    """What a file may have as a name: visible, without spaces around, and no error of a formula."""
    characters = st.characters(categories=["L", "N", "P", "S", "Zs"], codec="utf-8")
    texts = st.text(characters, min_size=1, max_size=20) | st.sampled_from(FORMULAS)
    return texts.map(str.strip).filter(lambda text: text and text[0] != "#" and text.isprintable())


def rooms() -> st.SearchStrategy[Room]:
    minutes = st.integers(0, 24 * 60 - 1)
    hours = st.builds(
        lambda opens, length: OpeningHours(opens, opens + length), minutes, st.integers(1, 1439)
    )
    return st.builds(
        Room,
        names().map(RoomId),
        names().map(BuildingId),
        names(),
        st.integers(0, 100_000),
        names() | st.just(""),
        names() | st.just(""),
        names() | st.just(" "),
        st.lists(names(), max_size=3).map(tuple),
        st.frozensets(st.sampled_from(Equipment)),
        st.booleans(),
        st.booleans(),
        st.none() | hours,
        st.none() | hours,
        st.none() | st.sampled_from([5, 15, 30, 60]),
    )


def written(kind: str, form: str, *values: object) -> bytes:
    columns, out = COLUMNS[kind], io.BytesIO()
    context = TableContext(ZONE, {})
    write_rows(out, form, kind, columns.headings, (columns.cells(each, context) for each in values))
    return out.getvalue()


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
@given(st.lists(rooms(), max_size=3, unique_by=lambda room: room.id))
def test_exported_rooms_are_imported_as_they_were(form: str, values: list[object]):
    if values:
        assert list(parse_rooms(open_document(written("rooms", form, *values))).values) == values


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
@pytest.mark.parametrize("name", [each for each in FORMULAS if each.strip() == each])
def test_names_like_formulas_are_imported_as_they_were(form: str, name: str):
    buildings = Building(BuildingId("A"), name, -33.9, 151.2, (name, "a|b", "c\\d"))

    assert parse_buildings(open_document(written("buildings", form, buildings))).values == (buildings,)


@pytest.mark.parametrize("text", FORMULAS[:-2])
def test_no_cell_of_a_table_begins_a_formula(text: str):
    content = written("buildings", "csv", Building(BuildingId("A"), text, -33.9, 151.2)).decode("utf-8-sig")

    name, latitude = list(csv.reader(io.StringIO(content)))[1][1:3]

    assert (name[0], name[1:]) == ("'", text)
    assert latitude == "-33.9"


@given(st.text())
def test_no_text_at_all_begins_a_formula(text: str):
    assert guard(text)[:1] not in {"=", "+", "-", "@", "\t", "\r", *"\uff1d\uff0b\uff0d\uff20"}


@pytest.mark.parametrize("text", FORMULAS)
def test_cells_of_a_workbook_are_text_and_stay_text_when_they_are_edited(text: str):
    content = written("buildings", "xlsx", Building(BuildingId("A"), text, -33.9, 151.2))

    cell = load_workbook(io.BytesIO(content)).worksheets[0]["B2"]

    assert cell.data_type == "s"
    assert cell.quotePrefix or text in {"plain", "'quoted'"}


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
@pytest.mark.parametrize(
    ("start", "hours"),
    [
        (datetime(2026, 3, 27, 13, tzinfo=UTC), 24),  # midnight in Sydney
        (datetime(2026, 3, 27, 22, tzinfo=UTC), 3),
        (datetime(2026, 4, 4, 15, 30, tzinfo=UTC), 1),  # 02:30, the first of two
        (datetime(2026, 4, 4, 16, 30, tzinfo=UTC), 1),  # 02:30, the second
        (datetime(2026, 3, 27, 10, tzinfo=UTC), 3),  # until midnight
    ],
)
def test_exported_closures_are_imported_as_they_were(form: str, start: datetime, hours: int):
    interval = Interval(start, start + timedelta(hours=hours))
    closure = Closure(
        ClosureId(1), interval, "=Holidays", NOW, "", ZONE.key, RoomId("A-1"), None, is_yearly=True
    )

    (record,) = parse_closures(open_document(written("closures", form, closure)), ZONE).values

    assert record.interval == interval
    assert (record.place, record.reason, record.is_yearly) == ("A-1", "=Holidays", True)


@pytest.fixture
def sample(roomie: Roomie, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Roomie:
    """A command line on the sample campus."""
    monkeypatch.setenv("ROOMIE_DATABASE__URL", database_url)
    return roomie


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_the_sample_campus_goes_out_and_comes_in_unchanged(sample: Roomie, tmp_path: Path, form: str):
    classes = tmp_path / "classes.csv"
    room = json.loads(sample("export", "rooms", "--format", "json").out)["rooms"][0]["id"]
    classes.write_text(f"room,start,end\n{room},2026-12-07T09:00,2026-12-07T11:00\n")
    assert sample("import", str(classes)).status == 0
    sample("closure", "add", "campus", "2026-12-24", "2026-12-26", "--reason", "Holidays")
    kinds = [
        "buildings",
        "rooms",
        "people",
        "societies",
        "closures",
        *(["timetable"] if form != "json" else []),
    ]
    paths = [str(tmp_path / f"{kind}.{form}") for kind in kinds]
    for kind, path in zip(kinds, paths, strict=True):
        assert sample("export", kind, "--out", path).status == 0

    again = sample("import", "--dry-run", *paths)

    assert (again.status, again.err) == (0, "")
    assert again.out.count("0 to be added, 0 to be changed") == len(kinds)
    assert "removed" not in again.out
    assert " 0 unchanged" not in again.out


async def book(services: Services, start: str, title: str) -> BookingResult:
    wil = services.read_model.directory.by_name("wil")
    assert wil is not None
    request = BookRoom(
        BookingId(f"id-{start}"),
        next(each.id for each in services.read_model.catalogue.rooms.values() if each.individual_access),
        Interval.of_length(at(start, 1), timedelta(hours=1)),
        wil.person.id,
        title=title,
    )
    return await services.bookings.book(request)


async def rows_of(services: Services, kind: str, window: Interval | None = None) -> list[dict[str, str]]:
    out = io.BytesIO()
    await export(services, kind, "csv", out, window)
    return list(csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig"))))


async def test_bookings_ledger_and_audit_tell_what_happened(services: Services):
    booking = await book(services, "11:00", "=HYPERLINK()")

    bookings, ledger = await rows_of(services, "bookings"), await rows_of(services, "ledger")
    audit = await rows_of(services, "audit")

    mine = next(each for each in bookings if each["id"] == booking.booking.id)
    assert (mine["room"], mine["title"], mine["state"]) == (
        booking.booking.room_id,
        "'=HYPERLINK()",
        "active",
    )
    assert datetime.fromisoformat(mine["start"]) == booking.booking.interval.start
    assert [each["minutes"] for each in ledger if each["booking"] == booking.booking.id] == ["60"]
    assert any(each["action"] == "export" and each["subject"] == "bookings" for each in audit)


async def test_a_window_narrows_what_is_exported(services: Services):
    await book(services, "11:00", "early")
    late = await book(services, "15:00", "late")
    window = Interval(late.booking.interval.start, late.booking.interval.start + timedelta(days=1))

    assert [each["title"] for each in await rows_of(services, "bookings", window)] == ["late"]
    assert await rows_of(services, "ledger", window) == []


async def test_bookings_are_events_of_a_calendar(services: Services):
    booking = await book(services, "11:00", "Hack night; bring, food\nand so on")
    out = io.BytesIO()

    await export(services, "bookings", "ics", out)

    events = {str(each["UID"]): each for each in Calendar.from_ical(out.getvalue()).walk("VEVENT")}
    event = events[f"{booking.booking.id}@roomie"]
    assert str(event["SUMMARY"]) == booking.booking.title
    assert event["DTSTART"].dt == booking.booking.interval.start
    assert (str(event["LOCATION"]), str(event["STATUS"])) == (booking.booking.room_id, "CONFIRMED")


@pytest.mark.parametrize(
    ("kind", "form", "window", "reason"),
    [
        ("rooms", "ics", None, "Only bookings can be exported as ics"),
        ("people", "csv", Interval(NOW, NOW + timedelta(days=1)), "The people have no dates"),
    ],
)
async def test_what_cannot_be_exported_so_is_refused(
    services: Services, kind: str, form: str, window: Interval | None, reason: str
):
    with pytest.raises(Invalid, match=reason):
        await export(services, kind, form, io.BytesIO(), window)


async def test_closed_days_are_dates_with_the_last_included(services: Services):
    day = Interval(
        datetime(2026, 5, 1, tzinfo=services.rules.zone), datetime(2026, 5, 3, tzinfo=services.rules.zone)
    )
    await services.closures.add([NewClosure(day, "Days")], "administrator")

    (row,) = await rows_of(services, "closures")

    assert (row["place"], row["start"], row["end"]) == ("campus", "2026-05-01", "2026-05-02")


def test_json_is_one_document(sample: Roomie):
    document = json.loads(sample("export", "rooms", "--format", "json").out)

    assert {"id", "capacity", "equipment"} <= document["rooms"][0].keys()


def test_dates_that_cannot_be_are_refused(roomie: Roomie):
    assert "is not a date. Write it like" in roomie("export", "bookings", "--from", "tomorrow").err
    wrong = roomie("export", "bookings", "--from", "2026-03-02", "--to", "2026-03-01")
    assert "must not be before the first" in wrong.err


def test_days_beyond_all_time_narrow_nothing(sample: Roomie):
    every = sample("export", "closures")

    assert sample("export", "closures", "--from", "0001-01-01", "--to", "9999-12-31") == every


def test_a_workbook_needs_a_file(roomie: Roomie):
    assert "add --out" in roomie("export", "rooms", "--format", "xlsx").err


@pytest.fixture(params=[0o000, 0o777], ids=oct)
def umask(request: pytest.FixtureRequest) -> object:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")
def test_an_exported_file_is_private_whatever_stood_there(
    services: Services, tmp_path: Path, umask: int, export_to: Callable[[Path], None]
):
    path = tmp_path / "people.csv"
    path.touch()
    path.chmod(0o666)

    export_to(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes().startswith("\ufeffusername".encode())


@pytest.fixture
def export_to(roomie: Roomie) -> Callable[[Path], None]:
    def run(path: Path) -> None:
        assert roomie("export", "people", "--out", str(path)).status == 0

    return run


def test_an_export_that_fails_leaves_the_file_that_was_there(roomie: Roomie, tmp_path: Path):
    path = tmp_path / "rooms.ics"
    path.write_text("mine")

    assert roomie("export", "rooms", "--out", str(path)).status == 1
    assert path.read_text() == "mine"
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".rooms")] == []


def test_a_folder_that_is_not_there_is_a_sentence(roomie: Roomie, tmp_path: Path):
    result = roomie("export", "rooms", "--out", str(tmp_path / "nowhere" / "rooms.csv"))

    assert (result.status, "cannot be written" in result.err) == (1, True)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("societies", "1 society"),
        ("timetable", "0 timetable entries"),
        ("people", "4 people"),
        ("closures", "1 closure"),
    ],
)
def test_what_was_exported_is_counted_in_words(sample: Roomie, tmp_path: Path, kind: str, text: str):
    sample("closure", "add", "campus", "2026-12-24", "2026-12-26", "--reason", "Holidays")
    path = tmp_path / f"{kind}.csv"

    assert sample("export", kind, "--out", str(path)).err == f"{path}: {text} exported\n"
