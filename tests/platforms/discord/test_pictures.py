"""Pictures on Discord: attached after the answer, through discord.py, with their alternative text."""

from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from msgspec.structs import replace
from PIL import Image

from bot.chat.picture import Picture
from bot.chat.reply import Reply
from bot.pictures.formats import PHONE_WIDTH
from bot.pictures.png import SCALE
from bot.platforms.discord.render.pictures import with_picture
from bot.platforms.discord.render.renderer import render
from bot.platforms.pictures import FILE_NAME, Pictures
from core.policy.rules import Rules
from core.ports import ManagedStorage
from tests.fakes.clock import StillClock
from tests.fakes.pictures import BusyDrawer, WaitingDrawer
from tests.platforms.discord.environment import Environment, build_environment
from tests.standins.discord import Discord, Person
from tests.standins.discord.message_validation import COMPONENTS_V2, validate_message
from tests.standins.discord.shown_message import ShownMessage
from tests.strategies import pictures, replies


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
    discord: Discord, storage: ManagedStorage, rules: Rules, clock: StillClock
) -> None:
    drawer = WaitingDrawer()
    environment = await build_environment(discord, storage, rules, clock)
    environment.pictures = Pictures(drawer=drawer)
    async with environment.open():
        shown = await discord.person("wil").run("/rooms timetable", room="K-J17-G001")

        assert "is free all day" in shown.seen.text
        assert shown.seen.attachments == []
        drawer.can_draw.set()
        await discord.changed.wait_until(lambda: bool(shown.seen.attachments))


async def test_an_answer_stays_where_its_picture_cannot_be_drawn(
    discord: Discord, storage: ManagedStorage, rules: Rules, clock: StillClock
) -> None:
    environment = await build_environment(discord, storage, rules, clock)
    environment.pictures = Pictures(drawer=BusyDrawer())
    async with environment.open():
        shown = await discord.person("wil").run("/rooms timetable", room="K-J17-G001")

    assert "is free all day" in shown.seen.text
    assert (shown.refusals, shown.seen.pictures) == ([], [])


@given(replies(), pictures())
def test_any_message_has_room_for_its_picture(reply: Reply, picture: Picture) -> None:
    message = with_picture(render(replace(reply, picture=picture), ZoneInfo("UTC")), picture)

    payload = {"flags": COMPONENTS_V2, "components": list(message.components)}
    assert validate_message(payload).found == []
