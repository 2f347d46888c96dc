"""The main job from end to end: find a room, book it, change it, cancel it."""

from datetime import timedelta

import pytest

from bot.chat.reply import Tone
from tests.bot.chat import Chat, buttons
from tests.fakes.clock import StillClock


async def test_find_book_view_refuse_and_cancel(wil: Chat, rema: Chat):
    free = await wil.say("/rooms free now 20 seats")
    assert "Wed 11 Mar, 10:15–11:15 · 20+ seats" in free
    assert "10 rooms are free" in free
    assert "Hub Workshop (RO-POO)" in free

    booked = await wil.press("Book")
    assert "You're booked: Hub Workshop (RO-POO), Wed 11 Mar, 10:15–11:15." in booked
    assert "This used 60 minutes. You have 120 minutes left this week." in booked

    assert "Hub Workshop (RO-POO)  Wed 11 Mar, 10:15–11:15" in await wil.say("/rooms mine")
    assert "You have 120 minutes of 180 left this week." in await wil.say("/rooms quota")
    assert "is busy until 11:15 (your booking)" in await wil.say("/rooms status RO-POO")
    assert "is busy until 11:15 (booked here)" in await rema.say("/rooms status RO-POO")

    refused = await rema.say("/book RO-POO now")
    assert rema.tone is Tone.REFUSED
    assert "Hub Workshop (RO-POO) is taken Wed 11 Mar, 10:15–11:15: somebody else has booked it." in refused
    assert "A little later: Hub Workshop (RO-POO) Wed 11 Mar, 11:15–12:15" in refused

    assert ", Wed 11 Mar, 11:15–12:15" in await rema.press("Book")
    assert rema.tone is Tone.DONE

    cancelled = await wil.cancel()
    assert "You get 60 minutes back. You have 180 minutes left this week." in cancelled
    assert "is free until 11:15 (booked here)" in await wil.say("/rooms status RO-POO")


async def test_every_alternative_to_a_taken_room_works_when_pressed(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 11:00 for 2 hours")
    await rema.say("/book Wren G02 11:00 for 2 hours")
    offered = rema.labels.count("Book")

    answers = []
    for number in range(offered):
        await rema.say("/book Wren G02 11:00 for 2 hours")
        answers.append(await rema.press("Book", number))
        await rema.press_cancel()

    assert offered >= 2
    assert all(answer.startswith("You're booked: ") for answer in answers)


async def test_extend_move_check_in_and_cancel(wil: Chat, clock: StillClock):
    await wil.say("/book Wren G02 11:00 for 30 min")
    assert (
        "You now have Wren G02 (H-C12-G02), Wed 11 Mar, 11:00–12:00. You have 120 minutes left"
        in await wil.press("30 min more")
    )
    assert "11:00–11:45. You have 135 minutes left" in await wil.say("/rooms extend -15 min")
    assert "Moved to Wren G02 (H-C12-G02), Wed 11 Mar, 15:00–15:45" in await wil.say("/rooms move 3pm")
    assert "Moved to Wren G03 (H-C12-G03), Wed 11 Mar, 15:00–15:45" in await wil.say("/rooms move Wren G03")
    assert "You can check in from 15 minutes before" in await wil.say("/rooms here")

    clock.move(timedelta(hours=4, minutes=30))

    assert "You're checked in. Wren G03 (H-C12-G03) is yours until 15:45." in await wil.say("/rooms here")
    assert "checked in" in await wil.say("/rooms mine")
    clock.move(timedelta(minutes=20))
    assert "Cancelled" in await wil.cancel()
    assert await wil.quota() == 135


async def test_a_time_off_the_grid_is_confirmed_with_its_cost(wil: Chat):
    reply = await wil.say("/book Wren G02 11:10 to 11:50")
    assert "Book Wren G02 (H-C12-G02), Wed 11 Mar, 11:00–12:00? It uses 60 minutes of your quota." in reply
    assert await wil.quota() == 180

    assert "You're booked: Wren G02" in await wil.press("Book it")
    assert "Change Wren G02 (H-C12-G02) to Wed 11 Mar, 11:00–12:30?" in await wil.say("/rooms extend 20 min")
    assert "11:00–12:30" in await wil.press("Yes")
    assert "Move to Wren G02 (H-C12-G02), Wed 11 Mar, 15:00–16:45?" in await wil.say("/rooms move 3:10pm")
    assert "Moved to" in await wil.press("Move it")


async def test_the_confirmed_slot_is_what_is_booked(wil: Chat, services):
    reply = await wil.say('/book RO-PIZZA tomorrow 3:10pm to 4pm for SOTECHSOC "Weekly meeting"')
    assert "for UCLU Technology Society, “Weekly meeting”?" in reply

    assert "It's for UCLU Technology Society." in await wil.press("Book it")

    (booking,) = services.read_model.bookings.values()
    assert (booking.title, booking.society_id) == ("Weekly meeting", "SOTECHSOC")
    assert await wil.quota() == 180
    assert "Weekly meeting" in await wil.say("/rooms timetable RO-PIZZA tomorrow")


async def test_a_search_without_an_end_names_the_assumed_length(wil: Chat):
    assert "Thu 12 Mar, 15:00–16:00 (for 1 hour): " in await wil.say("/rooms free tomorrow 3pm")
    assert "Thu 12 Mar, 15:00–16:00: " in await wil.say("/rooms free tomorrow 3pm to 4pm")


async def test_words_that_were_not_understood_are_named(wil: Chat):
    assert "I didn't understand “flibber”, so I left it out." in await wil.say(
        "/rooms free tomorrow 3pm flibber"
    )
    reply = await wil.say("/book Wren G02 tomorrow 3pm flibber")
    assert "I didn't understand “flibber”, so I left it out." in reply
    assert wil.labels == ["Book it"]


async def test_pages_of_rooms_follow_one_another(wil: Chat):
    await wil.say("/rooms free tomorrow 3pm")
    first = {item.title for item in wil.last.items}

    await wil.press(next(label for label in wil.labels if label.endswith(" more")))
    second = {item.title for item in wil.last.items}
    assert not first & second
    await wil.press("Back")

    assert {item.title for item in wil.last.items} == first


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (
            "/book Wren G02 8:30pm for 1 hour",
            "The room is only open 08:00–21:00 that day (campus time).",
        ),
        ("/book Wren G02 sat 8am", "The room is only open 09:00–18:00 that day (campus time)."),
        (
            "/book Wren G02 tomorrow 9am for 4 hours",
            "This needs 240 minutes of quota and you only have 180 minutes left.",
        ),
        ("/book RO-PIZZA tomorrow 3pm", "Hub Kitchen Table (RO-PIZZA) can only be booked for a society."),
        ("/book Wren G01 now", "Wren G01 (H-C12-G01) is taken Wed 11 Mar, 10:15–11:15 (MATH1001 TUT)."),
    ],
)
async def test_a_refusal_says_why_and_offers_alternatives(rema: Chat, line: str, why: str):
    assert why in await rema.say(line)
    assert rema.tone is Tone.REFUSED

    assert "You're booked: " in await rema.press("Book")


async def test_a_refusal_for_being_too_far_ahead_names_the_last_day(rema: Chat, dana: Chat):
    assert "The last day you can book now is Wed 18 Mar." in await rema.say("/book Wren G02 26 march 3pm")
    assert rema.tone is Tone.REFUSED
    assert "You're booked" in await dana.say("/book Wren G02 26 march 3pm")


async def test_a_society_room_is_offered_for_the_requesters_society(emily: Chat):
    await emily.say("/book RO-PIZZA tomorrow 3pm")

    assert "It's for UCLU Technology Society." in await emily.press("Book for UCLU Technology Society")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("/rooms free now 500 seats", "no room is that large. The largest has 180 seats."),
        ("/rooms free Wren G01 now", "it's taken (MATH1001 TUT, timetable sample)."),
        ("/rooms free in august", "that's too far away. The last day you can book is Wed 18 Mar."),
    ],
)
async def test_when_nothing_is_free_it_says_why(rema: Chat, line: str, why: str):
    assert why in await rema.say(line)

    assert rema.tone is Tone.REFUSED


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("/rooms free tonight 11pm", "Closed then: rooms are open 08:00–21:00 that day."),
        ("/rooms free sat 8pm", "Closed then: rooms are open 09:00–18:00 that day."),
        ("/rooms free 26 march 3pm", "You can't book then. "),
    ],
)
async def test_free_rooms_that_cannot_be_booked_have_no_book_button(rema: Chat, line: str, why: str):
    assert why in await rema.say(line)

    for number in range(rema.labels.count("Book")):
        assert "You're booked: " in await rema.press("Book", number)
        await rema.press_cancel()
        await rema.say(line)


@pytest.mark.parametrize(
    "line",
    ["/rooms free", "/rooms free tomorrow", "/rooms free friday afternoon for 2 hours", "/rooms free 20:15"],
)
async def test_every_book_button_of_a_page_works(rema: Chat, line: str):
    await rema.say(line)
    offered = [each for each in buttons(rema.last) if each.action == "book"]

    for button in offered:
        assert (await rema.act("book", button.value)).startswith("You're booked: "), button
        await rema.press_cancel()

    assert offered


async def test_spent_quota_offers_a_shorter_booking(rema: Chat):
    await rema.say("/book Wren G02 tomorrow 9am for 2 hours 30 min")

    refused = await rema.say("/book Wren G02 tomorrow 3pm for 1 hour")
    assert "you only have 30 minutes left. You get 180 minutes again Mon 16 Mar, 03:00." in refused
    assert "Shorter: Wren G02 (H-C12-G02) Thu 12 Mar, 15:00–15:30" in refused
    await rema.press("Book")

    assert await rema.quota() == 0
    assert "you have none left" in await rema.say("/book Wren G02 tomorrow 5pm")
    assert "Book" not in rema.labels


async def test_staff_have_no_quota(dana: Chat):
    booked = await dana.say("/book Wren G02 tomorrow 9am for 8 hours")

    assert "You're booked" in booked
    assert "left this week" not in booked
    assert "Staff have no quota" in await dana.say("/rooms quota")


async def test_bookings_of_others_cannot_be_changed(wil: Chat, rema: Chat, services):
    await wil.say("/book Wren G02 tomorrow 3pm")
    (booking,) = services.read_model.bookings.values()

    for action in ("ask_cancel", "cancel", "here", "share"):
        assert "That booking isn't yours." in await rema.act(action, booking.id)
    assert "That booking isn't yours." in await rema.act("extend", f"{booking.id}~30")
    assert "I can't find that booking" in await rema.act("move", f"{booking.id}~H-C12-G03~{1:x}~60")
    assert "I can't find that booking" in await rema.say(f"/rooms cancel {booking.id[:8]}")

    assert services.read_model.bookings[booking.id] == booking


async def test_a_booking_can_be_named_by_id_room_or_time(wil: Chat, services):
    await wil.say("/book Wren G02 tomorrow 3pm")
    await wil.say("/book Lovelace 205 friday 9am")

    reply = await wil.say("/rooms cancel")
    assert "That could be any of 2 bookings." in reply
    assert "Wren G02 (H-C12-G02)  Thu 12 Mar, 15:00–16:00" in reply
    assert wil.labels == ["Cancel", "Cancel"]
    assert "I can't tell which booking “banana” is." in await wil.say("/rooms cancel banana")
    assert "I can't find that booking" in await wil.say("/rooms cancel Wren G03")
    assert len(services.read_model.bookings) == 2

    assert "Cancelled: Wren G02" in await wil.cancel("/rooms cancel Wren G02")
    assert "Cancelled: Lovelace 205" in await wil.cancel("cancel my booking on friday")


async def test_the_only_booking_is_not_cancelled_when_another_is_named(wil: Chat, services):
    await wil.say("/book Wren G02 tomorrow 3pm")

    for line in (
        "/rooms cancel banana",
        "/rooms cancel 12345678",
        "/rooms cancel Wren G03",
        "/rooms cancel friday",
    ):
        await wil.say(line)
        assert wil.last.is_refusal

    assert len(services.read_model.bookings) == 1


async def test_a_numeric_date_is_not_a_booking_id(wil: Chat):
    await wil.say("/book Wren G02 tomorrow 3pm")

    assert "Moved to Wren G02 (H-C12-G02), Fri 13 Mar, 09:00–10:00" in await wil.say(
        "/rooms move 2026-03-13 9am"
    )


async def test_a_refused_move_offers_alternatives(wil: Chat):
    await wil.say("/book Wren G02 15:00 for 3 hours")

    refused = await wil.say("/rooms move Wren G01 tomorrow 7pm")
    assert "The room is only open 08:00–21:00 that day (campus time)." in refused
    moved = await wil.press("Move")

    assert "Moved to Wren G01" in moved
    assert await wil.quota() >= 0


async def test_an_extension_into_another_booking_offers_a_nearby_room(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 15:00 for 1 hour")
    assert "30 min more" in wil.labels
    await rema.say("/book Wren G02 16:00 for 1 hour")

    await wil.say("/rooms mine")
    assert "30 min more" not in wil.labels
    refused = await wil.say("/rooms extend 30 min")

    assert "Wren G02 (H-C12-G02) is taken Wed 11 Mar, 16:00–16:30: somebody else has booked it." in refused
    assert "Nearby:" in refused


async def test_a_repeated_delivery_books_once_and_gets_the_same_reply(wil: Chat, services):
    await wil.say("/rooms free tomorrow 3pm")
    book = next(each for item in wil.last.items for each in item.buttons)

    first = await wil.act(book.action, book.value, key="turn 1")
    again = await wil.act(book.action, book.value, key="turn 1")

    assert first.startswith("You're booked: ")
    assert again.startswith(first.split(". This used")[0])
    assert len(services.read_model.bookings) == 1
    assert await wil.quota() == 120


async def test_a_key_belongs_to_one_person(wil: Chat, rema: Chat, services):
    await wil.say("/book Wren G02 tomorrow 3pm", key="1")
    await rema.say("/book Wren G03 tomorrow 3pm", key="1")

    assert len(services.read_model.bookings) == 2


async def test_days_outside_the_read_model_are_read_from_storage(dana: Chat, services, clock: StillClock):
    await dana.say("/book Wren G02 fri 29 may 3pm for 1 hour")
    clock.move(timedelta(days=-60))
    await services.storage.reload()
    (booking,) = services.read_model.bookings.values()
    assert not services.read_model.covers(booking.interval)

    assert "your booking" in await dana.say("/rooms timetable Wren G02 2026-05-29")
    assert "busy until 16:00 (your booking)" in await dana.say("/rooms status Wren G02 2026-05-29 3:20pm")
    assert "Wren Building Fri 29 May, 15:20: 4 of 5 rooms are free." in await dana.say(
        "/rooms status Wren 2026-05-29 3:20pm"
    )


@pytest.mark.parametrize("command", ["/rooms status", "/rooms timetable"])
async def test_an_unknown_place_is_named(wil: Chat, command: str):
    reply = await wil.say(f"{command} hubble")

    assert "called hubble" in reply
    assert "For example: " in reply


async def test_a_room_that_one_has_booked_already_is_named_as_such(wil):
    await wil.say("/book Wren G02 tomorrow 3pm for 1 hour")

    again = await wil.say("/book Wren G02 tomorrow 3pm for 1 hour")

    assert "You have already booked Wren G02" in str(again)
