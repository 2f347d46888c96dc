"""Shortcuts to book series on the campus."""

from datetime import date, timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from core.model import Booking, PersonId, RoomId, SeriesFrequency, SeriesId, SeriesRule
from core.policy.rules import Rules
from core.services.series import (
    BookedSeries,
    ChangedSeries,
    SeriesChange,
    SeriesRequest,
    SeriesScope,
    SeriesService,
)
from tests.contracts.campus import CHESS, HALL, Campus

TUESDAY = date(2026, 3, 17)
END_OF_TERM = date(2026, 7, 31)


def tuesdays(weeks: int = 10, first: date = TUESDAY, **others: Any) -> SeriesRule:
    return SeriesRule(SeriesFrequency.WEEKLY, first, weekdays=(first.weekday(),), count=weeks, **others)


def a_day(week: int) -> date:
    """The Tuesday of a week of the series; the first is 0."""
    return TUESDAY + timedelta(weeks=week)


def end_of_term(_day: date) -> date:
    return END_OF_TERM


class SeriesCampus(Struct, frozen=True):
    """The campus and its series service. Students may book series of half a year."""

    campus: Campus
    service: SeriesService

    @classmethod
    def of(cls, campus: Campus) -> "SeriesCampus":
        rules = replace(campus.rules, student_series=180)
        storage = campus.storage
        service = SeriesService(storage, storage.read_model, rules, campus.clock, end_of_term)
        return cls(replace(campus, rules=rules), service)

    @property
    def rules(self) -> Rules:
        return self.campus.rules

    def request(
        self, rule: SeriesRule | None = None, room: RoomId | None = HALL, **others: Any
    ) -> SeriesRequest:
        """Ten Tuesdays at seven by the president of the chess society, unless overridden."""
        others.setdefault("by", self.campus.pres)
        others.setdefault("society_id", CHESS if others["by"] == self.campus.pres else None)
        others.setdefault("title", "Blitz")
        starts_at, length = others.pop("starts_at", 19 * 60), others.pop("length", 60)
        return SeriesRequest(rule or tuesdays(), starts_at, length, room_id=room, **others)

    async def book(self, request: SeriesRequest | None = None, **others: Any) -> BookedSeries:
        """Books all dates that are free."""
        request = request or self.request()
        booked = await self.service.book(request, (await self.service.preview(request)).free, **others)
        assert isinstance(booked, BookedSeries), booked
        return booked

    async def change(self, series_id: SeriesId, scope: SeriesScope, **changes: Any) -> ChangedSeries:
        """Changes all dates that can be."""
        by: PersonId = changes.pop("by", self.campus.pres)
        change = SeriesChange(series_id, by, scope, **changes)
        changed = await self.service.change(change, (await self.service.preview_change(change)).free)
        assert isinstance(changed, ChangedSeries), changed
        return changed

    async def bookings(self, series_id: SeriesId) -> list[Booking]:
        return await self.campus.storage.read(lambda unit: unit.bookings.of_series(series_id))

    async def days(self, series_id: SeriesId) -> list[date]:
        """Dates of the series that are booked."""
        return [each.occurrence.day for each in await self.bookings(series_id) if each.occurrence]
