"""`/calendar`: addresses of calendars, as conversations."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.chat.reply import Audience, Button, Code
from bot.chat.request import PlatformName, Requester
from bot.services import Services
from core.model import Identity
from core.services.administration.rights import Administrator
from tests.bot.chat import Chat, buttons
from tests.fakes.clock import StillClock

_BASE = "https://rooms.example.org"


@pytest.fixture
def services(services: Services) -> Services:
    return replace(services, public_url=_BASE)


def _codes(chat: Chat) -> list[str]:
    return [part.text for field in chat.last.fields for part in field.value if isinstance(part, Code)]


def _links(chat: Chat) -> list[str]:
    return [each.url for each in chat.last.actions if isinstance(each, Button) and each.url]


async def test_the_address_stays_until_it_is_replaced(wil: Chat):
    await wil.say("/calendar")
    first = _codes(wil)
    await wil.say("/calendar")
    assert _codes(wil) == first

    await wil.say("/calendar new")

    assert _codes(wil) != first
    renewed = _codes(wil)
    await wil.press("New address")
    assert _codes(wil) not in (first, renewed)


async def test_programs_are_offered_the_address(wil: Chat):
    await wil.say("/calendar")

    https, webcal = _codes(wil)
    assert https.startswith(f"{_BASE}/calendars/secret/")
    assert webcal == https.replace("https://", "webcal://")
    google, outlook, apple = _links(wil)
    secret = https.rpartition("/")[2]
    assert google.startswith("https://calendar.google.com/")
    assert outlook.startswith("https://outlook.office.com/")
    assert apple.startswith(https)
    assert all(secret in each for each in (google, outlook, apple))
    assert all(len(each) <= 512 for each in _links(wil))


async def test_the_answer_is_for_the_requester_alone(wil: Chat):
    await wil.say("/calendar")
    assert wil.last.audience is Audience.REQUESTER
    await wil.say("/calendar SOTECHSOC")
    assert wil.last.audience is Audience.REQUESTER


async def test_each_person_and_society_has_an_address_of_its_own(wil: Chat, emily: Chat):
    await wil.say("/calendar")
    await emily.say("/calendar")
    assert not set(_codes(wil)) & set(_codes(emily))
    own = _codes(wil)

    assert "UCLU Technology Society" in await wil.say("/calendar SOTECHSOC")

    assert not set(_codes(wil)) & set(own)


async def test_only_presidents_get_the_calendar_of_a_society(emily: Chat, rema: Chat):
    for chat in (emily, rema):
        assert "Only presidents of a society" in await chat.say("/calendar SOTECHSOC")
        assert "Only presidents of a society" in await chat.act("new_calendar", "SOTECHSOC")
        assert not _codes(chat)


async def test_a_room_has_a_public_calendar(rema: Chat):
    shown = await rema.say("/calendar Wren G02")

    assert "It is public" in shown
    assert _codes(rema)[0] == f"{_BASE}/calendars/rooms/H-C12-G02.ics"
    assert f"{_BASE}/calendars/freebusy/H-C12-G02.ics" in _codes(rema)


async def test_options_mean_the_same_as_words(wil: Chat):
    await wil.run("calendar", of="SOTECHSOC")
    shown = _codes(wil)
    await wil.say("/calendar SOTECHSOC")
    assert _codes(wil) == shown

    await wil.run("calendar", of="SOTECHSOC", new="new")

    assert _codes(wil) != shown


async def test_what_is_neither_room_nor_society_is_refused_with_a_way_out(wil: Chat):
    assert "type /calendar" in await wil.say("/calendar qwertyuiop")


async def test_without_a_public_address_there_is_no_calendar(services: Services):
    chat = Chat(replace(services, public_url=""), "wil")

    assert "http.public_url" in await chat.say("/calendar")


async def test_an_address_that_only_this_computer_reaches_is_called_so(services: Services):
    here = Chat(replace(services, public_url="http://127.0.0.1:8000"), "wil")

    for text in ("/calendar", "/calendar Wren G02"):
        assert "It works on this computer only" in await here.say(text)


async def test_strangers_have_no_calendar(stranger: Chat):
    await stranger.say("/calendar")

    assert stranger.last.is_refusal
    assert not _codes(stranger)


class OnSlack(Chat):
    """The same person on a platform with link buttons."""

    @property
    def requester(self) -> Requester:
        return Requester(Identity("slack:T1:UWIL"), PlatformName.SLACK, self.name)


@pytest.fixture
async def wil_on_slack(services: Services) -> OnSlack:
    await services.administration.people.link(Administrator(), "wil", Identity("slack:T1:UWIL"))
    return OnSlack(services, "wil")


async def test_a_new_booking_and_the_list_link_to_its_file(wil_on_slack: OnSlack):
    await wil_on_slack.say("/book Wren G02 11:00 for 30 min")
    [answer] = _links(wil_on_slack)
    await wil_on_slack.say("/rooms mine")
    [listed] = [each.url for each in buttons(wil_on_slack.last) if each.label == "Add to calendar"]

    assert answer.startswith(f"{_BASE}/calendars/bookings/")
    assert listed == answer


async def test_terminals_show_the_link_when_asked(wil: Chat):
    booked = await wil.say("/book Wren G02 11:00 for 30 min")
    assert _BASE not in booked

    shown = await wil.press("Add to calendar")

    assert f"{_BASE}/calendars/bookings/" in shown


async def test_nobody_gets_the_link_to_a_booking_of_others(wil: Chat, rema: Chat, stranger: Chat):
    await wil.say("/book Wren G02 11:00 for 30 min")
    [button] = [each for each in buttons(wil.last) if each.label == "Add to calendar"]

    for chat in (rema, stranger):
        await chat.act(button.action, button.value)
        assert chat.last.is_refusal
        assert not _codes(chat)


async def test_a_booking_that_is_over_has_no_link(wil: Chat, clock: StillClock):
    await wil.say("/book Wren G02 11:00 for 30 min")
    clock.move(timedelta(hours=3))

    await wil.say("/rooms mine")

    assert "Add to calendar" not in wil.labels
