"""Short codes for what buttons carry: a slot of a room, a search, a booking.

Platforms leave little room (70 characters), so instants are minutes since 1970 in base 36 and parts are
joined by `~`, which no id may hold.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from core.catalogue import RoomWish
from core.errors import Invalid
from core.interval import Interval
from core.model import BuildingId, Equipment, Location, RoomId, SocietyId

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LONGEST = 70
_STALE = "This button is too old to understand. Please ask again."


@dataclass(frozen=True, slots=True)
class SlotCode:
    """A room and the slot to book it for, perhaps for a society."""

    room_id: RoomId
    slot: Interval
    society_id: SocietyId | None = None

    def __str__(self) -> str:
        start = _shorten(_minute(self.slot.start))
        return "~".join([self.room_id, start, str(self.slot.minutes), self.society_id or ""])

    @classmethod
    def read(cls, code: str) -> "SlotCode":
        room_id, start, minutes, society_id = _parts(code, 4)
        begin = _number(start)
        slot = Interval(_instant(begin), _instant(begin + _decimal(minutes)))
        return cls(RoomId(room_id), slot, SocietyId(society_id) if society_id else None)


@dataclass(frozen=True, slots=True)
class Search:
    """Looking for a free room: the slot or, when `minutes` is less, so much of it; and what kind of room."""

    slot: Interval
    minutes: int
    wish: RoomWish
    society_id: SocietyId | None = None
    skip: int = 0

    def __str__(self) -> str:
        """The code; what does not fit is left out, the least telling first."""
        whole = self._whole()
        if len(whole) <= _LONGEST or (self.wish.near is None and self.society_id is None):
            return whole
        return str(replace(self, wish=replace(self.wish, near=None, usage=None), society_id=None))

    def _whole(self) -> str:
        wish = self.wish
        equipment = sum(1 << place for place, each in enumerate(Equipment) if each in wish.equipment)
        parts = (
            _shorten(_minute(self.slot.start)),
            str(self.slot.minutes),
            str(self.minutes),
            str(wish.capacity or ""),
            _shorten(equipment) if equipment else "",
            wish.usage or "",
            wish.building or "",
            {Location.UPPER: "u", Location.LOWER: "l", None: ""}[wish.location],
            wish.near or "",
            self.society_id or "",
            str(self.skip or ""),
        )
        return "~".join(parts)

    @classmethod
    def read(cls, code: str) -> "Search":
        start, length, minutes, seats, tools, usage, building, half, near, society, skip = _parts(code, 11)
        begin, bits = _number(start), _number(tools or "0")
        wish = RoomWish(
            capacity=_decimal(seats or "0"),
            equipment=frozenset(each for place, each in enumerate(Equipment) if bits >> place & 1),
            usage=usage or None,
            building=BuildingId(building) if building else None,
            location={"u": Location.UPPER, "l": Location.LOWER}.get(half),
            near=BuildingId(near) if near else None,
        )
        slot = Interval(_instant(begin), _instant(begin + _decimal(length)))
        return cls(
            slot, _decimal(minutes), wish, SocietyId(society) if society else None, _decimal(skip or "0")
        )


def _parts(code: str, count: int) -> list[str]:
    parts = code.split("~")
    if len(parts) != count:
        raise Invalid(_STALE)
    return parts


def _minute(instant: datetime) -> int:
    return int(instant.timestamp()) // 60


def _instant(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


def _shorten(number: int) -> str:
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
