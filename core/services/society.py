"""Society service: members, presidents and tokens."""

from datetime import datetime

from msgspec import Struct

from core.clock import Clock
from core.errors import LastPresident, NotPermitted, UnknownSociety
from core.model import (
    AuditEntry,
    Membership,
    Person,
    PersonId,
    Role,
    Society,
    SocietyId,
    TokenTerm,
    UserGroup,
)
from core.policy.access import check_president, token_day, token_has_expired
from core.policy.rules import Rules
from core.ports import Storage, UnitOfWork
from core.services.accounts import find_person


class MemberChange(Struct, frozen=True):
    """Result of adding or removing a member."""

    person: Person
    society: Society
    changed: bool


class SocietyService:
    """Use cases of presidents and members. Rights are checked inside each transaction."""

    def __init__(self, storage: Storage, rules: Rules, clock: Clock) -> None:
        self._storage = storage
        self._rules = rules
        self._clock = clock

    async def add_member(self, by: PersonId, who: str, society_id: SocietyId | None) -> MemberChange:
        """Adds a member (`who`: username, e-mail or identity) to a society.

        `society_id` is optional for presidents of exactly one.
        """

        def transaction(unit: UnitOfWork) -> MemberChange:
            society = _society_presided_by(unit, by, society_id)
            person = find_person(unit, who)
            if unit.societies.role(person.id, society.id) is not None:
                return MemberChange(person, society, changed=False)
            unit.societies.set_role(person.id, society.id, Role.MEMBER)
            unit.audit(_entry(self._clock.now(), by, "add member", society, person))
            return MemberChange(person, society, changed=True)

        return await self._storage.write(transaction)

    async def remove_member(self, by: PersonId, who: str, society_id: SocietyId | None) -> MemberChange:
        """Removes a member; `LastPresident` protects the last one."""

        def transaction(unit: UnitOfWork) -> MemberChange:
            society = _society_presided_by(unit, by, society_id)
            person = find_person(unit, who)
            if unit.societies.role(person.id, society.id) is None:
                return MemberChange(person, society, changed=False)
            if person.id in (others := _presidents(unit, society.id)) and len(others) == 1:
                raise LastPresident
            unit.societies.set_role(person.id, society.id, None)
            unit.audit(_entry(self._clock.now(), by, "remove member", society, person))
            return MemberChange(person, society, changed=True)

        return await self._storage.write(transaction)

    async def members(
        self, by: PersonId, society_id: SocietyId | None
    ) -> tuple[Society, list[tuple[Person, Role]]]:
        """Lists the members of a society, for one of them."""

        def transaction(unit: UnitOfWork) -> tuple[Society, list[tuple[Person, Role]]]:
            society = _society_of_member(unit, by, society_id)
            people = (
                (unit.people.get(each.person_id), each.role) for each in unit.societies.members(society.id)
            )
            return society, [(person, role) for person, role in people if person is not None]

        return await self._storage.read(transaction)

    async def token_term(
        self, by: PersonId, society_id: SocietyId | None, *, renew: bool = False
    ) -> tuple[Society, TokenTerm]:
        """Returns the term of the valid token; issues a new one if there is none or `renew` is set."""

        def transaction(unit: UnitOfWork) -> tuple[Society, TokenTerm]:
            society, now = _society_presided_by(unit, by, society_id), self._clock.now()
            term = unit.societies.terms().get(society.id)
            if term is not None and not renew and not token_has_expired(term, self._rules, now):
                return society, term
            term = TokenTerm((term.generation if term else 0) + 1, token_day(now, self._rules))
            unit.societies.set_term(society.id, term)
            unit.audit(AuditEntry(now, f"person:{by}", "new society token", f"society:{society.id}"))
            return society, term

        return await self._storage.write(transaction)


def _society(unit: UnitOfWork, society_id: SocietyId) -> Society:
    society = unit.societies.get(society_id)
    if society is None:
        raise UnknownSociety(society_id)
    return society


def _society_presided_by(unit: UnitOfWork, by: PersonId, society_id: SocietyId | None) -> Society:
    """Resolves the society; `NotPermitted` unless `by` is its president."""
    person = unit.people.get(by)
    if person is None:
        raise NotPermitted("Only society presidents can do this.")
    if UserGroup.PRESIDENT not in person.groups:
        check_president(person, None)
    mine = [each for each in unit.societies.memberships(by) if each.role is Role.PRESIDENT]
    society = _choose_society(unit, mine, society_id)
    check_president(person, unit.societies.role(by, society.id))
    return society


def _society_of_member(unit: UnitOfWork, by: PersonId, society_id: SocietyId | None) -> Society:
    society = _choose_society(unit, unit.societies.memberships(by), society_id)
    if unit.societies.role(by, society.id) is None:
        raise NotPermitted("Only members of a society can see who belongs to it.")
    return society


def _choose_society(unit: UnitOfWork, mine: list[Membership], society_id: SocietyId | None) -> Society:
    if society_id is not None:
        return _society(unit, society_id)
    if len(mine) != 1:
        raise UnknownSociety
    return mine[0].society


def _presidents(unit: UnitOfWork, society_id: SocietyId) -> set[PersonId]:
    return {each.person_id for each in unit.societies.members(society_id) if each.role is Role.PRESIDENT}


def _entry(now: datetime, by: PersonId, action: str, society: Society, person: Person) -> AuditEntry:
    return AuditEntry(now, f"person:{by}", action, f"society:{society.id}", {"person": person.id})
