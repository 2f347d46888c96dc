"""Reads usage in slices, and counts it in a thread."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial

from bot.services import Services
from bot.usage.counting import UsageCounter
from bot.usage.figures import UsageFigures
from bot.usage.periods import Period, read_period
from core.errors import UnknownBuilding
from core.interval import Interval
from core.model import Building, Room, RoomId
from core.ports import UnitOfWork
from core.services.administration import Administrator

_SLICE = timedelta(days=7)
"""Read in one snapshot, which is short even with thousands of bookings a day."""


class UsageService:
    """Usage figures of a period."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def read_request(self, text: str) -> tuple[Period, Building | None]:
        """The period and the building that a text names. Raises `Invalid`, or `UnknownBuilding`."""
        rules = self._services.rules
        today = self._services.clock.now().astimezone(rules.zone).date()
        period, rest = read_period(text, rules, today)
        return period, self._building(rest) if rest else None

    def _building(self, name: str) -> Building:
        wanted = name.casefold()
        for each in self._services.read_model.catalogue.buildings.values():
            names = (each.id, each.name, *each.aliases)
            if any(wanted in {word.casefold(), word.casefold().removesuffix(" building")} for word in names):
                return each
        raise UnknownBuilding(
            f"There is no period or building called {name[:60]}. Periods are last week, this week, term, "
            "last term, a month such as march, or days such as 2026-03-14."
        )

    async def figures(
        self, by: Administrator, period: Period, building: Building | None = None
    ) -> UsageFigures:
        """Counts for an administrator; raises `NotPermitted` for others, in every snapshot."""
        rooms = self._rooms(building)
        services = self._services
        name = building.name if building is not None else ""
        counter = UsageCounter(period, rooms, services.rules, services.clock.now(), name)
        await services.refusals.flush()
        for window in _slices(period.interval(services.rules)):
            await services.storage.read(partial(_count, counter=counter, window=window, by=by))
        return await asyncio.to_thread(lambda: counter.figures)

    def _rooms(self, building: Building | None) -> Mapping[RoomId, Room]:
        rooms = self._services.read_model.catalogue.rooms
        if building is None:
            return rooms
        return {key: each for key, each in rooms.items() if each.building_id == building.id}


def _count(unit: UnitOfWork, counter: UsageCounter, window: Interval, by: Administrator) -> None:
    """Adds the rows of a slice. A booking belongs to the slice in which it starts."""
    by.check(unit, counter.now)
    counter.add_bookings(
        each for each in unit.history.bookings(window) if each.interval.start >= window.start
    )
    counter.add_timetable(unit.timetable.busy(window), window)
    counter.add_refusals(unit.refusals.during(window))
    counter.add_waits(unit.waits.during(window))
    counter.add_charges(unit.history.charges(window))


def _slices(whole: Interval) -> Iterator[Interval]:
    start = whole.start
    while start < whole.end:
        end = min(whole.end, start + _SLICE)
        yield Interval(start, end)
        start = end
