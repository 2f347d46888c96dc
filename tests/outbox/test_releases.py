"""What people read before and after a booking is released, and what the buttons do."""

import pytest

from bot.chat.reply import Reply
from bot.worker.releases import ReleaseRunner
from core.model import Guest, NotificationPreferences, QuietHours
from core.policy.rules import Rules
from core.services.releasing import RELEASE_WARNING
from tests.builders import a_slot, at
from tests.outbox.environment import HALL, PRES, REMA, WIL, Environment


@pytest.fixture
def rules() -> Rules:
    return Rules(check_in_rooms=("K-J17-*",), no_show_limit=1)


async def pass_time(environment: Environment, until: str) -> None:
    """Half a minute at a time."""
    runner = ReleaseRunner(environment.services, ["chat"], is_worker=True)
    while environment.clock.now() < at(until):
        await runner.poll()
        await environment.deliver()
        await runner.poll()
        environment.clock.move(at("11:01") - at("11:00"))
    await runner.poll()
    await environment.deliver()


def warnings(environment: Environment) -> list[Reply]:
    return [reply for _, reply, key in environment.chat.shown if key.startswith(RELEASE_WARNING)]


async def test_the_warning_has_two_buttons_and_the_release_a_message(environment: Environment):
    await environment.book(a_slot("11:00"))

    await pass_time(environment, "11:12")
    (warning,) = warnings(environment)
    await pass_time(environment, "11:16")

    assert [each.label for each in warning.actions] == ["I'm here", "Still coming"]
    *_, text = environment.chat.texts_to(WIL)
    assert text.startswith("Nobody checked in to Room K-J17-G01")
    assert "number 1 in four weeks. After one more you can book for the same day only" in text


async def test_one_more_no_show_is_followed_by_what_it_costs(environment: Environment):
    for start in ("11:00", "12:00"):
        await environment.book(a_slot(start, 30))

    await pass_time(environment, "12:16")

    *_, text = environment.chat.texts_to(WIL)
    assert "number 2 in four weeks: until " in text
    assert "you can book for the same day only" in text


async def test_guests_hear_of_the_release_but_not_of_no_shows(environment: Environment):
    booking = await environment.book(a_slot("11:00"))
    guests = [Guest(environment.people[REMA])]
    await environment.services.sharing.invite(booking.id, environment.people[WIL], guests)

    await pass_time(environment, "11:16")

    *_, text = environment.chat.texts_to(REMA)
    assert text.startswith("Nobody checked in to Room K-J17-G01")
    assert "no-show" not in text


async def test_the_warning_comes_in_quiet_hours(environment: Environment):
    await environment.want(NotificationPreferences(quiet=QuietHours(8 * 60, 20 * 60)))
    await environment.book(a_slot("11:00"))

    await pass_time(environment, "11:16")

    assert len(warnings(environment)) == 1
    assert environment.services.read_model.availability.schedule(HALL).is_free(
        int(at("11:15").timestamp()), int(at("12:00").timestamp())
    )


async def test_who_checks_in_before_the_warning_is_sent_does_not_get_it(environment: Environment):
    booking = await environment.book(a_slot("11:00"))
    await pass_time(environment, "11:08")
    environment.clock.set(at("11:10"))
    await environment.services.releases.release_absent()

    await environment.services.bookings.check_in(booking.id, environment.people[WIL])
    await environment.deliver()

    assert warnings(environment) == []


async def test_who_cannot_be_reached_is_not_released(environment: Environment):
    await environment.storage.write(lambda unit: unit.people.unlink(WIL))
    booking = await environment.book(a_slot("11:00"))

    await pass_time(environment, "11:58")

    assert environment.services.read_model.bookings[booking.id].interval == a_slot("11:00")


@pytest.mark.parametrize("words", ["/rooms check-in", "/rooms here"])
async def test_typed_words_check_in(environment: Environment, words: str):
    booking = await environment.book(a_slot("11:00"), by=PRES)
    await pass_time(environment, "11:12")

    reply = await environment.ask(words, by=PRES)

    assert "You're checked in" in str(reply.text)
    assert environment.services.read_model.bookings[booking.id].checked_in_at is not None
