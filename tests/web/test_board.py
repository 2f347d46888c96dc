"""The board without scripts: search, book, be refused, take the alternative, change, cancel, log out."""

from datetime import timedelta

import pytest
from aiohttp import ClientSession

from bot.chat.formatting import own_title
from bot.chat.reply import Reply
from bot.services import Services
from bot.web.endpoints.board.conversation import ask
from bot.web.framework.live_updates import MAX_STREAMS_PER_SUBNET, LiveUpdates
from bot.web.framework.route import RequestContext
from core.interval import Interval
from core.model import RoomId
from core.services.closures import NewClosure
from tests.fakes.clock import StillClock
from tests.web.test_check_in_page import book
from tests.web.visitor import Visitor

_ROOM = "H-C12-G02"
_PAGE = f"/rooms/{_ROOM}"


@pytest.fixture
def visitor(server_url: str, session: ClientSession) -> Visitor:
    return Visitor(session, server_url)


async def _visitor(name: str, server_url: str, session: ClientSession) -> Visitor:
    visitor = Visitor(session, server_url)
    await visitor.log_in(name)
    return visitor


@pytest.fixture
async def wil(server_url: str, session: ClientSession) -> Visitor:
    return await _visitor("wil", server_url, session)


@pytest.fixture
async def rema(server_url: str, session: ClientSession) -> Visitor:
    return await _visitor("rema", server_url, session)


async def test_the_start_page_shows_what_is_free_and_until_when(visitor: Visitor):
    page = await visitor.open("/")

    assert "Free now" in page.words
    assert "of 23 rooms" in page.words
    assert any(href.startswith("/rooms/") for href in page.page.links.values())
    assert "Log in" in page.page.links


async def test_the_search_line_echoes_what_it_understood(visitor: Visitor):
    page = await visitor.open("/")
    page = await visitor.press("Search", q="tomorrow 3pm 20 seats whiteboard")

    assert "15:00–16:00" in page.words
    assert "20+ seats · with whiteboard" in page.words


async def test_filters_are_a_search_too(visitor: Visitor):
    await visitor.open("/")
    filters = {"when": "monday 10am", "seats": "30", "where": "H-C12", "with": "projector"}
    page = await visitor.press("Show rooms", **filters)

    assert "30+ seats" in page.words
    assert "Wren" in page.words
    assert "Lovelace 206" not in page.words


async def test_a_visitor_who_books_is_asked_to_log_in_and_comes_back(visitor: Visitor):
    await visitor.open("/?q=monday+3pm+20+seats")
    await visitor.press("Book")
    page = await visitor.press("Log in", username="rema", password="remapassword")

    assert visitor.at.path == "/?q=monday+3pm+20+seats"
    assert "rema boo" in page.words
    booked = await visitor.press("Book")
    assert "You're booked" in booked.words


async def test_booking_with_the_form_of_the_rooms_page(wil: Visitor, services: Services):
    await wil.open(_PAGE)
    page = await wil.press("Book", in__date="2016-08-08", in__time="15:00", in__title="Choir")

    assert "You're booked: Wren G02" in page.words
    (booking,) = services.read_model.in_room(services.read_model.catalogue.room(_ROOM).id)
    assert own_title(booking) == "Choir"
    week = await wil.open(f"{_PAGE}?from=2016-08-08")
    assert "16:00" in week.words
    assert "Choir, your booking" in week.words


async def test_a_form_with_a_mistake_comes_back_with_what_was_typed(wil: Visitor):
    await wil.open(_PAGE)
    page = await wil.press("Book", in__date="2016-01-08", in__time="15:00", in__title="Choir")

    form = page.form_with("Book")
    assert any(attributes.get("class") == "problem" for _, attributes in page.page.tags)
    assert form.values["in.title"] == "Choir"
    assert form.values["in.date"] == "2016-01-08"


async def test_being_refused_and_taking_the_alternative(wil: Visitor, rema: Visitor, services: Services):
    await wil.open("/?q=book+Wren+G02+monday+3pm")
    await wil.press("Go on")
    await rema.open("/?q=book+Wren+G02+monday+3pm")

    refused = await rema.press("Go on")
    assert "taken" in refused.words
    booked = await rema.press("Book")

    assert "You're booked" in booked.words
    rema_id = services.read_model.directory.by_name("rema").person.id  # type: ignore[union-attr]
    assert len(services.read_model.of_person(rema_id)) == 1


async def test_changing_and_cancelling_a_booking(wil: Visitor):
    await wil.open("/?q=book+Wren+G02+monday+3pm")
    await wil.press("Go on")
    await wil.open("/my")
    await wil.press("Change")
    moved = await wil.press("Change", when="monday 5pm")
    assert "Moved to Wren G02" in moved.words
    assert "17:00–18:00" in moved.words

    await wil.open("/my")
    await wil.press("Cancel")
    cancelled = await wil.press(_button_like(wil, "ancel"))

    assert "Cancelled" in cancelled.words
    assert "no upcoming bookings" in (await wil.open("/my")).words


async def test_checking_in_and_extending(wil: Visitor, clock: StillClock):
    await wil.open("/?q=book+Wren+G02+now")
    await wil.press("Go on")
    await wil.open("/my")
    extended = await wil.press("30 min more")
    assert "30" in extended.words

    await wil.open("/my")
    await wil.press("I'm here")

    assert "checked in" in (await wil.open("/my")).words


async def test_a_button_that_is_pressed_twice_books_once(wil: Visitor, services: Services):
    await wil.open("/?q=monday+3pm+20+seats")
    form = wil.at.form_with("Book")
    await wil.send(form.action, form.values)
    await wil.send(form.action, form.values)

    wil_id = services.read_model.directory.by_name("wil").person.id  # type: ignore[union-attr]
    assert len(services.read_model.of_person(wil_id)) == 1


async def test_reloading_the_answer_to_30_min_more_extends_no_further(wil: Visitor):
    await wil.open("/?q=book+Wren+G02+monday+3pm")
    await wil.press("Go on")
    form = wil.at.form_with("30 min more")
    first = await wil.send(form.action, form.values)

    reloaded = await wil.send(form.action, form.values)

    assert "15:00–16:30" in first.words
    assert "15:00–16:30" in reloaded.words
    assert "17:00" in (await wil.press("30 min more")).words


async def test_reloading_the_answer_to_typed_words_does_nothing_twice(wil: Visitor):
    await wil.open("/?q=book+Wren+G02+monday+3pm")
    await wil.press("Go on")
    await wil.open("/?q=make+it+30+minutes+longer")
    form = wil.at.form_with("Go on")
    await wil.send(form.action, form.values)

    assert "15:00–16:30" in (await wil.send(form.action, form.values)).words


async def test_going_back_to_a_form_and_filling_it_in_anew_books_again(wil: Visitor, services: Services):
    await wil.open("/rooms/H-B4-101")
    form = wil.at.form_with("Book")
    for time in ("14:00", "16:00"):
        booked = await wil.send(form.action, {**form.values, "in.date": "2016-08-08", "in.time": time})
        assert time in booked.words

    assert len(services.read_model.bookings) == 2


async def test_what_went_wrong_is_said_in_words_for_people(wil: Visitor):
    form = (await wil.open("/rooms/H-B4-101")).form_with("Book")

    assert "banana is no date" in (await wil.open("/rooms/H-B4-101?from=banana")).words
    assert "mistake in the address" in (await wil.open("/rooms/H-B4-101?from=1&from=2")).words
    assert "can't be opened again" in (await wil.open("/press")).words
    assert "Go back and correct it" in (await wil.send("/say", {"csrf": form.values["csrf"]})).words
    await wil.open("/my")
    await wil.press("Log out")
    answer = await wil.send(form.action, form.values)
    assert answer.status == 401
    assert "nothing was changed. Log in" in answer.words


async def test_a_closed_room_is_closed_and_not_taken_on_every_page(wil: Visitor, services: Services):
    now = services.clock.now()
    closed = Interval(now, now + timedelta(days=2))
    await services.closures.add([NewClosure(closed, "Painting", RoomId(_ROOM))], "test")
    ends = closed.end.astimezone(services.rules.zone)

    for path in (_PAGE, "/buildings/H-C12"):
        assert f"Closed until {ends:%a} {ends.day} {ends:%b}, {ends:%H:%M}" in (await wil.open(path)).words
    words = (await wil.open(f"/check-in/{_ROOM}")).words
    assert f"The room is closed until {ends:%a} {ends.day}" in words


async def test_a_room_or_booking_that_is_gone_is_said_to_be_gone(wil: Visitor):
    assert "out of use" in (await wil.open("/display/NOPE")).words
    assert "over, cancelled" in (await wil.open("/bookings/NOPE")).words


async def test_a_link_changes_nothing_until_it_is_confirmed(wil: Visitor, services: Services):
    for path in ("/?q=/book+Wren+G02+monday+3pm", "/?q=book+Wren+G02+monday+3pm", "/?q=/logout"):
        page = await wil.open(path)
        assert "Go on" in page.form_with("Go on").buttons
    await wil.open("/?q=monday+3pm")
    await wil.open("/?q=book+it")
    answer = await wil.open("/ask?action=book&value=x")

    assert "confirm" in answer.words
    assert not services.read_model.bookings


async def test_waiting_for_a_room_that_is_taken(wil: Visitor, rema: Visitor):
    await wil.open("/?q=book+Wren+G02+monday+3pm")
    await wil.press("Go on")
    await rema.open(_PAGE)
    await rema.press("Book", in__date="2016-08-08", in__time="15:00")
    await rema.press(_button_like(rema, "when it's free"))

    assert "Wren G02" in (await rema.open("/my")).words.partition("Waiting for")[2]


async def test_a_president_changes_the_members_of_the_society(wil: Visitor):
    await wil.open("/societies")
    added = await wil.press("Add", user="rema")
    assert "can now book for" in added.words
    await wil.open("/societies")
    removed = await wil.press("Yes: remove rema boo")

    assert "rema boo" in removed.words
    assert "rema boo" not in (await wil.open("/societies")).words
    assert "Booking token" in (await wil.press("Show the token")).words


async def test_a_building_shows_its_rooms_and_a_room_the_way_back(visitor: Visitor):
    building = await visitor.open("/buildings/H-C12")
    room = await visitor.follow("Wren G02 (H-C12-G02)")

    assert "rooms free now" in building.words
    assert room.page.links["Wren Building"] == "/buildings/H-C12"
    assert "24" in room.words
    assert room.page.links["Subscribe to this room"].startswith("webcal:")


@pytest.mark.parametrize("path", ["/rooms/none", "/buildings/none", "/nothing/here"])
async def test_what_is_not_there_is_a_page_that_leads_on(visitor: Visitor, path: str):
    page = await visitor.open(path, Accept="text/html")

    assert page.status == 404
    assert page.page.links["See what's free now"] == "/"


async def test_programs_still_get_json_for_unknown_addresses(visitor: Visitor):
    page = await visitor.open("/nothing/here", Accept="*/*")

    assert page.headers["Content-Type"] == "application/json"


async def test_pages_for_everybody_are_revalidated_and_those_of_people_never_stored(
    visitor: Visitor, wil: Visitor, services: Services
):
    first = await visitor.open("/")
    again = await visitor.open("/", **{"If-None-Match": first.headers["ETag"]})
    own = await wil.open("/")

    assert again.status == 304
    assert own.headers["Cache-Control"] == "no-store"
    assert "ETag" not in own.headers
    await wil.open("/?q=book+Wren+G02+now")
    await wil.press("Go on")
    changed = await visitor.open("/", **{"If-None-Match": first.headers["ETag"]})
    assert changed.status == 200


async def test_a_minute_later_the_page_is_made_again(visitor: Visitor, clock: StillClock):
    first = await visitor.open("/")
    clock.move(timedelta(minutes=1))
    later = await visitor.open("/")

    assert first.html != later.html


async def test_open_pages_hear_of_changes(visitor: Visitor, wil: Visitor, session: ClientSession):
    async with session.get(f"{visitor.url}/live") as stream:
        assert stream.content_type == "text/event-stream"
        first = await _next_event(stream)
        await wil.open("/?q=book+Wren+G02+now")
        await wil.press("Go on")
        second = await _next_event(stream)

    assert first != second


def _button_like(visitor: Visitor, words: str) -> str:
    """The first button whose label contains these words."""
    labels = [label for form in visitor.at.page.forms for label in form.buttons]
    return next(each for each in labels if words in each)


async def _next_event(stream: object) -> bytes:
    while True:
        line: bytes = await stream.content.readline()  # type: ignore[attr-defined]
        if line.startswith(b"data:"):
            return line


async def test_one_network_cannot_take_all_streams(visitor: Visitor, session: ClientSession):
    streams = [await session.get(f"{visitor.url}/live") for _ in range(MAX_STREAMS_PER_SUBNET)]
    refused = await session.get(f"{visitor.url}/live")
    for each in (*streams, refused):
        each.close()

    assert {each.status for each in streams} == {200}
    assert refused.status == 429


async def test_links_in_a_stored_page_lead_to_the_site_that_was_asked_for(visitor: Visitor):
    forged = await visitor.open("/rooms/H-C12-G02", Host="evil.example")

    shown = await visitor.open("/rooms/H-C12-G02")

    assert "evil.example" in forged.html
    assert "evil.example" not in shown.html


async def test_a_change_while_a_page_is_made_is_not_missing_from_the_next_one(
    visitor: Visitor, services: Services, monkeypatch: pytest.MonkeyPatch
):
    """The answer to the first request is made from what was known before the booking."""

    async def ask_before_a_booking(context: RequestContext, text: str) -> Reply:
        reply = await ask(context, text)
        if not services.read_model.bookings:
            await book(services, room=RoomId(_ROOM))
        return reply

    monkeypatch.setattr("bot.web.endpoints.board.start.ask", ask_before_a_booking)
    before = await visitor.open("/?q=status+Wren+G02")

    after = await visitor.open("/?q=status+Wren+G02")

    assert after.words != before.words


async def test_a_change_while_a_slow_reader_is_written_to_is_announced_next(services: Services):
    updates = LiveUpdates(services)
    turn = updates.turn
    updates.open("a network")

    await book(services, room=RoomId(_ROOM))
    assert await updates.wait(turn)

    assert await updates.wait(turn), "one who comes late hears of it too"
    updates.leave("a network")
    await updates.close()
