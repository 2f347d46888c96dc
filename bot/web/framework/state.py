"""Shared state of the HTTP server: services, caches, rate limits and metrics."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from math import inf
from secrets import token_hex
from time import perf_counter
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from bot.login.browser_sessions import BrowserSessions
from bot.login.device_cookies import DeviceMarks
from bot.pictures.drawer import PictureDrawer
from bot.services import Services
from bot.web.framework.eager import suspend
from bot.web.framework.live_updates import LiveUpdates
from bot.web.framework.login_context import LoginContext
from bot.web.framework.login_subscriptions import LoginSubscriptions
from bot.web.framework.login_throttle import LoginThrottle
from bot.web.framework.metrics import Metrics
from bot.web.framework.password_checks import PasswordChecks
from bot.web.framework.rate_limit import RateLimiter
from bot.web.framework.rating_cache import RatingCache
from bot.web.framework.readiness import Check, Readiness
from bot.web.framework.response import IsValid
from bot.web.framework.response_cache import RenderedCache, ResponseCache
from bot.web.framework.settings import HttpSettings
from bot.web.framework.status_cache import CampusDays, CampusLayout, StatusCache
from bot.web.framework.token_usage import TokenUsage
from bot.web.framework.whole_schedules import WholeSchedules
from core.availability import Availability
from core.catalogue import Catalogue
from core.errors import Unavailable
from core.interval import Interval
from core.memory import build_lasting_values
from core.ports import UnitOfWork
from core.read_model import load_availability

if TYPE_CHECKING:
    from bot.conversation.dispatcher import Dispatcher

T = TypeVar("T")

Parse: TypeAlias = Callable[[str], Mapping[str, object]]
"""Parses a text as the language engine does, to a JSON object."""

_MAX_CALENDAR_BYTES = 16 * 1024 * 1024
_MAX_CONCURRENT_READS = 4
_MAX_WAITING_READS = 64


@dataclass(slots=True)
class ServerState:
    """State of one server; nothing of it outlives the process."""

    services: Services
    settings: HttpSettings
    checks: Mapping[str, Check] = field(default_factory=dict)
    parse: Parse | None = None
    login: LoginContext = field(default_factory=LoginContext)
    metrics: Metrics = field(default_factory=Metrics)
    responses: ResponseCache = field(default_factory=ResponseCache)
    intervals: RenderedCache = field(default_factory=RenderedCache)
    calendars: ResponseCache = field(default_factory=lambda: ResponseCache(_MAX_CALENDAR_BYTES))
    """Rendered calendars by their content."""
    calendar_writes: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    """Writing a calendar keeps a core busy for up to some hundred milliseconds, so one at a time."""
    sign_drawing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    """Likewise drawing the signs of a building."""
    pictures: PictureDrawer = field(default_factory=PictureDrawer)
    token_usage: TokenUsage = field(default_factory=TokenUsage)
    is_stopping: bool = False
    ticks: Callable[[], float] = perf_counter
    rates: RateLimiter = field(init=False)
    forgeries: RateLimiter = field(init=False)
    """Rate of deliveries that no chat platform signed."""
    large_deliveries: "Counter[str]" = field(default_factory=Counter)
    """Large bodies of deliveries in progress, by client subnet."""
    logins: LoginThrottle = field(init=False)
    device_marks: DeviceMarks = field(init=False)
    sessions: BrowserSessions = field(init=False)
    password_checks: PasswordChecks = field(default_factory=PasswordChecks)
    login_rates: RateLimiter = field(init=False)
    subscriptions: LoginSubscriptions = field(init=False)
    live: LiveUpdates = field(init=False)
    dispatcher: "Dispatcher | None" = None
    """The conversation behind the pages, made when it is first needed."""
    overview: "tuple[IsValid, object] | None" = None
    """What the start page shows to everybody, while that is valid."""
    overview_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    readiness: Readiness = field(init=False)
    ratings: RatingCache = field(init=False)
    whole_schedules: WholeSchedules = field(init=False)
    days: CampusDays = field(init=False)
    flood_logged_at: float = -inf
    """When a refusal for too many requests was last logged, by `perf_counter`."""
    _status_cache: StatusCache | None = None
    _campus: CampusLayout | None = None
    _campus_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _reads: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_MAX_CONCURRENT_READS))
    _waiting: int = 0
    _origin: str = field(default_factory=lambda: token_hex(4))
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.rates = RateLimiter(self.settings.rate_limit)
        self.forgeries = RateLimiter(self.settings.rate_limit)
        self.logins = LoginThrottle(self.settings.login_rate)
        self.device_marks = DeviceMarks(self.services.accounts.familiarity.marks_key)
        self.sessions = BrowserSessions(self.services.accounts.secrets)
        self.login_rates = RateLimiter(self.settings.sid_rate)
        self.subscriptions = LoginSubscriptions(self.services)
        self.live = LiveUpdates(self.services)
        self.readiness = Readiness(self.checks)
        self.ratings = RatingCache(self.read)
        self.whole_schedules = WholeSchedules(self.services.read_model, self.read, self.services.clock)
        self.days = CampusDays(self.services.rules.zone)

    def next_id(self) -> str:
        return f"{self._origin}-{next(self._numbers):x}"

    def status_cache(self) -> StatusCache:
        """The status cache of the current availability."""
        availability = self.services.read_model.availability
        if self._status_cache is None or self._status_cache.availability is not availability:
            campus = self._campus
            is_known = campus is not None and campus.catalogue is availability.catalogue
            self._status_cache = StatusCache(availability, campus if is_known else None)
        return self._status_cache

    async def lay_out_campus(self) -> CampusLayout:
        """The layout of responses about all rooms, made on a thread: it takes 0.5 s for 50,000."""
        catalogue = self.services.read_model.catalogue
        if (campus := self._campus) is not None and campus.catalogue is catalogue:
            return campus
        await suspend()
        async with self._campus_lock:
            if (campus := self._campus) is None or campus.catalogue is not catalogue:
                campus = self._campus = await asyncio.to_thread(_lay_out, catalogue)
        return campus

    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Reads from the database what the read model does not hold, a few requests at a time.

        `Unavailable` if too many wait already.
        """
        if self._waiting >= _MAX_WAITING_READS:
            raise Unavailable("Roomie is too busy right now. Please try again in a moment.")
        self._waiting += 1
        try:
            await suspend()
            async with self._reads:
                return await self.services.storage.read(work)
        finally:
            self._waiting -= 1

    async def availability_outside_window(self, window: Interval) -> Availability:
        """Loads the availability of a time that the read model does not cover."""
        catalogue = self.services.read_model.catalogue
        return await self.read(lambda unit: load_availability(unit, catalogue, window))


def _lay_out(catalogue: Catalogue) -> CampusLayout:
    with build_lasting_values():
        return CampusLayout(catalogue)
