"""Administration in chat: tolerant words, questions before what cannot be undone, and who may answer them."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.administration.grammar import read_values
from bot.administration.table import VERBS
from bot.chat.reply import Audience
from bot.services import Services
from core.errors import Invalid
from core.model import Identity
from core.ports import UnitOfWork
from tests.bot.chat import Chat
from tests.fakes.clock import StillClock


async def promote(services: Services, *names: str) -> None:
    def change(unit: UnitOfWork) -> None:
        for name in names:
            person = unit.people.by_name(name)
            assert person is not None
            unit.people.put(replace(person, is_admin=True))

    await services.storage.write(change)


@pytest.fixture
async def dana(services: Services) -> Chat:
    """Staff, and an administrator."""
    await promote(services, "dana")
    return Chat(services, "dana")


def verb(name: str):
    return next(each for each in VERBS if each.name == name)


@pytest.mark.parametrize(
    ("name", "text", "values"),
    [
        ("room edit", "G11 capacity 40", {"room": "G11", "capacity": "40"}),
        ("room edit", "Wren G01 seats=40", {"room": "Wren G01", "capacity": "40"}),
        ("room edit", '"Wren G01" capacity 40', {"room": "Wren G01", "capacity": "40"}),
        ("room edit", 'Wren G01 "Wren Lab"', {"room": "Wren G01", "name": "Wren Lab"}),
        (
            "room edit",
            "Wren G01 --capacity 40 --equipment +projector -whiteboard",
            {"room": "Wren G01", "capacity": "40", "equipment": "+projector -whiteboard"},
        ),
        (
            "room add",
            'H-C12-G05 "Wren G05" in Wren capacity 40',
            {"id": "H-C12-G05", "name": "Wren G05", "building": "Wren", "capacity": "40"},
        ),
        (
            "user block",
            'wil until friday "broke the projector"',
            {"person": "wil", "until": "friday", "reason": "broke the projector"},
        ),
        ("user block", "wil friday", {"person": "wil", "until": "friday"}),
        (
            "user block",
            "wil for 2 weeks because of noise",
            {"person": "wil", "until": "2 weeks", "reason": "of noise"},
        ),
        (
            "user quota",
            "wil +120 for the conference",
            {"person": "wil", "minutes": "+120", "reason": "the conference"},
        ),
        (
            "user quota",
            "wil +120 week 23 march “exams”",
            {"person": "wil", "minutes": "+120", "week": "23 march", "reason": "exams"},
        ),
        ("society add", "CHESS Chess Society", {"id": "CHESS", "name": "Chess Society"}),
        ("society dissolve", "CHESS to GO --yes", {"society": "CHESS", "to": "GO", "confirm": "yes"}),
        ("announce", "The library closes at 8", {"text": "The library closes at 8"}),
        ("room retire", "Wren G01 bookings cancel", {"room": "Wren G01", "bookings": "cancel"}),
    ],
)
def test_typed_words_are_read_as_they_are_meant(name: str, text: str, values: dict[str, str]):
    assert read_values(verb(name), text) == values


def test_the_document_names_every_verb():
    document = (Path(__file__).parents[2] / "docs/administration.md").read_text("utf-8")

    assert [each.name for each in VERBS if f"`{each.name}" not in document] == []


def test_words_that_belong_to_nothing_are_named():
    with pytest.raises(Invalid, match="I don't understand “now”"):
        read_values(verb("user unblock"), "wil now")


@pytest.mark.parametrize("line", ["/admin", "/admin help", "admin"])
async def test_admin_alone_shows_what_there_is(dana: Chat, line: str):
    shown = await dana.say(line)

    assert all(f"/admin {name.split()[0]}" in shown for name in (each.name for each in VERBS))
    assert dana.last.audience is Audience.REQUESTER


async def test_a_family_and_a_verb_explain_themselves(dana: Chat):
    assert "/admin user block PERSON UNTIL" in await dana.say("/admin user")
    assert "/admin user block PERSON UNTIL" in await dana.say("/admin user help")
    assert "broke the projector" in await dana.say("/admin user block help")
    assert "broke the projector" in await dana.say("/admin block help")
    assert "I don't know “/admin dance”" in await dana.say("/admin dance")


async def test_a_room_is_changed_and_found_as_it_is_now(dana: Chat, wil: Chat):
    assert "capacity 30 → 60" in await dana.say("/admin room edit G11 capacity 60")
    assert "60 seats" in await wil.say("/rooms free tomorrow 18:00 60 seats in Lovelace")
    assert "is like that already" in await dana.say("/admin room edit G11 capacity 60")
    closed = await dana.say("/admin room edit G11 hours 10-16 bookable no")
    assert "bookable yes → no" in closed
    assert "none → 10:00-16:00" in closed
    assert "can't be booked here" in await wil.say("/book G11 tomorrow 11:00")


async def test_a_room_is_added_under_typed_options(dana: Chat, wil: Chat):
    added = await dana.run(
        "admin room add",
        id="H-C12-G05",
        building="H-C12",
        name="Wren G05",
        capacity="12",
        equipment="projector",
    )

    assert "Added Wren G05 (H-C12-G05): 12 seats · Wren Building · projector." in added
    assert "You're booked: Wren G05" in await wil.say("/book Wren G05 tomorrow 11:00")


async def test_a_block_asks_about_bookings_and_refuses_with_until_when_and_whom_to_ask(
    dana: Chat, wil: Chat, services: Services
):
    object.__setattr__(services, "contact", "the help desk")
    await wil.say("/book Wren G02 tomorrow 11:00")

    question = await dana.say('/admin block wil until friday "broke the projector"')

    assert "Wil has 1 booking now or ahead." in question
    assert "Wren G02 (H-C12-G02) · Wil" in question
    assert dana.labels == ["Block, it stays", "Block, cancel 1 booking"]
    assert "can't book until Sat 14 Mar, 00:00. 1 booking kept." in await dana.press("Block, it stays")
    refused = await wil.say("/book Wren G02 friday 11:00")
    assert "You can't book until Sat 14 Mar, 00:00 (broke the projector)." in refused
    assert "Ask the help desk." in refused
    assert "Thu 12 Mar, 11:00" in await wil.say("/rooms mine")
    assert "can book again" in await dana.say("/admin unblock wil")
    assert "You're booked" in await wil.say("/book Wren G02 friday 11:00")


async def test_a_question_is_answered_once_and_only_by_who_was_asked(
    dana: Chat, rema: Chat, services: Services
):
    await promote(services, "rema")
    await dana.say("/admin room retire Wren G02")
    action, value = dana.last.actions[0].action, dana.last.actions[0].value  # type: ignore[union-attr]

    assert "This question has expired" in await rema.act(action, value)
    assert "is out of use" in await dana.act(action, value)
    assert "This question has expired" in await dana.act(action, value)


async def test_a_question_is_asked_again_when_the_state_has_changed(dana: Chat, wil: Chat):
    await dana.say("/admin room retire Wren G02")
    first = dana.last
    await wil.say("/book Wren G02 tomorrow 11:00")

    again = await dana.act(first.actions[0].action, first.actions[0].value)  # type: ignore[union-attr]

    assert "1 booking lies ahead and would be cancelled" in again
    assert "1 booking cancelled; the owners get a message" in await dana.press(
        "Put out of use, cancel 1 booking"
    )
    assert "You have no upcoming bookings" in await wil.say("/rooms mine")


async def test_a_question_expires(dana: Chat, clock: StillClock):
    await dana.say("/admin room retire Wren G02")
    clock.move(timedelta(hours=2))

    assert "This question has expired" in await dana.press("Put out of use")


async def test_who_is_demoted_meanwhile_answers_nothing(dana: Chat, services: Services):
    await promote(services, "wil")
    await dana.say("/admin room retire Wren G02")
    await Chat(services, "wil").say("/admin user admin dana off")

    assert "Only administrators" in await dana.press("Put out of use")


async def test_a_yes_in_advance_is_not_asked_again(dana: Chat):
    assert "is out of use" in await dana.say("/admin room retire Wren G02 --yes")
    assert "Wren G02" in await dana.say("/admin room list")
    assert "is in use again" in await dana.say("/admin room restore h-c12-g02")


async def test_a_person_is_found_by_part_of_a_name_address_or_chat_account(dana: Chat):
    await dana.say("/admin user link rema slack:T1:U77")

    for part in ("rema@", "boo", "u77", "REMA"):
        assert "rema boo (rema)" in await dana.say(f"/admin find {part}")
    several = await dana.say("/admin find @")
    assert "4 people found" in several
    assert "There's nobody called zorro" in await dana.say("/admin find zorro")


async def test_a_generated_password_is_shown_once_and_stored_nowhere(
    dana: Chat, services: Services, database_url: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("DEBUG")
    shown = await dana.say("/admin user password wil")
    new = next(each for each in shown.split() if each.count("-") == 3).rstrip(".")

    await services.accounts.log_in("wil", new)
    await services.storage.close()
    stored = await asyncio.to_thread(Path(database_url.removeprefix("sqlite:///")).read_bytes)
    assert new.encode() not in stored
    assert new not in caplog.text


async def test_an_announcement_is_previewed_before_it_is_sent(dana: Chat, services: Services):
    assert "No channel gets notices yet" in await dana.say("/admin announce Closed today")
    now = services.clock.now()
    channel = Identity("slack:T1:C1")
    await services.storage.write(lambda unit: unit.notice_channels.add(channel, channel, now))

    preview = await dana.say('/admin announce "Closed today"')

    assert "This will be posted in slack channel C1:" in preview
    assert "Closed today" in preview
    assert (await services.storage.read(lambda unit: unit.outbox.backlog())).waiting == 0
    assert "goes to 1 channel now" in await dana.press("Send it")
    assert (await services.storage.read(lambda unit: unit.outbox.backlog())).waiting == 1


async def test_waits_and_holds_are_listed_and_ended(dana: Chat, wil: Chat, rema: Chat, services: Services):
    await wil.say("/book Wren G02 tomorrow 11:00")
    await rema.say("/rooms wait Wren G02 tomorrow 11:00")
    assert "1 · rema boo waits for Wren G02" in await dana.say("/admin wait list")
    await wil.press_cancel()
    await services.waiting.make_offers()
    assert "is held until" in await dana.say("/admin hold list")

    assert "Wren G02 (H-C12-G02) is free again" in await dana.say("/admin hold free 1")
    assert "Nobody waits" in await dana.say("/admin wait list")
    assert "Nothing is held" in await dana.say("/admin hold free 1")
    assert "There is no entry 1 on the waiting list" in await dana.say("/admin wait remove 1")


async def test_closures_are_reached_from_admin_too(dana: Chat):
    assert "Closed: Wren Building" in await dana.say('/admin close Wren saturday 9-17 "exam"')
    assert "Wren Building" in await dana.say("/admin open")


async def test_jobs_are_run_and_sources_read_by_the_worker(dana: Chat, services: Services):
    now = services.clock.now()
    later = now + timedelta(hours=5)
    await services.storage.write(lambda unit: unit.jobs.register("purge", later, later))
    await services.storage.write(lambda unit: unit.jobs.register("refresh unsw", later, later))

    assert "runs within seconds" in await dana.say("/admin job run purge")
    assert "will be read within seconds" in await dana.say("/admin source run unsw")
    assert "There is no job called nothing. Jobs: purge, refresh unsw" in await dana.say(
        "/admin job run nothing"
    )
    jobs = await services.storage.read(lambda unit: unit.jobs.all())
    assert [each.due_at for each in jobs] == [now, now]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/admin room edit", "Which room?"),
        ("/admin room edit Atlantis capacity 3", "There's no room Atlantis"),
        ("/admin room edit G11 capacity many", "is no number of seats"),
        ("/admin room edit G11 equipment jukebox", "is no equipment"),
        ("/admin room edit G11 hours late", "are no opening hours"),
        ("/admin room edit G11 usage party", "is no usage of a room"),
        ("/admin room edit G11 grid 7", "divide a day"),
        ("/admin room edit G11", "What shall I change of Lovelace G11?"),
        ("/admin room add X", "In which building is it?"),
        ("/admin room add H-C12-G01 in Wren", "There is already a room H-C12-G01"),
        ("/admin room restore nowhere", "There's no room nowhere"),
        ("/admin block", "Who?"),
        ("/admin block wil", "Until when?"),
        ("/admin block wil until yesterday", "which is past"),
        ("/admin block wil until the cows come home", "I don't understand the time"),
        ("/admin block dana until friday", "You can't block yourself"),
        ("/admin unblock wil", "Wil isn't blocked"),
        ("/admin quota wil", "How many minutes?"),
        ("/admin quota wil 99999 for fun", "Grant 1 to"),
        ("/admin quota wil 60", "Say why"),
        ("/admin quota dana 60 for fun", "staff book as much as they need"),
        ("/admin user groups wil pirates", "Unknown group in pirates"),
        ("/admin user link wil terminal:wil", "An identity looks like"),
        ("/admin user admin dana off", "Somebody must administer Roomie"),
        ("/admin society rename NONE x", "There's no society called NONE"),
        ("/admin society limit SOTECHSOC", "Which limit?"),
        ("/admin society limit SOTECHSOC series-hours 999", "Series may take"),
        ("/admin outbox retry 7", "No message 7 was given up"),
        ("/admin outbox retry x", "Which message?"),
        ("/admin source accept unsw", "No timetable of unsw waits"),
    ],
)
async def test_what_cannot_be_done_says_what_to_do_next(dana: Chat, line: str, answer: str):
    assert answer in await dana.say(line)


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/admin wait remove 99", "There is no entry 99 on the waiting list."),
        ("/admin source run nowhere", "There is no source called nowhere. Sources: none yet"),
        ("/admin block wil until 2020-01-01", "past"),
        ("/admin room retire Wren", "Wren Building is a building. Which of its"),
        ("/admin usage next week", "Periods are last week"),
        ("/admin user unlink slack:T9:U9", "That chat account is not linked to anybody."),
        ("/admin quota wil -500 for nothing", "Wil has a quota of 180 minutes in that week."),
    ],
)
async def test_a_refusal_says_what_would_be_right(dana: Chat, line: str, answer: str):
    assert answer in await dana.say(line)
