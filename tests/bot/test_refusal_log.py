"""Refused requests are recorded, wherever they are refused; nonsense, floods and outages leave no trace."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.refusal_log import MAX_PER_HOUR, RefusalLog
from bot.services import Services
from core.errors import InThePast, InvalidTimes, QuotaSpent, SlotTaken, Unavailable
from core.interval import Interval
from core.model import AttemptedRequest, PersonId, RefusedRequest, RequestedAction
from core.services.attempts import attempting
from tests.bot.chat import Chat
from tests.builders import NOW, at
from tests.fakes.clock import StillClock

ALL = Interval(NOW - timedelta(days=1), NOW + timedelta(days=1))


async def recorded(services: Services) -> list[RefusedRequest]:
    await services.refusals.flush()
    return await services.storage.read(lambda unit: list(unit.refusals.during(ALL)))


async def test_a_refused_booking_says_who_wanted_what_and_which_rule_it_broke(services: Services, wil: Chat):
    await wil.say("/book Wren G02 11:00-13:00")
    assert await recorded(services) == []

    await wil.say("/book Wren G02 14:00 for 2 hours")

    [refused] = await recorded(services)
    assert (refused.code, refused.platform, refused.at) == ("no_quota", "terminal", NOW)
    assert refused.rule == "It needed 120 minutes of quota, and 60 were left."
    me = services.read_model.directory.by_name("wil")
    assert me is not None
    room = next(each for each in services.read_model.catalogue.rooms.values() if each.name.endswith("G02"))
    assert refused.attempt == AttemptedRequest(
        RequestedAction.BOOK, me.person.id, room.id, Interval(at("14:00"), at("16:00"))
    )


@pytest.mark.parametrize(
    ("line", "action", "code"),
    [
        ("/book Wren G02 in 3 weeks 3pm", "book", "too_far_ahead"),
        ("/book Wren G02 today 22:00 for 1 hour", "book", "outside_hours"),
        ("/rooms free now 5000 seats", "search", "no_such_room"),
        ("/rooms free in 9 weeks 20 seats", "search", "too_far_ahead"),
        ("/rooms wait Wren G02 today 22:00-23:00", "wait", "outside_hours"),
    ],
)
async def test_what_chat_refuses_is_recorded(
    services: Services, wil: Chat, line: str, action: str, code: str
):
    await wil.say(line)

    assert [(each.attempt.action, each.code) for each in await recorded(services)] == [(action, code)]


async def test_a_search_keeps_how_many_seats_were_wanted(services: Services, wil: Chat):
    await wil.say("/rooms free now 5000 seats")

    [refused] = await recorded(services)
    assert refused.attempt.seats == 5_000


async def test_a_longer_booking_that_is_refused_is_an_extension(services: Services, wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 11:00 for 1 hour")
    await rema.say("/book Wren G02 12:00 for 1 hour")

    await wil.say("/rooms extend 30 min")

    [refused] = await recorded(services)
    assert (refused.attempt.action, refused.code) == (RequestedAction.EXTEND, "slot_taken")


@pytest.mark.parametrize(
    "line",
    ["/book Nowhere 11:00", "/rooms cancel 00000000", "/rooms frobnicate", "", "/rooms free yesterday"],
)
async def test_nonsense_is_not_recorded(services: Services, wil: Chat, line: str):
    await wil.say(line)

    assert await recorded(services) == []


async def test_strangers_who_cannot_book_are_not_recorded(services: Services, stranger: Chat):
    await stranger.say("/book Wren G02 11:00")

    assert await recorded(services) == []


def a_refusal(by: int | None = 1) -> SlotTaken:
    with (
        pytest.raises(SlotTaken) as caught,
        attempting(AttemptedRequest(RequestedAction.BOOK, by and PersonId(by))),
    ):
        raise SlotTaken
    return caught.value


async def test_one_person_fills_no_more_than_their_share(services: Services, clock: StillClock):
    for _ in range(MAX_PER_HOUR + 5):
        services.refusals.note(a_refusal(1), "slack")
    services.refusals.note(a_refusal(2), "slack")
    for _ in range(MAX_PER_HOUR + 5):
        services.refusals.note(a_refusal(None), "slack")

    assert len(await recorded(services)) == 2 * MAX_PER_HOUR + 1
    clock.move(timedelta(hours=1))
    services.refusals.note(a_refusal(1), "slack")
    assert len(await recorded(services)) == 2 * MAX_PER_HOUR + 2


class Unreachable:
    """A storage that is down for the first `failures` writes."""

    def __init__(self, failures: int) -> None:
        self.failures, self.written = failures, 0

    async def write_relaxed(self, _work: Any) -> None:
        if self.failures:
            self.failures -= 1
            raise Unavailable("The database is unreachable.")
        self.written += 1


@pytest.mark.parametrize(("failures", "written", "dropped"), [(1, 1, 0), (9, 0, 1)])
async def test_an_unreachable_database_delays_nobody_and_loses_statistics_only(
    clock: StillClock, failures: int, written: int, dropped: int
):
    storage, unfinished = Unreachable(failures), set[asyncio.Task[None]]()
    log = RefusalLog(storage, clock, unfinished)  # type: ignore[arg-type]

    log.note(a_refusal(), "slack")
    assert len(unfinished) == 1
    await log.flush()

    assert (storage.written, log.dropped) == (written, dropped)
    assert not unfinished


async def test_refusals_that_come_together_are_written_together(clock: StillClock):
    storage = Unreachable(0)
    log = RefusalLog(storage, clock, set())  # type: ignore[arg-type]

    for _ in range(50):
        log.note(a_refusal(), "slack")
    await log.flush()

    assert storage.written == 1


def test_the_outermost_block_names_the_action_and_the_innermost_the_rest():
    with (
        pytest.raises(QuotaSpent) as caught,
        attempting(AttemptedRequest(RequestedAction.EXTEND, seats=1)),
        attempting(AttemptedRequest(RequestedAction.MOVE, seats=2)),
    ):
        raise QuotaSpent(60, 0, timedelta(days=1))

    assert caught.value.attempt == AttemptedRequest(RequestedAction.EXTEND, seats=2)


async def test_times_that_cannot_be_read_are_no_rule_but_the_grid_is(services: Services):
    for refusal in (InvalidTimes(), InvalidTimes(granularity=15), InThePast(NOW)):
        refusal.attempt = AttemptedRequest(RequestedAction.BOOK, PersonId(1))
        services.refusals.note(refusal, "roomie")

    assert [each.code for each in await recorded(services)] == ["bad_times", "in_the_past"]
