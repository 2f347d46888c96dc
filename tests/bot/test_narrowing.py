"""Menus that narrow a long list of free rooms."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.chat.reply import Choice
from bot.conversation.button_values import SearchCodes, SearchValue
from core.catalogue import RoomQuery
from core.model import Building, BuildingId, Equipment, Location, Room, RoomId, SocietyId, Usage
from core.ports import UnitOfWork
from tests.bot.chat import Chat
from tests.builders import a_slot


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


_IDS = st.none() | st.sampled_from(["K-J17", "a building with a long id", "Ä~1"])
_QUERIES = st.builds(
    RoomQuery,
    capacity=st.sampled_from([0, 20, 1_000_000]),
    equipment=st.frozensets(st.sampled_from(Equipment)),
    usage=st.none() | st.sampled_from(Usage),
    building=_IDS,
    room=_IDS,
    near=_IDS,
    location=st.none() | st.sampled_from(Location),
    excluded=st.frozensets(st.sampled_from(["K-F8", "K-E4", "K-J14-G01"])),
)


@given(_QUERIES, _IDS, st.sampled_from([0, 5, 200]), st.frozensets(st.sampled_from(Equipment)))
def test_an_option_searches_with_one_condition_changed(
    query: RoomQuery, building: BuildingId | None, seats: int, equipment: frozenset[Equipment]
):
    search = SearchValue(a_slot("15:00"), 60, query, SocietyId("SOTECHSOC"), 8)
    codes = SearchCodes(search)

    def value(**changed: object) -> str:
        return str(replace(search, query=replace(query, **changed)))

    assert codes.with_building(building) == value(building=building)
    assert codes.with_equipment(equipment) == value(equipment=equipment)
    assert codes.with_capacity(seats) == value(capacity=seats)
