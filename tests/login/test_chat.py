"""Linking chat accounts: waiting requests, and links that were forwarded to a victim."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web

from bot.chat.reply import Audience, Button, Reply, Tone
from bot.chat.request import ChatRequest, PlatformName, Requester
from bot.commands import COMMANDS
from bot.conversation.dispatcher import Dispatcher
from bot.login import requester as login_requester
from bot.login.chat_link import resume_pending
from bot.login.encrypted_replies import unseal_reply
from bot.login.settings import LoginSettings
from bot.services import Services
from bot.web.application import create_application
from bot.web.framework.login_context import LoginContext
from bot.web.framework.settings import HttpSettings
from core.model import Identity, MessageState, OutboxEntry
from core.services.administration.rights import Administrator
from tests.contracts.raw import ask
from tests.fakes.clock import StillClock
from tests.login.browser import Browser

REMA, MALLORY = Identity("slack:T1:UREMA"), Identity("slack:T1:UMALLORY")
BOOK = "/book RO-POO 8 august 15:00-17:00"


@pytest.fixture
def dispatcher(services: Services) -> Dispatcher:
    return Dispatcher(replace(services, public_url="https://rooms.example.org"), COMMANDS)


@pytest.fixture
async def app(services: Services, settings: HttpSettings, dispatcher: Dispatcher) -> web.Application:
    return create_application(
        services, settings, login=LoginContext(LoginSettings(), on_linked=dispatcher.dispatch)
    )


@pytest.fixture
def say(dispatcher: Dispatcher) -> Callable[..., object]:
    async def say(words: str, by: Identity = REMA, name: str = "rema.boo", **more: str) -> Reply:
        platform = PlatformName(by.partition(":")[0])
        return await dispatcher.dispatch(
            ChatRequest(Requester(by, platform, name), words, delivery_id=more.pop("key", "1"), **more)
        )

    return say


def link_in(reply: Reply) -> str:
    """The path of the link that a reply holds."""
    urls = [each.url for each in reply.actions if isinstance(each, Button) and each.url]
    assert len(urls) == 1, reply
    return urls[0].removeprefix("https://rooms.example.org")


def words_of(reply: Reply) -> str:
    return "".join(each if isinstance(each, str) else getattr(each, "text", "") for each in reply.text)


async def waiting_entries(services: Services) -> list[OutboxEntry]:
    return await services.storage.read(lambda unit: unit.outbox.entries([MessageState.WAITING], 50))


async def replies_to(services: Services, identity: Identity) -> list[Reply]:
    messages = [each.message for each in await waiting_entries(services) if each.message.identity == identity]
    assert all(each.kind == "reply" for each in messages)
    return [unseal_reply(each.payload, each.key, services.accounts.secrets) for each in messages]


async def test_login_answers_privately_with_a_link(say):
    reply = await say("/login")

    assert reply.audience is Audience.REQUESTER
    assert link_in(reply).startswith("/api/v1/login?sid=")
    assert "don't share it" in "".join(map(str, reply.footer))


async def test_an_unlinked_accounts_booking_request_gets_a_login_link(say, services: Services):
    reply = await say(BOOK)

    assert reply.tone is Tone.REFUSED
    assert link_in(reply)
    assert not services.read_model.bookings


async def test_a_waiting_booking_is_made_after_the_login(
    say, browser: Browser, services: Services, clock: StillClock
):
    page = await browser.log_in(link_in(await say(BOOK)), "rema")
    done = await browser.submit(page, answer="yes")

    booked = list(services.read_model.bookings.values())
    linked, answered = await replies_to(services, REMA)
    assert done.status == 200
    assert [each.room_id for each in booked] == ["RO-POO"]
    assert words_of(linked).startswith("You're logged in as rema boo (rema).")
    assert answered.tone is Tone.DONE
    assert "You're booked" in words_of(answered)
    assert (await say("/whoami")).text[1].text == "rema boo"


async def test_a_button_press_waits_for_the_login_too(
    dispatcher: Dispatcher, say, browser: Browser, services: Services
):
    free = await say("/rooms free 8 august 15:00 for 1 hour RO-POO")
    button = next(each for item in free.items for each in item.buttons if each.action == "book")
    waiting = ChatRequest(
        Requester(REMA, PlatformName.SLACK, "rema"), action="book", value=button.value, delivery_id="press"
    )

    page = await browser.log_in(link_in(await dispatcher.dispatch(waiting)), "rema")
    await browser.submit(page, answer="yes")

    assert len(services.read_model.bookings) == 1


TITLE = 'A "great" debate for CHESS 🎉 ' + "x" * 400


async def test_a_request_with_options_waits_for_the_login(
    dispatcher: Dispatcher, browser: Browser, services: Services
):
    options = {"room": "RO-POO", "when": "8 august 15:00 for 1 hour", "title": TITLE}
    waiting = ChatRequest(
        Requester(REMA, PlatformName.DISCORD, "rema"), "rooms book", options=options, delivery_id="typed"
    )

    page = await browser.log_in(link_in(await dispatcher.dispatch(waiting)), "rema")
    await browser.submit(page, answer="yes")

    (booking,) = services.read_model.bookings.values()
    assert (booking.room_id, booking.notes, booking.society_id) == ("RO-POO", TITLE, None)


def test_a_request_stored_without_options_is_still_read():
    stored = '{"asked":{"requester":{"identity":"slack:T1:U1","platform":"slack"},"text":"/book x"}}'
    request = login_requester.decode(stored).request

    assert request is not None
    assert (request.text, dict(request.options)) == ("/book x", {})


async def test_a_waiting_request_is_done_once_even_if_continued_twice(
    say, browser: Browser, services: Services
):
    page = await browser.log_in(link_in(await say(BOOK, key="same")), "rema")
    await browser.submit(page, answer="yes")

    again = await say(BOOK, key="same")

    assert len(services.read_model.bookings) == 1
    assert again.tone is not Tone.FAILED


async def test_a_waiting_request_means_the_day_on_which_it_was_made(
    say, browser: Browser, services: Services, clock: StillClock
):
    evening = clock.now().replace(hour=22, minute=58)  # 23:58 in London
    clock.set(evening)
    link = link_in(await say("/book RO-POO tomorrow 3pm"))
    clock.move(timedelta(minutes=5))
    page = await browser.log_in(link, "rema")
    await browser.submit(page, answer="yes")

    (booking,) = services.read_model.bookings.values()
    assert booking.interval.start == evening.replace(hour=14, minute=0) + timedelta(days=1)


async def test_an_interrupted_login_is_resumed(
    say, browser: Browser, services: Services, dispatcher: Dispatcher, clock: StillClock, app: web.Application
):
    link = link_in(await say(BOOK))
    page = await browser.log_in(link, "rema")
    letters = link.partition("=")[2]
    session, person = await services.logins.request_for(letters, page.hidden["nonce"])
    await services.logins.link(session, person, [])

    await resume_pending(services, dispatcher.dispatch)
    at_once = len(services.read_model.bookings)
    clock.move(timedelta(minutes=1))
    await resume_pending(services, dispatcher.dispatch)
    await resume_pending(services, dispatcher.dispatch)

    assert at_once == 0
    assert len(services.read_model.bookings) == 1
    assert len(await replies_to(services, REMA)) == 1


async def test_opening_a_forwarded_link_links_nobody(say, browser: Browser, services: Services):
    trap = link_in(await say(BOOK, MALLORY, "Totally Rema"))

    page = await browser.log_in(trap, "rema")

    assert "Is this your Slack account?" in page.words
    assert "UMALLORY in workspace T1" in page.words
    assert "book RO-POO 8 august" in page.words
    assert services.read_model.directory.by_identity(MALLORY) is None
    assert not services.read_model.bookings


async def test_declining_a_forwarded_link_ends_it(say, browser: Browser, services: Services):
    page = await browser.log_in(link_in(await say(BOOK, MALLORY)), "rema")

    declined = await browser.submit(page, answer="no")
    afterwards = await browser.submit(page, answer="yes")

    assert "No one got access" in declined.words
    assert afterwards.status == 410
    assert services.read_model.directory.by_identity(MALLORY) is None
    assert not services.read_model.bookings
    assert await waiting_entries(services) == []


async def test_an_attacker_cannot_confirm_in_the_victims_place(
    say, browser: Browser, server_url: str, session, services
):
    trap = link_in(await say("/login", MALLORY))
    page = await browser.log_in(trap, "rema")
    thief = Browser(session, server_url)

    guessed = await thief.ask("POST", page.action, data=page.hidden | {"nonce": "guessed", "answer": "yes"})
    own = await thief.submit(await thief.log_in(trap, "emily"), answer="yes")

    assert guessed.status == 403
    assert own.status == 200
    assert services.read_model.directory.by_identity(MALLORY).person.username == "emily"


async def test_a_chat_link_has_no_status_for_programs(say, program):
    sid = link_in(await say("/login")).partition("=")[2]

    status = await program.post("/user.login.status/", {"sid": sid})
    stream = await program.get(f"/stream.sub_lp/{sid}")

    assert status.json["error"] == "Invalid sid"
    assert stream.status == 404


async def test_a_new_link_invalidates_the_previous_one(say, browser: Browser):
    older, newer = link_in(await say("/login")), link_in(await say("/login"))

    assert (await browser.open(older)).status == 410
    assert (await browser.open(newer)).status == 200


async def test_one_person_may_have_many_accounts(say, browser: Browser, services: Services):
    for identity in (REMA, Identity("discord:80351110224678912")):
        page = await browser.log_in(link_in(await say("/login", identity)), "rema")
        await browser.submit(page, answer="yes")

    assert len(services.read_model.directory.by_name("rema").identities) == 2


async def test_a_linked_account_cannot_be_taken_over(say, browser: Browser, services: Services):
    link = link_in(await say("/login"))
    await services.administration.people.link(Administrator(), "emily", REMA)

    page = await browser.submit(await browser.log_in(link, "rema"), answer="yes")

    assert page.status == 409
    assert services.read_model.directory.by_identity(REMA).person.username == "emily"


async def test_logout_unlinks_and_login_links_again(say, browser: Browser, services: Services):
    page = await browser.log_in(link_in(await say("/login")), "rema")
    await browser.submit(page, answer="yes")

    again = await say("/login")
    gone = await say("/logout")
    nobody = await say("/logout")

    assert "You're logged in as" in words_of(again)
    assert gone.tone is Tone.DONE
    assert "not logged in" in words_of(nobody)
    assert services.read_model.directory.by_identity(REMA) is None


async def test_whoami_explains_how_to_log_in(say):
    reply = await say("/whoami")

    assert "/login" in words_of(reply)
    assert str(REMA) not in words_of(reply)


async def test_without_a_public_url_administrators_link_accounts(
    services: Services, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("INFO")
    reply = await Dispatcher(services, COMMANDS).dispatch(
        ChatRequest(Requester(REMA, PlatformName.SLACK, "rema"), BOOK)
    )

    assert not reply.actions
    assert "Ask an administrator to link your Slack account." in words_of(reply)
    assert str(REMA) not in words_of(reply)
    assert f"roomie link PERSON {REMA}" in caplog.text


async def test_links_are_audited(say, browser: Browser, database_url: str):
    page = await browser.log_in(link_in(await say("/login")), "rema")
    await browser.submit(page, answer="yes")

    assert await ask(database_url, "SELECT subject FROM audit WHERE action = 'link'") == REMA


async def test_waiting_requests_are_deleted_when_done(say, browser: Browser, services: Services):
    page = await browser.log_in(link_in(await say(BOOK)), "rema")
    await browser.submit(page, answer="yes")

    assert await services.storage.read(lambda unit: unit.login_sessions.waiting()) == []
