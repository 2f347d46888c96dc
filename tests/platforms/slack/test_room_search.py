"""The booking form's search for a room: any room of the campus, narrowed while somebody types."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from bot.chat.reply import Option
from bot.chat.request import Requester
from bot.conversation.autocomplete import Autocomplete
from bot.platforms.slack.settings import Mode
from core.ports import UnitOfWork
from tests.builders import a_building, a_room
from tests.platforms.slack.environment import Environment, labels, read, settings_for
from tests.standins.slack import Person, SlackStandIn

ROOM_COUNT = 160


@pytest.fixture
async def bob(environment: Environment, slack: SlackStandIn) -> Person:
    """A user of a campus with more rooms than a menu shows."""
    await environment.storage.write(_seed)
    return slack.person("U2")


def _seed(unit: UnitOfWork) -> None:
    unit.rooms.put_buildings([a_building("LIB", name="Main Library")])
    unit.rooms.put_rooms(
        a_room(
            f"LIB-{number:03}",
            "LIB",
            name=f"Library Room {number:03}",
            capacity=50 + number,
        )
        for number in range(ROOM_COUNT)
    )


async def _open_form(slack: SlackStandIn, bob: Person) -> None:
    await bob.types("/rooms form")
    await slack.until(lambda: bob.modal)
    await bob.enters("in.date", "2026-03-12")
    await bob.enters("in.time", "10:00")


def _ids(options: Sequence[Mapping[str, object]]) -> list[str]:
    return [str(each["value"]).removeprefix("v1:") for each in options]


@pytest.mark.parametrize("mode", Mode)
async def test_every_room_can_be_found_and_booked(
    environment: Environment, slack: SlackStandIn, bob: Person, mode: Mode
) -> None:
    environment.settings = settings_for(slack, mode)
    last = f"LIB-{ROOM_COUNT - 1:03}"
    async with environment.open() as adapter:
        await _open_form(slack, bob)
        everything = await bob.searches("in.room", "")
        found = await bob.searches("in.room", last)
        await bob.submits(**{"in.room": f"v1:{last}"})
        await adapter.wait_idle()

    assert len(everything) == 100  # Slack shows no more: the largest room is not among them
    assert last not in _ids(everything)
    assert _ids(found) == [last]
    assert [each.room_id for each in environment.services.read_model.bookings.values()] == [last]
    assert slack.refusals == []


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("room 007", ["LIB-007"]),
        ("lib007", ["LIB-007"]),
        ("LIBRARY ROOM 007", ["LIB-007"]),
        ("main library 7", [f"LIB-{number:03}" for number in range(100)]),
        ("library 205 seats", [f"LIB-{number}" for number in range(155, ROOM_COUNT)]),
        ("for 205 people", [f"LIB-{number}" for number in range(155, ROOM_COUNT)]),
        ("205+", [f"LIB-{number}" for number in range(155, ROOM_COUNT)]),
        ("G01", ["K-J17-G01"]),
        ("nothing like this", []),
        ("\x00 <!channel> ‮ ((( \\", []),
    ],
)
async def test_text_narrows_by_name_building_and_seats(
    environment: Environment, slack: SlackStandIn, bob: Person, typed: str, expected: list[str]
) -> None:
    async with environment.open():
        await _open_form(slack, bob)

        found = await bob.searches("in.room", typed)

    assert _ids(found) == expected
    assert slack.refusals == []


async def test_rooms_that_are_taken_come_last_and_say_so(
    environment: Environment, slack: SlackStandIn, bob: Person
) -> None:
    async with environment.open():
        await slack.person("U1").types("/book LIB-155 tomorrow 10-11am")
        await _open_form(slack, bob)

        found = await bob.searches("in.room", "library 205 seats")
        await bob.submits(**{"in.room": "v1:LIB-155"})

        assert _ids(found)[-1] == "LIB-155"
        assert "taken at that time" in str(found[-1]["description"])
        refused = bob.modal
        assert refused is not None
        assert "taken" in read(refused)
        assert labels(refused) == ["Tell me when it's free"]


async def test_a_search_without_an_answer_leaves_the_form_open(
    environment: Environment, slack: SlackStandIn, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def wait_for_ever(*_: object) -> Sequence[Option]:
        await asyncio.Event().wait()
        return ()

    async with environment.open():
        await _open_form(slack, bob)
        monkeypatch.setattr("bot.platforms.slack.handlers.forms._SUGGEST_TIMEOUT", 0.05)
        monkeypatch.setattr(Autocomplete, "search", wait_for_ever)

        assert await bob.searches("in.room", "library") == []
        assert bob.modal is not None
        assert "Room" in read(bob.modal)
    assert slack.refusals == []


async def test_an_unknown_source_has_no_options(environment: Environment) -> None:
    requester = Requester("slack:T1:U2", "slack")  # type: ignore[arg-type]

    assert await Autocomplete(environment.services).search("people", "a", requester, {}, 5) == ()
