"""Menus that narrow a long list of free rooms."""

from bot.chat.reply import Choice
from core.model import Building, BuildingId, Room, RoomId
from core.ports import UnitOfWork
from tests.bot.chat import Chat


async def test_a_menu_says_when_there_are_more_buildings_than_it_shows(wil: Chat):
    def add(unit: UnitOfWork) -> None:
        ids = [f"X{number:02}" for number in range(30)]
        unit.rooms.put_buildings([Building(BuildingId(each), f"Hall {each}", 51.5, -0.1) for each in ids])
        unit.rooms.put_rooms([Room(RoomId(f"{each}-1"), BuildingId(each), f"{each} 1", 300) for each in ids])

    await wil.services.storage.write(add)

    await wil.say("/rooms free tomorrow 3pm")
    menu = next(each for each in wil.last.actions if isinstance(each, Choice))
    named = await wil.say("/rooms free tomorrow 3pm Hall X29")

    assert menu.label == "Building (25 of 36; ask for others by name)"
    assert len(menu.options) == 25
    assert "1 room is free" in named
