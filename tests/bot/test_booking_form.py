"""The booking form shows each problem beside the input that can solve it."""

import pytest

from tests.bot.chat import Chat

ROOM = "H-C12-G02"


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        (
            {"date": "2026-03-10", "time": "15:00", "minutes": "60"},
            {"time": "That time has passed. Choose a later one."},
        ),
        (
            {"date": "2026-03-12", "time": "22:00", "minutes": "60"},
            {"time": "The room is only open 08:00–21:00 that day (campus time)."},
        ),
        (
            {"date": "2026-06-12", "time": "15:00", "minutes": "60"},
            {"date": "You can only book up to 7 days ahead."},
        ),
        ({"when": "25:00"}, {"when": "I didn't understand “25:00”: a day has 24 hours, of 60 minutes."}),
        ({"when": "friday"}, {"when": "Give a day and a time, for example: tomorrow 3pm for 2 hours."}),
    ],
)
async def test_a_problem_is_shown_at_its_input(wil: Chat, values: dict[str, str], errors: dict[str, str]):
    await wil.act("book_form", room=ROOM, **values)

    shown = wil.last.form_errors
    assert list(shown) == list(errors)
    assert all(shown[name].startswith(sentence) for name, sentence in errors.items())


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("minutes", {"date": "2026-03-12", "time": "15:00", "minutes": "60"}),
        ("when", {"when": "tomorrow 3pm for 1 hour"}),
    ],
)
async def test_too_little_quota_is_shown_at_the_length(wil: Chat, name: str, values: dict[str, str]):
    await wil.say("/book Wren G02 friday 3pm for 3 hours")

    await wil.act("book_form", room=ROOM, **values)

    assert wil.last.form_errors == {name: "This needs 60 minutes of quota and you have none left."}


TAKEN = {"date": "2026-03-12", "time": "15:00", "minutes": "60"}


@pytest.mark.parametrize("values", [TAKEN, {"when": "tomorrow 3pm for 1 hour"}])
async def test_a_taken_room_can_be_waited_for(wil: Chat, rema: Chat, values: dict[str, str]):
    await rema.say("/book Wren G02 tomorrow 3pm for 1 hour")

    await wil.act("book_form", room=ROOM, **values)

    assert list(wil.last.form_errors) == ["room"]
    assert "1st in line for Wren G02 (H-C12-G02), Thu 12 Mar, 15:00–16:00" in await wil.press(
        "Tell me when it's free"
    )


async def test_nobody_waits_for_what_they_have(wil: Chat):
    await wil.say("/book Wren G02 tomorrow 3pm for 1 hour")

    await wil.act("book_form", room=ROOM, **TAKEN)

    assert list(wil.last.form_errors) == ["room"]
    assert wil.labels == []
