"""Discord: what people type and who they are stays out of the log."""

from bot.chat.reply import Reply
from core.model import Identity
from tests.logs import captured_log, lines_with
from tests.platforms.discord.environment import Environment

WORDS = ("kumquat", "marmalade", "turnip", "periwinkle", "wilhelmina", "stefania")


async def test_a_day_of_conversation_leaves_no_trace_of_people(environment: Environment) -> None:
    environment.publish()
    guild, channel = environment.discord.guild()
    wil, stranger = environment.discord.person("wilhelmina"), environment.discord.person("stefania")
    await environment.add_people(wil)
    for each in (wil, stranger):
        each.join(guild)
    with captured_log() as log:
        await wil.run("/rooms free", at=channel, when="turnip periwinkle")
        await wil.run("/book", at=channel, room="K-J17-G001", when="3pm", title="kumquat marmalade")
        await wil.run("/rooms mine")
        await wil.run("/privacy")
        await stranger.run("/rooms mine", at=channel)
        await stranger.run("/login")
        await environment.platform.send(Identity(f"discord:{wil.id}"), Reply(("kumquat",)), "key 1")
    personal = (*WORDS, str(wil.id), str(stranger.id))

    assert lines_with(log.getvalue(), personal) == []
