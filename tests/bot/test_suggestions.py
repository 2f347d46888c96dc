"""Suggestions while an option is typed: they complete it, forgive slips, and never show errors."""

import pytest

from bot.chat.command import ParameterType
from bot.conversation.autocomplete import Autocomplete
from tests.bot.chat import Chat


@pytest.fixture
def autocomplete(wil: Chat) -> Autocomplete:
    return Autocomplete(wil.services)


async def values(autocomplete: Autocomplete, wil: Chat, takes: ParameterType, typed: str) -> list[str]:
    return [each.value for each in await autocomplete.suggest(takes, typed, wil.requester)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("tom", ["tomorrow", "tomorrow 9:00-10:00", "tomorrow 10:00-11:00"]),
        ("fri 2", ["fri 14:00", "fri 14:00-15:00", "fri 14:00-16:00"]),
        ("tomorrow 3-", ["tomorrow 15:00-16:00", "tomorrow 15:00-17:00"]),
        ("tomorrow 3pm for", ["tomorrow 3pm for 1 hour", "tomorrow 3pm for 30 minutes"]),
        ("tomorrow 3pm for 2", ["tomorrow 3pm for 2 people", "tomorrow 3pm for 2 hours"]),
        ("fri 14:", ["fri 14:00", "fri 14:15", "fri 14:30", "fri 14:45"]),
        ("tomorrow 9", ["tomorrow 9:00", "tomorrow 9:00-10:00"]),
        ("thi", ["this morning", "Wed 11 Mar 11:00-12:00"]),
        ("next mo", ["next monday", "next monday 9:00-10:00"]),
        ("sat mor", ["sat morning", "Sat 14 Mar 09:00-10:00"]),
        ("in 20", ["in 20", "in 20 for 1 hour"]),
        ("mon 10-12", ["mon 10-12"]),
    ],
)
async def test_a_time_is_completed(autocomplete: Autocomplete, wil: Chat, typed: str, expected: list[str]):
    suggested = await values(autocomplete, wil, ParameterType.WHEN, typed)

    assert suggested[: len(expected)] == expected


@pytest.mark.parametrize(
    "typed",
    ["", "t", "to", "yesterday", "yesterday 3pm", "zzzz", "25:00", "fri 99", "31 feb", "-", "\0", "(",
     "x" * 300, "tomorrow 3pm and fri", "1-", "for", "for 2", "next", "12:", "sat mor", "💥",
     "this afternoon", "3/4 1"],
)  # fmt: skip
async def test_every_suggested_time_is_read_whole_and_none_is_an_error(
    autocomplete: Autocomplete, wil: Chat, typed: str
):
    options = await autocomplete.suggest(ParameterType.WHEN, typed, wil.requester)
    again = [(await wil.run("rooms free", when=each.value)) for each in options]

    assert options
    assert all(each.label.startswith(each.value) for each in options)
    assert not [each for each in again if "didn't understand" in each or "could not read" in each]
    assert not [each for each in options if "could not" in each.label or "Try" in each.label]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("pri", ["printer"]),
        ("printer, wh", ["printer, whiteboard", "printer, wheelchair"]),
        ("printer,wh", ["printer, whiteboard", "printer, wheelchair"]),
        ("printer and co", ["printer, coffee", "printer, computer"]),
        ("printer, whiteboard, c", ["printer, whiteboard, coffee", "printer, whiteboard, computer"]),
        ("whitebord", ["whiteboard"]),
        ("printer", ["printer", "printer, coffee"]),
    ],
)
async def test_the_last_item_of_a_list_is_completed(
    autocomplete: Autocomplete, wil: Chat, typed: str, expected: list[str]
):
    suggested = await values(autocomplete, wil, ParameterType.EQUIPMENT, typed)

    assert suggested[: len(expected)] == expected


@pytest.mark.parametrize("typed", ["wrne", "Wrenn", "Wern buildng"])
async def test_a_place_is_found_in_spite_of_a_slip(autocomplete: Autocomplete, wil: Chat, typed: str):
    assert "Wren Building" in await values(autocomplete, wil, ParameterType.PLACE, typed)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Sydney", "Australia/Sydney"),
        ("syd", "Australia/Sydney"),
        ("new york", "America/New_York"),
        ("New_Y", "America/New_York"),
        ("Londn", "Europe/London"),
        ("", "campus"),
        ("cam", "campus"),
        ("utc", "UTC"),
    ],
)
async def test_a_time_zone_is_completed_by_its_city(
    autocomplete: Autocomplete, wil: Chat, typed: str, expected: str
):
    assert (await values(autocomplete, wil, ParameterType.TIME_ZONE, typed))[0] == expected


async def test_a_city_sets_the_time_zone(wil: Chat):
    assert "Australia/Sydney" in await wil.say("/settings timezone Sydney")
    assert "America/New_York" in await wil.run("settings", timezone="new york")
    assert "I don't know the time zone Atlantis" in await wil.run("settings", timezone="Atlantis")
