"""What people on Discord see, through discord.py and a stand-in of Discord."""

import asyncio

import pytest

from bot.chat.reply import (
    Audience,
    Button,
    ButtonStyle,
    Choice,
    Form,
    FormInput,
    FormInputKind,
    Option,
    Reply,
    ReplyItem,
    Tone,
)
from bot.platforms.discord.adapter import DiscordPlatform
from tests.platforms.discord.conftest import Backend, StartPlatform
from tests.platforms.discord.fakes import after
from tests.standins.discord import Discord, State

ROOM = ReplyItem(("Quad G040",), ("20 seats",), (Button("book", "Book", "v1"),))
FORM = Form(
    "book_form",
    "Book a room",
    (FormInput("when", "When", FormInputKind.WHEN), FormInput("title", "What for", required=False)),
)


async def test_typed_options_travel_as_values(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    guild, channel = discord.guild()
    wil = discord.person("wil", guild, manages=True)

    await wil.run("/rooms free", at=channel, when="tomorrow 3pm", seats=20)

    request = backend.script.requests[0]
    assert (request.text, request.options) == ("rooms free", {"when": "tomorrow 3pm", "seats": "20"})
    assert request.requester.identity == f"discord:{wil.id}"
    assert request.requester.is_channel_admin
    assert request.channel == channel.id


async def test_a_user_option_becomes_a_mention(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    wil, rema = discord.person("wil"), discord.person("rema")

    await wil.run("/society add", user=rema)

    request = backend.script.requests[0]
    assert (request.text, request.options) == ("society add", {"user": f"<@{rema.id}>"})


async def test_book_is_a_command_of_its_own_and_each_command_is_listed_once(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    guild, channel = discord.guild()
    wil = discord.person("wil", guild)

    await wil.run("/book", at=channel, room="G01")

    request = backend.script.requests[0]
    assert (request.text, request.options) == ("rooms book", {"room": "G01"})
    assert wil.offered(channel)[:4] == ["rooms", "society", "book", "lost"]


async def test_administrators_commands_are_hidden_from_others(
    discord: Discord, platform: DiscordPlatform
) -> None:
    guild, channel = discord.guild()
    wil, dana = discord.person("wil", guild), discord.person("dana", guild, manages=True)

    assert "admin" not in wil.offered(channel)
    assert "admin" in dana.offered(channel)


async def test_in_a_server_the_response_is_ephemeral(discord: Discord, platform: DiscordPlatform) -> None:
    guild, channel = discord.guild()
    wil, rema = discord.person("wil", guild), discord.person("rema", guild)

    answered = await wil.run("/rooms free", at=channel)

    assert answered.seen.ephemeral
    assert rema.sees(channel) == []


async def test_a_reply_for_the_channel_is_public(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    guild, channel = discord.guild()
    wil, rema = discord.person("wil", guild), discord.person("rema", guild)
    backend.script.set_reply("*", Reply(("hello all",), audience=Audience.CHANNEL))

    await wil.run("/rooms free", at=channel)

    assert [each.text for each in rema.sees(channel)] == ["hello all"]


async def test_in_direct_messages_the_response_is_not_ephemeral(
    discord: Discord, platform: DiscordPlatform
) -> None:
    wil = discord.person("wil")

    answered = await wil.run("/rooms free")

    assert not answered.seen.ephemeral


async def test_a_user_install_works_in_servers_without_the_bot(
    discord: Discord, platform: DiscordPlatform
) -> None:
    guild, channel = discord.guild(has_bot=False)
    wil = discord.person("wil", guild, installed=True)
    rema = discord.person("rema", guild)

    answered = await wil.run("/rooms free", at=channel)

    assert answered.seen.text == "fine"
    assert rema.offered(channel) == []


async def test_suggestions_are_shown_while_typing(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    shown = await discord.person("wil").complete("/rooms free", "when", "tomorrow 3pm")

    assert shown == [{"name": "tomorrow 3pm read", "value": "tomorrow 3pm value"}]


async def test_too_many_or_too_long_suggestions_are_cut(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    backend.autocompleter.options = [
        Option("x" * 200, "x" * 200),
        *(Option("y" * 200, f"v{i}") for i in range(60)),
    ]

    shown = await discord.person("wil").complete("/rooms free", "when", "t")

    assert len(shown) == 25


# Buttons, menus, confirmation.


async def test_a_button_carries_its_action_and_value(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    backend.script.set_reply("rooms free", Reply(("free:",), items=(ROOM,)))
    backend.script.set_reply("book", Reply(("Booked.",), tone=Tone.DONE))
    wil = discord.person("wil")

    shown = await wil.run("/rooms free")
    pressed = await wil.press(shown.seen, "Book")

    assert (backend.script.requests[1].action, backend.script.requests[1].value) == ("book", "v1")
    assert pressed.seen.text == "Booked."
    assert len(wil.sees()) == 2


async def test_a_reply_that_replaces_takes_the_place_of_its_message(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    backend.script.set_reply("rooms free", Reply(("page 1",), actions=(Button("page", "Next", "2"),)))
    backend.script.set_reply("page", Reply(("page 2",), replaces=True))
    wil = discord.person("wil")

    shown = await wil.run("/rooms free")
    await wil.press(shown.seen, "Next")

    assert [each.text for each in wil.sees()] == ["page 2"]


async def test_the_picked_option_is_the_value(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    menu = Choice("pick", "Which room?", (Option("Quad", "r1"), Option("Red Centre", "r2")))
    backend.script.set_reply("rooms free", Reply(("pick:",), actions=(menu,)))
    wil = discord.person("wil")

    shown = await wil.run("/rooms free")
    await wil.pick(shown.seen, "Red Centre")

    assert (backend.script.requests[1].action, backend.script.requests[1].value) == ("pick", "r2")


CANCEL = Button("cancel", "Cancel", "b1", ButtonStyle.DANGER, confirm="Cancel this booking?")


async def test_a_button_with_confirmation_acts_on_the_second_press(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    backend.script.set_reply("rooms free", Reply(("Your booking",), actions=(CANCEL,)))
    backend.script.set_reply("cancel", Reply(("Cancelled.",), replaces=True, tone=Tone.DONE))
    wil = discord.person("wil")
    shown = await wil.run("/rooms free")

    question = await wil.press(shown.seen, "Cancel")
    requests_after_first = len(backend.script.requests)
    text_after_first = question.seen.text
    done = await wil.press(question.seen, "Sure? Cancel")

    assert requests_after_first == 1
    assert text_after_first == "Your booking\nCancel this booking?"
    assert done.seen.text == "Cancelled."
    assert (backend.script.requests[1].action, backend.script.requests[1].value) == ("cancel", "b1")


async def test_a_private_reply_never_replaces_a_public_message(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    guild, channel = discord.guild()
    wil, rema = discord.person("wil", guild), discord.person("rema", guild)
    backend.script.set_reply(
        "rooms free", Reply(("hello all",), actions=(CANCEL,), audience=Audience.CHANNEL)
    )
    backend.script.set_reply("cancel", Reply(("Your quota is 3.",), replaces=True))
    shown = await wil.run("/rooms free", at=channel)

    confirmation = await rema.press(shown.seen, "Cancel")
    question = confirmation.seen.text
    done = await rema.press(confirmation.seen, "Sure? Cancel")

    assert [each.text for each in wil.sees(channel)] == ["hello all"]
    assert question == "Cancel this booking?"
    assert done.seen.text == "Your quota is 3."


async def test_buttons_work_after_a_restart(
    discord: Discord, backend: Backend, start_platform: StartPlatform
) -> None:
    backend.script.set_reply("rooms free", Reply(("free:",), items=(ROOM,), actions=(CANCEL,)))
    wil = discord.person("wil")
    async with start_platform():
        shown = await wil.run("/rooms free")

    async with start_platform():
        pressed = await wil.press(shown.seen, "Book")
        question = await wil.press(shown.seen, "Cancel")

    assert pressed.seen.text == "fine"
    assert "Sure? Cancel" in question.seen.buttons


async def test_an_unreadable_button_gets_an_explanation(discord: Discord, platform: DiscordPlatform) -> None:
    wil = discord.person("wil")
    row = {"type": 1, "components": [{"type": 2, "style": 2, "label": "Old", "custom_id": "what:is:this"}]}
    discord.world.message(wil.dm, discord.world.bot, "long ago", components=[row])

    pressed = await wil.press(wil.sees()[0], "Old")

    assert "older version of Roomie" in pressed.seen.text


# Forms.


async def test_a_form_opens_and_comes_back_filled_in(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    backend.script.set_reply("rooms free", Reply(form=FORM))
    wil = discord.person("wil")

    opened = await wil.run("/rooms free")
    await wil.submit(opened, when="tomorrow 3pm", title="Chess")

    request = backend.script.requests[1]
    assert (request.action, dict(request.form)) == ("book_form", {"when": "tomorrow 3pm", "title": "Chess"})


async def test_a_refused_form_opens_again_with_what_was_typed(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    backend.script.set_reply("rooms free", Reply(form=FORM))
    backend.script.set_reply(
        "book_form", Reply(("Not quite.",), form_errors={"when": "That has passed."}, tone=Tone.UNCLEAR)
    )
    wil = discord.person("wil")
    opened = await wil.run("/rooms free")

    refused = await wil.submit(opened, when="yesterday", title="Chess")
    again = await wil.press(refused.seen, "Try again")

    assert "**When**  That has passed." in refused.seen.text
    assert again.modal is not None
    assert [each["component"]["value"] for each in again.modal["components"]] == ["yesterday", "Chess"]


async def test_a_form_submitted_after_a_restart_works(
    discord: Discord, backend: Backend, start_platform: StartPlatform
) -> None:
    backend.script.set_reply("rooms free", Reply(form=FORM))
    wil = discord.person("wil")
    async with start_platform():
        form = await wil.run("/rooms free")

    async with start_platform():
        await wil.submit(form, when="tomorrow 3pm")

    assert dict(backend.script.requests[1].form) == {"when": "tomorrow 3pm", "title": ""}


async def test_an_expired_form_gets_an_explanation(
    discord: Discord, backend: Backend, start_platform: StartPlatform
) -> None:
    backend.script.set_reply("rooms free", Reply(form=Form("x" * 20, "Book", FORM.inputs, state="y" * 90)))
    wil = discord.person("wil")
    async with start_platform():
        form = await wil.run("/rooms free")

    async with start_platform():
        answered = await wil.submit(form, when="tomorrow 3pm")

    assert "no longer have" in answered.seen.text


async def test_try_again_after_a_restart_gets_an_explanation(
    discord: Discord, backend: Backend, start_platform: StartPlatform
) -> None:
    backend.script.set_reply("rooms free", Reply(form=FORM))
    backend.script.set_reply("book_form", Reply(("Not quite.",), form_errors={"when": "That has passed."}))
    wil = discord.person("wil")
    async with start_platform():
        refused = await wil.submit(await wil.run("/rooms free"), when="yesterday")

    async with start_platform():
        answered = await wil.press(refused.seen, "Try again")

    assert "no longer have" in answered.seen.text


async def test_book_with_this_user_opens_the_form_with_their_name(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    backend.script.set_reply("form", Reply(form=FORM))
    wil, rema = discord.person("wil"), discord.person("rema")

    opened = await wil.use_on_person("Book with this user", rema)

    assert opened.modal is not None
    assert opened.modal["components"][1]["component"]["value"] == "With Rema"


async def test_book_from_this_message_offers_rooms_for_its_text(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    guild, channel = discord.guild()
    wil, rema = discord.person("wil", guild), discord.person("rema", guild)
    message = await rema.say("let's meet tomorrow 3pm, 6 of us", at=channel)

    await wil.use_on_message("Book from this message", message, at=channel)

    message = backend.script.quoted[0]
    assert message.text == "let's meet tomorrow 3pm, 6 of us"
    assert message.requester.identity == f"discord:{wil.id}"
    assert backend.script.requests == []


# Messages.


async def test_a_direct_message_is_answered(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    wil = discord.person("wil")

    await wil.say("free room for 8 now?")
    await discord.wait_until(lambda: len(wil.sees()) == 2)

    assert (backend.script.requests[0].text, backend.script.requests[0].is_free_text) == (
        "free room for 8 now?",
        True,
    )
    assert wil.sees()[1].text == "fine"


async def test_a_mention_is_answered_where_it_was_said(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    """What is only for the author goes to their direct messages, and the channel is told so."""
    backend.script.set_reply("free rooms", Reply(("two rooms",), audience=Audience.CHANNEL))
    guild, channel = discord.guild()
    wil = discord.person("wil", guild)

    await wil.say("nothing for you", at=channel)
    await wil.say(f"<@{discord.world.bot.id}> free rooms", at=channel)
    await discord.wait_until(lambda: len(wil.sees(channel)) == 3)
    in_private = list(wil.sees())
    await wil.say(f"<@{discord.world.bot.id}> my bookings", at=channel)
    await discord.wait_until(lambda: len(wil.sees(channel)) == 5)

    assert [each.text for each in backend.script.requests] == ["free rooms", "my bookings"]
    assert [each.in_public for each in backend.script.requests] == [True, True]
    assert wil.sees(channel)[2].text == "two rooms"
    assert in_private == []
    assert [each.text for each in wil.sees()] == ["fine"]
    assert "only for you" in wil.sees(channel)[4].text


async def test_a_mention_with_closed_direct_messages_gets_a_hint(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    guild, channel = discord.guild()
    wil = discord.person("wil", guild)
    wil.close_messages()

    await wil.say(f"<@{discord.world.bot.id}> my bookings", at=channel)
    await discord.wait_until(lambda: len(wil.sees(channel)) == 2)

    assert "closed" in wil.sees(channel)[1].text


async def test_responses_ping_nobody(discord: Discord, backend: Backend, platform: DiscordPlatform) -> None:
    bodies: list[dict[str, object]] = []
    callback = discord.interactions.answer

    def spy(interaction: str, token: str, body: dict[str, dict[str, object]]) -> object:
        bodies.append(body["data"])
        return callback(interaction, token, body)

    discord.interactions.answer = spy  # type: ignore[method-assign,assignment]

    await discord.person("wil").run("/rooms free")

    assert bodies[0]["allowed_mentions"] == {"parse": []}


# Deferral and deduplication.


async def test_a_slow_reply_is_deferred(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    gate = asyncio.Event()
    backend.script.set_reply("*", after(gate, Reply(("at last",))))
    guild, channel = discord.guild()
    wil = discord.person("wil", guild)

    interaction = await wil.start("/rooms free", at=channel)
    await discord.wait_until(lambda: interaction.state is State.DEFERRED)
    gate.set()
    await interaction.wait_settled()

    assert interaction.seen.text == "at last"
    assert interaction.seen.ephemeral
    assert len(wil.sees(channel)) == 1


async def test_a_slow_reply_for_the_channel_is_public(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    gate = asyncio.Event()
    backend.script.set_reply("*", after(gate, Reply(("hello all",), audience=Audience.CHANNEL)))
    guild, channel = discord.guild()
    wil, rema = discord.person("wil", guild), discord.person("rema", guild)

    interaction = await wil.start("/rooms free", at=channel)
    await discord.wait_until(lambda: interaction.state is State.DEFERRED)
    gate.set()
    await discord.wait_until(lambda: rema.sees(channel))

    assert [each.text for each in rema.sees(channel)] == ["hello all"]


async def test_a_slow_press_is_deferred_and_replaces_its_message(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    gate = asyncio.Event()
    backend.script.set_reply("rooms free", Reply(("page 1",), actions=(Button("page", "Next", "2"),)))
    backend.script.set_reply("page", after(gate, Reply(("page 2",), replaces=True)))
    wil = discord.person("wil")
    shown = await wil.run("/rooms free")

    pressing = await wil.start_press(shown.seen, "Next")
    await discord.wait_until(lambda: pressing.state is State.DEFERRED)
    gate.set()
    await pressing.wait_settled()

    assert [each.text for each in wil.sees()] == ["page 2"]


async def test_a_slow_form_is_offered_on_a_button(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    gate = asyncio.Event()
    backend.script.set_reply("*", after(gate, Reply(form=FORM)))
    wil = discord.person("wil")

    interaction = await wil.start("/rooms free")
    await discord.wait_until(lambda: interaction.state is State.DEFERRED)
    gate.set()
    await interaction.wait_settled()
    opened = await wil.press(interaction.seen, "Book a room")

    assert opened.modal is not None


async def test_the_same_press_delivered_again_does_nothing(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    backend.script.set_reply("rooms free", Reply(("free:",), items=(ROOM,)))
    wil = discord.person("wil")
    shown = await wil.run("/rooms free")
    pressed = await wil.press(shown.seen, "Book")

    await pressed.deliver_again()
    await wil.run("/rooms free")

    assert [each.action for each in backend.script.requests] == ["", "book", ""]


async def test_the_same_press_delivered_to_the_next_process_does_nothing(
    discord: Discord, backend: Backend, start_platform: StartPlatform
) -> None:
    wil = discord.person("wil")
    async with start_platform():
        booked = await wil.run("/rooms book", room="G01")

    async with start_platform():
        await booked.deliver_again()
        await wil.run("/rooms free")

    assert [each.text for each in backend.script.requests] == ["rooms book", "rooms free"]


async def test_a_press_delivered_again_logs_no_trace(
    discord: Discord, backend: Backend, platform: DiscordPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    """Discord refuses a second response to one interaction, whatever it is."""
    backend.script.set_reply("rooms free", Reply(("free:",), items=(ROOM,), actions=(CANCEL,)))
    backend.script.set_reply("rooms book", Reply(form=FORM))
    wil = discord.person("wil")
    shown = await wil.run("/rooms free")
    delivered = [
        shown,
        await wil.press(shown.seen, "Book"),
        await wil.press(shown.seen, "Cancel"),
        await wil.run("/book", room="G01"),
        await wil.use_on_person("Book with this user", wil),
        discord.interactions.new(
            4, wil.user, wil.dm, wil._command_data("/rooms free", wil.dm, {"when": "t"}, focused="when")
        ),
    ]
    await (await discord.deliver(delivered[-1])).wait_settled()

    for each in delivered:
        await each.deliver_again()
    await wil.run("/rooms free")

    assert [each for each in caplog.records if each.exc_info or each.levelname == "ERROR"] == []


@pytest.mark.parametrize("label", ["Next", "Cancel"])
async def test_a_button_on_a_message_that_is_gone_is_answered_by_a_new_message(
    discord: Discord,
    backend: Backend,
    platform: DiscordPlatform,
    caplog: pytest.LogCaptureFixture,
    label: str,
) -> None:
    backend.script.set_reply("rooms free", Reply(("page 1",), actions=(Button("page", "Next", "2"), CANCEL)))
    backend.script.set_reply("page", Reply(("page 2",), replaces=True))
    wil = discord.person("wil")
    shown = await wil.run("/rooms free")
    gone = {"message": "Unknown Message", "code": 10008}
    discord.faults.add("POST", "/callback", status=404, body=gone)

    pressed = await wil.press(shown.seen, label)

    assert ("page 2" if label == "Next" else "Sure?") in f"{pressed.seen.text} {pressed.seen.buttons}"
    assert [each for each in caplog.records if each.levelname == "ERROR"] == []


async def test_an_expired_interaction_is_dropped(
    discord: Discord, backend: Backend, start_platform: StartPlatform
) -> None:
    discord.interactions.window = 0.05
    async with start_platform() as platform:
        wil = discord.person("wil")
        await wil.run("/rooms free")
        late = discord.interactions.new(
            2, wil.user, wil.dm, wil._command_data("/rooms book", wil.dm, {"room": "G01"})
        )
        late.payload["id"] = discord.world.ids.at(discord.world.time.now().replace(year=2020))
        await late.wait_settled()

        await discord.deliver(late)
        await discord.wait_until(lambda: late.refusals)
        await wil.run("/rooms free")
        assert platform.is_connected

    assert [each.text for each in backend.script.requests] == ["rooms free", "rooms free"]


async def test_fifty_people_pressing_at_once_are_all_answered(
    discord: Discord, backend: Backend, platform: DiscordPlatform
) -> None:
    guild, channel = discord.guild()
    people = [discord.person(f"p{number}", guild) for number in range(50)]
    backend.script.set_reply("rooms free", Reply(("free:",), items=(ROOM,), audience=Audience.CHANNEL))
    shown = await people[0].run("/rooms free", at=channel)

    pressed = await asyncio.gather(*(person.press(shown.seen, "Book") for person in people))

    assert {each.state for each in pressed} == {State.ANSWERED}
    assert len({each.requester.identity for each in backend.script.requests[1:]}) == 50


async def test_shutdown_waits_for_running_handlers(
    discord: Discord, backend: Backend, start_platform: StartPlatform
) -> None:
    gate = asyncio.Event()
    backend.script.set_reply("*", after(gate, Reply(("at last",))))
    wil = discord.person("wil")

    async with start_platform():
        interaction = await wil.start("/rooms free")
        await discord.wait_until(lambda: interaction.state is State.DEFERRED)
        asyncio.get_running_loop().call_later(0.05, gate.set)

    assert interaction.seen.text == "at last"


@pytest.mark.parametrize("guild_id", [None, 7])
async def test_commands_are_synced_only_when_they_changed(
    discord: Discord, backend: Backend, start_platform: StartPlatform, guild_id: int | None
) -> None:
    if guild_id:
        guild, _ = discord.guild()
        guild_id = int(guild.id)

    async with start_platform(guild_id=guild_id):
        first = discord.world.overwrites
    async with start_platform(guild_id=guild_id):
        second = discord.world.overwrites
    async with start_platform(guild_id=guild_id) as platform:
        await platform.sync()
        third = discord.world.overwrites

    assert (first, second, third) == (1, 1, 2)


async def test_cancellation_waits_for_running_handlers(
    discord: Discord, backend: Backend, start_platform: StartPlatform
) -> None:
    gate = asyncio.Event()
    backend.script.set_reply("*", after(gate, Reply(("at last",))))
    wil = discord.person("wil")

    async with start_platform() as platform:
        running = next(each for each in asyncio.all_tasks() if each.get_name() == "platform")
        interaction = await wil.start("/rooms free")
        await discord.wait_until(lambda: interaction.state is State.DEFERRED)
        asyncio.get_running_loop().call_later(0.05, gate.set)
        running.cancel()
        await interaction.wait_settled()
        assert platform.is_connected or interaction.seen.text == "at last"

    assert interaction.seen.text == "at last"
