"""What the core asks of whoever keeps its facts.

Hot use cases (book, cancel, move, check in) name what they touch as `Keys`, receive `Facts`, and answer with
a `Decision`: a pure step that storage runs in batches. All others are plain functions over a `Unit`, run
inside one transaction (`write`) or one snapshot (`read`), so nobody can await anything in there.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, NamedTuple, Protocol, TypeVar

from core.interval import Interval
from core.model.entities import (
    AuditEntry,
    Booking,
    BookingId,
    Building,
    Busy,
    Charge,
    Identity,
    Membership,
    Person,
    PersonId,
    Role,
    Room,
    RoomId,
    Society,
    SocietyId,
    TimetableEntry,
    TokenTerm,
)
from core.model.jobs import JobState
from core.model.login_session import LoginSession
from core.model.outbox import (
    Backlog,
    ClaimedMessage,
    DeliveryOutcome,
    MessageState,
    OutboxEntry,
    OutboxMessage,
)
from core.model.retention import Expired, Limit
from core.model.timetable_run import SourceState, TimetableRun, TimetableSlot

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DecisionKeys:
    """What a hot use case touches: which facts to read, and on PostgreSQL which locks to take."""

    week: int
    """The quota week whose charges are summed."""
    room: RoomId | None = None
    window: Interval | None = None
    """The stretch of `room` whose busy intervals matter."""
    person: PersonId | None = None
    society: SocietyId | None = None
    booking: BookingId | None = None
    request: str | None = None
    """An idempotency key: the same key is carried out once, and answered the same ever after."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was true, inside the transaction, of the things `Keys` named; empty where it named nothing.

    `society` and `role` are those of the booking at hand where the keys named no society. `spent` is the sum
    of the person's charges in the week; `charged` what the booking at hand was charged in that week.
    """

    room: Room | None = None
    person: Person | None = None
    society: Society | None = None
    role: Role | None = None
    term: TokenTerm | None = None
    booking: Booking | None = None
    busy: tuple[Busy, ...] = ()
    spent: int = 0
    charged: int = 0
    previous_result: Booking | None = None
    """What the same request made when it came before."""


@dataclass(frozen=True, slots=True)
class WriteSet:
    """What a decision writes, in one transaction: all of it or nothing."""

    insert: Booking | None = None
    update: Booking | None = None
    """The booking as it will be, and `before` as it was: its version must still be the stored one."""
    before: Booking | None = None
    charge: Charge | None = None
    audit: AuditEntry | None = None
    request: str | None = None
    withdraw_messages_of: BookingId | None = None
    """The booking whose messages are not to be sent any more, but for those in `messages`."""
    messages: tuple[OutboxMessage, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision(Generic[T]):
    """What to tell the caller, and what to write first. `record` is None when nothing changes."""

    outcome: T
    writes: WriteSet | None = None


@dataclass(frozen=True, slots=True)
class LoginToken:
    """One login's token: only its hash is kept."""

    hash: bytes
    person_id: PersonId
    created_at: datetime
    label: str = ""
    last_used_at: datetime | None = None

    @property
    def alive_at(self) -> datetime:
        """When it was last used, or made if it never was."""
        return self.last_used_at or self.created_at


class Change(NamedTuple):
    """That something of a kind changed, told to every process that keeps it in memory.

    `kind` is `catalogue`, `room` (`key`'s bookings), `schedule` (`key`'s busy stretches, by a cold work),
    `timetable` (all busy stretches), `person` (`key`, with identities, memberships and logins), `people` (all
    of them), `society`, `societies`, `source` or `login` (one came to an end).
    """

    kind: str
    key: str = ""


class RoomRepository(Protocol):
    """Buildings and rooms."""

    def buildings(self) -> list[Building]: ...
    def rooms(self) -> list[Room]: ...
    def put_buildings(self, buildings: Iterable[Building]) -> None: ...
    def put_rooms(self, rooms: Iterable[Room]) -> None: ...


MOST_KNOWN_ADDRESSES = 16
"""For each person; those used last."""


class PersonRepository(Protocol):
    """People, their groups, identities and password hashes. Names match whatever their case."""

    def get(self, person_id: PersonId) -> Person | None: ...
    def by_name(self, name: str) -> Person | None:
        """The person with this username or e-mail."""
        ...

    def by_identity(self, identity: Identity) -> Person | None: ...
    def all(self) -> list[Person]: ...
    def names(self, people: Iterable[PersonId]) -> Mapping[PersonId, str]: ...
    def add(self, person: Person, password_hash: str | None) -> Person:
        """The person as kept, with an id. `AlreadyExists` when the username or e-mail is taken."""
        ...

    def put(self, person: Person) -> None: ...
    def password_hash(self, person_id: PersonId) -> str | None: ...
    def set_password_hash(self, person_id: PersonId, password_hash: str) -> None: ...
    def link(self, person_id: PersonId, identity: Identity) -> None: ...
    def unlink(self, identity: Identity) -> None: ...
    def identities(self, person_id: PersonId) -> list[Identity]: ...
    def all_identities(self) -> Mapping[PersonId, list[Identity]]: ...
    def remember_address(self, person_id: PersonId, key: bytes, now: datetime) -> None:
        """Note where somebody logged in; the `MOST_KNOWN_ADDRESSES` used last are kept."""
        ...

    def known_addresses(self, person_id: PersonId) -> Mapping[bytes, int]:
        """When each was last noted, in seconds since 1970, by key."""
        ...

    def all_known_addresses(self) -> Mapping[PersonId, Mapping[bytes, int]]: ...


class SocietyRepository(Protocol):
    """Societies, who belongs to them, and which of their tokens is valid."""

    def get(self, society_id: SocietyId) -> Society | None: ...
    def all(self) -> list[Society]: ...
    def add(self, society: Society) -> None: ...
    def memberships(self, person_id: PersonId) -> list[Membership]: ...
    def all_memberships(self) -> Mapping[PersonId, list[Membership]]: ...
    def members(self, society_id: SocietyId) -> list[Membership]: ...
    def role(self, person_id: PersonId, society_id: SocietyId) -> Role | None: ...
    def set_role(self, person_id: PersonId, society_id: SocietyId, role: Role | None) -> None:
        """Make someone a member or president, or neither (None)."""
        ...

    def terms(self) -> Mapping[SocietyId, TokenTerm]: ...
    def set_term(self, society_id: SocietyId, term: TokenTerm) -> None: ...


class BookingRepository(Protocol):
    """Bookings and the quota ledger."""

    def get(self, booking_id: BookingId) -> Booking | None: ...
    def in_room(self, room_id: RoomId, window: Interval) -> list[Booking]: ...
    def of_person(self, person_id: PersonId, window: Interval | None = None) -> list[Booking]:
        """Active bookings that someone made, by start; all of them, or those that overlap a window."""
        ...

    def of_society(self, society_id: SocietyId, window: Interval | None = None) -> list[Booking]: ...
    def spent(self, person_id: PersonId, week: int) -> int: ...
    def active(self, window: Interval) -> list[Booking]: ...


class TimetableRepository(Protocol):
    """Timetable entries, by the source that published them."""

    def in_room(self, room_id: RoomId, window: Interval) -> list[TimetableEntry]: ...
    def busy(self, window: Interval) -> Iterable[tuple[RoomId, Busy]]:
        """What the current timetables hold in a window, room by room."""
        ...

    def busy_in_room(self, room_id: RoomId, window: Interval) -> list[Busy]: ...
    def of_source(self, source: str) -> list[TimetableEntry]: ...
    def add(self, source: str, entries: Iterable[TimetableEntry], now: int) -> None:
        """Put entries into the current run of a source; `now` (seconds) is when its first run was made."""
        ...

    def clear(self, source: str, rooms: Iterable[RoomId]) -> None:
        """Take every entry of these rooms out of the current run of a source."""
        ...


class TokenRepository(Protocol):
    """Login tokens by hash."""

    def add(self, login: LoginToken) -> None: ...
    def remove(self, token_hash: bytes) -> bool: ...
    def remove_all(self, person_id: PersonId) -> None:
        """End all of somebody's logins."""
        ...

    def end_surplus(self, person_id: PersonId, most: int, at_once: int) -> int:
        """End logins beyond `most`, those unused for longest, `at_once` of them at most; how many."""
        ...

    def people_above(self, most: int, at_once: int) -> list[PersonId]:
        """Some of those who have more than so many logins."""
        ...

    def get(self, token_hash: bytes) -> LoginToken | None: ...
    def of_person(self, person_id: PersonId) -> list[LoginToken]:
        """Somebody's logins, the oldest first; of more than 200 those that were used last."""
        ...

    def all(self) -> Mapping[PersonId, list[LoginToken]]: ...
    def touch(self, token_hash: bytes, at: datetime) -> None: ...
    def wake(self, token_hash: bytes, at: datetime) -> None:
        """The same, and every process is told: memory held the login for idle."""
        ...


@dataclass(frozen=True, slots=True)
class Installation:
    """Roomie in one workspace of a platform, with the token that speaks for it there, sealed."""

    team: str
    token: str
    bot_user: str = ""
    bot_id: str = ""
    name: str = ""
    scopes: tuple[str, ...] = ()
    installed_by: str = ""


class ProcessedEventRepository(Protocol):
    """What platforms delivered and somebody took in hand."""

    def claim(self, key: str, now: datetime, again_after: timedelta | None = None) -> bool:
        """Whether the caller is the first, or takes over from one who claimed it long ago and is gone."""
        ...

    def finish(self, key: str) -> None: ...


class InstallationRepository(Protocol):
    """Workspaces that Roomie is installed in, and secrets of installations under way."""

    def get(self, team: str) -> Installation | None: ...
    def all(self) -> list[Installation]: ...
    def put(self, new: Installation, now: datetime) -> None: ...
    def replace_token(self, team: str, before: str, after: str) -> bool:
        """Put `after` in the place of `before`; whether that was still what is there."""
        ...

    def remove(self, team: str) -> None: ...
    def save_state(self, state: str, now: datetime, until: datetime, most: int) -> None:
        """Keep a secret; where there are `most` already, those that end first make room."""
        ...

    def consume_state(self, state: str, now: datetime) -> bool: ...


class OutboxRepository(Protocol):
    """Messages that Roomie sends unasked."""

    def add(self, messages: Iterable[OutboxMessage]) -> int:
        """Queue messages; those whose key is there already are left out. How many are new."""
        ...

    def withdraw(self, booking_id: BookingId, kind: str) -> None:
        """Take back what is not being sent yet."""
        ...

    def is_any_due(self, now: datetime) -> bool:
        """Whether there is something to claim."""
        ...

    def claim(self, worker: str, now: datetime, until: datetime, limit: int) -> list[ClaimedMessage]:
        """Take messages that are due, and those whose sender died, for oneself alone until then."""
        ...

    def start(self, worker: str, sending: Mapping[int, Identity], now: datetime, until: datetime) -> set[int]:
        """Note before sending claimed messages where they go; which of them are still to be sent."""
        ...

    def complete(self, worker: str, outcomes: Iterable[DeliveryOutcome]) -> None:
        """Note what became of claimed messages, and let go of them."""
        ...

    def backlog(self) -> Backlog: ...
    def entries(self, states: Collection[MessageState], limit: int) -> list[OutboxEntry]: ...
    def retry(self, message_id: int, now: datetime) -> bool:
        """Send a message that was given up after all."""
        ...

    def give_up(self, message_id: int, error: str) -> bool: ...


class LoginSessionRepository(Protocol):
    """Logins on their way, by the hash of their sid."""

    def add(self, session: LoginSession) -> None: ...
    def get(self, sid_hash: bytes) -> LoginSession | None: ...
    def swap(self, before: LoginSession, after: LoginSession) -> bool:
        """Put `after` in the place of `before`; whether that was still what is there."""
        ...

    def finished_since(self, moment: datetime) -> Iterable[bytes]:
        """The hashes of what came to an end from then on."""
        ...

    def many(self, hashes: Iterable[bytes]) -> list[LoginSession]: ...
    def waiting(self) -> list[LoginSession]:
        """Chat accounts that were linked, and still wait for what they had asked."""
        ...

    def consume_request(self, sid_hash: bytes) -> bool:
        """Forget what was waited for; whether the caller is the one who does."""
        ...

    def drop_open(self, identity: Identity) -> None:
        """Only the newest link of a chat account is good."""
        ...

    def make_room(self, over_before: datetime, most: int) -> None:
        """Deletes sessions that ended by `over_before`; at the limit also the busiest network's open ones."""
        ...

    def erase_results(self, now: datetime, hand_out: timedelta) -> None:
        """Erase what nobody can fetch any more."""
        ...


class JobRepository(Protocol):
    """What is done again and again: claimed in the database, so that two processes never do it at once."""

    def register(self, name: str, first: datetime, latest: datetime) -> None:
        """Let a job be known, due at `first` when it is new and no later than `latest` otherwise."""
        ...

    def claim(self, name: str, worker: str, now: datetime, until: datetime) -> bool:
        """Take a job that is due and that nobody is at; whether that worked."""
        ...

    def renew(self, name: str, worker: str, until: datetime) -> bool:
        """Keep a job for longer; False when somebody else has it by now."""
        ...

    def finish(self, name: str, worker: str, now: datetime, due_at: datetime, error: str) -> None: ...
    def release(self, name: str, worker: str) -> None:
        """Leave a job to others, undone."""
        ...

    def hasten(self, name: str, now: datetime) -> None:
        """Let a job be due now."""
        ...

    def all(self) -> list[JobState]: ...


class NoticeChannelRepository(Protocol):
    """Channels that asked for notices."""

    def all(self) -> list[Identity]: ...
    def add(self, channel: Identity, asked_by: Identity, now: datetime) -> bool:
        """Whether it is new."""
        ...

    def remove(self, channel: Identity) -> bool: ...


class TimetableRunRepository(Protocol):
    """Runs of timetable sources. Nobody reads one before it is current."""

    def begin(self, source: str, now: datetime) -> int:
        """A new run that nobody reads; its number."""
        ...

    def write(self, run_id: int, slots: Sequence[TimetableSlot]) -> None: ...
    def slots(self, run_id: int, after: int, limit: int) -> tuple[list[TimetableSlot], int]:
        """Entries of a run in slices; the number to go on after, 0 at the end."""
        ...

    def rooms_of(self, run_id: int) -> set[RoomId]: ...
    def current(self, source: str) -> TimetableRun | None: ...
    def rejected(self, source: str) -> TimetableRun | None:
        """The latest run that waits for an operator."""
        ...

    def reject(self, run_id: int, report: str) -> None: ...
    def switch(self, run_id: int, report: str) -> None:
        """Let everybody read this run instead of its source's others."""
        ...

    def note(self, run_id: int, report: str) -> None: ...
    def abandon(self, source: str) -> None:
        """Give up what a process that died has left half written."""
        ...

    def purge(self, limit: int) -> int:
        """Forget so many entries that nobody reads any more; how many there were."""
        ...

    def stage_places(self, buildings: Iterable[Building], rooms: Iterable[Room]) -> None:
        """Keep buildings and rooms without telling anybody yet."""
        ...

    def publish_room_changes(self, rooms: Iterable[RoomId]) -> None:
        """Let every process read these rooms' timetables anew."""
        ...

    def publish_catalogue_change(self) -> None: ...


class SourceRepository(Protocol):
    """How timetable sources are doing."""

    def get(self, name: str) -> SourceState: ...
    def all(self) -> list[SourceState]: ...
    def put(self, state: SourceState) -> None: ...


class CounterIncrement(NamedTuple):
    """`more` is added to what is counted under a key, never below `floor` or above `ceiling`."""

    key: str
    amount: int
    floor: int
    ceiling: int


class CounterValue(NamedTuple):
    """What all processes counted together, and when (in seconds) one of them last did."""

    amount: int
    at: int


class CounterRepository(Protocol):
    """What several processes count together; nothing that would be missed after a crash."""

    def add(self, counted: Sequence[CounterIncrement], now: datetime) -> Mapping[str, CounterValue]:
        """Add to each, and say where it stands."""
        ...


class Retention(Protocol):
    """What is past its time or too much."""

    def expired(self, limit: Limit, at_once: int) -> list[Expired]:
        """Some of the rows that a limit does not keep."""
        ...

    def discard(self, limit: Limit, found: Sequence[Expired]) -> int:
        """Delete rows that were found, but for those that changed since; how many."""
        ...


class UnitOfWork(Protocol):
    """Everything that is kept, inside one transaction or snapshot."""

    @property
    def rooms(self) -> RoomRepository: ...
    @property
    def people(self) -> PersonRepository: ...
    @property
    def societies(self) -> SocietyRepository: ...
    @property
    def bookings(self) -> BookingRepository: ...
    @property
    def timetable(self) -> TimetableRepository: ...
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
    def retention(self) -> Retention: ...
    def audit(self, entry: AuditEntry) -> None: ...
    def setting(self, key: str) -> str | None:
        """A small fact that the service keeps about itself."""
        ...

    def set_setting(self, key: str, value: str) -> None: ...


class Storage(Protocol):
    """One database, reached in the three ways the core knows."""

    async def decide(self, keys: DecisionKeys, decide: Callable[[Facts], Decision[T]]) -> T:
        """Read the facts, decide, record, commit; a refusal is raised, and then nothing is written."""
        ...

    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run `work` in one transaction; whatever it raises undoes all of it and reaches the caller."""
        ...

    async def write_relaxed(self, work: Callable[[UnitOfWork], T]) -> T:
        """Like `write`, for works that claim rows: each statement sees what others have committed by then."""
        ...

    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run `work` over one consistent snapshot."""
        ...


class PasswordHasher(Protocol):
    """Slow hashing of passwords, off the event loop."""

    async def hash(self, password: str) -> str: ...
    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password fits; takes as long for a hash that is not there."""
        ...
