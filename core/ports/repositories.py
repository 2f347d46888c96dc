"""Repositories: one per aggregate, used inside a unit of work."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from core.interval import Interval
from core.model import (
    Backlog,
    Block,
    Booking,
    BookingId,
    Charge,
    ClaimedMessage,
    CounterIncrement,
    CounterValue,
    DeliveryOutcome,
    Draft,
    Expired,
    Identity,
    Installation,
    JobState,
    Limit,
    LoginSession,
    LoginToken,
    MessageState,
    OutboxEntry,
    OutboxMessage,
    Person,
    PersonId,
    QuotaGrant,
    Rating,
    RatingSummary,
    RoomId,
    Series,
    SeriesId,
    SocietyId,
    Stars,
)

MAX_KNOWN_ADDRESSES = 16
"""Per person; the most recently used."""


class PersonRepository(Protocol):
    """People, their groups, identities and password hashes. Names are case-insensitive."""

    def get(self, person_id: PersonId) -> Person | None: ...
    def by_name(self, name: str) -> Person | None:
        """Finds a person by username or e-mail address."""
        ...

    def by_identity(self, identity: Identity) -> Person | None: ...
    def all(self) -> list[Person]: ...
    def add(self, person: Person, password_hash: str | None) -> Person:
        """Stores a person and returns it with its id. `AlreadyExists` when username or e-mail is taken."""
        ...

    def put(self, person: Person) -> None:
        """Stores all but `same_day_until` and the block."""
        ...

    def restrict(self, person_id: PersonId, until: datetime) -> None:
        """Sets `same_day_until`."""
        ...

    def lock_administrators(self) -> None:
        """Keeps other changes of who may administer away until the commit."""
        ...

    def block(self, person_id: PersonId, block: Block | None) -> None:
        """Sets or lifts (None) a block."""
        ...

    def password_hash(self, person_id: PersonId) -> str | None: ...
    def set_password_hash(self, person_id: PersonId, password_hash: str) -> None: ...
    def link(self, person_id: PersonId, identity: Identity) -> None: ...
    def unlink(self, identity: Identity) -> None: ...
    def identities(self, person_id: PersonId) -> list[Identity]: ...
    def all_identities(self) -> Mapping[PersonId, list[Identity]]: ...
    def remember_address(self, person_id: PersonId, key: bytes, now: datetime) -> None:
        """Stores the keyed hash of a network where a password was right; older ones beyond the limit go."""
        ...

    def known_addresses(self, person_id: PersonId) -> Mapping[bytes, int]:
        """Time of the last login (seconds since 1970) by keyed hash of the network."""
        ...

    def all_known_addresses(self) -> Mapping[PersonId, Mapping[bytes, int]]: ...


class BookingRepository(Protocol):
    """Bookings and the quota ledger."""

    def get(self, booking_id: BookingId) -> Booking | None: ...
    def of_person(self, person_id: PersonId, window: Interval | None = None) -> list[Booking]:
        """A person's active bookings by start; only those that overlap the window, if given."""
        ...

    def of_society(self, society_id: SocietyId, window: Interval | None = None) -> list[Booking]: ...
    def of_series(self, series_id: SeriesId) -> list[Booking]:
        """All active bookings of a series, by start."""
        ...

    def charges_of_series(self, series_id: SeriesId) -> Mapping[BookingId, Mapping[int, int]]:
        """What the bookings of a series were charged in each week."""
        ...

    def spent(self, person_id: PersonId, week: int) -> int:
        """Minutes charged in a quota week, less those granted."""
        ...

    def spent_since(self, person_id: PersonId, week: int) -> Mapping[int, int]:
        """The same by quota week, from this one on."""
        ...

    def grant(self, new: QuotaGrant) -> None: ...
    def granted(self, person_id: PersonId, week: int) -> int: ...

    def lock(self, booking: Booking) -> None:
        """Keeps decisions on a booking, its room and its owner away until the commit."""
        ...

    def lock_all(
        self,
        bookings: Iterable[Booking],
        rooms: Iterable[RoomId] = (),
        people: Iterable[PersonId] = (),
        societies: Iterable[SocietyId] = (),
    ) -> None:
        """The same for many bookings, and for all decisions about these rooms, people and societies."""
        ...

    def update(self, before: Booking, after: Booking) -> bool:
        """Stores the new state of a booking; False if the stored version is not that of `before`."""
        ...

    def charge(self, charge: Charge) -> None: ...
    def charges(self, booking_id: BookingId, person_id: PersonId) -> Mapping[int, int]:
        """What a person was charged for a booking in each week."""
        ...

    def no_shows(self, person_id: PersonId, since: datetime) -> int:
        """How many personal bookings of a person were released since then."""
        ...

    def holds(self, window: Interval, rooms: Collection[RoomId] | None = None) -> list[Booking]:
        """Holds that overlap a window, expired ones among them, by start."""
        ...

    def hold(self, hold: Booking) -> None:
        """Stores a hold; `SlotTaken` where the room is booked or held. Expired holds are in its way."""
        ...

    def end_hold(self, hold_id: BookingId) -> bool:
        """Ends a hold, expired or not; False if it had ended."""
        ...

    def end_expired_holds(self, now: datetime, window: Interval, room_id: RoomId) -> None: ...
    def active(self, window: Interval, rooms: Collection[RoomId] | None = None) -> list[Booking]:
        """All active bookings that overlap a window, by start; only those in `rooms`, if given."""
        ...


class SeriesRepository(Protocol):
    """Series; their bookings are `BookingRepository`'s."""

    def many(self, ids: Collection[SeriesId]) -> list[Series]: ...


class DraftRepository(Protocol):
    """What was shown to a person: requests that wait for a button, and answers that later words refer to."""

    def add(self, new: Draft, max_drafts: int) -> None:
        """Adds or renews a draft; of its person, only the newest `max_drafts` stay."""
        ...

    def put(self, drafts: Sequence[Draft]) -> None:
        """Adds or renews drafts, whose ids limit their number."""
        ...

    def get(self, draft_id: str) -> Draft | None: ...

    def remove(self, draft_ids: Collection[str]) -> None: ...


class TokenRepository(Protocol):
    """Login tokens by hash."""

    def add(self, login: LoginToken) -> None: ...
    def remove(self, token_hash: bytes) -> bool: ...
    def remove_all(self, person_id: PersonId) -> None:
        """Revokes all logins of a person."""
        ...

    def end_surplus(self, person_id: PersonId, max_logins: int, batch_size: int) -> int:
        """Revokes the least recently used logins beyond `max_logins`, up to `batch_size`; how many."""
        ...

    def people_above(self, max_logins: int, batch_size: int) -> list[PersonId]:
        """Up to `batch_size` people with more than `max_logins` logins."""
        ...

    def get(self, token_hash: bytes) -> LoginToken | None: ...
    def of_person(self, person_id: PersonId) -> list[LoginToken]:
        """A person's logins, oldest first; the 200 most recently used if there are more."""
        ...

    def all(self) -> Mapping[PersonId, list[LoginToken]]: ...
    def touch(self, token_hash: bytes, at: datetime) -> None: ...
    def wake(self, token_hash: bytes, at: datetime) -> None:
        """Like `touch`, and invalidates the login in all read models, where it had expired as idle."""
        ...


class ProcessedEventRepository(Protocol):
    """Deduplication of platform events. Rows of the table `seen`."""

    def claim(self, key: str, now: datetime, again_after: timedelta | None = None) -> bool:
        """False if the event was claimed before; unfinished claims older than `again_after` are retaken."""
        ...

    def finish(self, key: str) -> None: ...


class InstallationRepository(Protocol):
    """Installations in workspaces, and OAuth states of installations in progress."""

    def get(self, team: str) -> Installation | None: ...
    def all(self) -> list[Installation]: ...
    def put(self, new: Installation, now: datetime) -> None: ...
    def replace_token(self, team: str, before: str, after: str) -> bool:
        """Compare-and-swap of a token; False if the stored one is not `before`."""
        ...

    def remove(self, team: str) -> None: ...
    def save_state(self, state: str, now: datetime, until: datetime, max_states: int) -> None:
        """Stores an OAuth state; beyond `max_states`, those that expire first are deleted."""
        ...

    def consume_state(self, state: str, now: datetime) -> bool: ...


class OutboxRepository(Protocol):
    """The outbox of notifications."""

    def add(self, messages: Iterable[OutboxMessage]) -> int:
        """Queues messages, skipping those whose key exists; returns how many are new."""
        ...

    def add_for_subscribers(self, notice: OutboxMessage, after: PersonId, limit: int) -> PersonId | None:
        """Queues a notice, with their id at the end of its key, for people who want notices and have quota.

        They are the next `limit` people after `after`, by id; returns the last of them, None at the end.
        """
        ...

    def withdraw(self, booking_id: BookingId, kind: str, person_id: PersonId) -> None:
        """Deletes a person's waiting messages of one kind about a booking."""
        ...

    def is_any_due(self, now: datetime) -> bool: ...
    def sent_to(self, keys: Collection[str]) -> list[Identity]:
        """The recipients of those of these messages that have arrived."""
        ...

    def claim(self, worker: str, now: datetime, until: datetime, limit: int) -> list[ClaimedMessage]:
        """Leases due messages, and those with an expired lease, to a worker."""
        ...

    def start(self, worker: str, sending: Mapping[int, Identity], now: datetime, until: datetime) -> set[int]:
        """Records recipients before sending; returns the messages still to be sent."""
        ...

    def complete(self, worker: str, outcomes: Iterable[DeliveryOutcome]) -> None:
        """Records delivery outcomes and releases the claims."""
        ...

    def backlog(self) -> Backlog: ...
    def entries(self, states: Collection[MessageState], limit: int) -> list[OutboxEntry]: ...
    def retry(self, message_id: int, now: datetime) -> bool:
        """Requeues a message that was given up."""
        ...

    def give_up(self, message_id: int, error: str) -> bool: ...


class LoginSessionRepository(Protocol):
    """Login sessions by the hash of their sid."""

    def add(self, session: LoginSession) -> None: ...
    def get(self, sid_hash: bytes) -> LoginSession | None: ...
    def swap(self, before: LoginSession, after: LoginSession) -> bool:
        """Compare-and-swap; False if the stored session is not `before`."""
        ...

    def finished_since(self, moment: datetime) -> Iterable[bytes]:
        """Hashes of the sessions that ended since then."""
        ...

    def many(self, hashes: Iterable[bytes]) -> list[LoginSession]: ...
    def waiting(self) -> list[LoginSession]:
        """Completed links of chat accounts whose pending request was not resumed yet."""
        ...

    def consume_request(self, sid_hash: bytes) -> bool:
        """Deletes the pending request; False if another caller already has."""
        ...

    def drop_open(self, identity: Identity) -> None:
        """Deletes earlier open links of a chat account: only the newest is valid."""
        ...

    def make_room(self, over_before: datetime, max_sessions: int) -> None:
        """Deletes some ended sessions; beyond `max_sessions`, also some unused open ones."""
        ...

    def erase_results(self, now: datetime, result_ttl: timedelta) -> None:
        """Erases results past their time to be fetched."""
        ...


class JobRepository(Protocol):
    """Recurring jobs, leased in the database so that no two processes run one concurrently."""

    def register(self, name: str, first: datetime, latest: datetime) -> None:
        """Creates a job due at `first`, or moves an existing one forward to `latest`."""
        ...

    def claim(self, name: str, worker: str, now: datetime, until: datetime) -> bool:
        """Leases a due job; False if it is not due or leased."""
        ...

    def renew(self, name: str, worker: str, until: datetime) -> bool:
        """Extends the lease; False if it was lost."""
        ...

    def finish(self, name: str, worker: str, now: datetime, due_at: datetime, error: str) -> None: ...
    def release(self, name: str, worker: str) -> None:
        """Gives up the lease without having run the job."""
        ...

    def all(self) -> list[JobState]: ...


class NoticeChannelRepository(Protocol):
    """Channels subscribed to quota notices."""

    def all(self) -> list[Identity]: ...
    def add(self, channel: Identity, requested_by: Identity, now: datetime) -> bool:
        """Returns whether it is new."""
        ...

    def remove(self, channel: Identity) -> bool: ...


class CounterRepository(Protocol):
    """Counters shared by processes; lost in a crash. Rows of the table `tally`."""

    def add(self, increments: Sequence[CounterIncrement], now: datetime) -> Mapping[str, CounterValue]:
        """Adds the increments and returns the new values."""
        ...


class RatingRepository(Protocol):
    """Ratings of rooms."""

    def put(self, rating: Rating) -> None:
        """Stores a rating in place of an earlier one with the same key."""
        ...

    def of_room(self, room_id: RoomId, limit: int) -> list[Stars]:
        """The newest ratings of a room, newest first."""
        ...

    def summaries(self) -> Mapping[RoomId, RatingSummary]: ...


class RetentionRepository(Protocol):
    """Rows past their retention limits."""

    def expired(self, limit: Limit, batch_size: int) -> list[Expired]:
        """Up to `batch_size` rows beyond a limit."""
        ...

    def discard(self, limit: Limit, found: Sequence[Expired]) -> int:
        """Deletes found rows, except for those that changed since; how many."""
        ...
