"""Encodes what buttons carry: a slot, a search, a change of a booking, a closure.

Platforms allow 70 characters of ASCII, so instants are minutes since 1970 in base 36, parts are joined by
`~`, and an id that does not fit is replaced by a digest, which `resolve_id` turns back.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, TypeVar
from urllib.parse import quote_plus, unquote_plus

from msgspec import Struct
from msgspec.structs import replace

from core.catalogue import RoomQuery
from core.errors import Invalid
from core.interval import Interval
from core.model import BuildingId, Equipment, Location, RoomId, SocietyId, Usage

MAX_LENGTH = 70
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_DIGEST = "!"
_MIN_ID_PREFIX = 18
_PLAIN = re.compile(r"[A-Za-z0-9_./:-]*")
_LAST_MINUTE = 60 * 24 * 365 * 1000
"""The year 2970; `datetime` cannot represent much later instants."""
_STALE = "This button has expired. Please ask again."
_HALVES = {Location.UPPER: "u", Location.LOWER: "l", None: ""}
_BITS = {each: 1 << place for place, each in enumerate(Equipment)}
_USAGES = frozenset(Usage)
_MAX_CAPACITY = 999_999
_CAPACITY, _EQUIPMENT, _BUILDING = 3, 4, 6
"""Places of conditions among the parts of an encoded search."""

T = TypeVar("T", bound=str)


class SlotValue(Struct, frozen=True):
    """Room and slot to book, with an optional society and as much of the title as fits."""

    room_id: RoomId
    slot: Interval
    society_id: SocietyId | None = None
    title: str = ""

    def __str__(self) -> str:
        parts = (
            _short(self.room_id),
            _shorten(_minute(self.slot.start)),
            str(self.slot.minutes),
            _short(self.society_id or ""),
        )
        code = "~".join(parts)
        title = _cut(self.title, MAX_LENGTH - len(code) - 1) if self.title else ""
        return f"{code}~{title}" if title else code

    @classmethod
    def read(cls, code: str) -> "SlotValue":
        """Raises `Invalid` for any other text. Ids may be digests: see `resolve_id`."""
        room_id, start, minutes, society_id, title = _parts(f"{code}~" if code.count("~") == 3 else code, 5)
        slot = _slot(start, minutes)
        society = SocietyId(society_id) if society_id else None
        return cls(RoomId(room_id), slot, society, unquote_plus(title))


class MoveValue(Struct, frozen=True):
    """Booking, by the start of its id, with the room and slot to move it to."""

    booking_id: str
    room_id: RoomId
    slot: Interval

    def __str__(self) -> str:
        start = _shorten(_minute(self.slot.start))
        return "~".join(
            [self.booking_id[:_MIN_ID_PREFIX], _short(self.room_id), start, str(self.slot.minutes)]
        )

    @classmethod
    def read(cls, code: str) -> "MoveValue":
        booking_id, room_id, start, minutes = _parts(code, 4)
        return cls(booking_id, RoomId(room_id), _slot(start, minutes))


class RepeatValue(Struct, frozen=True):
    """Booking, by the start of its id, with as much as fits of how often to repeat it."""

    booking_id: str
    often: str

    def __str__(self) -> str:
        begin = f"{self.booking_id[:_MIN_ID_PREFIX]}~"
        often = quote_plus(" ".join(self.often.split()))
        return f"{begin}{often}" if len(begin) + len(often) <= MAX_LENGTH else begin

    @classmethod
    def read(cls, code: str) -> "RepeatValue":
        booking_id, often = _parts(code, 2)
        if not booking_id:
            raise Invalid(_STALE)
        return cls(booking_id, unquote_plus(often))


class ClosureValue(Struct, frozen=True):
    """What to close: a room, a building, or the campus; with as much of the reason as fits."""

    slot: Interval
    room_id: RoomId | None = None
    building_id: BuildingId | None = None
    is_yearly: bool = False
    reason: str = ""

    def __str__(self) -> str:
        parts = (
            _short(self.room_id or ""),
            _short(self.building_id or ""),
            _shorten(_minute(self.slot.start)),
            str(self.slot.minutes),
            "y" if self.is_yearly else "",
        )
        code = "~".join(parts)
        return f"{code}~{_cut(self.reason, MAX_LENGTH - len(code) - 1)}"

    @classmethod
    def read(cls, code: str) -> "ClosureValue":
        """Raises `Invalid` for any other text. Ids may be digests: see `resolve_id`."""
        room_id, building_id, start, minutes, yearly, reason = _parts(code, 6)
        return cls(
            _slot(start, minutes),
            RoomId(room_id) if room_id else None,
            BuildingId(building_id) if building_id else None,
            yearly == "y",
            unquote_plus(reason),
        )


class SearchValue(Struct, frozen=True):
    """Search for a free room within `slot`, for `minutes` of it, with the kind of room."""

    slot: Interval
    minutes: int
    query: RoomQuery
    society_id: SocietyId | None = None
    skip: int = 0

    def __str__(self) -> str:
        """The encoded search; what does not fit is left out, the least important first."""
        if self.query.capacity <= _MAX_CAPACITY and len(code := _encode(self)) <= MAX_LENGTH:
            return code
        return next(code for reduced in _reduce(self) if len(code := _encode(reduced)) <= MAX_LENGTH)

    @property
    def whole(self) -> str:
        """The encoded search with all conditions, which may be too long for a button."""
        return _encode(self)

    @classmethod
    def read(cls, code: str) -> "SearchValue":
        """Raises `Invalid` for any other text. Ids may be digests: see `resolve_id`."""
        start, length, minutes, seats, tools, usage, building, half, near, society, skip, room, excluded = (
            _parts(f"{code}~" if code.count("~") == 11 else code, 13)
        )
        bits = _number(tools or "0")
        query = RoomQuery(
            capacity=_decimal(seats or "0"),
            equipment=frozenset(each for each, bit in _BITS.items() if bits & bit),
            usage=usage or None,
            building=BuildingId(building) if building else None,
            room=RoomId(room) if room else None,
            location=next((place for place, letter in _HALVES.items() if letter == half), None),
            near=BuildingId(near) if near else None,
            excluded=frozenset(excluded.split(",") if excluded else ()),
        )
        society_id = SocietyId(society) if society else None
        needed = max(1, _decimal(minutes))
        return cls(_slot(start, length), needed, query, society_id, _decimal(skip or "0"))


def _reduce(search: SearchValue) -> Iterator[SearchValue]:
    """The search, then with fewer and fewer conditions; the last always fits."""
    query = replace(search.query, capacity=min(search.query.capacity, _MAX_CAPACITY))
    yield replace(search, query=query)
    yield replace(search, query=replace(query, near=None))
    yield replace(search, query=replace(query, near=None, usage=None))
    yield replace(search, query=replace(query, near=None, usage=None, room=None))
    yield replace(search, query=RoomQuery(capacity=query.capacity))


class SearchCodes:
    """Encodes one search with one condition changed after the other; a menu has dozens of such options."""

    def __init__(self, search: SearchValue) -> None:
        self._search = search if search.query.capacity <= _MAX_CAPACITY else next(_reduce(search))
        parts = _search_parts(self._search)
        self._around = {
            place: ("~".join([*parts[:place], ""]), "~".join(["", *parts[place + 1 :]]))
            for place in (_CAPACITY, _EQUIPMENT, _BUILDING)
        }

    def with_building(self, building: BuildingId | None) -> str:
        return self._with(_BUILDING, _short(building or "", 12), building=building)

    def with_capacity(self, capacity: int) -> str:
        return self._with(_CAPACITY, str(capacity or ""), capacity=capacity)

    def with_equipment(self, equipment: frozenset[Equipment]) -> str:
        return self._with(_EQUIPMENT, _equipment_part(equipment), equipment=equipment)

    def _with(self, place: int, part: str, **changed: Any) -> str:  # noqa: ANN401 - fields of a query
        before, after = self._around[place]
        if len(code := f"{before}{part}{after}") <= MAX_LENGTH:
            return code
        return str(replace(self._search, query=replace(self._search.query, **changed)))


def _encode(search: SearchValue) -> str:
    return "~".join(_search_parts(search))


def _search_parts(search: SearchValue) -> list[str]:
    query = search.query
    excluded = ",".join(_short(each, 12) for each in sorted(query.excluded))
    return [
        _shorten(_minute(search.slot.start)),
        str(search.slot.minutes),
        str(search.minutes),
        str(query.capacity or ""),
        _equipment_part(query.equipment),
        query.usage if query.usage in _USAGES else "",
        _short(query.building or "", 12),
        _HALVES[query.location],
        _short(query.near or "", 12),
        _short(search.society_id or "", 12),
        str(search.skip or ""),
        _short(query.room or "", 12),
        *((excluded,) if excluded else ()),
    ]


def _equipment_part(equipment: frozenset[Equipment]) -> str:
    return _shorten(sum(_BITS[each] for each in equipment)) if equipment else ""


def short_id_of(identifier: str) -> str:
    """The id as it fits into a button, which `resolve_id` turns back."""
    return _short(identifier)


def resolve_id(coded: T, known: Iterable[T]) -> T:
    """The known id that an encoded id stands for; the argument itself if there is none."""
    if not coded.startswith(_DIGEST):
        return coded
    return next((each for each in known if _digest(each).startswith(coded)), coded)


@lru_cache(maxsize=2048)
def _short(identifier: str, max_length: int = 20) -> str:
    """The id, or the start of its digest where it does not fit. Cached: menus list the same buildings."""
    if len(identifier) <= max_length and _PLAIN.fullmatch(identifier):
        return identifier
    return _digest(identifier)[:max_length]


def _digest(identifier: str) -> str:
    return _DIGEST + sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest()


def _cut(title: str, max_length: int) -> str:
    """As much of a title as fits in `max_length` characters, encoded."""
    coded = quote_plus(title := " ".join(title.split()))
    while len(coded) > max(0, max_length):
        title = title[:-1]
        coded = quote_plus(f"{title}…") if title else ""
    return coded


def _parts(code: str, count: int) -> list[str]:
    parts = code.split("~")
    if len(parts) != count:
        raise Invalid(_STALE)
    return parts


def _slot(start: str, minutes: str) -> Interval:
    begin, length = _number(start), _decimal(minutes)
    if not length or begin > _LAST_MINUTE:
        raise Invalid(_STALE)
    return Interval(_instant(begin), _instant(begin + length))


def _minute(instant: datetime) -> int:
    return int(instant.timestamp()) // 60


def _instant(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


def _shorten(number: int) -> str:
    """In base 36. `Invalid` below zero: no button is about a time before 1970."""
    if number < 0:
        raise Invalid(_STALE)
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
        if not number:
            return digits


def _number(text: str) -> int:
    if not 0 < len(text) <= 8 or not text.isascii() or not text.isalnum():
        raise Invalid(_STALE)
    return int(text, 36)


def _decimal(text: str) -> int:
    if not 0 < len(text) <= 6 or not (text.isascii() and text.isdecimal()):
        raise Invalid(_STALE)
    return int(text)
