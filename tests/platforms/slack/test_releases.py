"""Checking in with Slack: the warning as a direct message, its buttons, and the release."""

from datetime import timedelta

from msgspec.structs import replace

from bot.notifications import NOTIFICATION_TYPES
from bot.worker.outbox import OutboxSender, OutboxSettings
from bot.worker.releases import ReleaseRunner
from core.model import RoomId
from tests.builders import at
from tests.fakes.clock import StillClock
from tests.platforms.slack.environment import Environment, labels, read
from tests.standins.slack import SlackStandIn


async def test_people_are_warned_say_that_they_are_coming_and_check_in(
    environment: Environment, slack: SlackStandIn, clock: StillClock
) -> None:
    ada, bob = slack.person("U1"), slack.person("U2")
    storage = environment.services.storage
    room = replace(environment.services.read_model.catalogue.room(RoomId("K-J17-G01")), check_in=True)
    await storage.write(lambda unit: unit.rooms.put_rooms([room]))
    async with environment.open() as adapter:
        settings = OutboxSettings(spacing=timedelta())
        sender = OutboxSender(environment.services, [adapter], NOTIFICATION_TYPES, "worker", settings)
        runner = ReleaseRunner(environment.services, ["slack"], is_worker=True)

        async def pass_time(until: str) -> None:
            while clock.now() < at(until):
                clock.move(timedelta(seconds=30))
                await runner.poll()
                await sender.deliver_due()
                await runner.poll()

        await ada.types("/book K-J17-G01 11:00-12:00")
        await bob.types("/book K-J17-G01 12:00-13:00")
        await pass_time("11:12")
        warning = ada.dms[-1]
        assert "Nobody has checked in" in read(warning)
        assert labels(warning) == ["I'm here", "Still coming"]
        await ada.presses(warning, "Still coming")
        await slack.until(lambda: any("is kept for you until" in read(each) for each in ada.dms))
        await pass_time("11:28")
        assert labels(ada.dms[-1]) == ["I'm here"]
        await ada.presses(ada.dms[-1], "I'm here")
        await slack.until(lambda: any("You're checked in" in read(each) for each in ada.dms))

        await pass_time("12:16")
        assert "so it was released from" in read(bob.dms[-1])
        await bob.types("/rooms check-in")
        assert "have no" in read(bob.sees()[-1])
        assert not any("was released" in read(each) for each in ada.dms)
        await adapter.wait_idle()
        assert slack.refusals == []
