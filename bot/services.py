"""Container of the application services that commands, the HTTP API and the worker share."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from random import SystemRandom
from typing import TYPE_CHECKING

from msgspec import Struct

from bot.refusal_log import RefusalLog
from core.bounded_cache import LruCache
from core.clock import Clock
from core.errors import Unavailable
from core.memory import build_lasting_values
from core.model import PersonId
from core.policy.door_code import DoorCodes
from core.policy.retention import Retention
from core.policy.rules import Rules
from core.ports import ManagedStorage
from core.random_source import RandomSource
from core.read_model import ReadModel
from core.services.accounts import Accounts
from core.services.bookings import BookingService
from core.services.society import SocietyService

if TYPE_CHECKING:
    from bot.language import NameIndex, ParserDefaults
    from core.services.administration import Administration
    from core.services.calendar_addresses import CalendarAddresses
    from core.services.closures import ClosureService
    from core.services.login import LoginService
    from core.services.privacy import ErasureService
    from core.services.refresh_timetable import TimetableService
    from core.services.releasing import ReleaseService
    from core.services.series import SeriesService
    from core.services.sharing import SharingService
    from core.services.waiting import WaitingService
    from core.services.webhooks import WebhookService


_MIDNIGHT = 24 * 60
"""Minutes. A phrase such as "tomorrow" means that day only, however long the campus is open."""


class Metric(Struct, frozen=True):
    """A Prometheus metric that is read when `/metrics` is requested; counters end in `_total`."""

    name: str
    description: str
    read: Callable[[], float]
    labels: Mapping[str, str] = {}

    @property
    def is_counter(self) -> bool:
        return self.name.endswith("_total")


_MAX_TITLES = 10_000


class NameIndexCache:
    """Caches the index of names that people may type, until rooms or societies change."""

    def __init__(self) -> None:
        self._index: NameIndex | None = None
        self._built_from: tuple[object, object] | None = None
        self._lock = asyncio.Lock()

    def get(self, read_model: ReadModel) -> "NameIndex":
        from bot.language import NameIndex

        built_from = (read_model.catalogue, read_model.directory.societies)
        if self._index is None or self._built_from != built_from:
            catalogue, societies = built_from
            with build_lasting_values():
                index = NameIndex.build(catalogue.order, catalogue.buildings.values(), societies.values())
            self._index, self._built_from = index, built_from
        return self._index

    def is_current(self, read_model: ReadModel) -> bool:
        """Whether the index is that of the read model's rooms and societies."""
        return self._built_from == (read_model.catalogue, read_model.directory.societies)

    async def prepare(self, read_model: ReadModel) -> None:
        """Builds the index in a thread when it is out of date: 50,000 rooms take seconds."""
        async with self._lock:
            if not self.is_current(read_model):
                await asyncio.to_thread(self.get, read_model)


@dataclass(frozen=True)
class Services:
    """The read model, and the use cases that change what it shows.

    Services that the first answer does not need are imported and made when they are first used.
    """

    storage: ManagedStorage
    read_model: ReadModel
    rules: Rules
    clock: Clock
    bookings: BookingService
    societies: SocietyService
    accounts: Accounts
    names: NameIndexCache = field(default_factory=NameIndexCache)
    random: RandomSource = field(default_factory=SystemRandom)
    """Source of random choices; tests pass a seeded `random.Random`."""
    default_minutes: int = 60
    """Length of a booking whose end is not given."""
    metrics: list[Metric] = field(default_factory=list)
    """Metrics of the worker and the platforms."""
    confirmations: bool = True
    """Whether bookings are confirmed by a direct message to those who want it."""
    public_url: str = ""
    """Address for browsers, without a trailing slash."""
    contact: str = ""
    """Whom people ask about their account; empty: an administrator."""
    bookable: tuple[str, ...] = ()
    """Patterns of rooms that may be booked although they come from a timetable source."""
    operators: tuple[str, ...] = ()
    """Usernames of the timetable operators; administrators when empty."""
    stale_after: Mapping[str, timedelta] = field(default_factory=dict)
    """Age by source from which replies note that its timetable is old."""
    display_generation: int = 1
    """Which keys of displays are valid."""
    retention: Retention = field(default_factory=Retention)
    """How long old rows are stored."""
    private_receivers: tuple[str, ...] = ()
    """Hosts in private networks that webhooks may be sent to."""
    offered_titles: LruCache[str, str] = field(default_factory=lambda: LruCache(_MAX_TITLES))
    """Titles by requester and *Book* button, in this process."""
    unfinished: "set[asyncio.Task[None]]" = field(default_factory=set)
    """Writes behind replies, to be finished before the storage closes."""
    refusals: RefusalLog = field(init=False)
    """Records refused requests."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "refusals", RefusalLog(self.storage, self.clock, self.unfinished))
        self.metrics.append(
            Metric(
                "roomie_refusals_dropped_total",
                "Refused requests that were not recorded: beyond a limit, or without a database.",
                lambda: self.refusals.dropped,
            )
        )
        self.read_model.subscribe(self._forget_titles)

    @property
    def door_codes(self) -> DoorCodes:
        return DoorCodes(self.accounts.secrets)

    @cached_property
    def logins(self) -> "LoginService":
        from core.services.login import LoginService

        return LoginService(self.storage, self.clock, self.rules)

    @cached_property
    def timetables(self) -> "TimetableService":
        from core.services.refresh_timetable import TimetableService

        return TimetableService(self.storage, self.read_model, self.clock, self.bookable, self.operators)

    @cached_property
    def closures(self) -> "ClosureService":
        from core.services.closures import ClosureService

        return ClosureService(self.storage, self.rules, self.clock)

    @cached_property
    def series(self) -> "SeriesService":
        from core.services.series import SeriesService

        end_of_term = self.rules.terms.end_of_term_with
        return SeriesService(self.storage, self.read_model, self.rules, self.clock, end_of_term)

    @cached_property
    def waiting(self) -> "WaitingService":
        from core.services.waiting import WaitingService

        return WaitingService(self.storage, self.read_model, self.rules, self.clock, self.bookings)

    @cached_property
    def sharing(self) -> "SharingService":
        from core.services.sharing import SharingService

        return SharingService(self.storage, self.read_model, self.rules, self.clock)

    @cached_property
    def releases(self) -> "ReleaseService":
        from core.services.releasing import ReleaseService

        return ReleaseService(self.storage, self.read_model, self.rules, self.clock)

    @cached_property
    def calendars(self) -> "CalendarAddresses":
        from core.services.calendar_addresses import CalendarAddresses

        return CalendarAddresses(self.storage, self.clock, self.accounts.secrets)

    @cached_property
    def administration(self) -> "Administration":
        from core.services.administration import Administration

        return Administration(self.storage, self.rules, self.clock, self.accounts.hash)

    @cached_property
    def erasures(self) -> "ErasureService":
        from core.services.privacy import ErasureService

        return ErasureService(self.storage, self.read_model, self.clock, self.bookings)

    @cached_property
    def webhooks(self) -> "WebhookService":
        from core.services.webhooks import WebhookService

        return WebhookService(self.storage, self.clock, self.private_receivers)

    def _forget_titles(self, touched: frozenset[PersonId]) -> None:
        """Forgets what people have typed when one of them is gone; which titles are whose is not known."""
        if any(each not in self.read_model.directory.people for each in touched):
            self.offered_titles.clear()

    def complete_public_url(self, port: int) -> None:
        """Fills in the port in the address for browsers where the system chose it (`http.port = 0`)."""
        if self.public_url.endswith(":0"):
            object.__setattr__(self, "public_url", f"{self.public_url.removesuffix(':0')}:{port}")

    def parser_defaults(self) -> "ParserDefaults":
        """What the parser assumes on this campus: the usual length and the opening hours."""
        from bot.language import ParserDefaults

        weekdays, weekends = self.rules.weekday_hours, self.rules.weekend_hours
        return ParserDefaults(
            default_duration=timedelta(minutes=self.default_minutes),
            weekday_hours=(weekdays.opens, min(weekdays.closes, _MIDNIGHT)),
            weekend_hours=(weekends.opens, min(weekends.closes, _MIDNIGHT)),
            campus_zone=self.rules.zone,
            terms=self.rules.terms,
        )

    async def prepared_names(self) -> None:
        """Waits until the index of names is that of the read model, without holding the event loop."""
        await self.names.prepare(self.read_model)

    async def synced_read_model(self) -> ReadModel:
        """The read model, complete and at most a few milliseconds behind other processes.

        While the database is unreachable it stays as it is; `/readyz` then fails, and so do writes.
        """
        if not self.read_model.is_complete:
            await self.storage.loaded()
        if not self.storage.is_fresh():
            with suppress(Unavailable):
                await self.storage.catch_up()
        return self.read_model
