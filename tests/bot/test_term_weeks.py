"""Weeks of terms in chat: read, echoed, and shown beside dates."""

from datetime import date

import pytest
from msgspec.structs import replace

from core.model import Term
from core.policy.rules import Rules
from core.policy.terms import Terms, break_of_week
from tests.bot.chat import Chat

START = date(2026, 1, 12)
TERM = Term("Term 2 2026", START, date(2026, 3, 27), 10, (break_of_week(START, 6),))


@pytest.fixture
def rules(request: pytest.FixtureRequest) -> Rules:
    return replace(Rules(), terms=Terms(() if getattr(request, "param", "") == "no terms" else (TERM,)))


async def test_a_week_is_echoed_as_its_date_and_shown_beside_it(wil: Chat):
    assert "Tue 17 Mar, 15:00–16:00 (week 9)" in await wil.say("/rooms free tues week 9 3pm")
    assert ", Tue 17 Mar, 15:00–16:00 (week 9)." in await wil.press("Book")
    assert "Tue 17 Mar, 15:00–16:00 (week 9) · " in await wil.say("/rooms mine")


async def test_a_week_can_be_named_in_booking_and_moving(wil: Chat):
    assert "Fri 13 Mar, 14:00–15:00 (week 8)" in await wil.say("/book Wren G01 week 8 friday 2-3pm")
    assert "Mon 16 Mar, 14:00–15:00 (week 9)" in await wil.say("/rooms move week 9 monday 2pm")


async def test_weeks_that_repeat_are_searched_from_the_first_to_come(wil: Chat):
    response = await wil.say("/rooms free tuesdays 3-4pm weeks 1-10")

    assert "Tuesdays 15:00–16:00, 17 Mar to 24 Mar, 2 dates" in response
    assert "free on 1 of 2, not on Tue 24 Mar" in response  # students book seven days ahead
    assert "Tue 17 Mar\tweek 9\tfree" in await wil.press("See dates")


@pytest.mark.parametrize(
    "words", ["tuesday week 3 3pm", "tuesdays 3pm until the end of term", "reading week"]
)
@pytest.mark.parametrize("rules", ["no terms"], indirect=True)
async def test_without_terms_the_reply_says_that_week_numbers_are_not_set_up(wil: Chat, words: str):
    assert "Week numbers aren't set up here" in await wil.say(f"/rooms free {words}")
    assert "Use dates." in await wil.say(f"/rooms free {words}")


async def test_a_week_that_the_term_does_not_have_is_named(wil: Chat):
    assert "No term that I know of has “week 12”." in await wil.say("/rooms free week 12 tuesday 3pm")


@pytest.mark.parametrize("rules", ["no terms"], indirect=True)
async def test_without_terms_dates_stand_alone(wil: Chat):
    assert "(week" not in await wil.say("/book Wren G01 friday 2-3pm")


async def test_a_title_that_says_weekly_does_not_repeat_the_week(wil: Chat):
    reply = await wil.say('/book Wren G01 week 9 tuesday 2-3pm "Weekly meeting"')

    assert "Tue 17 Mar, 14:00–15:00 (week 9), “Weekly meeting”" in reply
