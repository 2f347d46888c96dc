"""What a picture's URL asks for: kind, rooms and days. Names and schedules are read when it is drawn."""

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TypeAlias

import msgspec

from bot.chat.picture import BarKind
from core.errors import UnknownPicture

MAX_OWN = 20
"""Bookings of a viewer in one picture; with more of them a URL would be too long for Slack."""
_MAX_BYTES = 16_384


class RoomPicture(msgspec.Struct, frozen=True, array_like=True, tag="room"):
    """Days of a room, from `first` (days since 1970) on. `own`: beginnings of booking ids to be marked."""

    room: str
    first: int
    days: int = 1
    own: tuple[str, ...] = ()


class BuildingPicture(msgspec.Struct, frozen=True, array_like=True, tag="building"):
    """A day of all rooms of a building."""

    building: str
    day: int
    own: tuple[str, ...] = ()


class WantedTime(msgspec.Struct, frozen=True, array_like=True):
    """A time that could be booked or not, in minutes after midnight of its day. `room` may be empty."""

    room: str
    day: int
    start: int
    end: int
    kind: BarKind


class TimesPicture(msgspec.Struct, frozen=True, array_like=True, tag="times"):
    """Wanted times, each in its room's day: the dates of a series, or the rooms of a plan."""

    title: str
    subtitle: str
    times: tuple[WantedTime, ...]
    names_rooms: bool = False
    own: tuple[str, ...] = ()


class DatesPicture(msgspec.Struct, frozen=True, array_like=True, tag="dates"):
    """Rooms by dates. `missing` are, for each room, the places of the dates on which it is not free."""

    title: str
    subtitle: str
    days: tuple[int, ...]
    rooms: tuple[str, ...]
    missing: tuple[tuple[int, ...], ...]


PictureRequest: TypeAlias = RoomPicture | BuildingPicture | TimesPicture | DatesPicture
_DECODER: "msgspec.json.Decoder[PictureRequest]" = msgspec.json.Decoder(PictureRequest)


def pack(request: PictureRequest) -> str:
    """A request as a short text, for a URL."""
    packed = zlib.compress(msgspec.json.encode(request), 9)
    return urlsafe_b64encode(packed).decode().rstrip("=")


def unpack(text: str) -> PictureRequest:
    """Raises `UnknownPicture` for what is none, or of another version."""
    try:
        packed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        content = zlib.decompressobj().decompress(packed, _MAX_BYTES)
        return _DECODER.decode(content)
    except (ValueError, zlib.error, msgspec.MsgspecError) as error:
        raise UnknownPicture from error


def is_personal(request: PictureRequest) -> bool:
    """Whether it marks somebody's own bookings."""
    return not isinstance(request, DatesPicture) and bool(request.own)


def for_everybody(request: PictureRequest) -> PictureRequest:
    """The picture without marks of own bookings."""
    return request if isinstance(request, DatesPicture) else msgspec.structs.replace(request, own=())


def rooms_of(request: TimesPicture | DatesPicture) -> tuple[str, ...]:
    """The ids of its rooms, each once."""
    if isinstance(request, DatesPicture):
        return request.rooms
    return tuple(dict.fromkeys(each.room for each in request.times))


def days_of(request: TimesPicture | DatesPicture) -> tuple[int, ...]:
    return request.days if isinstance(request, DatesPicture) else tuple(each.day for each in request.times)
