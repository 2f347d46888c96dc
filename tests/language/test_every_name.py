"""Every room, building and society is found by each of its names, and no name changes the time beside it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from bot.language import NameIndex, ParsedTime, ParseResult, parse_phrase, summarize
from bot.sample import data as sample
from core.model import Building, Room, Society
from tests.language import realistic_campus

ZONE = ZoneInfo("Europe/London")
NOW = datetime(2026, 3, 11, 10, 20, tzinfo=ZONE)
CAMPUSES = {
    "sample": (sample._ROOMS, sample._BUILDINGS, (sample._SOCIETY,)),
    "realistic": (realistic_campus.ROOMS, realistic_campus.BUILDINGS, realistic_campus.SOCIETIES),
}
ROOM_PHRASES = (
    "{} tomorrow 3pm for 2 hours",
    "book {} tomorrow 3-5pm",
    "tomorrow 3pm {}",
    "fri 10-12 in {}",
    "{}, friday at noon",
    "is {} free at half 3",
    "{} until 5pm",
    "can I get {} on 20 march from 9 to 11 please",
    "21cf0a17 {} 15:00",
)
BUILDING_PHRASES = (
    "{} tomorrow 3pm",
    "a room in {} friday 10-12",
    "tomorrow 3pm for 2 hours, {}",
    "20 seats {} now",
)
SOCIETY_PHRASES = ("tomorrow 3pm for {}", "for {} fri 10-12", "tomorrow 3-4pm for {} with a projector")


@pytest.fixture(scope="module", params=CAMPUSES)
def campus(request: pytest.FixtureRequest):
    rooms, buildings, societies = CAMPUSES[request.param]
    return NameIndex.build(rooms, buildings, societies), rooms, buildings, societies


def _read(text: str, names: NameIndex) -> ParseResult:
    return parse_phrase(text, now=NOW, zone=ZONE, names=names)


def _names(entity: Room | Building | Society) -> Iterator[str]:
    yield entity.id
    yield entity.name
    yield from getattr(entity, "aliases", ())
    if isinstance(entity, Room):
        yield entity.abbr


def _unique(entities: tuple) -> Iterator[tuple]:
    """The names that one entity alone has, each with its owner."""
    owners: dict[str, set] = {}
    for entity in entities:
        for name in filter(None, _names(entity)):
            owners.setdefault(name.casefold(), set()).add(entity)
    for entity in entities:
        for name in dict.fromkeys(filter(None, _names(entity))):
            if len(owners[name.casefold()]) == 1:
                yield name, entity


def _wrong(
    phrases: tuple[str, ...], name: str, names: NameIndex, is_right: Callable[[ParseResult], bool]
) -> Iterator[str]:
    for phrase in phrases:
        for spelling in dict.fromkeys((name, name.lower())):
            reading = _read(phrase.format(spelling), names)
            if not is_right(reading) or reading.when != _time_of(phrase):
                found = reading.room, reading.building, reading.society, reading.when
                yield f"{phrase.format(spelling)!r}: {found}"


@cache
def _time_of(phrase: str) -> ParsedTime | None:
    """The time of a phrase beside a word that means nothing."""
    return _read(phrase.format("qqzxv"), NameIndex.build((), (), ())).when


def test_every_room_is_found_beside_a_time(campus):
    names, rooms, buildings, societies = campus
    wrong = [
        mistake
        for name, room in _unique((*rooms, *buildings, *societies))
        if isinstance(room, Room) and not _is_only_a_number(name, rooms)
        for mistake in _wrong(_some(name), name, names, lambda reading, room=room: reading.room == room.id)
    ]
    assert not wrong, f"{len(wrong)}: " + "\n".join(wrong[:40])


def _some(name: str) -> tuple[str, ...]:
    """A third of the phrases for a name of many like it, all of them for any other."""
    return ROOM_PHRASES[len(name) % 3 :: 3] if any(map(str.isdecimal, name)) else ROOM_PHRASES


def _is_only_a_number(name: str, rooms: tuple) -> bool:
    """Whether a short name is the number of another building's room as well (`G01`)."""
    return any(name == room.number and name not in (room.abbr, room.name) for room in rooms)


def test_every_building_is_found_beside_a_time(campus):
    names, rooms, buildings, societies = campus
    buildings_by_room = names.building_by_room

    def is_right(reading: ParseResult, building: Building) -> bool:
        return building.id in (reading.building, buildings_by_room.get(reading.room))

    wrong = [
        mistake
        for name, building in _unique((*buildings, *rooms, *societies))
        if isinstance(building, Building)
        for mistake in _wrong(
            BUILDING_PHRASES, name, names, lambda reading, own=building: is_right(reading, own)
        )
    ]
    assert not wrong, f"{len(wrong)}: " + "\n".join(wrong[:40])


def test_every_society_is_found_beside_a_time(campus):
    names, _, _, societies = campus
    wrong = [
        mistake
        for name, society in _unique(societies)
        for mistake in _wrong(
            SOCIETY_PHRASES, name, names, lambda reading, own=society: reading.society == own.id
        )
    ]
    assert not wrong, f"{len(wrong)}: " + "\n".join(wrong[:40])


def test_what_is_echoed_reads_as_the_same_place(campus):
    names, rooms, buildings, _ = campus
    for entity in (*rooms, *buildings):
        reading = _read(f"{entity.id} tomorrow 3-4pm", names)
        again = _read(summarize(reading, names, now=NOW), names)
        assert (again.room, again.building, again.when) == (reading.room, reading.building, reading.when)
