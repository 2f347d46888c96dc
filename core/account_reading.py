"""Reads accounts: people with their chat accounts, memberships, tokens and known addresses."""

from collections.abc import Iterable

from core.directory import Account
from core.model import Membership, PersonId
from core.ports import UnitOfWork


def all_accounts(unit: UnitOfWork) -> dict[PersonId, Account | None]:
    """Everybody's."""
    identities, memberships = unit.people.all_identities(), unit.societies.all_memberships()
    logins, addresses = unit.tokens.all(), unit.people.all_known_addresses()
    return {
        person.id: Account(
            person,
            tuple(identities.get(person.id, ())),
            tuple(memberships.get(person.id, ())),
            tuple(logins.get(person.id, ())),
            addresses.get(person.id, {}),
        )
        for person in unit.people.all()
    }


def read_accounts(unit: UnitOfWork, people: Iterable[str]) -> dict[PersonId, Account | None]:
    """Those of people by id; None for people who are no more."""
    return {person_id: _read_account(unit, person_id) for person_id in map(PersonId, map(int, people))}


def _read_account(unit: UnitOfWork, person_id: PersonId) -> Account | None:
    person = unit.people.get(person_id)
    if person is None:
        return None
    memberships: list[Membership] = unit.societies.memberships(person_id)
    return Account(
        person,
        tuple(unit.people.identities(person_id)),
        tuple(memberships),
        tuple(unit.tokens.of_person(person_id)),
        unit.people.known_addresses(person_id),
    )
