"""Idempotent import of people and societies from files, by an administrator."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from core.errors import AlreadyExists, LastPresident
from core.model import AuditEntry, Person, PersonId, Role, Society, SocietyId, UserGroup
from core.names import check_identifier, check_label, name_key
from core.ports import UnitOfWork
from core.services.accounts import validate_person
from core.services.import_comparison import ImportComparison, ImportSummary, note_import
from core.services.import_facts import Given

_DERIVED = frozenset({UserGroup.SOCIETY_MEMBER})
"""Groups that follow from memberships."""
_KEPT = _DERIVED | {UserGroup.PRESIDENT}
"""Groups that people do not lose by a list of people: they come with societies."""


class SocietyMembers(Struct, frozen=True):
    """A society with its presidents and its other members."""

    society: Society
    presidents: frozenset[PersonId] = frozenset()
    members: frozenset[PersonId] = frozenset()

    @property
    def roles(self) -> Mapping[PersonId, Role]:
        return dict.fromkeys(self.members, Role.MEMBER) | dict.fromkeys(self.presidents, Role.PRESIDENT)


class PeopleIndex:
    """People by username and by e-mail address, compared as everywhere."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.people = {each.id: each for each in people}
        self._by_username = {name_key(each.username): each for each in self.people.values()}
        self._by_email = {name_key(each.email): each for each in self.people.values()}

    def find(self, name: str) -> Person | None:
        """By username or e-mail address."""
        return self._by_username.get(name_key(name)) or self._by_email.get(name_key(name))

    def match(self, imported: Person, given: frozenset[str]) -> Person | None:
        """The person that a record is about: by username, or by the address if it gives no username."""
        if "username" in given:
            return self._by_username.get(name_key(imported.username))
        return self._by_username.get(name_key(imported.username)) or self._by_email.get(
            name_key(imported.email)
        )

    def check_names(self, person: Person) -> None:
        """Raises `AlreadyExists` if somebody else has the username or the e-mail address."""
        for name in (person.username, person.email):
            other = self.find(name)
            if other is not None and other.id != person.id:
                raise AlreadyExists(f"{other.username} has the name or address {name} already")


def merge_person(index: PeopleIndex, imported: Person, given: frozenset[str]) -> Person:
    """What a record makes of a person; a field that it does not give stays.

    Raises `Invalid` and `AlreadyExists`.
    """
    before = index.match(imported, given)
    if before is None:
        person = validate_person(imported)
    else:
        named = given - {"username"}
        changed = replace(before, **{name: getattr(imported, name) for name in named})
        changed = replace(changed, groups=(changed.groups - _DERIVED) | (before.groups & _KEPT))
        person = validate_person(replace(changed, email=changed.email or before.email))
    index.check_names(person)
    return person


def compare_people(unit: UnitOfWork, people: Sequence[Person], given: Given) -> ImportComparison[str, Person]:
    """By comparison key of the username."""
    index = PeopleIndex(unit.people.all())
    known = {name_key(each.username): each for each in index.people.values()}
    merged = (merge_person(index, each, given[each.username]) for each in people)
    return ImportComparison(known, {name_key(each.username): each for each in merged})


def import_people(unit: UnitOfWork, people: Sequence[Person], now: datetime, given: Given) -> ImportSummary:
    """Adds people without a password, and changes those that are there."""
    comparison = compare_people(unit, people, given)
    for person in comparison.changes.values():
        if person.id:
            unit.people.put(person)
        else:
            person = unit.people.add(person, None)
        action = "change person" if name_key(person.username) in comparison.known else "add person"
        groups = " ".join(sorted(person.groups - _DERIVED))
        unit.audit(AuditEntry(now, "administrator", action, f"person:{person.id}", {"groups": groups}))
    note_import(unit, "import people", comparison.summary, now)
    return comparison.summary


def compare_societies(
    unit: UnitOfWork, societies: Sequence[SocietyMembers], given: Given
) -> ImportComparison[SocietyId, SocietyMembers]:
    """Raises `LastPresident` if a society that has a president would have none."""
    known = {each.id: _stored(unit, each) for each in unit.societies.all()}
    by_key = {name_key(each): each for each in known}
    wanted = {}
    for new in societies:
        before = known.get(by_key.get(name_key(new.society.id), new.society.id))
        merged = merge_society(before, new, given[new.society.id])
        wanted[merged.society.id] = merged
    return ImportComparison(known, wanted)


def merge_society(
    before: SocietyMembers | None, new: SocietyMembers, given: frozenset[str]
) -> SocietyMembers:
    """What a record makes of a society; a field that it does not give stays."""
    if before is None:
        identifier = SocietyId(check_identifier(new.society.id, "A society's id"))
        return replace(new, society=Society(identifier, check_label(new.society.name, "A society's name")))
    name = check_label(new.society.name, "A society's name") if "name" in given else before.society.name
    presidents = new.presidents if "presidents" in given else before.presidents - new.members
    members = new.members if "members" in given else before.members
    if before.presidents and not presidents:
        raise LastPresident
    return SocietyMembers(replace(before.society, name=name), presidents, members - presidents)


def import_societies(
    unit: UnitOfWork, societies: Sequence[SocietyMembers], now: datetime, given: Given
) -> ImportSummary:
    """Adds and renames societies, and sets their presidents and members to those of the file."""
    comparison = compare_societies(unit, societies, given)
    for society_id, after in comparison.changes.items():
        before = comparison.known.get(society_id)
        if before is None:
            unit.societies.add(after.society)
        elif before.society != after.society:
            unit.societies.rename(after.society)
        _set_roles(unit, before.roles if before else {}, after, now)
    note_import(unit, "import societies", comparison.summary, now)
    return comparison.summary


def _set_roles(
    unit: UnitOfWork, before: Mapping[PersonId, Role], after: SocietyMembers, now: datetime
) -> None:
    roles = after.roles
    for person_id in sorted(before.keys() | roles.keys()):
        role = roles.get(person_id)
        if role is before.get(person_id):
            continue
        unit.societies.set_role(person_id, after.society.id, role)
        person = unit.people.get(person_id)
        if role is Role.PRESIDENT and person is not None and UserGroup.PRESIDENT not in person.groups:
            unit.people.put(replace(person, groups=person.groups | {UserGroup.PRESIDENT}))
        action = {Role.PRESIDENT: "appoint", Role.MEMBER: "add member", None: "remove member"}[role]
        subject = f"society:{after.society.id}"
        unit.audit(AuditEntry(now, "administrator", action, subject, {"person": person_id}))


def stored_society(unit: UnitOfWork, society_id: SocietyId) -> SocietyMembers | None:
    """The society with this id, in any case, as it is."""
    found = (each for each in unit.societies.all() if name_key(each.id) == name_key(society_id))
    return next((_stored(unit, each) for each in found), None)


def _stored(unit: UnitOfWork, society: Society) -> SocietyMembers:
    members = unit.societies.members(society.id)
    presidents = frozenset(each.person_id for each in members if each.role is Role.PRESIDENT)
    return SocietyMembers(society, presidents, frozenset(each.person_id for each in members) - presidents)
