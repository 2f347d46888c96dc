"""Published pages and files are parsed in time proportional to their size."""

import time
from collections.abc import Callable

import pytest

from scraper.common.errors import PageFormatChanged
from scraper.http.page import FetchedPage
from scraper.sources.unsw.names import parse_publish_name, parse_site_name
from scraper.sources.unsw.pages import (
    parse_buildings,
    parse_facilities,
    parse_page,
    parse_rooms,
    table_digest,
)
from scraper.sources.unsw.room_page import parse_week
from tests.call_counter import CallCounter

ROW = '<tr class="rowLowlight"><td>08:00</td>' + "<td></td>" * 6 + "<td><table>{}</table></td></tr>"


@pytest.mark.parametrize("word", ["Block", "Block-", "Misc\u00a0Oweek", "Misc Oweek", "Final Exam MATH1081"])
@pytest.mark.parametrize("read", [parse_site_name, parse_publish_name])
def test_a_name_is_read_no_further_than_a_name_is_long(read: Callable[[str], object], word: str):
    """What follows cannot matter, for it is not looked at."""
    name = word * 1_000

    assert read(name) == read(name + "x" * 10_000_000)


def test_tables_within_tables_are_not_read_once_for_each():
    def steps(depth: int) -> int:
        with CallCounter() as counted:
            found = parse_facilities("<table>" + "<tr><td>Services<table>" * depth)
        assert not found
        return counted.count

    steps(10)
    assert steps(80) < 3 * steps(40)


ROW_START = '<tr class="rowLowlight"><td>'
PARSERS = {
    "<select name=building>": parse_buildings,
    "<form><table>": parse_rooms,
    "<table>": parse_facilities,
    "<table> ": lambda html: parse_week(html, 52),
}


@pytest.mark.parametrize(
    "piece",
    [
        *("<table", "<table>", "<tr>", "<td>", "<span>", "<form>", "<option>x", "<!--", "&", "<table a="),
        *(ROW_START, f"<table>{ROW_START}", f"<form><table>{ROW_START}", f"{ROW_START}<span>"),
        "<div>" * 400,
    ],
)
@pytest.mark.parametrize("opening", PARSERS)
def test_a_page_of_one_element_repeated_takes_time_in_proportion_to_its_size(opening: str, piece: str):
    def steps(size: int) -> int:
        page = FetchedPage((opening + piece * (size // len(piece))).encode())
        with CallCounter() as counted, pytest.raises(PageFormatChanged):
            parse_page(PARSERS[opening], page)
        return counted.count

    steps(1_000)
    assert steps(16_000) < 2.5 * steps(8_000) + 2_000


@pytest.mark.parametrize("piece", [b"<table", b"<table>", b"</table>", b"<TABLE ", b"<"])
def test_the_digest_of_a_page_takes_time_in_proportion_to_its_size(piece: bytes):
    began = time.thread_time()
    table_digest(FetchedPage(piece * 300_000))
    assert time.thread_time() - began < 0.5  # 5 to 10 ms; a search from each table to the end took minutes


def test_a_half_hour_that_holds_half_hours_is_refused():
    page = "{}"
    for _ in range(50):
        page = page.replace("{}", ROW)

    with pytest.raises(PageFormatChanged, match="table of its own"):
        parse_week(f"<table>{page}</table>", 52)
