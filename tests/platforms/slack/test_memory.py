"""Short words after an answer in Slack: direct messages, channels, threads, and after a logout."""

from core.services.administration.rights import Administrator
from tests.platforms.slack.environment import Environment
from tests.standins.slack import Person, SlackStandIn


async def says(slack: SlackStandIn, person: Person, words: str) -> str:
    """Writes to Roomie; the text of its answer."""
    before = len(person.dms)
    await person.says(words)
    await slack.until(lambda: len(person.dms) > before + 1)
    return person.dms[-1].words.replace("\u200b", "").replace("*", "")


async def mentions(slack: SlackStandIn, person: Person, words: str, channel: str = "C1") -> str:
    """Mentions Roomie in a channel; the text of its answer."""
    before = len(person.sees(channel))
    await person.mentions_app(words, channel)
    await slack.until(lambda: len(person.sees(channel)) > before + 1)
    return person.sees(channel)[-1].words.replace("\u200b", "")


async def test_a_room_is_found_changed_booked_and_cancelled_in_short_words(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob = slack.person("U2")
    async with environment.open() as adapter:
        replies = [
            await says(slack, bob, words)
            for words in (
                "room for 6 tomorrow at 3pm",
                "an hour later",
                "the first one",
                "book it",
                "cancel that",
                "yes",
                "book it",
            )
        ]
        await adapter.wait_idle()

    assert "16:00" in replies[1]
    assert "You're booked" in replies[2]
    assert "You have it already" in replies[3]
    assert "Cancel Room" in replies[4]
    assert "You get 60 minutes back." in replies[4]
    assert "Cancelled: Room" in replies[5]
    assert "I remember my last answer for ten minutes" in replies[6]
    assert slack.refusals == []


async def test_a_button_of_an_answer_and_words_after_it_work_together(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob = slack.person("U2")
    async with environment.open():
        await says(slack, bob, "room for 6 tomorrow at 3pm")
        await bob.presses(bob.dms[-1], "Book")
        await slack.until(lambda: "You're booked" in bob.dms[-1].words)

        assert "You now have" in await says(slack, bob, "extend it by 30 min")


async def test_nobody_else_in_the_channel_can_refer_to_an_answer(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob, ada = slack.person("U2"), slack.person("U1")
    async with environment.open() as adapter:
        await mentions(slack, bob, "room for 6 tomorrow at 3pm")

        assert "I remember my last answer for ten minutes" in await mentions(slack, ada, "the first one")
        assert "I remember my last answer for ten minutes" in await says(slack, bob, "the first one")
        assert "You're booked" in await mentions(slack, bob, "the first one")
        await adapter.wait_idle()

    assert len(environment.services.read_model.bookings) == 1


async def test_a_slash_command_may_be_a_short_word(environment: Environment, slack: SlackStandIn) -> None:
    bob = slack.person("U2")
    async with environment.open():
        await bob.types("/rooms free tomorrow 3pm 6 seats")
        await bob.types("/rooms the first one")

        assert "You're booked" in bob.sees()[-1].words


async def test_a_logout_ends_the_memory(environment: Environment, slack: SlackStandIn) -> None:
    bob = slack.person("U2")
    directory = environment.services.read_model.directory
    known = directory.by_name("bob")
    assert known is not None
    async with environment.open():
        await says(slack, bob, "room for 6 tomorrow at 3pm")
        await says(slack, bob, "logout")
        await environment.services.administration.people.link(Administrator(), "bob", known.identities[0])

        assert "I remember my last answer for ten minutes" in await says(slack, bob, "the first one")
