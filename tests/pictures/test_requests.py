"""Requests in URLs: short enough for Slack, and nothing but what was packed."""

import pytest

from bot.chat.picture import BarKind
from bot.pictures.links import picture_url
from bot.pictures.requests import (
    MAX_OWN,
    BuildingPicture,
    DatesPicture,
    PictureRequest,
    RoomPicture,
    TimesPicture,
    WantedTime,
    for_everybody,
    is_personal,
    pack,
    unpack,
)
from bot.pictures.timeline_layout import MAX_ROWS
from core.errors import UnknownPicture
from tests.builders import NOW

_OWN = tuple(f"{number * 2_654_435_761 % 2**32:08x}" for number in range(1, MAX_OWN + 1))
_TIMES = tuple(
    WantedTime(f"K-{number * 7919:x}-G{number:03}", 20_000 + 7 * number, 1140, 1260, BarKind.OTHER_ROOM)
    for number in range(MAX_ROWS)
)
MAX_PICTURE: list[PictureRequest] = [
    RoomPicture("K-J17-G01", 20_000, 7, _OWN),
    BuildingPicture("K-J17", 20_000, _OWN),
    TimesPicture("A" * 80, "Ω" * 80, _TIMES, names_rooms=True, own=_OWN),
    DatesPicture("A" * 80, "Ω" * 80, tuple(range(52)), ("K-J17-G01",) * 8, (tuple(range(26)),) * 8),
]


@pytest.mark.parametrize("request_", MAX_PICTURE)
def test_the_longest_urls_fit_into_slacks_image_block(request_: PictureRequest):
    assert len(picture_url("https://rooms.example.org", b"secret", pack(request_), NOW)) < 3000
    assert unpack(pack(request_)) == request_


@pytest.mark.parametrize("request_", MAX_PICTURE)
def test_a_picture_for_everybody_names_nobodys_bookings(request_: PictureRequest):
    assert not is_personal(for_everybody(request_))
    assert is_personal(request_) == (not isinstance(request_, DatesPicture))


@pytest.mark.parametrize("text", ["", "x", "AAAA", "é", pack(MAX_PICTURE[0])[:-8]])
def test_what_is_no_request_is_refused(text: str):
    with pytest.raises(UnknownPicture):
        unpack(text)


def test_a_request_that_would_unpack_to_megabytes_is_refused():
    with pytest.raises(UnknownPicture):
        unpack(pack(TimesPicture("A" * 5_000_000, "", ())))
