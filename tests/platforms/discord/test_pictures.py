"""Pictures on Discord: attached after the answer, through discord.py, with their alternative text."""

import asyncio
from io import BytesIO

import pytest
from PIL import Image

from bot.chat.picture import Picture
from bot.pictures.drawing import PHONE_WIDTH
from bot.pictures.png import SCALE
from bot.platforms.pictures import FILE_NAME, Pictures
from core.errors import Unavailable
from tests.platforms.discord.environment import Environment
from tests.standins.discord import Discord, Person
from tests.standins.discord.shown_message import ShownMessage


@pytest.fixture
async def wil(environment: Environment) -> Person:
    wil = environment.discord.person("wil")
    await environment.add_people(wil)
    return wil


def image_in(discord: Discord, message: ShownMessage) -> Image.Image:
    """The picture that a message shows: the one in its gallery is the attached file."""
    [attachment], [shown] = message.attachments, message.pictures
    assert shown["media"]["url"] == attachment["url"]
    assert shown["description"] == attachment["description"]
    assert attachment["filename"] == FILE_NAME
    content = discord.world.files[attachment["id"]]
    assert len(content) == attachment["size"] < 100_000
    return Image.open(BytesIO(content))


async def test_a_timetable_comes_with_a_picture(environment: Environment, wil: Person) -> None:
    await wil.run("/book", room="K-J17-G001", when="today 15:00-16:00")
    shown = await wil.run("/rooms timetable", room="K-J17-G001")
    await environment.discord.changed.wait_until(lambda: bool(shown.seen.attachments))

    image = image_in(environment.discord, shown.seen)
    assert (image.format, image.width) == ("PNG", PHONE_WIDTH * SCALE)
    assert "15:00–16:00 yours" in shown.seen.attachments[0]["description"]
    assert "your booking" in shown.seen.text
    assert shown.seen.buttons


async def test_a_building_and_typed_words_have_one_too(environment: Environment, wil: Person) -> None:
    status = await wil.run("/rooms status", where="Ainsworth")
    await environment.discord.changed.wait_until(lambda: bool(status.seen.attachments))
    await wil.say("/rooms timetable K-J17-G001")
    await environment.discord.changed.wait_until(lambda: bool(wil.sees()[-1].attachments))

    assert "G001: nothing booked" in status.seen.pictures[0]["description"]
    assert image_in(environment.discord, wil.sees()[-1]).format == "PNG"


async def test_no_answer_waits_for_a_picture(
    environment: Environment, wil: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    can_draw = asyncio.Event()
    draw = Pictures.png

    async def wait(self: Pictures, picture: Picture) -> bytes:
        await can_draw.wait()
        return await draw(self, picture)

    monkeypatch.setattr(Pictures, "png", wait)
    shown = await wil.run("/rooms timetable", room="K-J17-G001")

    assert "is free all day" in shown.seen.text
    assert shown.seen.attachments == []
    can_draw.set()
    await environment.discord.changed.wait_until(lambda: bool(shown.seen.attachments))


async def test_an_answer_stays_where_its_picture_cannot_be_drawn(
    environment: Environment, wil: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(self: Pictures, picture: Picture) -> bytes:
        raise Unavailable("Too many pictures.")

    monkeypatch.setattr(Pictures, "png", refuse)
    shown = await wil.run("/rooms timetable", room="K-J17-G001")
    again = await wil.run("/rooms timetable", room="K-J17-G001")

    assert "is free all day" in shown.seen.text
    assert "is free all day" in again.seen.text
    assert (shown.refusals, shown.seen.pictures) == ([], [])
