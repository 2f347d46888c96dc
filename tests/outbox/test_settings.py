"""People choose how they are told of things, by typing or in a form."""

import pytest

from bot.chat.reply import Reply, Tone
from bot.chat.request import Asked, Asker, Door
from bot.commands import COMMANDS
from bot.conversation.dispatcher import Dispatcher
from bot.conversation.preferences import Told, read_habits, shown
from core.errors import Invalid
from core.model.entities import Habits, Person, QuietHours
from tests.builders import a_slot, at
from tests.outbox.house import WIL, House

AS_EVERYBODY = Told(Habits(), None)


def read(words: str) -> Habits:
    return read_habits(words, AS_EVERYBODY).habits


@pytest.mark.parametrize(
    ("words", "reminders"),
    [
        ("reminders 10", (10,)),
        ("reminders 60, 10", (60, 10)),
        ("Reminders 10 min and 2h", (120, 10)),
        ("reminders 1h30m", (90,)),
        ("reminders off", ()),
    ],
)
def test_reminders_are_minutes_or_hours(words: str, reminders: tuple[int, ...]):
    assert read(words).reminders == reminders


@pytest.mark.parametrize(
    "words",
    [
        "",
        "louder",
        "reminders soon",
        "reminders 3000",
        "reminders 0, 10",
        "reminders 1,2,3,4,5,6",
        "notices maybe",
        "quiet sometimes",
        "quiet 25:00-26:99",
        "quiet 8:00-8:00",
        "deliver pigeon",
        "timezone Mars/Olympus",
    ],
)
def test_what_cannot_be_read_is_refused_with_an_example(words: str):
    with pytest.raises(Invalid):
        read_habits(words, AS_EVERYBODY)


def test_several_settings_fit_in_one_line():
    told = read_habits("notices on quiet 22-7:30 deliver discord timezone Australia/Sydney", AS_EVERYBODY)

    assert told.habits == Habits(notices=True, quiet=QuietHours(22 * 60, 7 * 60 + 30), deliver_to="discord")
    assert told.zone == "Australia/Sydney"


def test_what_is_shown_can_be_typed():
    told = Told(
        Habits((60, 10), notices=True, quiet=QuietHours(22 * 60, 8 * 60), deliver_to="slack"), "Europe/Paris"
    )

    typed = " ".join(f"{word} {value}" for word, value in shown(told).items())

    assert read_habits(typed, AS_EVERYBODY) == told


def the_person(house: House) -> Person:
    return house.desk.picture.directory.people[house.people[WIL]].person


async def test_settings_are_kept_and_shown(house: House):
    await house.book(a_slot("15:00"))

    reply = await house.ask("/settings reminders 60 timezone Europe/Paris")

    assert reply.tone is Tone.DONE
    assert the_person(house).habits.reminders == (60,)
    assert the_person(house).zone == "Europe/Paris"
    assert [each.message.due_at for each in await house.listed()] == [at("14:00")]


async def press(house: House, action: str, **form: str) -> Reply:
    asked = Asked(Asker(WIL, Door.SLACK), action=action, form=form)
    return await Dispatcher(house.desk, COMMANDS).answer(asked)


async def test_the_form_holds_what_is_set_and_keeps_what_is_sent(house: House):
    opened = await press(house, "settings")
    assert opened.form is not None
    values = {each.name: each.value for each in opened.form.inputs}

    reply = await press(house, "settings_form", **values | {"quiet": "22:00-8:00"})

    assert reply.tone is Tone.DONE
    assert the_person(house).habits == Habits(quiet=QuietHours(22 * 60, 8 * 60))


async def test_a_mistake_in_the_form_is_said_beside_its_line_and_nothing_is_kept(house: House):
    reply = await press(house, "settings_form", quiet="at night", notices="on")

    assert list(reply.form_errors) == ["quiet"]
    assert the_person(house).habits == Habits()
