"""Pictures on Slack: by a public URL, as a file after the answer, or as bars of text."""

from io import BytesIO

import pytest
from PIL import Image

from bot.platforms.pictures import Pictures
from bot.runtime.platforms import platform_pictures
from tests.fakes.pictures import WaitingDrawer
from tests.platforms.slack.environment import Environment, read
from tests.standins.slack import SlackStandIn
from tests.standins.slack.faults import Refused
from tests.standins.slack.state import ALL_SCOPES, Message
from tests.standins.slack.uploads import UploadedFile

_TIMETABLE = "/rooms timetable K-J17-G01"
_BARS = "```"


def publish(environment: Environment, url: str) -> None:
    object.__setattr__(environment.services, "public_url", url)
    environment.pictures = platform_pictures(environment.services)


def images(message: Message) -> list[dict[str, str]]:
    return [each for each in message.blocks if each["type"] == "image"]


def files(slack: SlackStandIn) -> list[UploadedFile]:
    return [each for each in slack.api.uploads.files.values() if each.channel]


async def test_a_public_server_shows_pictures_by_their_url(
    environment: Environment, slack: SlackStandIn
) -> None:
    publish(environment, "https://rooms.example.org")
    async with environment.open() as adapter:
        ada = slack.person("U1")
        await ada.types("/book K-J17-G01 15:00-16:00")
        await ada.types(_TIMETABLE)
        await adapter.wait_idle()

    shown = ada.sees()[-1]
    [image] = images(shown)
    assert image["image_url"].startswith("https://rooms.example.org/pictures/")
    assert image["image_url"].endswith(".png")
    assert "15:00–16:00 yours" in image["alt_text"]
    assert "your booking" in read(shown)
    assert _BARS not in read(shown)
    assert (slack.refusals, files(slack)) == ([], [])


@pytest.mark.parametrize("url", ["", "http://rooms.example.org", "https://localhost:8000"])
async def test_in_a_channel_a_server_that_slack_cannot_reach_shows_bars_of_text(
    environment: Environment, slack: SlackStandIn, url: str
) -> None:
    """A file would be shown to everybody in the channel."""
    publish(environment, url)
    async with environment.open() as adapter:
        ada = slack.person("U1")
        await ada.types("/book K-J17-G01 15:00-16:00")
        await ada.types(_TIMETABLE)
        await adapter.wait_idle()

    shown = ada.sees()[-1]
    assert images(shown) == files(slack) == slack.refusals == []
    assert "Wed 11" in read(shown)
    assert "##" in read(shown)
    assert "# Yours" in read(shown)


async def test_in_direct_messages_it_is_uploaded_after_the_answer(
    environment: Environment, slack: SlackStandIn
) -> None:
    drawer = WaitingDrawer()
    environment.pictures = Pictures(drawer=drawer)
    async with environment.open() as adapter:
        bob = slack.person("U2")
        await bob.types(_TIMETABLE, bob.workspace.dm_with("U2").id)
        await slack.until(lambda: bob.dms)
        answer = bob.dms[-1]
        assert "free all day" in read(answer)
        assert _BARS not in read(answer)
        assert files(slack) == []
        drawer.can_draw.set()
        await adapter.wait_idle()

    [file] = files(slack)
    assert Image.open(BytesIO(file.content)).format == "PNG"
    assert (file.name, file.channel, file.title) == ("roomie.png", bob.dms[-1].channel, "Room K-J17-G01")
    assert file.alt_text.startswith("Room K-J17-G01, Wed 11 Mar · Europe/London, from 08:00 to 21:00.")
    assert slack.refusals == []


async def test_without_the_scope_there_are_bars_of_text(
    environment: Environment, slack: SlackStandIn
) -> None:
    slack.state.workspaces["T1"].scopes = ALL_SCOPES - {"files:write"}
    async with environment.open() as adapter:
        bob = slack.person("U2")
        await bob.types(_TIMETABLE, bob.workspace.dm_with("U2").id)
        await adapter.wait_idle()

    assert "▼" in read(bob.dms[-1])
    assert files(slack) == slack.refusals == []


async def test_a_failed_upload_becomes_bars_of_text(environment: Environment, slack: SlackStandIn) -> None:
    slack.inject("files.getUploadURLExternal", Refused("file_upload_disabled"))
    async with environment.open() as adapter:
        bob = slack.person("U2")
        await bob.types(_TIMETABLE, bob.workspace.dm_with("U2").id)
        await adapter.wait_idle()

    assert "free all day" in read(bob.dms[-2])
    assert "▼" in read(bob.dms[-1])
    assert files(slack) == []
