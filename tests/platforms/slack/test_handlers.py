"""Commands, buttons, forms, shortcuts, mentions and App Home, as a user sees them."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.platforms.slack.settings import Mode
from core.interval import Interval
from core.model import RoomId
from core.services.book_room import BookRoom
from core.services.bookings import new_booking_id
from tests.builders import at
from tests.platforms.slack.environment import Environment, SlowDispatcher, labels, read
from tests.standins.slack import Message, SlackStandIn


async def test_a_command_without_text_shows_help_with_buttons(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob = slack.person("U2")
    async with environment.open():
        await bob.types("/rooms")

    assert "Book a room…" in labels(bob.sees()[0])


async def test_an_unknown_subcommand_suggests_the_nearest(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob = slack.person("U2")
    async with environment.open():
        await bob.types("/rooms fere now")

    assert "/rooms free" in read(bob.sees()[0])


async def test_only_the_requester_sees_a_reply(environment: Environment, slack: SlackStandIn) -> None:
    async with environment.open():
        await slack.person("U2").types("/rooms free now")

    assert slack.person("U1").sees() == []


async def test_a_search_can_be_shared_to_the_channel(environment: Environment, slack: SlackStandIn) -> None:
    bob, ada = slack.person("U2"), slack.person("U1")
    async with environment.open():
        await bob.types("/rooms free now")
        await bob.presses(bob.sees()[0], "Share to the channel")
        await slack.until(ada.sees)

    assert "rooms are free" in read(ada.sees()[0])
    assert "Shared by bob" in read(ada.sees()[0])


async def test_a_shared_list_is_not_replaced_when_a_reader_presses_a_button(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob, ada = slack.person("U2"), slack.person("U1")
    async with environment.open():
        await bob.types("/rooms free now")
        await bob.presses(bob.sees()[0], "Share to the channel")
        await slack.until(ada.sees)
        shared = ada.sees()[0]

        await ada.presses(shared, "Book")
        await slack.until(lambda: len(ada.sees()) == 2)

    assert shared.edits == 0
    assert "You're booked" in read(ada.sees()[1])
    assert len(bob.sees()) == 2


async def test_other_peoples_bookings_cannot_be_cancelled_from_a_shared_message(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob, ada = slack.person("U2"), slack.person("U1")
    async with environment.open():
        await bob.types("/book K-J17-G01 11:00-12:00")
        booked = bob.sees()[0]

        await ada.presses(booked, "Cancel")
        await slack.until(ada.sees)

    assert "That booking isn't yours." in read(ada.sees()[0])
    assert len(environment.services.read_model.bookings) == 1


async def test_an_unlinked_user_can_search_but_not_book(
    environment: Environment, slack: SlackStandIn
) -> None:
    cyd = slack.person("U3")
    async with environment.open():
        await cyd.types("/rooms free now")
        await cyd.presses(cyd.sees()[0], "Book")
        await slack.until(lambda: len(cyd.sees()) == 2)

    assert "rooms are free" in read(cyd.sees()[0])
    assert "doesn't know who you are" in read(cyd.sees()[1])


async def test_a_society_gains_a_mentioned_member(environment: Environment, slack: SlackStandIn) -> None:
    ada = slack.person("U1")
    async with environment.open():
        await ada.types("/society add @bob")

    assert "*Bob* can now book for Chess Society" in read(ada.sees()[0])


async def test_of_several_people_the_one_without_an_account_is_mentioned(
    environment: Environment, slack: SlackStandIn
) -> None:
    ada = slack.person("U1")
    async with environment.open():
        await ada.types("/society add @cyd @bob")

    assert "*Bob* can now book" in read(ada.sees()[0])
    assert "Roomie doesn't know <@U3> yet. Ask them to use `/login` first." in read(ada.sees()[0])


async def test_an_unlinked_user_is_invited_once_when_a_president_adds_them(
    environment: Environment, slack: SlackStandIn
) -> None:
    ada, cyd = slack.person("U1"), slack.person("U3")
    async with environment.open() as adapter:
        await ada.types("/society add @cyd")
        await ada.types("/society add @cyd CHESS")
        await slack.person("U2").types("/society add @cyd CHESS")
        await adapter.wait_idle()

    assert "I have told them how to become known" in read(ada.sees()[0])
    assert ["would like to add you" in read(each) for each in cyd.dms] == [True]


async def test_no_invitation_is_sent_for_an_unknown_society(
    environment: Environment, slack: SlackStandIn
) -> None:
    ada, cyd = slack.person("U1"), slack.person("U3")
    async with environment.open() as adapter:
        await ada.types("/society add @cyd KNITTING")
        await adapter.wait_idle()

    assert "You don't belong to a society called KNITTING" in read(ada.sees()[0])
    assert "I have told them" not in read(ada.sees()[0])
    assert cyd.dms == []


async def test_an_unlinked_colleague_is_found_by_the_address_their_workspace_vouches_for(
    environment: Environment, slack: SlackStandIn
) -> None:
    slack.add_person("T1", "U9", "bobby", email="bob@example.org")
    environment.settings = replace(environment.settings, match_email=True)
    ada = slack.person("U1")
    async with environment.open():
        await ada.types("/society add @bobby")

    assert "*Bob* can now book for Chess Society" in read(ada.sees()[0])


async def test_times_name_the_zones_of_the_reader_and_the_campus(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob = slack.person("U2")
    bob.user.tz = "Europe/Berlin"
    async with environment.open():
        await bob.types("/book K-J17-G01 12:00-13:00")

    assert "Shown in your zone, Europe/Berlin." in read(bob.sees()[0])
    assert "On campus (Europe/London): Wed 11 Mar, 11:00" in read(bob.sees()[0])


async def test_a_slow_reply_follows_the_acknowledgement(
    environment: Environment, slack: SlackStandIn
) -> None:
    environment.dispatcher = slowly = SlowDispatcher(environment.dispatcher)
    bob = slack.person("U2")
    async with environment.open():
        answered = await bob.types("/rooms free now")
        assert answered.acked
        assert bob.sees() == []

        slowly.can_reply.set()
        await slack.until(bob.sees)

    assert "rooms are free" in read(bob.sees()[0])


@pytest.mark.parametrize("mode", Mode)
async def test_the_booking_form_offers_rooms_for_its_time_and_books(
    environment: Environment, slack: SlackStandIn, mode: Mode
) -> None:
    environment.settings = replace(environment.settings, mode=mode)
    bob = slack.person("U2")
    async with environment.open():
        await bob.types("/book K-J17-G01 14:00-15:00")
        await bob.types("/rooms")
        await bob.presses(bob.sees()[-1], "Book a room…")
        await slack.until(lambda: bob.modal)
        form = bob.modal
        assert form is not None

        await bob.enters("in.title", "Revision")
        await bob.enters("in.date", "2026-03-11")
        await slack.until(lambda: form.updates == 1)
        await bob.enters("Time (Europe/London)", "14:00")
        await slack.until(lambda: form.updates == 2)
        rooms = await bob.searches("in.room", "")
        assert [each["value"] for each in rooms] == ["v1:K-J17-G02", "v1:K-J17-G03", "v1:K-J17-G01"]
        assert "taken at that time" in rooms[-1]["description"]["text"]

        await bob.submits(**{"in.room": "v1:K-J17-G02"})
        await slack.until(lambda: "You're booked" in read(bob.sees()[-1]))

        assert bob.modal is None
        assert slack.refusals == []
    assert {each.notes for each in environment.services.read_model.bookings.values()} == {"", "Revision"}


async def test_errors_are_shown_at_their_inputs(environment: Environment, slack: SlackStandIn) -> None:
    bob = slack.person("U2")
    async with environment.open():
        await bob.types("/rooms form")
        await slack.until(lambda: bob.modal)
        form = bob.modal
        assert form is not None
        await bob.submits(**{"in.time": "22:00", "in.room": "v1:K-J17-G02", "in.title": "Early"})

        assert list(form.errors) == ["in.time"]
        assert form.values()["in.title"]["value"]["value"] == "Early"
        assert bob.modal is form


async def test_a_message_becomes_the_title_of_a_booking(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob = slack.person("U2")
    async with environment.open():
        message = Message("1.0", "C1", "U1", "Chess club on Friday?")
        await bob.uses_message_shortcut("book_for_this", message)
        await slack.until(lambda: bob.modal)

    assert bob.modal is not None
    assert bob.modal.values()["in.title"]["value"]["value"] == "Chess club on Friday?"


@pytest.mark.parametrize(
    ("text", "date", "time"),
    [
        ("shall we meet tomorrow 4-5pm?", "2026-03-12", "16:00"),
        ("friday afternoon works for me", "2026-03-13", "13:00"),
        ("this morning", "2026-03-11", "10:30"),
    ],
)
async def test_the_form_for_a_message_begins_at_its_time(
    environment: Environment, slack: SlackStandIn, text: str, date: str, time: str
) -> None:
    bob = slack.person("U2")
    async with environment.open():
        await bob.uses_message_shortcut("book_for_this", Message("1.0", "C1", "U1", text))
        await slack.until(lambda: bob.modal)

    assert bob.modal is not None
    assert bob.modal.values()["in.date"]["value"]["selected_date"] == date
    assert bob.modal.values()["in.time"]["value"]["selected_time"] == time


async def test_the_global_shortcut_finds_a_room(environment: Environment, slack: SlackStandIn) -> None:
    bob = slack.person("U2")
    async with environment.open() as adapter:
        await bob.uses_shortcut("find_room")
        await slack.until(lambda: bob.modal)
        results = bob.modal
        assert results is not None
        await bob.presses(results, "Book")
        await slack.until(lambda: "You're booked" in read(results))
        await adapter.wait_idle()

    assert slack.refusals == []


async def test_app_home_shows_own_bookings_and_is_updated(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob = slack.person("U2")
    async with environment.open() as adapter:
        await bob.opens_home()
        await slack.until(lambda: bob.home)
        assert bob.home is not None
        assert "You have no upcoming bookings" in read(bob.home)

        await bob.types("/book K-J17-G01 11:00-12:00")
        await slack.until(lambda: "1 upcoming booking" in read(bob.home))  # type: ignore[arg-type]
        await bob.presses(bob.home, "Cancel")
        await slack.until(lambda: bob.modal)
        await bob.presses(bob.modal, "Yes, cancel it")
        await slack.until(lambda: "You have no upcoming bookings" in read(bob.home))  # type: ignore[arg-type]
        await adapter.wait_idle()

    assert bob.modal is not None
    assert slack.refusals == []


async def test_app_home_is_updated_after_changes_made_elsewhere(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob = slack.person("U2")
    async with environment.open() as adapter:
        await bob.opens_home()
        await slack.until(lambda: bob.home)
        assert bob.home is not None
        before = bob.home.updates

        await adapter.on_people_changed(["slack:T1:U2", "discord:7"])  # type: ignore[list-item]
        await slack.until(lambda: bob.home.updates > before)  # type: ignore[union-attr]


async def test_free_text_works_in_a_direct_message(environment: Environment, slack: SlackStandIn) -> None:
    bob = slack.person("U2")
    async with environment.open() as adapter:
        await bob.says("any room for 30 tomorrow at 3pm?")
        await slack.until(lambda: len(bob.dms) == 2)
        await adapter.wait_idle()

    assert "K-J17-G03" in read(bob.dms[1])
    assert len(bob.dms) == 2


async def test_the_reply_to_a_mention_is_ephemeral(environment: Environment, slack: SlackStandIn) -> None:
    bob, ada = slack.person("U2"), slack.person("U1")
    async with environment.open() as adapter:
        await bob.mentions_app("free rooms now")
        await slack.until(lambda: len(bob.sees()) == 2)
        await adapter.wait_idle()

    assert "free" in read(bob.sees()[1])
    assert len(ada.sees()) == 1


async def test_typed_mentions_ping_nobody(environment: Environment, slack: SlackStandIn) -> None:
    ada = slack.person("U1")
    async with environment.open():
        await ada.types('/book K-J17-G01 11:00-12:00 for CHESS "<!channel> <@U2> *now*"')
        await ada.types("/rooms status K-J17-G01")
        await ada.types("/rooms <!channel>")

    assert slack.pings == set()
    assert slack.refusals == []


async def test_each_of_many_bookings_can_be_cancelled_from_app_home(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob = slack.person("U2")
    known = environment.services.read_model.directory.by_name("bob")
    assert known is not None
    for each in range(12):
        slot = Interval.of_length(at("8:00", 1) + timedelta(minutes=45 * each), timedelta(minutes=15))
        request = BookRoom(new_booking_id(), RoomId("K-J17-G01"), slot, known.person.id)
        await environment.services.bookings.book(request)
    async with environment.open() as adapter:
        await bob.opens_home()
        await slack.until(lambda: bob.home)
        assert bob.home is not None
        shown = labels(bob.home)
        texts = read(bob.home)
        while "Cancel" in labels(bob.home):
            before = bob.home.updates
            await bob.presses(bob.home, "Cancel")
            await slack.until(lambda: bob.modal and "Yes, cancel it" in labels(bob.modal))
            assert bob.modal is not None
            await bob.presses(bob.modal, "Yes, cancel it")
            await slack.until(lambda: bob.home.updates > before)  # type: ignore[union-attr]  # noqa: B023
            await adapter.wait_idle()

    assert shown.count("Cancel") == 12
    assert "Book a room…" in shown
    assert texts.index("upcoming bookings") < texts.index("left this week") < texts.index("(bob)")
    assert texts.count("time zone") + texts.count(" time.") + texts.count("On campus") <= 1
    assert not environment.services.read_model.bookings
    assert slack.refusals == []


@pytest.mark.parametrize(
    ("words", "answer"), [("thanks!", "You're welcome!"), ("hello", "Hi! I find and book")]
)
async def test_small_talk_in_a_mention_gets_a_short_answer(
    environment: Environment, slack: SlackStandIn, words: str, answer: str
) -> None:
    bob = slack.person("U2")
    async with environment.open() as adapter:
        await bob.mentions_app(words)
        await slack.until(lambda: len(bob.sees()) == 2)
        await adapter.wait_idle()

    assert answer in read(bob.sees()[1])
    assert "/rooms" not in read(bob.sees()[1])


async def test_a_mention_alone_gets_help(environment: Environment, slack: SlackStandIn) -> None:
    bob = slack.person("U2")
    async with environment.open() as adapter:
        await bob.mentions_app("")
        await slack.until(lambda: len(bob.sees()) == 2)
        await adapter.wait_idle()

    assert "Here's what you can do" in read(bob.sees()[1])
