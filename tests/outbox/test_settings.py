"""`/settings`: notification preferences, typed or in a form."""

import pytest

from bot.chat.reply import Reply, Tone
from bot.chat.request import ChatRequest, PlatformName, Requester
from bot.commands import COMMANDS
from bot.conversation.dispatcher import Dispatcher
from bot.conversation.preferences import PreferenceValues, parse_preferences, preference_fields
from core.errors import Invalid
from core.model import NotificationPreferences, Person, QuietHours
from tests.builders import a_slot, at
from tests.outbox.environment import WIL, Environment

AS_EVERYBODY = PreferenceValues(NotificationPreferences(), None)


def read(words: str) -> NotificationPreferences:
    return parse_preferences(words, AS_EVERYBODY).preferences


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
def test_invalid_settings_are_refused_with_an_example(words: str):
    with pytest.raises(Invalid):
        parse_preferences(words, AS_EVERYBODY)


def test_several_settings_fit_in_one_line():
    preferences_read = parse_preferences(
        "notices on quiet 22-7:30 deliver discord timezone Australia/Sydney", AS_EVERYBODY
    )

    assert preferences_read.preferences == NotificationPreferences(
        notices=True, quiet=QuietHours(22 * 60, 7 * 60 + 30), deliver_to="discord"
    )
    assert preferences_read.zone == "Australia/Sydney"


def test_displayed_settings_can_be_typed():
    preferences_read = PreferenceValues(
        NotificationPreferences(
            (60, 10), notices=True, quiet=QuietHours(22 * 60, 8 * 60), deliver_to="slack"
        ),
        "Europe/Paris",
    )

    typed = " ".join(f"{word} {value}" for word, value in preference_fields(preferences_read).items())

    assert parse_preferences(typed, AS_EVERYBODY) == preferences_read


def the_person(environment: Environment) -> Person:
    return environment.services.read_model.directory.people[environment.people[WIL]].person


async def test_settings_are_stored_and_shown(environment: Environment):
    await environment.book(a_slot("15:00"))

    reply = await environment.ask("/settings reminders 60 timezone Europe/Paris")

    assert reply.tone is Tone.DONE
    assert the_person(environment).preferences.reminders == (60,)
    assert the_person(environment).zone == "Europe/Paris"
    assert [each.message.due_at for each in await environment.listed()] == [at("14:00")]


async def press(environment: Environment, action: str, **form: str) -> Reply:
    request = ChatRequest(Requester(WIL, PlatformName.SLACK), action=action, form=form)
    return await Dispatcher(environment.services, COMMANDS).dispatch(request)


async def test_the_form_shows_and_stores_settings(environment: Environment):
    opened = await press(environment, "settings")
    assert opened.form is not None
    values = {each.name: each.value for each in opened.form.inputs}

    reply = await press(environment, "settings_form", **values | {"quiet": "22:00-8:00"})

    assert reply.tone is Tone.DONE
    assert the_person(environment).preferences == NotificationPreferences(quiet=QuietHours(22 * 60, 8 * 60))


async def test_a_form_error_is_shown_at_its_field_and_nothing_is_stored(environment: Environment):
    reply = await press(environment, "settings_form", quiet="at night", notices="on")

    assert list(reply.form_errors) == ["quiet"]
    assert the_person(environment).preferences == NotificationPreferences()
