"""Pictures over HTTP: who can fetch them, what they show, and how they are cached."""

import logging
from datetime import date, timedelta
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from bot.pictures.formats import PictureFormat
from bot.pictures.links import LINK_DAYS, PATH, picture_url
from bot.pictures.palette import GREEN, ORANGE
from bot.pictures.requests import BuildingPicture, PictureRequest, RoomPicture, TimesPicture, pack
from bot.services import Services
from core.localtime import epoch_day
from tests.api.http_client import HttpClient
from tests.fakes.clock import StillClock

_DAY = epoch_day(date(2016, 8, 8))
"""On which the clients of these tests book RO-POO, 15:00 to 17:00 campus time."""
PNG, SVG = PictureFormat.PNG, PictureFormat.SVG


def path_of(services: Services, request: PictureRequest, image_format: PictureFormat = PNG) -> str:
    return picture_url("", services.accounts.secrets[0], pack(request), services.clock.now(), image_format)


def the_day(*own: str) -> RoomPicture:
    return RoomPicture("RO-POO", _DAY, 1, own)


def colours(body: bytes) -> set[tuple[int, ...]]:
    image = Image.open(BytesIO(body)).convert("RGB")
    return {colour for _, colour in image.getcolors(1_000_000) or [] if isinstance(colour, tuple)}


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


async def test_a_link_shows_the_room_as_it_is_now(
    services: Services, http_client: HttpClient, wil: HttpClient
):
    path = path_of(services, the_day())
    before = await http_client.get(path)
    await wil.book()
    after = await http_client.get(path)

    assert (before.status, before.headers["Content-Type"]) == (200, "image/png")
    assert rgb(ORANGE) not in colours(before.body)
    assert rgb(ORANGE) in colours(after.body)


async def test_own_bookings_have_a_colour_only_in_the_picture_that_names_them(
    services: Services, http_client: HttpClient, wil: HttpClient
):
    booked = (await wil.book()).json["booking_id"]

    for_all = await http_client.get(path_of(services, the_day()))
    for_wil = await http_client.get(path_of(services, the_day(booked[:8])))

    assert (rgb(GREEN) in colours(for_all.body), rgb(GREEN) in colours(for_wil.body)) == (False, True)
    assert for_all.headers["Cache-Control"] == "no-cache"
    assert for_wil.headers["Cache-Control"] == "private, no-cache"


async def test_the_same_link_as_svg_has_words_for_screen_readers(
    services: Services, http_client: HttpClient, wil: HttpClient
):
    await wil.book()

    response = await http_client.get(path_of(services, the_day(), SVG))

    root = ET.fromstring(response.body)  # noqa: S314 - our own
    namespace = "{http://www.w3.org/2000/svg}"
    description = root.find(f"{namespace}desc")
    assert response.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert description is not None
    assert "15:00–17:00 " in str(description.text)


async def test_what_has_not_changed_is_not_sent_again(
    services: Services, http_client: HttpClient, wil: HttpClient, clock: StillClock
):
    path = path_of(services, the_day())
    tag = (await http_client.get(path)).headers["ETag"]

    unchanged = await http_client.get(path, headers={"If-None-Match": tag})
    clock.move(timedelta(minutes=10))
    still = await http_client.get(path, headers={"If-None-Match": tag})
    await wil.book()
    changed = await http_client.get(path, headers={"If-None-Match": tag})

    assert (unchanged.status, still.status, changed.status) == (304, 304, 200)


async def test_the_mark_of_the_present_moves_on(
    services: Services, http_client: HttpClient, clock: StillClock
):
    today = RoomPicture("RO-POO", epoch_day(clock.now().date()))
    path = path_of(services, today)
    tags = []
    for _ in range(3):
        tags.append((await http_client.get(path)).headers["ETag"])
        clock.move(timedelta(minutes=3))

    assert (tags[0] == tags[1], tags[1] == tags[2]) == (True, False)


async def test_a_link_expires(services: Services, http_client: HttpClient, clock: StillClock):
    path = path_of(services, the_day())
    assert (await http_client.get(path)).status == 200

    clock.move(timedelta(days=LINK_DAYS + 1))
    response = await http_client.get(path)

    assert response.status == 410
    assert response.headers["Content-Type"].startswith("text/html")
    assert b"This picture has expired. Ask Roomie in chat again" in response.body


async def test_a_link_that_was_changed_shows_nothing(services: Services, http_client: HttpClient):
    path = path_of(services, the_day())
    for number in range(len(PATH) + 1, len(path) - 4, 7):
        other = "A" if path[number] != "A" else "B"
        response = await http_client.get(f"{path[:number]}{other}{path[number + 1 :]}")

        assert response.status == 404, number
        assert b"There is no picture at this address" in response.body


@pytest.mark.parametrize("name", ["x.png", ".png", "x", "AAAA.gif", "%00.png", "é.png", "A" * 5000 + ".png"])
async def test_what_is_no_link_gets_a_page_that_says_so(http_client: HttpClient, name: str):
    response = await http_client.get(f"{PATH}/{name}")

    assert response.status == 404
    assert response.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    "request_", [RoomPicture("gone", 1), RoomPicture("RO-POO", -1), RoomPicture("RO-POO", 1, 10_000)]
)
async def test_a_signed_link_to_what_there_is_not_gets_a_page_too(
    services: Services, http_client: HttpClient, request_: RoomPicture
):
    assert (await http_client.get(path_of(services, request_))).status == 404
    assert (await http_client.get(path_of(services, BuildingPicture("gone", 1)))).status == 404
    assert (await http_client.get(path_of(services, TimesPicture("", "", ())))).status == 404


async def test_a_link_of_another_kind_is_no_picture(services: Services, http_client: HttpClient):
    """The signature is bound to its purpose: a booking's link signs no picture."""
    from bot.signing import make_token

    until = services.clock.now() + timedelta(days=3)
    token = make_token(services.accounts.secrets[0], "booking link", pack(the_day()).encode(), until)

    assert (await http_client.get(f"{PATH}/{token}.png")).status == 404


async def test_nothing_of_a_link_is_logged(
    services: Services, http_client: HttpClient, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    path = path_of(services, the_day())
    await http_client.get(path)
    await http_client.get(f"{path[:-9]}AAAAA.png")

    assert path[len(PATH) + 1 :][:20] not in caplog.text + "".join(
        str(each.__dict__) for each in caplog.records
    )
