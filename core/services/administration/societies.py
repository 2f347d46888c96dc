"""Societies: founded, renamed, limited, given presidents, and dissolved."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from core.clock import Clock
from core.errors import AlreadyExists, Invalid, LastPresident, UnknownSociety
from core.model import Booking, Membership, Person, Role, Society, SocietyId, UserGroup
from core.names import check_identifier, check_label, same_name
from core.policy.rules import Rules
from core.ports import Storage, UnitOfWork
from core.services.accounts import find_person
from core.services.administration.confirmation import (
    CANCEL,
    YES,
    Answer,
    Confirmation,
    ConfirmationNeeded,
    confirm,
    count_bookings,
)
from core.services.administration.removal import Reason, ahead, cancel_bookings, hand_over_bookings
from core.services.administration.rights import Administrator, changed
from core.services.administration.waits import end_waits

HAND_OVER = "give"
MAX_SERIES_HOURS = 7 * 24
MAX_WEEKLY_MINUTES = 100_000


class SocietyDetails(Struct, frozen=True):
    """A society as administrators see it, with its people and how many bookings are ahead."""

    society: Society
    people: tuple[tuple[Person, Role], ...]
    bookings: int


class Dissolution(Struct, frozen=True):
    """The society, and how many members, cancelled and handed over bookings it had."""

    society: Society
    members: int
    cancelled: int = 0
    handed_over: int = 0


class SocietyAdministration:
    """Use cases of administrators. Rights are checked inside each transaction."""

    def __init__(self, storage: Storage, rules: Rules, clock: Clock) -> None:
        self._storage = storage
        self._rules = rules
        self._clock = clock

    async def all(self, by: Administrator) -> list[SocietyDetails]:
        now = self._clock.now()

        def transaction(unit: UnitOfWork) -> list[SocietyDetails]:
            by.check(unit, now)
            return [
                SocietyDetails(
                    each,
                    tuple(_people(unit, unit.societies.members(each.id))),
                    len(unit.bookings.of_society(each.id, ahead(now))),
                )
                for each in unit.societies.all()
            ]

        return await self._storage.read(transaction)

    async def add(self, by: Administrator, new: Society, president: str | None = None) -> Society:
        """Adds a society; id and name must be unique, case-insensitively."""
        now = self._clock.now()
        society = Society(
            SocietyId(check_identifier(new.id, "A society's id")), check_label(new.name, "A society's name")
        )

        def transaction(unit: UnitOfWork) -> Society:
            by.check(unit, now)
            _check_names(unit, society)
            unit.societies.add(society)
            unit.audit(by.entry(now, "add society", f"society:{society.id}"))
            if president is not None:
                _appoint(unit, by, find_person(unit, president), society, now)
            return society

        return await self._storage.write(transaction)

    async def rename(self, by: Administrator, society_id: SocietyId, name: str) -> Society:
        now = self._clock.now()

        def transaction(unit: UnitOfWork) -> Society:
            by.check(unit, now)
            before = _society(unit, society_id)
            after = replace(before, name=check_label(" ".join(name.split()), "A society's name"))
            if not after.name:
                raise Invalid("A society needs a name.")
            _check_names(unit, after)
            unit.societies.rename(after)
            for each in unit.societies.members(after.id):
                unit.societies.set_role(each.person_id, after.id, each.role)
            if details := changed(name=(before.name, after.name)):
                unit.audit(by.entry(now, "rename society", f"society:{after.id}", details))
            return after

        return await self._storage.write(transaction)

    async def appoint(self, by: Administrator, society_id: SocietyId, who: str) -> tuple[Society, Person]:
        """Makes a person president, besides those there are."""
        now = self._clock.now()

        def transaction(unit: UnitOfWork) -> tuple[Society, Person]:
            by.check(unit, now)
            society, person = _society(unit, society_id), find_person(unit, who)
            _appoint(unit, by, person, society, now)
            return society, person

        return await self._storage.write(transaction)

    async def dismiss(self, by: Administrator, society_id: SocietyId, who: str) -> tuple[Society, Person]:
        """Makes a president a member; `LastPresident` protects the last one."""
        now = self._clock.now()

        def transaction(unit: UnitOfWork) -> tuple[Society, Person]:
            by.check(unit, now)
            society, person = _society(unit, society_id), find_person(unit, who)
            members = unit.societies.members(society.id)
            presidents = {each.person_id for each in members if each.role is Role.PRESIDENT}
            if person.id not in presidents:
                raise Invalid(f"{person.name} isn't president of {society.name}.")
            if len(presidents) == 1:
                raise LastPresident
            unit.societies.set_role(person.id, society.id, Role.MEMBER)
            details = {"person": person.id} | changed(role=(Role.PRESIDENT, Role.MEMBER))
            unit.audit(by.entry(now, "dismiss", f"society:{society.id}", details))
            return society, person

        return await self._storage.write(transaction)

    async def limit(
        self, by: Administrator, society_id: SocietyId, series_hours: int | None, weekly_minutes: int | None
    ) -> tuple[Society, Society]:
        """Sets both limits; returns the society before and after."""
        now = self._clock.now()
        if not 0 <= (series_hours or 0) <= MAX_SERIES_HOURS:
            raise Invalid(f"Series may take 0 to {MAX_SERIES_HOURS} hours a week.")
        if not 0 <= (weekly_minutes or 0) <= MAX_WEEKLY_MINUTES:
            raise Invalid(f"A society may book 0 to {MAX_WEEKLY_MINUTES:,} minutes a week.")

        def transaction(unit: UnitOfWork) -> tuple[Society, Society]:
            by.check(unit, now)
            before = _society(unit, society_id)
            after = replace(before, series_hours=series_hours, weekly_minutes=weekly_minutes)
            unit.societies.limit(after)
            details = changed(
                series_hours=(before.series_hours, series_hours),
                weekly_minutes=(before.weekly_minutes, weekly_minutes),
            )
            if details:
                unit.audit(by.entry(now, "limit society", f"society:{after.id}", details))
            return before, after

        return await self._storage.write(transaction)

    async def dissolve(
        self,
        by: Administrator,
        society_id: SocietyId,
        to: SocietyId | None = None,
        given: Confirmation | None = None,
    ) -> Dissolution:
        """Removes members and token. Bookings ahead are cancelled, or with `to` given to that society."""
        now = self._clock.now()

        def transaction(unit: UnitOfWork) -> Dissolution:
            by.check(unit, now)
            society = _society(unit, society_id)
            other = _society(unit, to) if to is not None else None
            if other is not None and other.id == society.id:
                raise Invalid("Give the bookings to another society.")
            known = unit.bookings.of_society(society.id, ahead(now))
            unit.bookings.lock_all(known, societies=[society.id])
            bookings = unit.bookings.of_society(society.id, ahead(now))
            members = unit.societies.members(society.id)
            confirm(given, _question(society, other, len(members), bookings))
            reason = Reason(by, "society dissolved", now)
            if other is not None:
                handed, cancelled = hand_over_bookings(unit, bookings, other.id, reason), 0
            else:
                handed, cancelled = 0, cancel_bookings(unit, bookings, reason, self._rules)
            end_waits(unit, by, [each for each in unit.waits.open() if each.society_id == society.id], now)
            unit.societies.dissolve(society.id, now)
            details: dict[str, str | int] = {
                "members": len(members),
                "cancelled": cancelled,
                "handed_over": handed,
            }
            unit.audit(by.entry(now, "dissolve society", f"society:{society.id}", details))
            return Dissolution(society, len(members), cancelled, handed)

        return await self._storage.write_relaxed(transaction)


def _question(
    society: Society, other: Society | None, members: int, bookings: Sequence[Booking]
) -> ConfirmationNeeded:
    people = "1 member leaves" if members == 1 else f"{members} members leave"
    begin = f"{society.name} will be dissolved: {people} it, and its token ends."
    if not bookings:
        return ConfirmationNeeded(f"{begin} Nothing is booked ahead.", [Answer(YES, "Dissolve")])
    count = count_bookings(len(bookings))
    if other is not None:
        return ConfirmationNeeded(
            f"{begin} {count} ahead will belong to {other.name}.",
            [Answer(HAND_OVER, f"Dissolve, give {count} to {other.name}")],
            bookings,
        )
    return ConfirmationNeeded(
        f"{begin} {count} ahead would be cancelled, with a message to those who booked. "
        "Or name a society to give them to.",
        [Answer(CANCEL, f"Dissolve, cancel {count}")],
        bookings,
    )


def _check_names(unit: UnitOfWork, society: Society) -> None:
    """Raises `AlreadyExists` if a typed id or name could mean another society, too."""
    for each in unit.societies.all():
        names = ((each.id, each.name), (society.id, society.name))
        is_same = society.id == each.id
        if any(same_name(ours, theirs) for ours in names[0] for theirs in names[1]) and not is_same:
            raise AlreadyExists(f"There is already a society called {society.id} or {society.name}.")


def _appoint(unit: UnitOfWork, by: Administrator, person: Person, society: Society, now: datetime) -> None:
    unit.societies.set_role(person.id, society.id, Role.PRESIDENT)
    if UserGroup.PRESIDENT not in person.groups:
        unit.people.put(replace(person, groups=person.groups | {UserGroup.PRESIDENT}))
    unit.audit(by.entry(now, "appoint", f"society:{society.id}", {"person": person.id}))


def _society(unit: UnitOfWork, society_id: SocietyId) -> Society:
    society = unit.societies.get(society_id)
    if society is None:
        raise UnknownSociety(society_id)
    return society


def _people(unit: UnitOfWork, members: Sequence[Membership]) -> list[tuple[Person, Role]]:
    found = [(unit.people.get(each.person_id), each.role) for each in members]
    return [(person, role) for person, role in found if person is not None]
