"""`/privacy`: told, exported and erased, as conversations."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.chat.reply import Audience, Button
from bot.chat.request import ChatRequest, PlatformName, Requester
from bot.conversation.kept_data import format_time
from bot.services import Services
from core.model import Identity
from core.policy.retention import Retention
from tests.bot.chat import Chat

_SLACK = Identity("slack:T1:UEMILY")


@pytest.fixture
def services(services: Services) -> Services:
    return replace(services, retention=Retention(bookings=timedelta(days=123), messages=timedelta(days=9)))


async def _settle(services: Services) -> None:
    """Waits for what goes on behind replies."""
    while services.unfinished:
        await asyncio.gather(*services.unfinished)


async def test_it_tells_how_long_things_are_kept_as_configured(emily: Chat):
    shown = await emily.say("/privacy")

    assert "123 days after they end" in shown
    assert "9 days after they were sent" in shown
    assert emily.last.audience is Audience.REQUESTER
    assert emily.labels == ["Everything about me", "Erase me…"]


async def test_a_stranger_reads_it_too_and_has_nothing_to_erase(stranger: Chat):
    assert "for how long" in await stranger.say("/privacy")

    assert stranger.labels == ["Everything about me"]
    assert "log in" in await stranger.press("Everything about me")


async def test_the_terminal_shows_everything(emily: Chat):
    await emily.say("/book Wren G02 11:00 for 30 min ")

    shown = await emily.say("/privacy export")

    assert "emily@emily.com" in shown
    assert "Bookings: 1" in shown
    assert "password" not in shown.split("Secrets are left out")[0]


@pytest.mark.parametrize("words", ["delete my data", "please erase me", "forget everything about me"])
async def test_plain_words_ask_before_they_erase(emily: Chat, words: str):
    shown = await emily.say(words, free=True)

    assert "Do you want to erase your account?" in shown
    assert emily.labels[0] == "Go on"


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("what do you know about me?", "for how long"),
        ("what data do you store about me", "for how long"),
        ("privacy", "for how long"),
        ("export my data", "All that Roomie knows"),
        ("delete my booking", "bookings"),
        ("forget it", ""),
    ],
)
async def test_plain_words_are_understood(emily: Chat, words: str, answer: str):
    shown = await emily.say(words, free=True)

    assert answer in shown
    assert "erase your account" not in shown


async def test_a_person_erases_themselves_after_two_questions(emily: Chat, rema: Chat, services: Services):
    emily_id = services.read_model.directory.by_name("emily").person.id
    await emily.say("/book Wren G02 11:00 for 30 min")
    shown = await emily.say("/privacy erase")
    assert "1 booking to come will be cancelled" in shown
    assert "Wren G02" in shown

    assert "can't be undone" in await emily.press("Go on")
    assert "Goodbye" in await emily.press("Erase me")
    await _settle(services)

    assert services.read_model.directory.by_name("emily") is None
    assert services.read_model.of_person(emily_id) == ()
    assert await services.storage.read(lambda unit: unit.privacy.subject(emily_id)) is None
    assert "log in" in await emily.say("/rooms mine")
    assert "You're booked" in await rema.say("/book Wren G02 11:00 for 30 min")


async def test_a_booking_made_meanwhile_is_shown_before_anything_happens(emily: Chat, services: Services):
    await emily.say("/privacy erase")
    question = emily.last
    await emily.say("/book Wren G02 11:00 for 30 min")
    emily.last = question

    shown = await emily.press("Go on")

    assert "1 booking to come" in shown
    await emily.press("Go on")
    last = emily.last
    await emily.say("/book Wren G02 12:00 for 30 min")
    emily.last = last
    assert "2 bookings to come" in await emily.press("Erase me")
    assert services.read_model.directory.by_name("emily") is not None


async def test_nobody_erases_somebody_else_with_their_button(emily: Chat, rema: Chat, services: Services):
    await emily.say("/privacy erase")
    await emily.press("Go on")
    rema.last = emily.last

    assert "Do you want to erase your account?" in await rema.press("Erase me")

    assert services.read_model.directory.by_name("emily") is not None
    assert services.read_model.directory.by_name("rema") is not None


async def test_the_last_president_hears_what_becomes_of_the_society(wil: Chat):
    shown = await wil.say("/privacy erase")

    assert "last president of UCLU Technology Society" in shown


async def test_in_a_channel_everything_is_for_the_requester_alone(services: Services, emily: Chat):
    emily_id = services.read_model.directory.by_name("emily").person.id
    await services.storage.write(lambda unit: unit.people.link(emily_id, _SLACK))
    who = Requester(_SLACK, PlatformName.SLACK, "Emily")
    emily.dispatcher = type(emily.dispatcher)(
        replace(services, public_url="https://rooms.example.org"), emily.dispatcher.commands
    )

    for words in ("what do you know about me", "/privacy", "/privacy export", "/privacy erase"):
        request = ChatRequest(who, words, is_free_text=True, channel="C1", in_public=True)
        reply = await emily.dispatcher.dispatch(request)
        assert reply.audience is Audience.REQUESTER, words
        assert "emily@" not in str(reply)

    request = ChatRequest(who, "/privacy export", channel="C1")
    (link,) = (await emily.dispatcher.dispatch(request)).actions
    assert isinstance(link, Button)
    assert link.url.startswith("https://rooms.example.org/privacy/")


async def test_without_an_address_the_operator_is_named(services: Services, emily: Chat):
    emily_id = services.read_model.directory.by_name("emily").person.id
    await services.storage.write(lambda unit: unit.people.link(emily_id, _SLACK))

    reply = await emily.dispatcher.dispatch(
        ChatRequest(Requester(_SLACK, PlatformName.SLACK), "/privacy export")
    )

    assert "roomie user export emily" in str(reply.text)


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(days=3 * 366), "3 years"),
        (timedelta(days=365), "1 year"),
        (timedelta(days=400), "400 days"),
        (timedelta(days=1), "1 day"),
        (timedelta(hours=30), "30 hours"),
        (timedelta(days=7), "7 days"),
    ],
)
def test_times_are_words(age: timedelta, text: str):
    assert format_time(age) == text
