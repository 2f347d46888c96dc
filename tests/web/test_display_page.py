"""The display at the door over HTTP: what it shows to whom, and where its code leads."""

import re
import threading
from datetime import timedelta
from html import unescape

import pytest
from aiohttp import web
from markupsafe import Markup

from bot.services import Services
from bot.web.application import STATE
from bot.web.pages.display_addresses import display_key, display_path
from bot.web.pages.qr import qr_svg
from core.errors import Unavailable
from core.model import RoomId
from core.policy.door_code import WINDOW, format_code
from core.policy.rules import Rules
from tests.fakes.clock import StillClock
from tests.login.browser import Browser, Seen
from tests.sample_services import SECRET
from tests.web.qr_codes import dark_modules, shows_qr
from tests.web.test_check_in_page import OTHER, ROOM, book

KEY = display_key(SECRET, ROOM, 1)


@pytest.fixture
def rules() -> Rules:
    return Rules(door_code_rooms=(ROOM,))


async def open_display(browser: Browser, room: RoomId = ROOM, key: str = KEY) -> Seen:
    return await browser.open(display_path(room, key))


def leads_to(page: Seen, path: str) -> bool:
    """Whether the code on the page leads to a path of our server."""
    return shows_qr(page.text, page.url.partition("/display")[0] + path)


async def test_a_free_room_leads_to_its_page(browser: Browser):
    page = await open_display(browser)

    assert "Free until" in page.words
    assert leads_to(page, f"/rooms/{ROOM}")
    assert page.headers["Cache-Control"] == "no-store"


async def test_a_taken_room_leads_to_its_check_in_with_the_code_of_now(browser: Browser, services: Services):
    await book(services)

    page = await open_display(browser)

    code = services.door_codes.current(ROOM, services.clock.now())
    assert "Taken until 11:00 Booked, 10:00–11:00" in page.words
    assert leads_to(page, f"/check-in/{ROOM}?code={code}")
    assert format_code(code) in page.words


@pytest.mark.parametrize(
    "key", ["", "invented", display_key(SECRET, OTHER, 1), display_key(b"other", ROOM, 1)]
)
async def test_only_the_secret_address_shows_the_code(browser: Browser, services: Services, key: str):
    await book(services)

    page = await open_display(browser, key=key)

    assert "Taken until 11:00" in page.words
    assert services.door_codes.current(ROOM, services.clock.now()) not in unescape(page.text)
    assert leads_to(page, f"/rooms/{ROOM}")


async def test_the_next_generation_ends_all_secret_addresses(browser: Browser, services: Services):
    await book(services)
    object.__setattr__(services, "display_generation", 2)

    ended = await open_display(browser)
    renewed = await open_display(browser, key=display_key(SECRET, ROOM, 2))

    assert leads_to(ended, f"/rooms/{ROOM}")
    code = services.door_codes.current(ROOM, services.clock.now())
    assert leads_to(renewed, f"/check-in/{ROOM}?code={code}")


async def test_rooms_without_codes_lead_to_their_check_in(browser: Browser, services: Services):
    await book(services, room=OTHER)

    assert leads_to(await open_display(browser, OTHER, ""), f"/check-in/{OTHER}")


async def test_the_code_changes_and_disappears_once_somebody_has_checked_in(
    browser: Browser, services: Services, clock: StillClock
):
    booking = await book(services)
    first = dark_modules((await open_display(browser)).text)
    clock.move(WINDOW)
    second = dark_modules((await open_display(browser)).text)
    await services.bookings.check_in(
        booking.id, booking.booked_by, door_code=services.door_codes.current(ROOM, clock.now())
    )

    assert first != second
    assert leads_to(await open_display(browser), f"/rooms/{ROOM}")


async def test_the_clock_is_the_servers(browser: Browser, clock: StillClock):
    clock.move(timedelta(minutes=7))

    page = await open_display(browser)

    assert ">10:07</time>" in page.text
    assert f'data-now="{int(clock.now().timestamp() * 1000)}"' in page.text


async def test_it_is_out_of_date_while_the_database_is_unreachable(
    browser: Browser, services: Services, monkeypatch: pytest.MonkeyPatch
):
    async def fail(_: object) -> None:
        raise Unavailable("The database is unreachable.")

    fresh = await open_display(browser)
    monkeypatch.setattr(type(services.storage), "age", lambda _: 125.0)
    monkeypatch.setattr(type(services.storage), "catch_up", fail)
    stale = await open_display(browser)

    assert "Out of date" not in fresh.text
    assert "Out of date: no answer since 09:57. The room may be free or taken." in stale.text
    assert 'data-age="125000"' in stale.text


async def test_a_browser_without_scripts_loads_it_again(browser: Browser):
    page = await open_display(browser)

    assert '<noscript><meta http-equiv="refresh" content="30"></noscript>' in page.text


async def test_names_are_those_that_everybody_may_see(browser: Browser, services: Services):
    await book(services, "rema")

    assert "rema" not in (await open_display(browser)).text.lower()


async def test_signs_have_the_address_of_each_room_and_no_changing_code(browser: Browser, services: Services):
    page = await browser.open("/signs?building=H-C12")

    rooms = [each.id for each in services.read_model.catalogue.by_building["H-C12"]]
    base = page.url.partition("/signs")[0]
    cards = re.split(r'<section class="sign"', page.text)[1:]
    assert len(cards) == len(rooms) == 5
    assert all(shows_qr(card, f"{base}/rooms/{room}") for card, room in zip(cards, rooms, strict=True))
    assert "code=" not in page.text


async def test_signs_can_be_chosen(browser: Browser):
    some = await browser.open("/signs?building=H-C12&size=a5&room=H-C12-G02&room=H-C12-104")
    listed = await browser.open("/signs?building=H-C12&rooms=H-C12-G02")
    none = await browser.open("/signs?building=H-C12&room=H-D20-301")

    assert re.findall(r'aria-label="Sign for ([^"]+)"', some.text) == ["Wren 104", "Wren G02"]
    assert '<div class="sheet a5">' in some.text
    assert re.findall(r'aria-label="Sign for ([^"]+)"', listed.text) == ["Wren G02"]
    assert "Choose at least one room of this building." in none.words


async def test_signs_are_drawn_off_the_event_loop(browser: Browser, monkeypatch: pytest.MonkeyPatch):
    threads: list[threading.Thread] = []

    def draw(text: str, label: str) -> Markup:
        threads.append(threading.current_thread())
        return qr_svg(text, label)

    monkeypatch.setattr("bot.web.endpoints.signs.qr_svg", draw)

    await browser.open("/signs?building=H-C12&size=a5")

    assert len(threads) == 5
    assert threading.main_thread() not in threads


def test_a_code_that_displays_show_again_and_again_is_drawn_once():
    first = qr_svg("https://rooms.example.org/rooms/H-C12-G02", "Scan to book")

    assert qr_svg("https://rooms.example.org/rooms/H-C12-G02", "Scan to book") is first


async def test_signs_ask_for_the_building_and_refuse_what_is_none(browser: Browser):
    choice = await browser.open("/signs")
    unknown = await browser.open("/signs?building=none")
    bad_size = await browser.open("/signs?building=H-C12&size=a3")

    assert 'href="/signs?building=H-C12">Wren Building' in choice.text
    assert unknown.status == 404
    assert bad_size.status in {400, 409}


async def test_neither_keys_nor_codes_are_logged(
    browser: Browser, services: Services, app: web.Application, caplog: pytest.LogCaptureFixture
):
    await book(services)
    code = services.door_codes.current(ROOM, services.clock.now())
    caplog.set_level(0)

    await open_display(browser)
    await browser.open(f"/check-in/{ROOM}?code={code}")
    await browser.open(f"/check-in/none?code={code}")

    written = " ".join(each.getMessage() + str(vars(each)) for each in caplog.records)
    assert app[STATE].services is services
    assert KEY not in written
    assert code not in written
