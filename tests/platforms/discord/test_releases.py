"""Checking in on Discord: the warning as a direct message, its buttons, and the release."""

from datetime import timedelta

from msgspec.structs import replace

from bot.notifications import NOTIFICATION_TYPES
from bot.worker.outbox import OutboxSender, OutboxSettings
from bot.worker.releases import ReleaseRunner
from core.model import RoomId
from tests.builders import at
from tests.fakes.clock import StillClock
from tests.platforms.discord.environment import Environment


async def test_people_are_warned_say_that_they_are_coming_and_check_in(
    environment: Environment, clock: StillClock
) -> None:
    wil, rema = environment.discord.person("wil"), environment.discord.person("rema")
    await environment.add_people(wil, rema)
    services = environment.services
    room = replace(services.read_model.catalogue.room(RoomId("K-J17-G001")), check_in=True)
    await services.storage.write(lambda unit: unit.rooms.put_rooms([room]))
    settings = OutboxSettings(spacing=timedelta())
    sender = OutboxSender(services, [environment.platform], NOTIFICATION_TYPES, "worker", settings)
    runner = ReleaseRunner(services, ["discord"], is_worker=True)

    async def pass_time(until: str) -> None:
        while clock.now() < at(until):
            clock.move(timedelta(seconds=30))
            await runner.poll()
            await sender.deliver_due()
            await runner.poll()

    await wil.run("/book", room="K-J17-G001", when="11:00-12:00")
    await rema.run("/book", room="K-J17-G001", when="12:00-13:00")
    await pass_time("11:12")
    warning = wil.sees()[-1]
    warning_text = warning.text
    postponed = await wil.press(warning, "Still coming")
    await pass_time("11:28")
    checked_in = await wil.press(wil.sees()[-1], "I'm here")
    await pass_time("12:16")

    assert "Nobody has checked in" in warning_text
    assert "is kept for you until" in postponed.seen.text
    assert "You're checked in" in checked_in.seen.text
    assert "so it was released from" in rema.sees()[-1].text
    assert not any("was released" in each.text for each in wil.sees())
