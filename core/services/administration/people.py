"""People: found, added to groups, linked, blocked, granted quota, and made administrators."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from core.clock import Clock
from core.errors import Invalid, NotFound
from core.model import (
    Block,
    Booking,
    Identity,
    Membership,
    Person,
    QuotaGrant,
    UserGroup,
)
from core.names import check_identifier, check_label, name_key
from core.policy.blocking import is_blocked
from core.policy.quota import has_quota, quota_week
from core.policy.rules import Rules
from core.ports import Storage, UnitOfWork
from core.services.accounts import find_person, validate_person
from core.services.administration.confirmation import (
    CANCEL,
    KEEP,
    Answer,
    Confirmation,
    ConfirmationNeeded,
    confirm,
    count_bookings,
)
from core.services.administration.messages import AdminEvent, admin_message
from core.services.administration.removal import Reason, ahead, cancel_bookings
from core.services.administration.rights import (
    Administrator,
    changed,
    check_not_last,
)
from core.services.bookings import QuotaStatus, quota_status

MAX_REASON = 150
MAX_GRANT = 7 * 24 * 60
"""Minutes."""
MAX_FOUND = 10
_MAX_BLOCK = timedelta(days=5 * 366)
_MAX_WEEKS_AHEAD = 53
_DERIVED = frozenset({UserGroup.SOCIETY_MEMBER})
"""Follows from memberships."""


class PersonDetails(Struct, frozen=True):
    """A person as administrators see them. `bookings` are those that are not over."""

    person: Person
    identities: tuple[Identity, ...]
    memberships: tuple[Membership, ...]
    quota: QuotaStatus
    bookings: tuple[Booking, ...]


class BlockResult(Struct, frozen=True):
    """Whom a block is about, and how many bookings were cancelled, and stay."""

    person: Person
    cancelled: int = 0
    kept: int = 0


class PeopleAdministration:
    """Use cases of administrators. Rights are checked inside each transaction.

    `hash_password` hashes outside of transactions, for it is slow. People are named by username, e-mail
    address or identity.
    """

    def __init__(
        self,
        storage: Storage,
        rules: Rules,
        clock: Clock,
        hash_password: Callable[[str], Awaitable[str]],
    ) -> None:
        self._storage = storage
        self._rules = rules
        self._clock = clock
        self._hash = hash_password

    async def find(self, by: Administrator, text: str) -> list[Person]:
        """People with the text in their name, username, e-mail address or identities; the exact one first."""
        wanted = name_key(text.strip())

        def transaction(unit: UnitOfWork) -> list[Person]:
            by.check(unit, self._clock.now())
            identities = unit.people.all_identities()
            found = [
                each
                for each in unit.people.all()
                if any(
                    wanted in name_key(name)
                    for name in (each.username, each.email, each.name, *identities.get(each.id, ()))
                )
            ]
            return sorted(
                found, key=lambda each: wanted not in {name_key(each.username), name_key(each.email)}
            )

        return await self._storage.read(transaction)

    async def record(self, by: Administrator, who: str) -> PersonDetails:
        now = self._clock.now()

        def transaction(unit: UnitOfWork) -> PersonDetails:
            by.check(unit, now)
            person = find_person(unit, who)
            return PersonDetails(
                person,
                tuple(unit.people.identities(person.id)),
                tuple(unit.societies.memberships(person.id)),
                quota_status(unit, person.id, quota_week(now, self._rules), self._rules),
                tuple(unit.bookings.of_person(person.id, ahead(now))),
            )

        return await self._storage.read(transaction)

    async def add(self, by: Administrator, new: Person) -> Person:
        """Adds a person without a password; username and e-mail must be unique."""
        new, now = validate_person(new), self._clock.now()

        def transaction(unit: UnitOfWork) -> Person:
            by.check(unit, now)
            person = unit.people.add(new, None)
            groups = " ".join(sorted(person.groups - {UserGroup.SOCIETY_MEMBER}))
            unit.audit(by.entry(now, "add person", _subject(person), {"groups": groups}))
            return person

        return await self._storage.write(transaction)

    async def set_groups(self, by: Administrator, who: str, groups: frozenset[UserGroup]) -> Person:
        now = self._clock.now()

        def transaction(unit: UnitOfWork) -> Person:
            by.check(unit, now)
            before = find_person(unit, who)
            unit.people.put(replace(before, groups=groups))
            after = unit.people.get(before.id) or before
            if details := changed(groups=(before.groups - _DERIVED, after.groups - _DERIVED)):
                unit.audit(by.entry(now, "set groups", _subject(after), details))
            return after

        return await self._storage.write(transaction)

    async def link(self, by: Administrator, who: str, identity: Identity) -> Person:
        """Links a chat account, also one that is linked to somebody else."""
        now, identity = self._clock.now(), _check_identity(identity)

        def transaction(unit: UnitOfWork) -> Person:
            by.check(unit, now)
            person, before = find_person(unit, who), unit.people.by_identity(identity)
            unit.people.link(person.id, identity)
            details: dict[str, str | int] = {"identity": identity}
            if before is not None and before.id != person.id:
                details["from"] = _subject(before)
            unit.audit(by.entry(now, "link", _subject(person), details))
            return person

        return await self._storage.write(transaction)

    async def unlink(self, by: Administrator, identity: Identity) -> Person:
        """Removes the link of a chat account; returns the person it was linked to."""
        now = self._clock.now()

        def transaction(unit: UnitOfWork) -> Person:
            by.check(unit, now)
            person = unit.people.by_identity(identity)
            if person is None:
                raise NotFound("That chat account is not linked to anybody.")
            unit.people.unlink(identity)
            unit.audit(by.entry(now, "unlink", _subject(person), {"identity": identity}))
            return person

        return await self._storage.write(transaction)

    async def set_password(self, by: Administrator, who: str, password: str) -> Person:
        """Sets a password and ends all logins; the person gets a message, without the password."""
        now = self._clock.now()
        await self._storage.read(lambda unit: by.check(unit, now))
        hashed = await self._hash(password)

        def transaction(unit: UnitOfWork) -> Person:
            by.check(unit, now)
            person = find_person(unit, who)
            unit.people.set_password_hash(person.id, hashed)
            unit.tokens.remove_all(person.id)
            unit.audit(by.entry(now, "set password", _subject(person)))
            key = str(int(now.timestamp()))
            unit.outbox.add([admin_message(AdminEvent.PASSWORD_SET, person.id, key, now, {})])
            return person

        return await self._storage.write(transaction)

    async def grant(
        self, by: Administrator, who: str, minutes: int, reason: str, week_of: datetime | None = None
    ) -> tuple[Person, QuotaStatus]:
        """Adds minutes to (negative: takes from) a person's quota of one week; the person is told."""
        now, reason = self._clock.now(), check_reason(reason)
        week = quota_week(week_of or now, self._rules)
        if not minutes or abs(minutes) > MAX_GRANT:
            raise Invalid(f"Grant 1 to {MAX_GRANT:,} minutes, such as +120, or take some with -60.")
        if not reason:
            raise Invalid("Say why, for the person and for the record: quota wil +120 for the conference")
        if not 0 <= week - quota_week(now, self._rules) <= 7 * _MAX_WEEKS_AHEAD:
            raise Invalid("Grant quota for this week, or for one of the next year.")

        def transaction(unit: UnitOfWork) -> tuple[Person, QuotaStatus]:
            by.check(unit, now)
            person = find_person(unit, who)
            if not has_quota(person):
                raise Invalid(f"{person.name} has no quota: staff book as much as they need.")
            before = quota_status(unit, person.id, week, self._rules)
            if minutes < 0 and before.weekly_quota + minutes < 0:
                raise Invalid(_only(person, before.weekly_quota))
            unit.bookings.grant(QuotaGrant(person.id, week, minutes, reason, by.actor, now))
            after = quota_status(unit, person.id, week, self._rules)
            details = changed(quota=(before.weekly_quota, after.weekly_quota))
            details |= {"week": week, "minutes": minutes, "reason": reason}
            unit.audit(by.entry(now, "grant quota", _subject(person), details))
            payload: dict[str, str | int] = {"minutes": minutes, "week": week, "reason": reason}
            key = f"{week} {int(now.timestamp())} {minutes}"
            unit.outbox.add([admin_message(AdminEvent.GRANTED, person.id, key, now, payload)])
            return person, after

        return await self._storage.write(transaction)

    async def block(
        self, by: Administrator, who: str, until: datetime, reason: str, given: Confirmation | None = None
    ) -> BlockResult:
        """Keeps a person from booking. Asks what becomes of their bookings, if there are any."""
        now, block = self._clock.now(), Block(until, check_reason(reason))
        if not now < until <= now + _MAX_BLOCK:
            raise Invalid("A block ends at a time ahead, at most five years from now.")

        def transaction(unit: UnitOfWork) -> BlockResult:
            unit.people.lock_administrators()
            by.check(unit, now)
            person = find_person(unit, who)
            if person.id == by.person_id:
                raise Invalid("You can't block yourself.")
            unit.bookings.lock_all(unit.bookings.of_person(person.id, ahead(now)), people=[person.id])
            person = unit.people.get(person.id) or person
            check_not_last(unit, person, now)
            bookings = unit.bookings.of_person(person.id, ahead(now))
            answer = confirm(given, _block_question(person, bookings)) if bookings else KEEP
            cancelled = 0
            if answer == CANCEL:
                cancelled = cancel_bookings(unit, bookings, Reason(by, "blocked", now), self._rules)
            unit.people.block(person.id, block)
            details = changed(until=(_until(person.block), _until(block))) | {"reason": block.reason}
            unit.audit(by.entry(now, "block", _subject(person), details | {"cancelled": cancelled}))
            payload: dict[str, str | int] = {"until": int(until.timestamp()), "reason": block.reason}
            key = str(int(now.timestamp()))
            unit.outbox.add([admin_message(AdminEvent.BLOCKED, person.id, key, now, payload)])
            return BlockResult(replace(person, block=block), cancelled, len(bookings) - cancelled)

        return await self._storage.write_relaxed(transaction)

    async def unblock(self, by: Administrator, who: str) -> Person:
        now = self._clock.now()

        def transaction(unit: UnitOfWork) -> Person:
            by.check(unit, now)
            person = find_person(unit, who)
            if not is_blocked(person, now):
                raise Invalid(f"{person.name} isn't blocked.")
            unit.people.block(person.id, None)
            details = changed(until=(_until(person.block), ""))
            unit.audit(by.entry(now, "unblock", _subject(person), details))
            key = str(int(now.timestamp()))
            unit.outbox.add([admin_message(AdminEvent.UNBLOCKED, person.id, key, now, {})])
            return replace(person, block=None)

        return await self._storage.write(transaction)

    async def set_administrator(self, by: Administrator, who: str, *, is_admin: bool) -> Person:
        """Makes a person administrator, or no longer; `LastAdministrator` protects the last one."""
        now = self._clock.now()

        def transaction(unit: UnitOfWork) -> Person:
            unit.people.lock_administrators()
            by.check(unit, now)
            before = find_person(unit, who)
            after = replace(before, is_admin=is_admin)
            if not is_admin:
                check_not_last(unit, before, now)
            if before.is_admin != is_admin:
                unit.people.put(after)
                details = changed(administrator=(before.is_admin, is_admin))
                unit.audit(by.entry(now, "set administrator", _subject(after), details))
            return after

        return await self._storage.write_relaxed(transaction)

    async def administrators(self, by: Administrator) -> list[Person]:
        def transaction(unit: UnitOfWork) -> list[Person]:
            by.check(unit, self._clock.now())
            return [each for each in unit.people.all() if each.is_admin]

        return await self._storage.read(transaction)


def check_reason(reason: str) -> str:
    """Validates a reason; raises `Invalid`."""
    reason = check_label(" ".join(reason.split()), "A reason")
    if len(reason) > MAX_REASON:
        raise Invalid(f"A reason has at most {MAX_REASON} characters.")
    return reason


def _check_identity(identity: Identity) -> Identity:
    platform, _, rest = identity.partition(":")
    if platform not in {"slack", "discord"} or not rest:
        raise Invalid("An identity looks like slack:T0123:U0456 or discord:8034.")
    return Identity(check_identifier(identity, "An identity"))


def _block_question(person: Person, bookings: Sequence[Booking]) -> ConfirmationNeeded:
    count = count_bookings(len(bookings))
    one = len(bookings) == 1
    return ConfirmationNeeded(
        f"{person.name} has {count} now or ahead. {'Does it' if one else 'Do they'} stay, or "
        f"{'is it' if one else 'are they'} cancelled, with a message?",
        [
            Answer(KEEP, f"Block, {'it stays' if one else 'they stay'}"),
            Answer(CANCEL, f"Block, cancel {count}"),
        ],
        bookings,
    )


def _until(block: Block | None) -> str:
    return "" if block is None else f"{block.until:%Y-%m-%d %H:%M}Z"


def _subject(person: Person) -> str:
    return f"person:{person.id}"


def _only(person: Person, minutes: int) -> str:
    if not minutes:
        return f"{person.name} has no quota left to take away in that week."
    return f"{person.name} has a quota of {minutes} minutes in that week. Take away at most those."
