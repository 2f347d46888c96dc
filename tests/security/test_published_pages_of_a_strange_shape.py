"""Pages and files whose reading would take time that grows with the square of their size, or faster."""

from collections.abc import Callable

import pytest

from scraper.common.errors import PageFormatChanged
from scraper.sources.unsw.names import parse_publish_name, parse_site_name
from scraper.sources.unsw.pages import parse_facilities, parse_week
from tests.security.test_feed_recurrence_bombs import Steps

ROW = '<tr class="rowLowlight"><td>08:00</td>' + "<td></td>" * 6 + "<td><table>{}</table></td></tr>"


@pytest.mark.parametrize("word", ["Block", "Block-", "Misc\u00a0Oweek", "Misc Oweek", "Final Exam MATH1081"])
@pytest.mark.parametrize("read", [parse_site_name, parse_publish_name])
def test_a_name_is_read_no_further_than_a_name_is_long(read: Callable[[str], object], word: str):
    """What follows cannot matter, for it is not looked at."""
    name = word * 1_000

    assert read(name) == read(name + "x" * 10_000_000)


def test_tables_within_tables_are_not_read_once_for_each():
    def steps(depth: int) -> int:
        with Steps() as counted:
            found = parse_facilities("<table>" + "<tr><td>Services<table>" * depth)
        assert not found
        return counted.count

    steps(10)
    assert steps(160) < 3 * steps(80)


def test_a_half_hour_that_holds_half_hours_is_refused():
    page = "{}"
    for _ in range(50):
        page = page.replace("{}", ROW)

    with pytest.raises(PageFormatChanged, match="table of its own"):
        parse_week(f"<table>{page}</table>", 52)
