"""Series in chat: preview, booking, what changed meanwhile, changes and cancelling, and bad input."""

from datetime import date

import pytest
from msgspec.structs import replace

from bot.chat.reply import Tone
from core.model import Term
from core.policy.rules import Rules
from core.policy.terms import Terms, break_of_week
from tests.bot.chat import Chat, buttons

SERIES = '/book Wren G02 every tuesday 5-7pm 4 times for SOTECHSOC "Committee"'


@pytest.fixture
def rules() -> Rules:
    start = date(2026, 2, 16)
    term = Term("Term 1 2026", start, date(2026, 5, 29), 14, (break_of_week(start, 6),))
    return replace(Rules(), terms=Terms((term,)))


async def test_a_series_is_previewed_booked_and_listed_as_one_item(wil: Chat):
    preview = await wil.say(SERIES)
    assert "Tuesdays 17:00–19:00, 17 Mar to 7 Apr, for UCLU Technology Society, “Committee”" in preview
    assert wil.labels == ["Book all 4"]

    assert "4 dates, 17 Mar to 7 Apr." in await wil.press("Book all 4")
    listed = await wil.say("/rooms mine")
    assert "Tuesdays 17:00, 4 to come, next Tue 17 Mar" in listed
    assert wil.labels == ["Next", "All dates", "Change…", "Cancel…"]
    assert "It's number 1 of 4 dates to come." in await wil.press("Next")


async def test_taken_dates_are_named_and_other_rooms_are_offered(wil: Chat, rema: Chat):
    await rema.say("/book Wren G02 tuesday 5-6pm")

    preview = await wil.say(SERIES)
    assert "3 of 4 dates can be booked." in preview
    assert "Tue 17 Mar\tweek 5\ttaken" in preview
    assert wil.labels[:2] == ["Book the 3 that are free", "Use another room for the other date"]
    assert wil.labels[2].startswith("Another room for all: ")
    assert "2 rooms, Tuesdays" in await wil.press("Use another room for the other date")


async def test_what_was_taken_meanwhile_books_nothing_and_is_shown_again(wil: Chat, rema: Chat):
    await wil.say(SERIES)
    await rema.say("/book Wren G02 tuesday 5-6pm")

    again = await wil.press("Book all 4")
    assert "Nothing was booked, because something changed meanwhile: Tue 17 Mar." in again
    assert wil.tone is Tone.REFUSED
    assert "no upcoming bookings" in await Chat(wil.services, "wil").say("/rooms mine")
    assert "3 dates" in await wil.press("Book the 3 that are free")


async def test_the_preview_of_somebody_else_cannot_be_pressed(wil: Chat, rema: Chat):
    await wil.say(SERIES)
    (button,) = buttons(wil.last)

    assert "This preview has expired" in await rema.act(button.action, button.value)
    await wil.press("Book all 4")
    for button in buttons(wil.last):
        await rema.act(button.action, button.value)
        assert rema.tone is Tone.REFUSED
    assert "4 to come" in await wil.say("/rooms mine")


async def test_one_date_moves_then_the_rest_is_cancelled(wil: Chat):
    await wil.say(SERIES)
    await wil.press("Book all 4")

    assert "Which dates should change?" in await wil.say("/rooms move 6pm")
    assert wil.labels == ["Only Tue 17 Mar", "All 4 to come"]
    assert "Changed 1 date: Wren G02 (H-C12-G02), Tue 17 Mar 18:00–20:00." in await wil.press(
        "Only Tue 17 Mar"
    )
    await wil.say("/rooms mine")
    await wil.press("Cancel…")
    cancelled = await wil.press("All 4 to come")
    assert "Cancelled: Tue 17 Mar, Tue 24 Mar, Tue 31 Mar and Tue 7 Apr." in cancelled
    assert "no upcoming bookings" in await wil.say("/rooms mine")


async def test_the_form_changes_time_title_and_end_of_all_dates(wil: Chat):
    await wil.say(SERIES)
    await wil.press("Book all 4")

    await wil.press("Change…")
    assert "Changed 4 dates: Wren G02 (H-C12-G02), Tuesdays 18:00–19:30, “Board”." in await wil.fill_in(
        time="18:00–19:30", title="Board"
    )
    await wil.press("Change…")
    assert "This cancels Tue 31 Mar and Tue 7 Apr." in await wil.fill_in(until="24 march")
    await wil.press("Yes, cancel 2 dates")
    assert "Tuesdays 18:00, 2 to come" in await wil.say("/rooms mine")
    await wil.press("Change…")
    await wil.fill_in(room="Nowhere Hall")
    assert wil.last.form_errors == {"room": "There's no room Nowhere Hall."}


async def test_weeks_of_a_term_leave_out_the_reading_week_and_stand_beside_the_dates(wil: Chat):
    preview = await wil.say("/book Wren G02 every tuesday 5-7pm weeks 1-10 for SOTECHSOC")

    assert "Tue 17 Mar\tweek 5\tfree\nTue 31 Mar\tweek 6\tfree" in preview
    assert "The days of" not in preview


async def test_the_only_taken_date_can_be_waited_for(wil: Chat, rema: Chat):
    await rema.say("/book Wren G02 tuesday 5-6pm")
    await wil.say(SERIES)

    waiting = await wil.press("Tell me when Tue 17 Mar is free")

    assert "1st in line for Wren G02 (H-C12-G02), Tue 17 Mar, 17:00–19:00, for UCLU Tech" in waiting


async def test_a_series_of_one_taken_date_can_be_waited_for(wil: Chat, rema: Chat):
    await rema.say("/book Wren G02 tuesday 5-6pm")

    assert "none of these dates can be booked" in await wil.say(SERIES.replace("4 times", "until 17 march"))
    assert "1st in line" in await wil.press("Tell me when it's free")


async def test_dates_that_nobody_could_be_offered_are_not_waited_for(wil: Chat, rema: Chat):
    """Two taken dates, one's own, and one that is too far ahead for a single booking."""
    await wil.say("/book Wren G02 tuesday 5-7pm for SOTECHSOC")
    await wil.say(SERIES)
    own = wil.labels
    await rema.say("/book Wren G02 wednesday 5-6pm")
    await rema.say("/book Wren G02 tomorrow 5-6pm")
    await wil.say(SERIES.replace("tuesday", "day"))

    assert not [each for each in (*own, *wil.labels) if each.startswith("Tell me when")]


async def test_a_booking_becomes_a_series(wil: Chat):
    await wil.say("/book Wren G02 tomorrow 5-6pm")

    await wil.say("/rooms repeat daily 2 times")
    assert "2 dates, 12 Mar to 13 Mar." in await wil.press("Book both")
    assert "Series 17:00, 2 to come" in await wil.say("/rooms mine")


async def test_rooms_are_searched_and_planned_for_a_whole_series(wil: Chat):
    found = await wil.say("/rooms free every tuesday 5-7pm 4 times 30 seats for SOTECHSOC")
    assert "rooms are free on all 4 dates." in found
    assert "Book all 4" in (await wil.press("See dates"))

    planned = await wil.say("/society plan tuesdays 17-19 4 times 30 seats near Wren")
    assert "Wren G03 (H-C12-G03) can be had every time, so nobody has to move." in planned
    assert "You're booked: Wren G03" in await wil.press("Book all 4")


async def test_a_day_is_planned_with_few_moves(wil: Chat, rema: Chat):
    await rema.say("/book Library Pod 101 tomorrow 10-11")

    planned = await wil.say("/rooms plan tomorrow 10-12 for 4 near Nowhere")
    assert "is free all the time, so you can stay." in planned
    assert "I didn't understand “Nowhere”" in planned
    assert "You're booked: " in await wil.press("Book")
    assert "From when to when" in await wil.say("/rooms plan tomorrow")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("every tuesday 5-7pm", "A series needs an end"),
        ("every hour until friday", "A series repeats once a day at most"),
        ("every tuesday 5-7pm 53 times", "more than 52 dates"),
        ("every tuesday 5-7pm until 1 march 2020", "before"),
        ("every tuesday until 1 may", "At what time?"),
    ],
)
async def test_a_rule_that_cannot_be_booked_is_answered_with_what_to_do(wil: Chat, words: str, sentence: str):
    assert sentence in await wil.say(f"/book Wren G02 {words}")
    assert wil.tone in {Tone.UNCLEAR, Tone.REFUSED}


async def test_an_endless_series_is_one_press_away_from_the_end_of_its_term(wil: Chat):
    question = await wil.say('/book Wren G02 every tuesday 5-7pm for SOTECHSOC "Committee"')

    assert "How long does it go on in Wren G02 (H-C12-G02)? A series needs an end" in question
    assert '/book Wren G02 every tuesday 5-7pm for SOTECHSOC "Committee" 10 times or ' in question
    assert 'for SOTECHSOC "Committee" until the end of term' in question
    assert wil.labels == ["Until the end of term, Fri 29 May", "Only Tue 17 Mar 17:00–19:00"]
    preview = await wil.press("Until the end of term, Fri 29 May")
    assert "Tuesdays 17:00–19:00, 17 Mar to 26 May, for UCLU Technology Society, “Committee”" in preview
    assert "11 dates" in await wil.press("Book all 11")


async def test_the_examples_of_an_endless_series_can_be_typed_as_they_are(wil: Chat):
    question = await wil.say("/book Wren G02 every day at 5pm for SOTECHSOC")
    _, _, examples = question.partition("For example: ")
    first, _, second = examples.splitlines()[0].partition(" or ")

    assert "11 Mar to 20 Mar" in await wil.say(first)
    assert "more than 52 dates" in await wil.say(second)


async def test_a_booking_is_repeated_until_the_end_of_term_with_one_press(wil: Chat):
    booked = await wil.say("/book Wren G02 tomorrow 5-6pm for SOTECHSOC")
    booking_id = booked.rpartition("Booking ")[2].split()[0]

    question = await wil.say("/rooms repeat every week")
    assert f"/rooms repeat {booking_id} every week 10 times" in question
    assert "Thursdays 17:00–18:00, 12 Mar to 28 May" in await wil.press("Until the end of term, Fri 29 May")
    assert "12 dates" in await wil.press("Book all 12")
    assert "Thursdays 17:00, 12 to come" in await wil.say("/rooms mine")


async def test_rooms_for_an_endless_series_are_planned_until_the_end_of_term(wil: Chat):
    await wil.say("every tuesday at 5pm for 30 people for SOTECHSOC", free=True)
    assert "free on all 11 dates" in await wil.press("Until the end of term, Fri 29 May")

    question = await wil.say("/society plan tuesdays 17-19 30 seats")
    assert "/society plan tuesdays 17-19 30 seats 10 times" in question
    assert "free on all 11 dates" in await wil.press("Until the end of term, Fri 29 May")


async def test_two_weekdays_of_each_month_are_one_series(wil: Chat):
    preview = await wil.say(
        "/book Wren G02 first and third tuesday of every month 5-6pm until 20 may for SOTECHSOC"
    )

    assert "the first and third Tuesday of every month 17:00–18:00, 17 Mar to 19 May" in preview
    assert "5 dates" in await wil.press("Book all 5")


async def test_a_date_changed_alone_does_not_rename_its_series(wil: Chat):
    await wil.say(SERIES)
    await wil.press("Book all 4")
    await wil.say("/rooms move 6pm")
    await wil.press("Only Tue 17 Mar")

    assert "Tuesdays 17:00, 4 to come, next Tue 17 Mar, 18:00 · " in await wil.say("/rooms mine")


async def test_a_preview_says_how_far_a_series_may_reach(wil: Chat):
    far = await wil.say("/book Wren G02 every tuesday 5-7pm 20 times for SOTECHSOC")
    assert "11 of 20 dates can be booked. You can book a series until 29 May 2026." in far

    near = await wil.say("/book Wren G02 every tuesday 5-7pm 2 times")
    assert "You can book a series until 18 March 2026." in near


async def test_other_rooms_are_as_large_where_there_are_any_and_else_say_their_seats(wil: Chat, rema: Chat):
    await rema.say("/book Wren G02 tuesday 5-6pm")
    await wil.say(SERIES)
    rooms = wil.services.read_model.catalogue.rooms
    offered = wil.labels[2].removeprefix("Another room for all: ")
    (other,) = [each for each in rooms.values() if each.name == offered]
    (wanted,) = [each for each in rooms.values() if each.name == "Wren G02"]
    assert other.capacity >= wanted.capacity

    largest = max(rooms.values(), key=lambda each: each.capacity)
    await rema.say(f"/book {largest.id} tuesday 5-6pm")
    preview = await wil.say(f"/book {largest.id} every tuesday 5-7pm 2 times for SOTECHSOC")
    assert " seats)" in preview
    assert wil.labels[2].endswith(" seats)")


async def test_a_title_changes_for_one_booking_one_date_or_all(wil: Chat):
    booked = await wil.say('/book Wren G01 tomorrow 5-6pm "Revision"')
    single = booked.rpartition("Booking ")[2].split()[0]
    assert "Renamed: Wren G01 (H-C12-G01), Thu 12 Mar, 17:00–18:00 (week 4), “Maths”." in await wil.say(
        f'/rooms move {single} "Maths"'
    )
    moved = await wil.say(f'/rooms move {single} tomorrow 6pm "Physics"')
    assert "Moved to Wren G01 (H-C12-G01), Thu 12 Mar, 18:00–19:00 (week 4), “Physics”." in moved

    await wil.say(SERIES)
    await wil.press("Book all 4")
    assert "Change the title to “Elections”?" in await wil.say('/rooms move committee "Elections"')
    assert "Tue 17 Mar 17:00–19:00, “Elections”." in await wil.press("Only Tue 17 Mar")
    await wil.say('/rooms move committee "Board"')
    changed = await wil.press("Tue 24 Mar and the 2 after it")
    assert "Changed 3 dates: Wren G02 (H-C12-G02), Tuesdays 17:00–19:00, “Board”." in changed


async def test_the_title_of_a_personal_series_stays_private_and_replaces_the_old_one(rema: Chat):
    await rema.say('/book Wren G02 daily 5-6pm 2 times "Study"')
    await rema.press("Book both")
    await rema.say('/rooms move "Study" "Revision"')
    await rema.press("Both to come")

    known = rema.services.read_model.directory.by_name("rema")
    assert known is not None
    bookings = rema.services.read_model.of_person(known.person.id)
    assert [(each.title, each.notes) for each in bookings] == [("", "Revision")] * 2


async def test_what_changes_from_a_date_on_leaves_those_changed_alone_unless_it_begins_with_one(wil: Chat):
    await wil.say(SERIES)
    await wil.press("Book all 4")
    for day in ("24 mar", "7 apr"):
        await wil.say("/rooms mine")
        await wil.press("All dates")
        label = next(each for each in wil.labels if each.lower().startswith("tue " + day))
        await wil.press(label)
        await wil.press("Change…")
        await wil.fill_in(time="18:00–19:00", scope="one")

    await wil.say("/rooms mine")
    await wil.press("All dates")
    await wil.press("Tue 24 Mar, 18:00–19:00, Wren G02")
    await wil.press("Change…")
    changed = await wil.fill_in(time="19:00–20:00", scope="following")

    assert "Changed 2 dates: Wren G02 (H-C12-G02), Tuesdays 19:00–20:00." in changed
    assert "Tue 7 Apr stays" in changed


async def test_one_date_of_a_series_has_one_button_to_cancel_it(wil: Chat):
    await wil.say(SERIES)
    await wil.press("Book all 4")
    await wil.press("Next")

    assert [label for label in wil.labels if label.startswith("Cancel")] == ["Cancel…"]
    await wil.press("Cancel…")
    assert "Cancelled: Tue 17 Mar." in await wil.press("Only Tue 17 Mar")


async def test_a_new_end_is_shown_in_words(wil: Chat):
    await wil.say(SERIES)
    await wil.press("Book all 4")
    form = await wil.press("Change…")
    assert "now: 7 April 2026" in form

    assert "End on Tue 24 Mar? This cancels Tue 31 Mar and Tue 7 Apr." in await wil.fill_in(until="24 march")
    assert "Cancelled Tue 31 Mar and Tue 7 Apr." in await wil.press("Yes, cancel 2 dates")


async def test_a_plan_that_costs_more_than_the_quota_says_so(rema: Chat):
    assert "uses 180 minutes of your quota." in await rema.say("/rooms plan tomorrow 10-13 for 4")
    assert "uses 240 minutes of your quota, more than the 180 that you have left." in await rema.say(
        "/rooms plan tomorrow 10-14 for 4"
    )


async def test_a_room_in_the_place_of_a_command_gets_the_commands_for_rooms(wil: Chat):
    assert (
        "Did you mean /rooms status Wren G02 tuesday or /rooms timetable Wren G02 tuesday?"
        in await wil.say("/rooms Wren G02 tuesday")
    )
