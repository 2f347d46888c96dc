"""A booking leaves something to come back to: a direct message, unless its reply is one."""

from dataclasses import replace

import pytest

from bot.chat.request import ChatRequest, PlatformName, Requester
from bot.commands import COMMANDS
from bot.conversation.dispatcher import Dispatcher
from bot.services import Services
from bot.worker.recipients import delivery_targets
from core.model import Identity, NotificationPreferences
from tests.outbox.environment import WIL, Environment

BOOK = "book K-J17-G01 3pm-4pm"


async def _say(services: Services, line: str, **how: object) -> None:
    requester = Requester(WIL, PlatformName.SLACK)
    await Dispatcher(services, COMMANDS).dispatch(ChatRequest(requester, line, **how))  # type: ignore[arg-type]


async def test_a_booking_in_a_channel_is_confirmed_by_a_direct_message(environment: Environment):
    await _say(environment.services, BOOK, channel="C1")

    await environment.deliver()

    (text,) = environment.chat.texts_to(WIL)
    assert "You're booked" in text


async def test_a_confirmation_offers_no_time_that_the_quota_does_not_allow(environment: Environment):
    await _say(environment.services, "book K-J17-G01 3pm-6pm", channel="C1")

    await environment.deliver()

    (_, reply, _) = environment.chat.shown[0]
    assert [button.label for button in reply.actions] == ["Cancel"]


async def test_a_booking_in_the_direct_messages_is_there_already(environment: Environment):
    await _say(environment.services, BOOK, is_direct=True)

    await environment.deliver()

    assert len(environment.services.read_model.bookings) == 1
    assert environment.chat.texts_to(WIL) == []


async def test_a_person_can_switch_confirmations_off_and_on(environment: Environment):
    await _say(environment.services, "settings confirmations off", is_direct=True)
    await _say(environment.services, BOOK)
    await environment.deliver()
    assert environment.chat.texts_to(WIL) == []

    await _say(environment.services, "settings confirmations on", is_direct=True)
    await _say(environment.services, "book K-J17-G01 4pm-5pm")
    await environment.deliver()
    assert len(environment.chat.texts_to(WIL)) == 1


async def test_an_operator_can_switch_confirmations_off(environment: Environment):
    await _say(replace(environment.services, confirmations=False), BOOK)

    await environment.deliver()

    assert environment.chat.texts_to(WIL) == []


@pytest.mark.parametrize(("preferred", "expected"), [("", "chat"), ("discord", "discord")])
async def test_it_goes_where_the_booking_was_made_unless_they_prefer_another_platform(
    environment: Environment, preferred: str, expected: str
):
    await environment.want(NotificationPreferences(deliver_to=preferred))
    person = environment.people[WIL]
    other = Identity("discord:1")
    await environment.services.storage.write(lambda unit: unit.people.link(person, other))
    await _say(environment.services, BOOK)

    (message,) = [each.message for each in await environment.listed() if each.message.kind == "confirmation"]

    targets = delivery_targets(message, environment.services, {"chat", "discord"})
    assert targets[0].partition(":")[0] == expected
