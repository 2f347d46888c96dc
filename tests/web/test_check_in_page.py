"""Checking in at the door in a browser: from the scanned code through the login to the pressed button."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from aiohttp import web

from bot.services import Services
from bot.web.application import STATE
from core.interval import Interval
from core.model import Booking, Guest, RoomId, SocietyId
from core.policy.door_code import format_code
from core.policy.rules import Rules
from core.services.book_room import BookRoom
from core.services.bookings import new_booking_id
from tests.fakes.clock import StillClock
from tests.login.browser import Browser, Seen

ROOM, OTHER = RoomId("H-C12-G02"), RoomId("RO-POO")
START = datetime(2016, 8, 5, 9, 0, tzinfo=UTC)
"""Friday, ten o'clock in London."""


@pytest.fixture
def rules() -> Rules:
    return Rules(door_code_rooms=(ROOM,))


async def book(services: Services, name: str = "wil", room: RoomId = ROOM, later: int = 0) -> Booking:
    account = services.read_model.directory.by_name(name)
    assert account is not None
    slot = Interval.of_length(START + timedelta(minutes=later), timedelta(minutes=60))
    request = BookRoom(new_booking_id(), room, slot, account.person.id)
    return (await services.bookings.book(request)).booking


async def log_in(browser: Browser, app: web.Application, name: str = "wil") -> None:
    """Gives the browser a session, as the login pages would."""
    services = app[STATE].services
    account = services.read_model.directory.by_name(name)
    assert account is not None
    token = (await services.accounts.grant(account.person.id)).token
    browser.cookies["roomie-session"] = app[STATE].sessions.seal(token)


def code_of(services: Services, room: RoomId = ROOM) -> str:
    return services.door_codes.current(room, services.clock.now())


def is_checked_in(services: Services, booking: Booking) -> bool:
    return services.read_model.bookings[booking.id].checked_in_at is not None


async def scan(browser: Browser, services: Services, room: RoomId = ROOM) -> Seen:
    return await browser.open(f"/check-in/{room}?code={code_of(services, room)}")


async def test_who_scans_logs_in_comes_back_and_presses_one_button(browser: Browser, services: Services):
    booking = await book(services)

    login = await scan(browser, services)
    back = await browser.submit(login, username="wil", password="wilpassword")
    done = await browser.submit(back)

    assert "Your booking: 10:00–11:00" in back.words
    assert "You're checked in. Wren G02 is yours until 11:00." in done.words
    assert is_checked_in(services, booking)


async def test_looking_at_the_page_checks_nobody_in(
    browser: Browser, services: Services, app: web.Application
):
    booking = await book(services)
    await log_in(browser, app)

    await scan(browser, services)

    assert not is_checked_in(services, booking)


async def test_a_form_of_another_site_checks_nobody_in(
    browser: Browser, services: Services, app: web.Application
):
    booking = await book(services)
    await log_in(browser, app)
    form = {"booking": booking.id, "code": code_of(services)}

    without = await browser.ask("POST", f"/check-in/{ROOM}/confirm", data=form)
    foreign = await browser.ask("POST", f"/check-in/{ROOM}/confirm", data={**form, "csrf": "0" * 40})

    assert (without.status, foreign.status) == (403, 403)
    assert not is_checked_in(services, booking)


async def test_an_old_code_is_refused_and_the_new_one_may_be_typed(
    browser: Browser, services: Services, app: web.Application, clock: StillClock
):
    booking = await book(services)
    await log_in(browser, app)
    page = await scan(browser, services)
    clock.move(timedelta(minutes=11))

    late = await browser.submit(page)
    done = await browser.submit(late, code=format_code(code_of(services)).lower())

    assert late.status == 409
    assert "This code is too old, or not this room's. Scan the code at the door again." in late.words
    assert "You're checked in" in done.words
    assert is_checked_in(services, booking)


async def test_without_a_code_the_page_says_where_it_is(
    browser: Browser, services: Services, app: web.Application
):
    await book(services)
    await log_in(browser, app)

    page = await browser.open(f"/check-in/{ROOM}")

    assert "scan the code on the display at the door, or type it here" in page.words


async def test_rooms_without_codes_take_none(browser: Browser, services: Services, app: web.Application):
    booking = await book(services, room=OTHER)
    await log_in(browser, app)

    done = await browser.submit(await browser.open(f"/check-in/{OTHER}"))

    assert "You're checked in" in done.words
    assert is_checked_in(services, booking)


async def test_nobody_checks_in_to_the_booking_of_somebody_else(
    browser: Browser, services: Services, app: web.Application
):
    theirs = await book(services, "rema")
    await book(services, room=OTHER)
    await log_in(browser, app)
    page = await browser.open(f"/check-in/{OTHER}")

    refused = await browser.submit(page, booking=theirs.id, code=code_of(services))

    assert "does not belong to you" in refused.words
    assert not is_checked_in(services, theirs)


async def test_guests_check_in_as_in_chat(browser: Browser, services: Services, app: web.Application):
    booking = await book(services, "rema")
    rema, wil = (services.read_model.directory.by_name(each) for each in ("rema", "wil"))
    assert rema is not None
    assert wil is not None
    await services.sharing.invite(booking.id, rema.person.id, (Guest(wil.person.id),))
    await log_in(browser, app)

    done = await browser.submit(await scan(browser, services))

    assert "You're checked in" in done.words


async def test_a_code_of_another_room_names_the_room_of_the_booking(
    browser: Browser, services: Services, app: web.Application
):
    await book(services, room=OTHER)
    await log_in(browser, app)

    page = await scan(browser, services)

    assert "Your booking now is in another room: Hub Workshop , 10:00–11:00." in page.words
    assert f'href="/check-in/{OTHER}"' in page.text


async def test_too_early_says_from_when_on(browser: Browser, services: Services, app: web.Application):
    await book(services, later=120)
    await log_in(browser, app)

    page = await scan(browser, services)

    assert "12:00–13:00 . You can check in from 11:45 on." in page.words


async def test_without_a_booking_a_free_room_can_be_booked(browser: Browser, app: web.Application):
    await log_in(browser, app)

    page = await browser.open(f"/check-in/{OTHER}")

    assert "You have no booking here now. The room is free" in page.words
    assert f'href="/rooms/{OTHER}">Book it now' in page.text


async def test_without_a_booking_a_taken_room_says_until_when_and_by_no_name(
    browser: Browser, services: Services, app: web.Application
):
    await book(services, "rema")
    await log_in(browser, app)

    page = await scan(browser, services)

    assert "It is taken until 11:00 (Booked)." in page.words
    assert "rema" not in page.text.lower()


async def test_a_room_that_does_not_exist_is_not_found(browser: Browser, app: web.Application):
    await log_in(browser, app)

    for path in ("/check-in/none", f"/check-in/{quote('<b>', safe='')}", "/display/none"):
        assert (await browser.open(path)).status == 404


_NAMES = {
    "the owner": "rema",
    "a guest": "emily",
    "somebody else": "wil",
    "a president": "wil",
    "a member": "emily",
}


@pytest.mark.parametrize(
    ("who", "of_society", "status"),
    [
        ("the owner", False, 303),
        ("a guest", False, 303),
        ("somebody else", False, 409),
        ("a president", True, 303),
        ("a member", True, 409),
        ("nobody", False, 401),
        ("a program with the owner's token", False, 401),
    ],
)
async def test_only_people_on_a_booking_check_in_to_it(
    browser: Browser, services: Services, app: web.Application, who: str, status: int, *, of_society: bool
):
    rema, emily = (services.read_model.directory.by_name(each) for each in ("rema", "emily"))
    assert rema is not None
    assert emily is not None
    booking = await _book_for_society(services) if of_society else await book(services, "rema")
    if not of_society:
        await services.sharing.invite(booking.id, rema.person.id, (Guest(emily.person.id),))
    csrf, headers = "", {}
    if who in _NAMES:
        await log_in(browser, app, _NAMES[who])
        session = app[STATE].sessions.read(browser.cookies["roomie-session"])
        csrf = session.csrf if session is not None else ""
    elif "token" in who:
        token = (await services.accounts.grant(rema.person.id)).token
        headers = {"Authorization": f"Token {token}"}
    form = {"booking": booking.id, "code": code_of(services), "csrf": csrf}

    answer = await browser.ask("POST", f"/check-in/{ROOM}/confirm", data=form, headers=headers, follow=False)

    assert answer.status == status
    assert is_checked_in(services, booking) is (status == 303)


async def _book_for_society(services: Services) -> Booking:
    """A booking that is the society's own, made with its token."""
    society = SocietyId("SOTECHSOC")
    wil = services.read_model.directory.by_name("wil")
    assert wil is not None
    _, term = await services.societies.token_term(wil.person.id, society)
    slot = Interval.of_length(START, timedelta(minutes=60))
    request = BookRoom(new_booking_id(), ROOM, slot, None, society, title="Meeting", term=term)
    return (await services.bookings.book(request)).booking
