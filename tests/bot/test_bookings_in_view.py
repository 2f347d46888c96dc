"""Bookings stay in reach: pages, titles, second presses, old buttons, several members at once."""

import pytest

from bot.chat.reply import Tone
from bot.chat.request import ChatRequest, PlatformName, Requester
from core.model import Identity, RoomId
from core.services.administration.rights import Administrator
from core.services.book_room import BookRoom
from core.services.bookings import new_booking_id
from tests.bot.chat import Chat, buttons
from tests.builders import a_slot


async def make_bookings(chat: Chat, count: int) -> None:
    account = chat.services.read_model.directory.by_name(chat.name)
    assert account is not None
    rooms = [each for each in chat.services.read_model.catalogue.order if each.individual_access]
    for place in range(count):
        room, hour = rooms[place % 8], 12 + place // 8
        request = BookRoom(
            new_booking_id(), RoomId(room.id), a_slot(f"{hour}:00", minutes=60, days=2), account.person.id
        )
        await chat.services.bookings.book(request)


@pytest.mark.parametrize("platform", [PlatformName.TERMINAL, PlatformName.SLACK, PlatformName.DISCORD])
async def test_each_of_many_bookings_is_on_a_page_with_its_cancel_button(dana: Chat, platform: PlatformName):
    await make_bookings(dana, 45)
    account = dana.services.read_model.directory.by_name("dana")
    assert account is not None
    identity = Identity(f"{platform}:T1:dana" if platform is PlatformName.SLACK else f"{platform}:1")
    if platform is PlatformName.TERMINAL:
        identity = Identity("terminal:dana")
    else:
        await dana.services.administration.people.link(Administrator(), "dana", identity)
    cancellable, value = set[str](), ""
    for _ in range(10):
        reply = await dana.dispatcher.dispatch(
            ChatRequest(Requester(identity, platform, "dana"), action="mine", value=value)
        )
        cancellable |= {each.value for each in buttons(reply) if each.action == "ask_cancel"}
        more = [each for each in reply.actions if each.label.endswith(" more")]
        value = buttons(reply)[-1].value if more else ""
        if not more:
            break

    assert cancellable == set(dana.services.read_model.bookings)


async def test_cancelling_one_of_several_keeps_the_others_in_view(dana: Chat):
    await make_bookings(dana, 3)
    await dana.say("/rooms mine")

    reply = await dana.press_cancel(1)

    assert reply.startswith("Cancelled: ")
    assert "You have 2 upcoming bookings." in reply
    assert dana.labels.count("Cancel") == 2
    assert dana.last.replaces


async def test_an_old_button_on_a_cancelled_booking_renews_the_list(dana: Chat):
    await make_bookings(dana, 2)
    await dana.say("/rooms mine")
    gone = next(each for each in buttons(dana.last) if each.label == "Cancel")
    await dana.act("cancel", gone.value)

    for action in ("ask_cancel", "cancel", "keep", "here", "share", "extend"):
        reply = await dana.act(action, gone.value)

        assert "I can't find that booking any more." in reply
        assert dana.labels.count("Cancel") == 1
        assert dana.last.replaces


async def test_a_second_press_of_book_says_so_with_the_owners_buttons(wil: Chat):
    await wil.say("/rooms free tomorrow 3pm")
    book = next(each for each in buttons(wil.last) if each.label == "Book")
    await wil.act(book.action, book.value)

    reply = await wil.act(book.action, book.value)

    assert "You have it already" in reply
    assert wil.labels == ["30 min more", "Cancel"]
    assert await wil.quota() == 120


async def test_more_time_is_offered_only_where_the_quota_allows_it(wil: Chat):
    await wil.say("/book Wren G02 tomorrow 3pm for 165 minutes")
    booked = wil.labels
    await wil.say("/rooms mine")
    listed = wil.labels
    await wil.say("/book Wren G02 tomorrow 3pm for 165 minutes")

    assert await wil.quota() == 15
    assert [booked, listed, wil.labels] == [["Cancel"]] * 3


async def test_a_title_is_shown_wherever_its_owner_sees_the_booking(wil: Chat, rema: Chat):
    assert "“Chess _night_”" in await wil.say('/book Wren G02 tomorrow 3pm "Chess _night_"')
    assert "“Chess _night_”" in await wil.press("30 min more")
    assert "Chess _night_" in await wil.say("/rooms mine")
    assert "Chess _night_, your booking" in await wil.say("/rooms timetable Wren G02 tomorrow")
    assert "Chess" not in await rema.say("/rooms timetable Wren G02 tomorrow")
    assert "“Chess _night_”" in await wil.say("/rooms move friday 3pm")


async def test_a_booking_is_shared_only_where_others_read_along(wil: Chat):
    await wil.say('/book Wren G02 tomorrow 3pm "Chess"')
    (booking,) = wil.services.read_model.bookings.values()
    assert "Share" not in wil.labels
    assert "There's no channel here" in await wil.act("share", booking.id)

    in_channel = ChatRequest(wil.requester, action="extend", value=f"{booking.id}~30", channel="C1")
    extended = await wil.dispatcher.dispatch(in_channel)
    share = next(each for each in buttons(extended) if each.label == "Share")
    shared = await wil.dispatcher.dispatch(
        ChatRequest(wil.requester, action=share.action, value=share.value, channel="C1")
    )

    assert "Chess" in "".join(each for each in shared.text if isinstance(each, str))


async def test_a_long_list_is_narrowed_by_menus_that_keep_what_was_asked(wil: Chat):
    await wil.say("/rooms free tomorrow 3pm near Wren")
    menus = {each.label: each for each in wil.last.actions if hasattr(each, "options")}
    assert set(menus) == {"Building", "Size", "Equipment"}

    option = next(each for each in menus["Size"].options if each.label == "30+ seats")
    reply = await wil.act("free", option.value)

    assert "Thu 12 Mar, 15:00–16:00 · 30+ seats · near Wren" in reply
    assert reply.count("Book") - reply.count("Booking") == int(option.detail.split()[0])


async def test_the_next_page_keeps_the_heading(wil: Chat):
    first = (
        (await wil.say("/rooms free tomorrow 3pm to 4pm 5 seats near Wren")).split(":  ")[0].splitlines()[0]
    )

    second = await wil.press(next(label for label in wil.labels if label.endswith(" more")))

    assert second.splitlines()[0] == first
    assert "Thu 12 Mar, 15:00–16:00 · 5+ seats · near Wren: " in first


@pytest.mark.parametrize(
    "line",
    [
        "/society add rema dana",
        "/society add @rema @dana to SOTECHSOC",
        "/society add rema@rema.com, dana",
        "/SOCIETY ADD @rema and dana UCLU Technology Society",
        "/SOCIETY ADD @REMA @DANA TO SOTECHSOC",
    ],
)
async def test_several_people_are_added_at_once(wil: Chat, line: str):
    reply = await wil.say(line)

    assert "rema boo and " in reply
    assert "can now book for UCLU Technology Society." in reply
    assert "\trema\t" in await wil.say("/society members")


async def test_an_unknown_one_of_several_people_does_not_stop_the_others(wil: Chat):
    reply = await wil.say("/society add @rema and @nobody")

    assert "rema boo can now book for UCLU Technology Society." in reply
    assert "There's nobody called nobody." in reply


async def test_no_id_of_a_chat_account_is_shown(wil: Chat):
    for line in ("/society add slack:T0AB:U1", "/society members slack:T0AB:U1", "book <@U1> tomorrow 3pm"):
        shown = await wil.say(line)

        assert "slack:T0" not in shown
        assert "U1" not in shown


async def test_rooms_far_ahead_are_refused_for_that_reason(wil: Chat):
    reply = await wil.say("/rooms book Wren 104 next month")

    assert "You can only book up to 7 days ahead." in reply
    assert "isn't free" not in reply
    assert "Wren 104" in await wil.press("When is it free sooner?")
    assert "You're booked: Wren 104" in await wil.press("Book")


async def test_a_search_over_many_days_offers_slots_that_can_be_booked(wil: Chat):
    reply = await wil.say("/rooms free until christmas")

    assert "Wed 11 Mar, 10:20 – Wed 18 Mar, 10:20" in reply
    assert "You can't book then" not in reply
    assert wil.tone is Tone.INFO
    assert "You're booked" in await wil.press("Book")


async def test_upper_case_is_as_good_as_lower(wil: Chat):
    assert "You're booked: Wren G02" in await wil.say("/BOOK WREN G02 TOMORROW 3PM FOR 1 HOUR")
    assert "15:00–17:00" in await wil.say("/ROOMS EXTEND UNTIL 5PM")
    assert "Cancelled: Wren G02" in await wil.cancel("CANCEL MY BOOKING")
