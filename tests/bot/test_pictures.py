"""Pictures in replies: what they show of the sample campus, and to whom."""

from datetime import timedelta

from bot.chat.picture import Bar, BarKind, Picture
from bot.chat.reply import Audience
from bot.chat.reply_json import decode_reply, encode_reply
from bot.chat.request import ChatRequest
from bot.pictures.drawing import draw_png
from bot.pictures.reading import PictureFacts, read_picture
from bot.pictures.requests import unpack
from bot.services import Services
from tests.bot.chat import Chat
from tests.fakes.clock import StillClock


def picture(chat: Chat) -> Picture:
    found = chat.last.picture
    assert found is not None
    return found


def bars(chat: Chat, kind: BarKind) -> list[Bar]:
    return [bar for row in picture(chat).timeline.rows for bar in row.bars if bar.kind is kind]


async def test_a_rooms_day_shows_classes_and_ones_own_booking(wil: Chat):
    await wil.say("/book Wren G02 today 18:00-19:00")
    await wil.say("/rooms timetable Wren G02")

    [own] = bars(wil, BarKind.OWN)
    assert (own.start, own.end) == (18 * 60, 19 * 60)
    assert not bars(wil, BarKind.BOOKED)
    assert "18:00–19:00 yours" in picture(wil).alternative
    assert "It is 10:20 now." in picture(wil).alternative


async def test_others_see_it_as_a_booking_without_a_name(wil: Chat, rema: Chat):
    await wil.say('/book Wren G02 today 18:00-19:00 "Secret plans"')
    await rema.say("/rooms timetable Wren G02")

    [booked] = [each for each in bars(rema, BarKind.BOOKED) if each.start == 18 * 60]
    assert booked.label == ""
    assert not bars(rema, BarKind.OWN)
    assert "Secret" not in picture(rema).alternative + picture(rema).content


async def test_a_reply_for_everybody_marks_nobodys_bookings(wil: Chat):
    await wil.say("/book Wren G02 today 18:00-19:00")
    words = "rooms timetable Wren G02"
    request = ChatRequest(wil.requester, words, is_free_text=True, channel="C1", in_public=True)

    reply = await wil.dispatcher.dispatch(request)

    assert reply.audience is Audience.CHANNEL
    assert reply.picture is not None
    assert all(bar.kind is not BarKind.OWN for row in reply.picture.timeline.rows for bar in row.bars)
    assert "yours" not in reply.picture.alternative
    assert unpack(reply.picture.content).own == ()  # type: ignore[union-attr]


async def test_a_building_has_a_row_for_each_room(wil: Chat):
    await wil.say("/rooms status Wren")

    labels = [row.label for row in picture(wil).timeline.rows]
    assert labels == ["104", "G01", "G02", "G03", "LT1"]
    assert all(f"{label}: " in picture(wil).alternative for label in labels)


async def test_a_series_shows_which_dates_can_be_booked(wil: Chat):
    await wil.say("/book Wren G02 every thursday 19:00-20:00 2 times for SOTECHSOC")

    wanted = bars(wil, BarKind.FREE)
    assert [(each.start, each.end) for each in wanted] == [(19 * 60, 20 * 60)] * 2
    assert [row.label for row in picture(wil).timeline.rows] == ["Thu 12 Mar", "Thu 19 Mar"]


async def test_a_series_that_is_searched_for_shows_rooms_by_dates(wil: Chat):
    await wil.say("/rooms plan every thursday 19:00-20:00 2 times for SOTECHSOC for 20")

    assert picture(wil).timeline.dates == ("12 Mar", "19 Mar")
    assert "12 Mar free; 19 Mar free" in picture(wil).alternative


async def test_a_plan_shows_the_stay_in_each_room(wil: Chat):
    await wil.say("/rooms plan tomorrow 10-16 for 4 near Wren")

    wanted = sorted(bars(wil, BarKind.FREE), key=lambda each: each.start)
    assert (wanted[0].start, wanted[-1].end) == (10 * 60, 16 * 60)
    assert len(picture(wil).timeline.rows) == len(wil.last.items)


async def test_the_server_draws_from_the_url_what_the_message_shows(
    wil: Chat, services: Services, clock: StillClock
):
    for words in (
        "/rooms timetable Wren G02",
        "/rooms status Wren",
        "/book Wren G02 every thursday 19:00-20:00 2 times for SOTECHSOC",
        "/rooms plan every thursday 19:00-20:00 2 times for SOTECHSOC for 20",
        "/rooms plan tomorrow 10-16 for 4 near Wren",
        "/rooms timetable Wren G02 on 1 September",
    ):
        await wil.say(words)
        facts = PictureFacts(services.read_model, services.rules, clock.now(), services.storage.read)

        assert await read_picture(unpack(picture(wil).content), facts) == picture(wil).timeline, words


async def test_a_picture_survives_the_outbox(wil: Chat):
    await wil.say("/rooms timetable Wren G02")

    assert decode_reply(encode_reply(wil.last)).picture == picture(wil)


async def test_the_present_is_marked_today_only(wil: Chat, clock: StillClock):
    await wil.say("/rooms timetable Wren G02 tomorrow")
    assert [row.now for row in picture(wil).timeline.rows] == [None]

    clock.move(timedelta(days=1))
    await wil.say("/rooms timetable Wren G02")
    assert [row.now for row in picture(wil).timeline.rows] == [10 * 60 + 20]
    assert draw_png(picture(wil).timeline).startswith(b"\x89PNG")


async def test_a_week_has_a_column_for_each_day_and_the_words(wil: Chat):
    await wil.say("/book Wren G02 tomorrow 18:00-19:00")
    text = await wil.say("/rooms timetable Wren G02 next week")
    assert [row.label for row in picture(wil).timeline.rows][:2] == ["Mon 16", "Tue 17"]
    assert len(picture(wil).timeline.rows) == 7
    assert "Mon 16 Mar to Sun 22 Mar" in text

    await wil.press("Wed 18")
    assert [row.label for row in picture(wil).timeline.rows] == ["Wed 18"]

    await wil.say("/rooms timetable Wren G02 today")
    text = await wil.press("See the week")
    assert picture(wil).timeline.rows[0].label == "Mon 9"
    assert "Thu 12 Mar\t18:00\t19:00\tyour booking" in text
    [own] = bars(wil, BarKind.OWN)
    assert (own.start, own.end) == (18 * 60, 19 * 60)


async def test_a_week_in_which_clocks_change_has_seven_days(wil: Chat):
    await wil.say("/rooms timetable Wren G02 the week of 23 march")

    assert [row.label for row in picture(wil).timeline.rows][-1] == "Sun 29"
    assert len(picture(wil).timeline.rows) == 7
