"""What all routes share: the desk, what is remembered, who knocks how often, and what is counted."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from math import inf
from secrets import token_hex
from time import perf_counter
from typing import TypeAlias, TypeVar

from bot.login.device_cookies import DeviceMarks
from bot.services import Desk
from bot.web.framework.login_context import LoginDoor
from bot.web.framework.login_subscriptions import Channels
from bot.web.framework.login_throttle import LoginThrottle
from bot.web.framework.metrics import Metrics
from bot.web.framework.password_checks import PasswordChecks
from bot.web.framework.rate_limit import Rate
from bot.web.framework.readiness import Check, Readiness
from bot.web.framework.response import Page
from bot.web.framework.response_cache import Memo
from bot.web.framework.settings import HttpSettings
from bot.web.framework.status_cache import CampusDays, StatusBoard
from bot.web.framework.token_usage import TokensUsed
from core.availability import Availability, RoomSchedule
from core.catalogue import Catalogue
from core.errors import Unavailable
from core.interval import Interval
from core.model.entities import Busy, RoomId, busy_with
from core.ports.storage import Unit

T = TypeVar("T")

Parse: TypeAlias = Callable[[str], Mapping[str, object]]
"""What the language engine makes of a line."""

_READS_AT_ONCE = 4
_READS_WAITING = 64


@dataclass(slots=True)
class House:
    """One server's state. Nothing of it outlives the process."""

    desk: Desk
    settings: HttpSettings
    descriptions: Mapping[str, Callable[[], Page]] = field(default_factory=dict)
    """What there is to ask, told in different ways; rendered when first asked for."""
    checks: Mapping[str, Check] = field(default_factory=dict)
    parse: Parse | None = None
    login: LoginDoor = field(default_factory=LoginDoor)
    metrics: Metrics = field(default_factory=Metrics)
    memo: Memo = field(default_factory=Memo)
    stretches: Memo = field(default_factory=Memo)
    used: TokensUsed = field(default_factory=TokensUsed)
    is_stopping: bool = False
    ticks: Callable[[], float] = perf_counter
    rates: Rate = field(init=False)
    logins: LoginThrottle = field(init=False)
    marks: DeviceMarks = field(init=False)
    checks_of_passwords: PasswordChecks = field(default_factory=PasswordChecks)
    sids: Rate = field(init=False)
    channels: Channels = field(init=False)
    readiness: Readiness = field(init=False)
    days: CampusDays = field(init=False)
    flood_logged_at: float = -inf
    """When a refusal for too many requests was last logged, by `perf_counter`."""
    _board: StatusBoard | None = None
    _reads: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_READS_AT_ONCE))
    _waiting: int = 0
    _origin: str = field(default_factory=lambda: token_hex(4))
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.rates = Rate(self.settings.rate_limit)
        self.logins = LoginThrottle(self.settings.login_rate)
        self.marks = DeviceMarks(self.desk.accounts.familiarity.marks_key)
        self.sids = Rate(self.settings.sid_rate)
        self.channels = Channels(self.desk)
        self.readiness = Readiness(self.checks)
        self.days = CampusDays(self.desk.rules.zone)

    def next_id(self) -> str:
        return f"{self._origin}-{next(self._numbers):x}"

    def board(self) -> StatusBoard:
        """The drawn days of the availability as it is now."""
        availability = self.desk.picture.availability
        if self._board is None or self._board.availability is not availability:
            self._board = StatusBoard(availability)
        return self._board

    async def read(self, work: Callable[[Unit], T]) -> T:
        """A read that memory cannot answer: a few at once, and not too many waiting."""
        if self._waiting >= _READS_WAITING:
            raise Unavailable("Roomie is too busy right now. Please try again in a moment.")
        self._waiting += 1
        try:
            async with self._reads:
                return await self.desk.storage.read(work)
        finally:
            self._waiting -= 1

    async def elsewhere(self, window: Interval) -> Availability:
        """The availability of a time that the picture does not cover."""
        catalogue = self.desk.picture.catalogue
        return await self.read(lambda unit: read_elsewhere(unit, catalogue, window))


def read_elsewhere(unit: Unit, catalogue: Catalogue, window: Interval) -> Availability:
    busy: dict[RoomId, list[Busy]] = {}
    for room_id, entry in unit.timetable.busy(window):
        busy.setdefault(room_id, []).append(entry)
    for booking in unit.bookings.active(window):
        busy.setdefault(booking.room_id, []).append(busy_with(booking))
    return Availability(catalogue, {room_id: RoomSchedule(taken) for room_id, taken in busy.items()})
