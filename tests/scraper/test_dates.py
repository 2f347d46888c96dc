"""Dates and times as people and spreadsheets write them: read as they are meant, or refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.files.dates import DateOrder, DateReader, Moment

NEW_YEARS_EVE = date(2026, 12, 31)
NINE, HALF_PAST_NINE_PM = 9 * 3600, 21 * 3600 + 1800


@pytest.mark.parametrize(
    "text",
    [
        *("2026-12-31", "20261231", "2026/12/31", "2026.12.31", "31/12/2026", "31-12-2026", "31.12.2026"),
        *("31.12.26", "12/31/2026", "31 Dec 2026", "31-Dec-26", "31st December 2026", "Dec 31, 2026"),
        *("Thu 31/12/2026", "Thursday, 31 December 2026", "46387", "31. 12. 2026"),
    ],
)
def test_a_day_however_it_is_written(text: str):
    assert DateReader().read(text) == Moment(NEW_YEARS_EVE, None)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        *(("2026-12-31 09:00", NINE), ("2026-12-31T09:00:00", NINE), ("31/12/2026 9:00", NINE)),
        *(("31.12.2026 9.00", NINE), ("31/12/2026 9:00 AM", NINE), ("31/12/2026 9am", NINE)),
        *(("31/12/2026, 9:30 p.m.", HALF_PAST_NINE_PM), ("31 Dec 2026 21:30", HALF_PAST_NINE_PM)),
        *(("46387.375", NINE), ("46387,375", NINE), ("46387.8958333333", HALF_PAST_NINE_PM)),
        *(("31/12/2026 12:00 am", 0), ("31/12/2026 12 pm", 12 * 3600), ("31/12/2026 24:00", 24 * 3600)),
    ],
)
def test_a_time_of_a_day_however_it_is_written(text: str, seconds: int):
    assert DateReader().read(text) == Moment(NEW_YEARS_EVE, seconds)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("9:00", NINE), ("09:00:00", NINE), ("9 am", NINE), ("0.375", NINE), ("9:30pm", HALF_PAST_NINE_PM)],
)
def test_a_time_without_a_day(text: str, seconds: int):
    assert DateReader().read(text) == Moment(None, seconds)


def test_an_ambiguous_date_is_refused_with_both_readings():
    with pytest.raises(ValueError, match="could be 3 April or 4 March") as refusal:
        DateReader().read("03/04/2026")

    assert "write 2026-04-03 or 2026-03-04" in str(refusal.value)


def test_what_is_the_same_either_way_is_read():
    assert DateReader().read("05/05/2026").day == date(2026, 5, 5)


def test_dots_are_day_first():
    assert DateReader().read("03.04.2026").day == date(2026, 4, 3)


@pytest.mark.parametrize(
    ("other", "day"), [("13/04/2026", date(2026, 4, 3)), ("04/13/2026", date(2026, 3, 4))]
)
def test_another_date_of_the_file_proves_the_order(other: str, day: date):
    assert DateReader(["03/04/2026", other]).read("03/04/2026").day == day


def test_dates_that_contradict_each_other_prove_nothing():
    reader = DateReader(["13/04/2026", "04/13/2026"])

    with pytest.raises(ValueError, match="could be"):
        reader.read("03/04/2026")
    assert reader.read("04/13/2026").day == date(2026, 4, 13)


@pytest.mark.parametrize(
    ("order", "day"),
    [(DateOrder.DAY_FIRST, date(2026, 4, 3)), (DateOrder.MONTH_FIRST, date(2026, 3, 4))],
)
def test_the_order_may_be_said(order: DateOrder, day: date):
    assert DateReader((), order).read("03/04/2026").day == day


def test_a_date_against_the_order_that_was_said_is_refused():
    with pytest.raises(ValueError, match="no day of the calendar"):
        DateReader((), DateOrder.MONTH_FIRST).read("31/12/2026")


@pytest.mark.parametrize(
    "text",
    [
        *("30/02/2026", "31 Foo 2026", "13:00 pm", "0:00 am", "25:00", "9:61", "tomorrow", "9", "", "12345"),
        *("99999", "2026-13-01", "31/12", "31/12/2026 noonish", "1/2/3/2026"),
    ],
)
def test_what_is_no_date_is_refused(text: str):
    with pytest.raises(ValueError):  # noqa: PT011 - an empty message leaves the wording to the caller
        DateReader().read(text)


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.sampled_from(["%d/%m/%Y", "%d.%m.%Y", "%d %b %Y"]))
def test_any_day_is_read_back(day: date, form: str):
    assert DateReader((), DateOrder.DAY_FIRST).read(day.strftime(form)).day == day


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str):
    try:
        DateReader().read(text)
    except ValueError:
        return
