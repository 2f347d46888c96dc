"""Timetable files, local or by HTTP: read completely or not at all."""

import os

import pytest
from msgspec.structs import replace

from scraper.common.errors import AddressRefused, PageFormatChanged, SourceFailed, SourceTooLarge
from scraper.http.client import PoliteClient
from scraper.model import SourceContext
from scraper.sources.file import TimetableFile, local_path
from tests.scraper.conftest import QUICK, ignore_progress
from tests.standins.timetable_site import Document

TAKEN = "2026-11-22"


@pytest.fixture
def source() -> TimetableFile:
    return TimetableFile()


@pytest.mark.parametrize("kind", ["csv", "json"])
async def test_both_shapes_say_the_same(source, settings, context, sample, tmp_path, kind):
    path = tmp_path / "timetable"
    path.write_text(sample(f"timetable_{TAKEN}.{kind}"), "utf-8")

    result = await source.scrape(settings(kind="file", url=str(path)), context, {}, ignore_progress)

    assert [
        (each.room_id, each.name, each.booking_type, str(each.interval.start)) for each in result.entries
    ] == [
        ("K-A7-G01", "ABCD1001 LEC", "CLASS", "2026-03-01 22:00:00+00:00"),
        ("K-A7-101", "Chess", "SOCIETY", "2026-03-03 07:00:00+00:00"),
        ("K-A7-101", 'Exam, part "two"', "EXAMS", "2026-06-01 09:00:00+00:00"),
    ]


async def test_an_address_is_read_like_a_file_and_not_again(source, settings, site, context, sample):
    site.documents["/t.csv"] = Document(sample(f"timetable_{TAKEN}.csv").encode())
    there = settings(kind="file", url=site.url("/t.csv"))

    first = await source.scrape(there, context, {}, ignore_progress)
    again = await source.scrape(there, context, first.fingerprints, ignore_progress)

    assert (len(first.entries), first.unchanged_pages) == (3, 0)
    assert (len(again.entries), again.unchanged_pages, again.unchanged_rooms) == (
        0,
        1,
        {"K-A7-G01", "K-A7-101"},
    )


async def test_an_unchanged_file_is_not_read_again(source, settings, context, sample, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(sample(f"timetable_{TAKEN}.csv"), "utf-8")
    here = settings(kind="file", url=path.as_uri())

    first = await source.scrape(here, context, {}, ignore_progress)
    again = await source.scrape(here, context, first.fingerprints, ignore_progress)

    assert (len(first.entries), again.unchanged_pages) == (3, 1)


async def test_only_wanted_rooms_are_taken(source, settings, context, sample, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(sample(f"timetable_{TAKEN}.csv"), "utf-8")

    result = await source.scrape(
        settings(kind="file", url=str(path), rooms=("*-G01",)), context, {}, ignore_progress
    )

    assert {each.room_id for each in result.entries} == {"K-A7-G01"}


async def test_one_bad_line_refuses_the_file(source, settings, context, tmp_path):
    """Half a timetable shows rooms free that are not."""
    path = tmp_path / "t.csv"
    path.write_text(
        "room,name,type,start,end\nA-1,x,CLASS,2026-03-02T09:00,2026-03-02T10:00\nA-1,y,CLASS,,\n"
    )

    with pytest.raises(PageFormatChanged, match="line 3, column D: start is missing"):
        await source.scrape(settings(kind="file", url=str(path)), context, {}, ignore_progress)


async def test_what_is_no_ordinary_file_is_not_opened(source, settings, context, tmp_path):
    os.mkfifo(tmp_path / "pipe")

    for address in (tmp_path, tmp_path / "pipe", tmp_path / "missing", "/dev/zero"):
        with pytest.raises(SourceFailed):
            await source.scrape(settings(kind="file", url=str(address)), context, {}, ignore_progress)


async def test_a_file_has_a_largest_size(source, settings, context, tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"x" * 2_000)
    async with PoliteClient(str(path), replace(QUICK, max_bytes=1_000)) as client:
        with pytest.raises(SourceTooLarge, match="1,000"):
            await source.scrape(
                settings(kind="file", url=str(path)),
                SourceContext(client, context.parse, context.now),
                {},
                ignore_progress,
            )


async def test_another_scheme_is_neither_file_nor_address(source, settings, context):
    with pytest.raises(AddressRefused):
        await source.scrape(settings(kind="file", url="ftp://a.example/t.csv"), context, {}, ignore_progress)


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("var/t.csv", "var/t.csv"),
        ("/var/t.csv", "/var/t.csv"),
        ("file:///var/my%20t.csv", "/var/my t.csv"),
        ("https://a.example/t.csv", None),
    ],
)
def test_where_a_file_lies(address, path):
    found = local_path(address)

    assert (None if found is None else str(found)) == path
