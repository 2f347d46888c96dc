"""Storage: batched decisions, transactions and snapshots over one database.

Use cases other than decisions are plain functions over a `UnitOfWork`, run in one transaction (`write`) or
one snapshot (`read`). They are synchronous, so no transaction stays open across an await.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from core.model import AuditEntry
from core.ports.calendars import CalendarRepository
from core.ports.campus import RoomRepository, SocietyRepository
from core.ports.closures import ClosureRepository
from core.ports.decisions import Decision, DecisionKeys, Facts, JointDecision
from core.ports.history import HistoryRepository
from core.ports.privacy import PrivacyRepository
from core.ports.refusals import RefusalRepository
from core.ports.repositories import (
    BookingRepository,
    CounterRepository,
    DraftRepository,
    InstallationRepository,
    JobRepository,
    LoginSessionRepository,
    NoticeChannelRepository,
    OutboxRepository,
    PersonRepository,
    ProcessedEventRepository,
    RatingRepository,
    RetentionRepository,
    SeriesRepository,
    TokenRepository,
)
from core.ports.timetable import SourceRepository, TimetableRepository, TimetableRunRepository
from core.ports.waits import WaitRepository
from core.ports.webhooks import WebhookRepository

T = TypeVar("T")


class UnitOfWork(Protocol):
    """All repositories, over one transaction or snapshot."""

    @property
    def rooms(self) -> RoomRepository: ...
    @property
    def people(self) -> PersonRepository: ...
    @property
    def societies(self) -> SocietyRepository: ...
    @property
    def bookings(self) -> BookingRepository: ...
    @property
    def series(self) -> SeriesRepository: ...
    @property
    def drafts(self) -> DraftRepository: ...
    @property
    def timetable(self) -> TimetableRepository: ...
    @property
    def closures(self) -> ClosureRepository: ...
    @property
    def history(self) -> HistoryRepository: ...
    @property
    def tokens(self) -> TokenRepository: ...
    @property
    def processed_events(self) -> ProcessedEventRepository: ...
    @property
    def installations(self) -> InstallationRepository: ...
    @property
    def outbox(self) -> OutboxRepository: ...
    @property
    def jobs(self) -> JobRepository: ...
    @property
    def notice_channels(self) -> NoticeChannelRepository: ...
    @property
    def timetable_runs(self) -> TimetableRunRepository: ...
    @property
    def sources(self) -> SourceRepository: ...
    @property
    def login_sessions(self) -> LoginSessionRepository: ...
    @property
    def counters(self) -> CounterRepository: ...
    @property
    def ratings(self) -> RatingRepository: ...
    @property
    def waits(self) -> WaitRepository: ...
    @property
    def calendars(self) -> CalendarRepository: ...
    @property
    def refusals(self) -> RefusalRepository: ...
    @property
    def privacy(self) -> PrivacyRepository: ...
    @property
    def webhooks(self) -> WebhookRepository: ...
    @property
    def retention(self) -> RetentionRepository: ...
    def audit(self, entry: AuditEntry) -> None: ...
    def setting(self, key: str) -> str | None:
        """A value of the service's own key-value settings."""
        ...

    def set_setting(self, key: str, value: str) -> None: ...


class Storage(Protocol):
    """One database."""

    async def decide(self, keys: DecisionKeys, decide: Callable[[Facts], Decision[T]]) -> T:
        """Reads the facts, decides, writes and commits; a refusal is raised and nothing is written."""
        ...

    async def decide_jointly(
        self, keys: Sequence[DecisionKeys], decide: Callable[[Sequence[Facts]], JointDecision[T]]
    ) -> T:
        """Like `decide`, on the facts of many keys, in their order."""
        ...

    async def write(self, transaction: Callable[[UnitOfWork], T]) -> T:
        """Runs a transaction function, serializable; an error rolls it back and is raised."""
        ...

    async def write_relaxed(self, transaction: Callable[[UnitOfWork], T]) -> T:
        """Like `write`, but read committed: for transaction functions that claim rows."""
        ...

    async def read(self, transaction: Callable[[UnitOfWork], T]) -> T:
        """Runs a function over one consistent snapshot."""
        ...


class ManagedStorage(Storage, Protocol):
    """Storage with its lifecycle and the synchronisation of the read model."""

    async def open(self) -> None:
        """Checks the schema and reads the catalogue. `WrongSchema` when it does not match this code."""
        ...

    async def load(self) -> None:
        """Reads everything else and starts to serve; calls that come earlier wait for it."""
        ...

    async def loaded(self) -> None:
        """Waits until busy times and people are in the read model."""
        ...

    async def reload(self) -> None:
        """Rebuilds the read model for a window around now."""
        ...

    def is_fresh(self) -> bool:
        """Whether the read model has all known changes of other processes; does not block."""
        ...

    def age(self) -> float:
        """Seconds since the read model was last known to be up to date."""
        ...

    async def catch_up(self) -> None:
        """Applies the changes of other processes to the read model."""
        ...

    async def probe(self) -> None:
        """Raises `Unavailable` unless the database accepts writes."""
        ...

    async def scrub(self) -> None:
        """Overwrites the remains of deleted rows in the database's files, where the engine can (SQLite)."""
        ...

    async def close(self) -> None:
        """Finishes queued writes and closes all connections."""
        ...
