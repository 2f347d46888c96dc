"""Events whose cause is a job: releases, quota weeks, and timetables that look wrong."""

from datetime import timedelta

from msgspec.structs import replace

from bot.worker.scheduler import send_quota_notices
from core.services.timetable_import import TimetableSnapshot
from tests.builders import a_slot, at
from tests.webhooks.conftest import Hooks


async def test_a_released_booking_is_announced_and_frees_the_rest(hooks: Hooks):
    rules = replace(hooks.campus.services.rules, check_in_rooms=("K-J17-*",))
    object.__setattr__(hooks.campus.services.releases, "_rules", rules)
    receiver = await hooks.add(None, "booking.released", "room.freed")
    await hooks.campus.book(a_slot("11:00"))

    for minute in range(9, 17):
        hooks.campus.clock.set(at(f"11:{minute:02}"))
        await hooks.campus.services.releases.record_presence(["chat", "worker"])
        await hooks.campus.services.releases.release_absent()
        await hooks.campus.deliver()
    await hooks.send()

    released, freed = receiver.received
    assert released["data"]["booking"]["end"] <= freed["data"]["start"]
    assert freed["data"]["reason"] == "released"
    assert freed["data"]["end"] == released["data"]["previous"]["end"]


async def test_a_quota_week_is_announced_once(hooks: Hooks):
    receiver = await hooks.add(None, "quota.*")

    for _ in range(3):
        await send_quota_notices(hooks.campus.services)
        hooks.campus.clock.move(timedelta(minutes=1))
    await hooks.send()

    assert [each["data"]["weekly_quota_minutes"] for each in receiver.received] == [180]


async def test_a_refused_timetable_is_announced_once_for_each_reason(hooks: Hooks):
    receiver = await hooks.add(None, "timetable.refused")

    for reason in ("Half of it is gone.", "Half of it is gone.", "All of it is gone."):
        await hooks.campus.services.timetables.import_run(
            "unsw", TimetableSnapshot((), frozenset(), anomalies=(reason,))
        )
    await hooks.send()

    assert [each["data"]["reasons"] for each in receiver.received] == [
        ["Half of it is gone."],
        ["All of it is gone."],
    ]
