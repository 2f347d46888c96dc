"""What people on Discord get from Roomie's door, through the real library and a wire."""

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
from tests.platforms.discord.conftest import Behind, Opening
from tests.platforms.discord.fakes import after
from tests.standins.discord import Discord, State

ROOM = ReplyItem(("Quad G040",), ("20 seats",), (Button("book", "Book", "v1"),))
FORM = Form(
    "book_form",
    "Book a room",
    (FormInput("when", "When", FormInputKind.WHEN), FormInput("title", "What for", required=False)),
)


async def test_typed_options_become_the_line_that_a_person_would_type(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    guild, channel = discord.guild()
    wil = discord.person("wil", guild, manages=True)

    await wil.run("/rooms free", at=channel, when="tomorrow 3pm", seats=20)

    asked = behind.script.asked[0]
    assert asked.text == "rooms free tomorrow 3pm 20 seats"
    assert asked.requester.identity == f"discord:{wil.id}"
    assert asked.requester.is_channel_admin
    assert asked.channel == channel.id


async def test_a_person_is_named_by_a_mention(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    wil, rema = discord.person("wil"), discord.person("rema")

    await wil.run("/society add", user=rema)

    assert behind.script.asked[0].text == f"society add <@{rema.id}>"


async def test_book_stands_alone_and_each_command_is_offered_once(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    guild, channel = discord.guild()
    wil = discord.person("wil", guild)

    await wil.run("/book", at=channel, room="G01")

    assert behind.script.asked[0].text == "rooms book G01"
    assert wil.offered(channel)[:4] == ["rooms", "society", "book", "lost"]


async def test_administrators_commands_are_hidden_from_others(
    discord: Discord, door: DiscordPlatform
) -> None:
    guild, channel = discord.guild()
    wil, dana = discord.person("wil", guild), discord.person("dana", guild, manages=True)

    assert "admin" not in wil.offered(channel)
    assert "admin" in dana.offered(channel)


async def test_in_a_server_only_the_asker_sees_the_answer(discord: Discord, door: DiscordPlatform) -> None:
    guild, channel = discord.guild()
    wil, rema = discord.person("wil", guild), discord.person("rema", guild)

    answered = await wil.run("/rooms free", at=channel)

    assert answered.seen.ephemeral
    assert rema.sees(channel) == []


async def test_what_is_meant_for_the_channel_is_seen_by_all(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    guild, channel = discord.guild()
    wil, rema = discord.person("wil", guild), discord.person("rema", guild)
    behind.script.says("*", Reply(("hello all",), audience=Audience.CHANNEL))

    await wil.run("/rooms free", at=channel)

    assert [each.text for each in rema.sees(channel)] == ["hello all"]


async def test_in_direct_messages_the_answer_stays(discord: Discord, door: DiscordPlatform) -> None:
    wil = discord.person("wil")

    answered = await wil.run("/rooms free")

    assert not answered.seen.ephemeral


async def test_who_installed_it_for_himself_uses_it_where_the_bot_is_not(
    discord: Discord, door: DiscordPlatform
) -> None:
    guild, channel = discord.guild(has_bot=False)
    wil = discord.person("wil", guild, installed=True)
    rema = discord.person("rema", guild)

    answered = await wil.run("/rooms free", at=channel)

    assert answered.seen.text == "fine"
    assert rema.offered(channel) == []


async def test_suggestions_are_shown_while_typing(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    shown = await discord.person("wil").complete("/rooms free", "when", "tomorrow 3pm")

    assert shown == [{"name": "tomorrow 3pm read", "value": "tomorrow 3pm value"}]


async def test_too_many_or_too_long_suggestions_are_no_failure(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    behind.suggestions.options = [
        Option("x" * 200, "x" * 200),
        *(Option("y" * 200, f"v{i}") for i in range(60)),
    ]

    shown = await discord.person("wil").complete("/rooms free", "when", "t")

    assert len(shown) == 25


# Buttons, menus, confirmation.


async def test_a_button_carries_its_action_and_value(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    behind.script.says("rooms free", Reply(("free:",), items=(ROOM,)))
    behind.script.says("book", Reply(("Booked.",), tone=Tone.DONE))
    wil = discord.person("wil")

    shown = await wil.run("/rooms free")
    pressed = await wil.press(shown.seen, "Book")

    assert (behind.script.asked[1].action, behind.script.asked[1].value) == ("book", "v1")
    assert pressed.seen.text == "Booked."
    assert len(wil.sees()) == 2


async def test_a_reply_that_replaces_takes_the_place_of_its_message(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    behind.script.says("rooms free", Reply(("page 1",), actions=(Button("page", "Next", "2"),)))
    behind.script.says("page", Reply(("page 2",), replaces=True))
    wil = discord.person("wil")

    shown = await wil.run("/rooms free")
    await wil.press(shown.seen, "Next")

    assert [each.text for each in wil.sees()] == ["page 2"]


async def test_the_picked_option_is_the_value(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    menu = Choice("pick", "Which room?", (Option("Quad", "r1"), Option("Red Centre", "r2")))
    behind.script.says("rooms free", Reply(("pick:",), actions=(menu,)))
    wil = discord.person("wil")

    shown = await wil.run("/rooms free")
    await wil.pick(shown.seen, "Red Centre")

    assert (behind.script.asked[1].action, behind.script.asked[1].value) == ("pick", "r2")


CANCEL = Button("cancel", "Cancel", "b1", ButtonStyle.DANGER, confirm="Give this booking up?")


async def test_a_button_that_asks_acts_on_the_second_press(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    behind.script.says("rooms free", Reply(("Your booking",), actions=(CANCEL,)))
    behind.script.says("cancel", Reply(("Cancelled.",), replaces=True, tone=Tone.DONE))
    wil = discord.person("wil")
    shown = await wil.run("/rooms free")

    armed = await wil.press(shown.seen, "Cancel")
    asked_after_first = len(behind.script.asked)
    text_after_first = armed.seen.text
    done = await wil.press(armed.seen, "Sure? Cancel")

    assert asked_after_first == 1
    assert text_after_first == "Your booking\nGive this booking up?"
    assert done.seen.text == "Cancelled."
    assert (behind.script.asked[1].action, behind.script.asked[1].value) == ("cancel", "b1")


async def test_what_is_private_never_replaces_what_all_can_see(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    guild, channel = discord.guild()
    wil, rema = discord.person("wil", guild), discord.person("rema", guild)
    behind.script.says("rooms free", Reply(("hello all",), actions=(CANCEL,), audience=Audience.CHANNEL))
    behind.script.says("cancel", Reply(("Your quota is 3.",), replaces=True))
    shown = await wil.run("/rooms free", at=channel)

    asked = await rema.press(shown.seen, "Cancel")
    question = asked.seen.text
    done = await rema.press(asked.seen, "Sure? Cancel")

    assert [each.text for each in wil.sees(channel)] == ["hello all"]
    assert question == "Give this booking up?"
    assert done.seen.text == "Your quota is 3."


async def test_buttons_work_after_a_restart(discord: Discord, behind: Behind, opened: Opening) -> None:
    behind.script.says("rooms free", Reply(("free:",), items=(ROOM,), actions=(CANCEL,)))
    wil = discord.person("wil")
    async with opened():
        shown = await wil.run("/rooms free")

    async with opened():
        pressed = await wil.press(shown.seen, "Book")
        armed = await wil.press(shown.seen, "Cancel")

    assert pressed.seen.text == "fine"
    assert "Sure? Cancel" in armed.seen.buttons


async def test_a_button_of_another_age_is_answered_kindly(discord: Discord, door: DiscordPlatform) -> None:
    wil = discord.person("wil")
    row = {"type": 1, "components": [{"type": 2, "style": 2, "label": "Old", "custom_id": "what:is:this"}]}
    discord.world.message(wil.dm, discord.world.bot, "long ago", components=[row])

    pressed = await wil.press(wil.sees()[0], "Old")

    assert "older Roomie" in pressed.seen.text


# Forms.


async def test_a_form_opens_and_comes_back_filled_in(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    behind.script.says("rooms free", Reply(form=FORM))
    wil = discord.person("wil")

    opened = await wil.run("/rooms free")
    await wil.submit(opened, when="tomorrow 3pm", title="Chess")

    asked = behind.script.asked[1]
    assert (asked.action, dict(asked.form)) == ("book_form", {"when": "tomorrow 3pm", "title": "Chess"})


async def test_what_was_typed_is_kept_for_another_try(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    behind.script.says("rooms free", Reply(form=FORM))
    behind.script.says(
        "book_form", Reply(("Not quite.",), form_errors={"when": "That has passed."}, tone=Tone.UNCLEAR)
    )
    wil = discord.person("wil")
    opened = await wil.run("/rooms free")

    refused = await wil.submit(opened, when="yesterday", title="Chess")
    again = await wil.press(refused.seen, "Try again")

    assert "**When**  That has passed." in refused.seen.text
    assert again.modal is not None
    assert [each["component"]["value"] for each in again.modal["components"]] == ["yesterday", "Chess"]


async def test_a_form_sent_in_after_a_restart_still_means_something(
    discord: Discord, behind: Behind, opened: Opening
) -> None:
    behind.script.says("rooms free", Reply(form=FORM))
    wil = discord.person("wil")
    async with opened():
        form = await wil.run("/rooms free")

    async with opened():
        await wil.submit(form, when="tomorrow 3pm")

    assert dict(behind.script.asked[1].form) == {"when": "tomorrow 3pm", "title": ""}


async def test_a_form_that_nobody_remembers_is_answered_kindly(
    discord: Discord, behind: Behind, opened: Opening
) -> None:
    behind.script.says("rooms free", Reply(form=Form("x" * 20, "Book", FORM.inputs, state="y" * 90)))
    wil = discord.person("wil")
    async with opened():
        form = await wil.run("/rooms free")

    async with opened():
        answered = await wil.submit(form, when="tomorrow 3pm")

    assert "no longer have" in answered.seen.text


async def test_try_again_after_a_restart_says_what_was_lost(
    discord: Discord, behind: Behind, opened: Opening
) -> None:
    behind.script.says("rooms free", Reply(form=FORM))
    behind.script.says("book_form", Reply(("Not quite.",), form_errors={"when": "That has passed."}))
    wil = discord.person("wil")
    async with opened():
        refused = await wil.submit(await wil.run("/rooms free"), when="yesterday")

    async with opened():
        answered = await wil.press(refused.seen, "Try again")

    assert "no longer have" in answered.seen.text


async def test_book_with_somebody_opens_the_form_with_their_name(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    behind.script.says("form", Reply(form=FORM))
    wil, rema = discord.person("wil"), discord.person("rema")

    opened = await wil.use_on_person("Book with this user", rema)

    assert opened.modal is not None
    assert opened.modal["components"][1]["component"]["value"] == "With Rema"


async def test_book_from_a_message_reads_its_words(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    guild, channel = discord.guild()
    wil, rema = discord.person("wil", guild), discord.person("rema", guild)
    message = await rema.say("let's meet tomorrow 3pm, 6 of us", at=channel)

    await wil.use_on_message("Book from this message", message, at=channel)

    message = behind.script.quoted[0]
    assert message.text == "let's meet tomorrow 3pm, 6 of us"
    assert message.requester.identity == f"discord:{wil.id}"
    assert behind.script.asked == []


# Plain words.


async def test_a_direct_message_is_answered(discord: Discord, behind: Behind, door: DiscordPlatform) -> None:
    wil = discord.person("wil")

    await wil.say("free room for 8 now?")
    await discord.until(lambda: len(wil.sees()) == 2)

    assert (behind.script.asked[0].text, behind.script.asked[0].is_free_text) == (
        "free room for 8 now?",
        True,
    )
    assert wil.sees()[1].text == "fine"


async def test_a_mention_is_answered_to_the_asker_alone(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    guild, channel = discord.guild()
    wil = discord.person("wil", guild)

    await wil.say("nothing for you", at=channel)
    await wil.say(f"<@{discord.world.bot.id}> my bookings", at=channel)
    await discord.until(lambda: wil.sees())

    assert [each.text for each in behind.script.asked] == ["my bookings"]
    assert len(wil.sees(channel)) == 2


async def test_a_mention_with_direct_messages_closed_says_where_to_go(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    guild, channel = discord.guild()
    wil = discord.person("wil", guild)
    wil.close_messages()

    await wil.say(f"<@{discord.world.bot.id}> my bookings", at=channel)
    await discord.until(lambda: len(wil.sees(channel)) == 2)

    assert "closed" in wil.sees(channel)[1].text


async def test_nobody_is_pinged_by_what_others_typed(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    bodies: list[dict[str, object]] = []
    callback = discord.interactions.answer

    def spy(interaction: str, token: str, body: dict[str, dict[str, object]]) -> object:
        bodies.append(body["data"])
        return callback(interaction, token, body)

    discord.interactions.answer = spy  # type: ignore[method-assign,assignment]

    await discord.person("wil").run("/rooms free")

    assert bodies[0]["allowed_mentions"] == {"parse": []}


# In time, once.


async def test_a_slow_answer_is_deferred_and_then_told(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    gate = asyncio.Event()
    behind.script.says("*", after(gate, Reply(("at last",))))
    guild, channel = discord.guild()
    wil = discord.person("wil", guild)

    interaction = await wil.start("/rooms free", at=channel)
    await discord.until(lambda: interaction.state is State.DEFERRED)
    gate.set()
    await interaction.settled()

    assert interaction.seen.text == "at last"
    assert interaction.seen.ephemeral
    assert len(wil.sees(channel)) == 1


async def test_a_slow_answer_for_everybody_is_seen_by_everybody(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    gate = asyncio.Event()
    behind.script.says("*", after(gate, Reply(("hello all",), audience=Audience.CHANNEL)))
    guild, channel = discord.guild()
    wil, rema = discord.person("wil", guild), discord.person("rema", guild)

    interaction = await wil.start("/rooms free", at=channel)
    await discord.until(lambda: interaction.state is State.DEFERRED)
    gate.set()
    await discord.until(lambda: rema.sees(channel))

    assert [each.text for each in rema.sees(channel)] == ["hello all"]


async def test_a_slow_press_is_deferred_and_replaces_its_message(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    gate = asyncio.Event()
    behind.script.says("rooms free", Reply(("page 1",), actions=(Button("page", "Next", "2"),)))
    behind.script.says("page", after(gate, Reply(("page 2",), replaces=True)))
    wil = discord.person("wil")
    shown = await wil.run("/rooms free")

    pressing = await wil.start_press(shown.seen, "Next")
    await discord.until(lambda: pressing.state is State.DEFERRED)
    gate.set()
    await pressing.settled()

    assert [each.text for each in wil.sees()] == ["page 2"]


async def test_a_form_that_comes_late_is_offered_on_a_button(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    gate = asyncio.Event()
    behind.script.says("*", after(gate, Reply(form=FORM)))
    wil = discord.person("wil")

    interaction = await wil.start("/rooms free")
    await discord.until(lambda: interaction.state is State.DEFERRED)
    gate.set()
    await interaction.settled()
    opened = await wil.press(interaction.seen, "Book a room")

    assert opened.modal is not None


async def test_the_same_press_delivered_again_does_nothing(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    behind.script.says("rooms free", Reply(("free:",), items=(ROOM,)))
    wil = discord.person("wil")
    shown = await wil.run("/rooms free")
    pressed = await wil.press(shown.seen, "Book")

    await pressed.deliver_again()
    await wil.run("/rooms free")

    assert [each.action for each in behind.script.asked] == ["", "book", ""]


async def test_the_same_press_delivered_to_the_next_process_does_nothing(
    discord: Discord, behind: Behind, opened: Opening
) -> None:
    wil = discord.person("wil")
    async with opened():
        booked = await wil.run("/rooms book", room="G01")

    async with opened():
        await booked.deliver_again()
        await wil.run("/rooms free")

    assert [each.text for each in behind.script.asked] == ["rooms book G01", "rooms free"]


async def test_an_interaction_that_discord_gave_up_on_is_left_alone(
    discord: Discord, behind: Behind, opened: Opening
) -> None:
    discord.interactions.window = 0.05
    async with opened() as door:
        wil = discord.person("wil")
        await wil.run("/rooms free")
        late = discord.interactions.new(
            2, wil.user, wil.dm, wil._command_data("/rooms book", wil.dm, {"room": "G01"})
        )
        late.payload["id"] = discord.world.ids.at(discord.world.time.now().replace(year=2020))
        await late.settled()

        await discord.deliver(late)
        await discord.until(lambda: late.refusals)
        await wil.run("/rooms free")
        assert door.is_connected

    assert [each.text for each in behind.script.asked] == ["rooms free", "rooms free"]


async def test_fifty_people_pressing_at_once_are_all_answered(
    discord: Discord, behind: Behind, door: DiscordPlatform
) -> None:
    guild, channel = discord.guild()
    people = [discord.person(f"p{number}", guild) for number in range(50)]
    behind.script.says("rooms free", Reply(("free:",), items=(ROOM,), audience=Audience.CHANNEL))
    shown = await people[0].run("/rooms free", at=channel)

    pressed = await asyncio.gather(*(person.press(shown.seen, "Book") for person in people))

    assert {each.state for each in pressed} == {State.ANSWERED}
    assert len({each.requester.identity for each in behind.script.asked[1:]}) == 50


async def test_leaving_waits_for_what_is_under_way(discord: Discord, behind: Behind, opened: Opening) -> None:
    gate = asyncio.Event()
    behind.script.says("*", after(gate, Reply(("at last",))))
    wil = discord.person("wil")

    async with opened():
        interaction = await wil.start("/rooms free")
        await discord.until(lambda: interaction.state is State.DEFERRED)
        asyncio.get_running_loop().call_later(0.05, gate.set)

    assert interaction.seen.text == "at last"


@pytest.mark.parametrize("guild_id", [None, 7])
async def test_commands_are_announced_only_when_they_changed(
    discord: Discord, behind: Behind, opened: Opening, guild_id: int | None
) -> None:
    if guild_id:
        guild, _ = discord.guild()
        guild_id = int(guild.id)

    async with opened(guild_id=guild_id):
        first = discord.world.overwrites
    async with opened(guild_id=guild_id):
        second = discord.world.overwrites
    async with opened(guild_id=guild_id) as door:
        await door.sync()
        third = discord.world.overwrites

    assert (first, second, third) == (1, 1, 2)


async def test_whoever_is_stopped_finishes_what_was_begun(
    discord: Discord, behind: Behind, opened: Opening
) -> None:
    gate = asyncio.Event()
    behind.script.says("*", after(gate, Reply(("at last",))))
    wil = discord.person("wil")

    async with opened() as door:
        running = next(each for each in asyncio.all_tasks() if each.get_name() == "door")
        interaction = await wil.start("/rooms free")
        await discord.until(lambda: interaction.state is State.DEFERRED)
        asyncio.get_running_loop().call_later(0.05, gate.set)
        running.cancel()
        await interaction.settled()
        assert door.is_connected or interaction.seen.text == "at last"

    assert interaction.seen.text == "at last"
