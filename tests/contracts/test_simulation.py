"""The past as it is read for a simulation, on both databases, and replayed as it was."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.refusal_log import RefusalLog
from bot.simulation import compare, read_past
from core.errors import QuotaSpent, SlotTaken
from core.interval import Interval
from tests.builders import NOW, a_slot
from tests.contracts.campus import LAB, Campus

PERIOD = Interval(NOW - timedelta(days=1), NOW + timedelta(days=1))


async def refused(campus: Campus, log: RefusalLog, refusal: type[Exception], **request: object) -> None:
    with pytest.raises(refusal) as caught:
        await campus.book(**request)  # type: ignore[arg-type]
    log.note(caught.value, "slack")  # type: ignore[arg-type]
    await log.flush()


async def test_what_happened_is_replayed_as_it_was(campus: Campus):
    log = RefusalLog(campus.storage, campus.clock, set())
    first = (await campus.book(a_slot("11:00", 90))).booking
    await refused(campus, log, SlotTaken, slot=a_slot("11:00"), by=campus.rema)
    campus.clock.move(timedelta(minutes=1))
    await campus.services.move(first, campus.wil, a_slot("13:00", 90), LAB)
    campus.clock.move(timedelta(minutes=1))
    await campus.book(a_slot("11:00"), by=campus.rema)
    await refused(campus, log, QuotaSpent, slot=a_slot("15:00", 120))
    campus.clock.move(timedelta(minutes=1))
    await campus.cancel(first)
    campus.clock.move(timedelta(minutes=1))
    await campus.book(a_slot("15:00", 120))

    past = await campus.storage.read(lambda unit: read_past(unit, PERIOD, campus.rules))
    same = compare(past, campus.rules, replace(campus.rules, staff_horizon=91))
    less = compare(past, campus.rules, replace(campus.rules, weekly_quota=60))

    assert (same.requests, same.reproduced) == (6, 6)
    assert (same.newly_refused, same.newly_accepted) == ({}, {})
    assert less.newly_refused == {"no_quota": 2}
    assert less.newly_accepted == {"slot_taken": 1}
    assert less.lost == 1
