"""Every command and suggestion finds a room by whatever it is called, and keeps the time beside it."""

import asyncio

import pytest

from bot.chat.command import ParameterType
from bot.conversation.autocomplete import Autocomplete
from bot.sample import data as sample
from bot.services import NameIndexCache, Services
from tests.bot.chat import Chat

ROOM = "Library Pod 101"
SPELLINGS = (
    "H-B4-101",
    "B4-101",
    "h b4 101",
    "HB4101",
    "Library Pod 101",
    "library pod101",
    "pod 101",
    "harb lib 101",
)


@pytest.mark.parametrize("name", SPELLINGS)
async def test_a_room_is_booked_for_the_time_after_its_name(wil: Chat, name: str):
    answer = await wil.say(f"/book {name} tomorrow 3pm for 2 hours")

    assert f"You're booked: {ROOM}" in answer
    assert "Thu 12 Mar, 15:00–17:00" in answer


@pytest.mark.parametrize(
    "command", ["/rooms status {}", "/rooms timetable {} tomorrow", "/rooms free tomorrow 3pm {}"]
)
@pytest.mark.parametrize("name", SPELLINGS)
async def test_commands_that_take_a_room_find_it(wil: Chat, command: str, name: str):
    assert ROOM in await wil.say(command.format(name))


@pytest.mark.parametrize("command", ["/rooms status {} tomorrow 3pm", "/rooms timetable {} tomorrow"])
async def test_every_name_of_the_sample_is_found_by_commands(wil: Chat, command: str):
    buildings = sample._BUILDINGS if "status" in command else ()
    for each in (*sample._ROOMS, *buildings):
        for name in (each.id, each.name, each.name.lower(), *each.aliases):
            assert each.name in await wil.say(command.format(name)), name


async def test_a_booking_is_moved_to_a_room_of_any_name(wil: Chat):
    await wil.say("/book Wren G02 tomorrow 3pm for 30 min")
    for name, room in (
        ("frank 210", "Franklin 210"),
        ("H-B4-103", "Library Pod 103"),
        ("wren104", "Wren 104"),
    ):
        assert f"Moved to {room}" in await wil.say(f"/rooms move {name} friday 4pm")


@pytest.mark.parametrize("name", ["Hyde Park G01", "H-B4-10", "XM-G01", "G01 in Hyde Park"])
async def test_a_near_miss_is_named_and_books_nothing(wil: Chat, name: str):
    answer = await wil.say(f"/book {name} tomorrow 3pm for 1 hour")

    assert "I can't find a room called " in answer
    assert name.removeprefix("G01 in ") in answer


async def test_a_part_of_a_name_is_that_room(wil: Chat):
    assert "You're booked: Franklin Wet Lab" in await wil.say("/book the wet lab tomorrow 3pm for 1 hour")


async def test_a_type_of_room_with_an_unknown_word_is_no_name(wil: Chat):
    answer = await wil.say("/book the purple lab tomorrow 3pm")

    assert "I didn't understand “purple”" in answer
    assert "called" not in answer
    assert any("lab" in label for label in wil.labels)


async def _suggested(services: Services, chat: Chat, kind: ParameterType, typed: str) -> list:
    return list(await Autocomplete(services).suggest(kind, typed, chat.requester))


async def test_rooms_and_buildings_are_suggested_by_each_of_their_names(services: Services, wil: Chat):
    for kinds, entities in (
        ((ParameterType.ROOM, ParameterType.PLACE), sample._ROOMS),
        ((ParameterType.BUILDING, ParameterType.PLACE), sample._BUILDINGS),
    ):
        for each in entities:
            value = each.id if entities is sample._ROOMS else each.name
            for typed in filter(
                None, (each.id, each.name, each.name.upper(), getattr(each, "abbr", ""), *each.aliases)
            ):
                for kind in kinds:
                    values = [option.value for option in await _suggested(services, wil, kind, typed)]
                    assert value in values, (kind, typed)
                    assert typed in ("G01", "G02") or values[0] == value or kind is ParameterType.PLACE, typed


@pytest.mark.parametrize(
    ("typed", "room"),
    [
        ("frank 210", "H-E22-210"),
        ("wren lt", "H-C12-LT1"),
        ("wren104", "H-C12-104"),
        ("wet lab", "H-E22-110"),
    ],
)
async def test_short_names_are_suggested(services: Services, wil: Chat, typed: str, room: str):
    assert (await _suggested(services, wil, ParameterType.ROOM, typed))[0].value == room


async def test_a_society_is_suggested_by_its_short_name(services: Services, wil: Chat):
    account = services.read_model.directory.by_name("wil")
    await services.accounts.link_vouched(
        account.person.id, account.person.email, wil.requester.identity, "test"
    )
    for typed in ("SOTECHSOC", "techsoc", "tech society", "UCLU Technology Society"):
        options = await _suggested(services, wil, ParameterType.SOCIETY, typed)
        assert [each.value for each in options] == ["SOTECHSOC"]


async def test_what_a_suggestion_says_may_be_typed_too(services: Services, wil: Chat):
    for room in sample._ROOMS:
        option = (await _suggested(services, wil, ParameterType.ROOM, room.id))[0]
        assert option.label.endswith(f", {room.capacity} seats")
        answer = await wil.say(f"/rooms status {option.label} tomorrow 15:00")
        assert f"{room.name} ({room.id}) Thu 12 Mar" in answer
        assert "15:00" in answer


async def test_the_index_of_names_is_built_beside_the_event_loop(services: Services):
    cache, turns = NameIndexCache(), 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    await asyncio.gather(*(cache.prepare(services.read_model) for _ in range(3)))
    counting.cancel()

    assert turns > 1
    assert cache.is_current(services.read_model)
    assert cache.get(services.read_model) is cache.get(services.read_model)


@pytest.mark.parametrize(
    ("name", "room"),
    [
        ("rm G01", "Wren G01"),
        ("rm. wren g01", "Wren G01"),
        ("Wren g001", "Wren G01"),
        ("LT01", "Wren Lecture Theatre"),
        ('"Wren G01"', "Wren G01"),
        ("union committee room", "Committee Room"),
        ("Students' House committee room", "Committee Room"),
        ("harbour library pod 101", "Library Pod 101"),
    ],
)
async def test_a_room_is_booked_however_it_is_written(wil: Chat, name: str, room: str):
    typed = await wil.say(f"/book {name} tomorrow 3pm for 1 hour")
    chosen = await wil.run("book", room=name, when="friday 3pm for 1 hour")
    shown = await wil.say(f"/rooms status {name}")

    assert f"You're booked: {room}" in typed
    assert f"You're booked: {room}" in chosen
    assert room in shown


async def test_a_quoted_title_beside_a_room_stays_a_title(wil: Chat):
    reply = await wil.say('/book Wren G02 tomorrow 3pm "Wren G01"')

    assert "You're booked: Wren G02" in reply
    assert "“Wren G01”" in reply
