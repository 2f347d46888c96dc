"""Everything the core can do, in one hand: what commands and the HTTP API are given."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from core.clock import Clock
from core.errors import Unavailable
from core.policy.retention import Retention
from core.policy.rules import Rules
from core.ports.storage import Storage
from core.read_model import ReadModel
from core.services.accounts import Accounts
from core.services.bookings import BookingService
from core.services.login import LoginService
from core.services.refresh_timetable import TimetableService
from core.services.society import SocietyService

if TYPE_CHECKING:
    from bot.language import NameIndex


class ManagedStorage(Storage, Protocol):
    """Storage as the house runs it: opened, loaded, kept fresh, closed."""

    async def open(self) -> None:
        """Check the schema and read the catalogue into the picture."""
        ...

    async def load(self) -> None:
        """Make all works possible and complete the picture; works that come earlier wait for it."""
        ...

    async def close(self) -> None:
        """Finish what is queued, then let go of the database."""
        ...

    def is_fresh(self) -> bool:
        """Whether nothing that others wrote is missing; looks at most every few milliseconds."""
        ...

    def age(self) -> float:
        """Seconds since the picture was last known to hold all that was committed anywhere."""
        ...

    async def catch_up(self) -> None:
        """Read into the picture what other processes wrote."""
        ...

    async def loaded(self) -> None:
        """Wait until busy times and people are in the picture."""
        ...

    async def reload(self) -> None:
        """Read the whole picture anew."""
        ...

    async def probe(self) -> None:
        """Raise `Unavailable` unless something could be written now."""
        ...


@dataclass(frozen=True, slots=True)
class Metric:
    """A Prometheus metric that is read when `/metrics` is requested; counters end in `_total`."""

    name: str
    description: str
    read: Callable[[], float]
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_counter(self) -> bool:
        return self.name.endswith("_total")


class NameIndexCache:
    """The names that people may type, made anew only when rooms or societies change."""

    def __init__(self) -> None:
        self._names: NameIndex | None = None
        self._made_of: tuple[object, object] | None = None

    def of(self, read_model: ReadModel) -> "NameIndex":
        from bot.language import NameIndex

        made_of = (read_model.catalogue, read_model.directory.societies)
        if self._names is None or self._made_of != made_of:
            catalogue = read_model.catalogue
            societies = read_model.directory.societies.values()
            self._names = NameIndex.build(catalogue.order, catalogue.buildings.values(), societies)
            self._made_of = made_of
        return self._names


@dataclass(frozen=True, slots=True)
class Services:
    """The picture to answer from, and the use cases that change it."""

    storage: ManagedStorage
    read_model: ReadModel
    rules: Rules
    clock: Clock
    bookings: BookingService
    societies: SocietyService
    accounts: Accounts
    names: NameIndexCache = field(default_factory=NameIndexCache)
    default_minutes: int = 60
    """How long a booking is when nobody says."""
    metrics: list[Metric] = field(default_factory=list)
    """Metrics of the worker and the platforms."""
    public_url: str = ""
    """How browsers reach us, without a slash at the end."""
    bookable: tuple[str, ...] = ()
    """Patterns of rooms that may be booked although a timetable source brought them."""
    operators: tuple[str, ...] = ()
    """Usernames of those who look after timetables; without any, administrators do."""
    stale_after: Mapping[str, timedelta] = field(default_factory=dict)
    """How old the timetable of each source may be before answers say so."""
    retention: Retention = field(default_factory=Retention)
    """How long what is over is kept."""
    logins: LoginService = field(init=False)
    timetables: TimetableService = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "logins", LoginService(self.storage, self.clock, self.rules))
        timetables = TimetableService(
            self.storage, self.read_model, self.clock, self.bookable, self.operators
        )
        object.__setattr__(self, "timetables", timetables)

    async def synced_read_model(self) -> ReadModel:
        """The picture, complete and with what other processes wrote until a few milliseconds ago.

        While the database cannot be reached it is as it was; `/readyz` says so, and nothing can be changed.
        """
        if not self.read_model.is_complete:
            await self.storage.loaded()
        if not self.storage.is_fresh():
            with suppress(Unavailable):
                await self.storage.catch_up()
        return self.read_model
