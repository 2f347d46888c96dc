"""Finds the rooms that a foreign text names, as timetabling systems write them into a calendar.

The whole text comes first, then its parts between separators; the longest name wins. A part must be a name
as a whole: a number alone (`G01`) means a room only behind its building, and a name with further words beside
it means none, so that no other room is ever taken for the one that was meant.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import unescape
from typing import TypeVar

from msgspec import Struct, field

from core.model import Building, BuildingId, Room, RoomId

T = TypeVar("T")

MAX_TEXT_LENGTH = 4_000
_MAX_PARTS_OF_NAME = 6
_LINE_TAG = re.compile(r"<(?:br|/p|/li|/div)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_SEPARATOR = re.compile(
    r"(?P<list>[,;|/\n]|\s(?:and|und|et|og|och|&|\+)\s)|[()\[\]:]|\s[-\u2013\u2014]+\s|\.(?=\s|$)"
    r"|\s(?:cap(?:acity|\.)?[:\s]*[0-9]{1,4}|[0-9]{1,4}\s(?:seats?|pax|people|places))(?!\w)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
_ID_WORD = re.compile(r"[^\s,;:()\[\]|/]+")
_BUILDING_SUFFIX = re.compile(r"\s+(?:building|bldg\.?)$", re.IGNORECASE)
_CAMPUS_PREFIX = re.compile(r"^[A-Za-z]{1,3}-(?=.*\d)")
_LABELS = frozenset(
    {
        *("room", "rooms", "rm", "raum", "salle", "salles", "sala", "zaal"),
        *("lokal", "lokaler", "lokalnamn", "location", "venue", "place", "plats", "ort"),
    }
)
_SPELLED_OUT = {"and": "", "und": "", "et": "", "bldg": "building", "bld": "building"}
_LEVEL_WORDS = frozenset(["floor", "level", "ground", "basement", "upper", "lower", "campus"])


class FoundRooms(Struct, frozen=True):
    """The rooms of a text, and those parts that name none of ours.

    `is_explained` is whether a table says of what was found that it is none of our rooms.
    """

    rooms: tuple[RoomId, ...] = ()
    unknown: tuple[str, ...] = ()
    is_explained: bool = False


class _Part(Struct, frozen=True):
    """Text between two separators, `[start, end)`; `separator` is the one before it."""

    start: int
    end: int
    separator: str
    begins_item: bool


class RoomNames(Struct, frozen=True):
    """Index of the ways to write rooms. Made by `build`; a name that two rooms share means neither.

    `exact` has names as they are written, `loose` by `_key`; `mapped` those that a table assigns, perhaps to
    several rooms or to none.
    """

    exact: Mapping[str, RoomId] = field(default_factory=dict)
    loose: Mapping[str, RoomId] = field(default_factory=dict)
    ids: Mapping[str, RoomId] = field(default_factory=dict)
    numbers: Mapping[BuildingId, Mapping[str, RoomId]] = field(default_factory=dict)
    buildings: Mapping[str, BuildingId] = field(default_factory=dict)
    building_by_room: Mapping[RoomId, BuildingId] = field(default_factory=dict)
    mapped: Mapping[str, tuple[RoomId, ...]] = field(default_factory=dict)

    @classmethod
    def build(
        cls,
        rooms: Iterable[Room],
        buildings: Iterable[Building] = (),
        mapped: Mapping[str, Sequence[RoomId]] | None = None,
    ) -> "RoomNames":
        rooms, buildings = tuple(rooms), tuple(buildings)
        spellings = {each.id: tuple(_building_spellings(each)) for each in buildings}
        own = [(name, room.id) for room in rooms for name in _room_spellings(room)]
        derived = [
            (spelling, room.id)
            for room in rooms
            for building in spellings.get(room.building_id, tuple(_id_spellings(room.building_id)))
            for spelling in (
                f"{building} {room.number}",
                f"{building} room {room.number}",
                f"{room.number} {building}",
            )
            if room.number != room.id
        ]
        names = _unique((_key(name), room) for name, room in own)
        own_keys = {_key(name) for name, _ in own}
        numbers: dict[BuildingId, dict[str, RoomId]] = {}
        for room in rooms:
            if room.number != room.id:
                numbers.setdefault(room.building_id, {})[_key(room.number)] = room.id
        return cls(
            exact=_unique((_normalize(name), room) for name, room in own),
            loose={**_unique((_key(n), room) for n, room in derived if _key(n) not in own_keys), **names},
            ids={_normalize(room.id): room.id for room in rooms if _is_distinctive(room)},
            numbers=numbers,
            buildings=_unique((_key(name), each) for each, names in spellings.items() for name in names),
            building_by_room={room.id: room.building_id for room in rooms},
            mapped={_normalize(name): tuple(values) for name, values in (mapped or {}).items()},
        )

    @property
    def fingerprint(self) -> str:
        """Equal for two indices that find the same rooms."""
        tables = (self.exact, self.loose, self.ids, self.numbers, self.buildings, self.mapped)
        return repr([sorted((key, repr(value)) for key, value in each.items()) for each in tables])

    def find(self, text: str) -> FoundRooms:
        """The rooms that a text names; nothing for a text longer than 4,000 characters."""
        if len(text) > MAX_TEXT_LENGTH:
            return FoundRooms(unknown=(text[:80],))
        text = unescape(_TAG.sub(" ", _LINE_TAG.sub("\n", text)))
        return _Search(self, text).run()

    def find_one(self, text: str) -> RoomId | None:
        """The room that a text names, if it names exactly one."""
        rooms = self.find(text).rooms
        return rooms[0] if len(rooms) == 1 else None

    def rooms_of(self, text: str, *, is_exact: bool = False) -> tuple[RoomId, ...] | None:
        """The rooms of a text that is a name as a whole; none of them where a table says so."""
        name = _normalize(text)
        if name in self.mapped:
            return self.mapped[name]
        room = self.exact.get(name)
        if room is None and not is_exact:
            room = self.loose.get(_key(text)) or self.loose.get(_key(text, without_label=True))
        return None if room is None else (room,)


class _Search:
    """Goes through the parts of one text from left to right."""

    def __init__(self, names: RoomNames, text: str) -> None:
        self._names = names
        self._text = text
        self._parts = tuple(_split(text))
        self._rooms: list[RoomId] = []
        self._explained: set[int] = set()
        self._buildings: set[BuildingId] = set()
        self._follows_room = False

    def run(self) -> FoundRooms:
        whole = self._names.rooms_of(self._text, is_exact=self._is_list(0, len(self._parts)))
        if whole is not None:
            return FoundRooms(whole, is_explained=True)
        index = 0
        while index < len(self._parts):
            end = self._read_name(index) or self._read_number(index) or self._read_building(index)
            if end is None:
                end = index + 1
                self._read_other(index)
            index = end
        rooms = tuple(dict.fromkeys(self._rooms))
        if not rooms and not self._explained:
            return FoundRooms(unknown=self._whole())
        return FoundRooms(rooms, tuple(self._unknown_items()), is_explained=True)

    def _read_name(self, first: int) -> int | None:
        """The longest name that begins with a part: the part after it."""
        for end in range(min(first + _MAX_PARTS_OF_NAME, len(self._parts)), first, -1):
            if end == first + 1 and self._is_figure(first):
                return None
            rooms = self._names.rooms_of(self._slice(first, end), is_exact=self._is_list(first, end))
            if rooms is not None and not self._contradicts(rooms, first, end):
                self._rooms.extend(rooms)
                self._explained.update(range(first, end))
                self._buildings = {self._names.building_by_room[each] for each in rooms[-1:]}
                self._follows_room = True
                return end
        return None

    def _contradicts(self, rooms: Sequence[RoomId], first: int, end: int) -> bool:
        """Whether a building and a number are another's than that of the building before them."""
        named = {self._names.building_by_room[each] for each in rooms}
        return (
            end > first + 1 and bool(self._buildings) and not self._follows_room and named != self._buildings
        )

    def _read_number(self, index: int) -> int | None:
        """A room's number behind its building, or behind another room of it."""
        if len(self._buildings) != 1 or self._is_figure(index):
            return None
        (building,) = self._buildings
        number = _key(self._part_text(index), without_label=True)
        room = self._names.numbers.get(building, {}).get(number)
        separator = self._parts[index].separator.strip().casefold()
        is_loose = number.isdecimal() and self._follows_room and separator in {",", ";", "", "-", ":", "."}
        if room is None or is_loose:
            return None
        self._rooms.append(room)
        self._explained.add(index)
        self._follows_room = True
        return index + 1

    def _read_building(self, first: int) -> int | None:
        for end in range(min(first + _MAX_PARTS_OF_NAME, len(self._parts)), first, -1):
            building = self._names.buildings.get(_key(self._slice(first, end)))
            if building is not None:
                after_building = first > 0 and not self._follows_room and bool(self._buildings)
                self._buildings = {building, *(self._buildings if after_building else ())}
                self._follows_room = False
                self._explained.update(range(first, end) if self._rooms else ())
                return end
        return None

    def _read_other(self, index: int) -> None:
        words = _words(self._part_text(index))
        for word in _ID_WORD.findall(self._part_text(index)):
            room = self._names.ids.get(_normalize(word))
            if room is not None:
                self._rooms.append(room)
                self._explained.add(index)
        if set(words).isdisjoint(_LEVEL_WORDS) and not set(words) <= _LABELS:
            self._buildings = set()

    def _unknown_items(self) -> Iterator[str]:
        """The items of a list of which no part is a room, a building or a label."""
        items: list[list[int]] = []
        for index, part in enumerate(self._parts):
            if part.begins_item or not items:
                items.append([])
            items[-1].append(index)
        for item in items:
            text = self._slice(item[0], item[-1] + 1)
            words = _words(text)
            is_name = any(map(str.isalpha, text)) and not set(words) <= _LABELS
            is_level = words[-1] in _LEVEL_WORDS or words[0] in _LEVEL_WORDS
            if (
                is_name
                and not is_level
                and self._explained.isdisjoint(item)
                and _key(text) not in self._names.buildings
            ):
                yield " ".join(text.split())

    def _whole(self) -> tuple[str, ...]:
        text = " ".join(self._text.split())
        return (text,) if text else ()

    def _is_figure(self, index: int) -> bool:
        """Whether it is a number in brackets: how many seats there are."""
        return self._parts[index].separator in "([" and self._part_text(index).strip().isdecimal()

    def _is_list(self, first: int, end: int) -> bool:
        """Whether the parts stand in a list, so that only a name written exactly so joins them."""
        return any(
            part.begins_item
            and (
                part.separator not in {",", "\n"}
                or (
                    self._text[: part.start - 1].rstrip()[-1:] + self._text[part.start :].lstrip()[:1]
                ).isdecimal()
            )
            for part in self._parts[first + 1 : end]
        )

    def _part_text(self, index: int) -> str:
        return self._slice(index, index + 1)

    def _slice(self, first: int, end: int) -> str:
        return self._text[self._parts[first].start : self._parts[end - 1].end]


def _split(text: str) -> Iterator[_Part]:
    """The parts of a text that have letters or digits."""
    start, separator, begins_item = 0, "", True
    for match in [*_SEPARATOR.finditer(text), None]:
        end = match.start() if match else len(text)
        if _WORD.search(text, start, end):
            yield _Part(start, end, separator, begins_item)
            begins_item = False
        if match is not None:
            start, separator = match.end(), match[0]
            begins_item = begins_item or bool(match["list"])


def _room_spellings(room: Room) -> Iterator[str]:
    yield from (name for name in (room.name, room.abbr, *room.aliases) if _key(name))
    yield from _id_spellings(room.id)


def _building_spellings(building: Building) -> Iterator[str]:
    """Its id and its names, and each name beside the id: `Curie Building C4`."""
    ids = tuple(_id_spellings(building.id))
    yield from ids
    for full_name in (building.name, *building.aliases):
        for name in dict.fromkeys((full_name, _BUILDING_SUFFIX.sub("", full_name))):
            yield name
            yield f"{name} {ids[-1]}"
            yield f"{ids[-1]} {name}"


def _id_spellings(identifier: str) -> Iterator[str]:
    """`K-J17-G01`, and without the campus `J17-G01`."""
    yield identifier
    if (short := _CAMPUS_PREFIX.sub("", identifier)) != identifier:
        yield short


def _is_distinctive(room: Room) -> bool:
    """Whether the id is never an ordinary word: it has its building's and a figure."""
    return room.number != room.id and any(map(str.isdecimal, room.id))


def _unique(names: Iterable[tuple[str, T]]) -> dict[str, T]:
    """Names by what they mean, without those that mean several things."""
    owners: dict[str, set[T]] = {}
    for name, owner in names:
        owners.setdefault(name, set()).add(owner)
    return {name: ids.pop() for name, ids in owners.items() if name and len(ids) == 1}


def _normalize(text: str) -> str:
    return " ".join(text.casefold().replace("&", " and ").split())


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def _key(text: str, *, without_label: bool = False) -> str:
    """Letters and digits, with a hyphen between two figures: `S0.11` is not `S01.1`."""
    words = [_SPELLED_OUT.get(word, word) for word in _words(text)]
    if without_label:
        words = [word for place, word in enumerate(words) if place or word not in _LABELS] or words
    key = ""
    for word in words:
        key += f"-{word}" if key[-1:].isdecimal() and word[:1].isdecimal() else word
    return key
