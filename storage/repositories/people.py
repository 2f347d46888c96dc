"""People, their identities and password hashes."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, Select, delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from core.directory import is_called
from core.errors import AlreadyExists, UnknownPerson
from core.model import Block, Change, Identity, Person, PersonId
from core.names import name_key, stored_key, stored_keys
from core.ports import MAX_KNOWN_ADDRESSES
from storage.advisory_locks import take_locks
from storage.mapping import person_values, seconds, to_person
from storage.tables import identity, is_present, known_address, membership, person
from storage.upsert import upsert


def people_and_membership() -> Select[*tuple[Any, ...]]:
    """Selects people, with whether they belong to a society; not those who are being erased."""
    return select(person, exists().where(membership.c.person_id == person.c.id)).where(is_present)


class SqlPersonRepository:
    def __init__(self, connection: Connection, changes: set[Change]) -> None:
        self._connection = connection
        self._changes = changes

    def get(self, person_id: PersonId) -> Person | None:
        return self._one(person.c.id == person_id)

    def by_name(self, name: str) -> Person | None:
        for key in stored_keys(name):
            for column in (person.c.username_key, person.c.email_key):
                found = self._one(column == key)
                if found is not None and is_called(found, name):
                    return found
        return None

    def by_identity(self, sought: Identity) -> Person | None:
        owner = select(identity.c.person_id).where(identity.c.identity == sought)
        return self._one(person.c.id == owner.scalar_subquery())

    def all(self) -> list[Person]:
        rows = self._connection.execute(people_and_membership().order_by(person.c.username_key))
        return [to_person(row, row[-1]) for row in rows]

    def add(self, new: Person, password_hash: str | None) -> Person:
        if self._is_taken(new):
            raise AlreadyExists(f"There is already somebody with the name {new.username} or {new.email}.")
        values = person_values(new) | {"password_hash": password_hash}
        try:
            added = self._connection.execute(
                insert(person).values(values).returning(person.c.id)
            ).scalar_one()
        except IntegrityError as clash:
            raise AlreadyExists(f"The name {new.username} or {new.email} was just taken.") from clash
        self._changed(added)
        return replace(new, id=PersonId(added))

    def put(self, changed: Person) -> None:
        self._connection.execute(
            update(person).where(person.c.id == changed.id).values(person_values(changed))
        )
        self._changed(changed.id)

    def restrict(self, person_id: PersonId, until: datetime) -> None:
        values = {"same_day_until": seconds(until)}
        self._connection.execute(update(person).where(person.c.id == person_id).values(values))
        self._changed(person_id)

    def lock_administrators(self) -> None:
        take_locks(self._connection, [("administrators", "")])

    def block(self, person_id: PersonId, block: Block | None) -> None:
        values = {
            "blocked_until": None if block is None else seconds(block.until),
            "block_reason": None if block is None else block.reason,
        }
        self._connection.execute(update(person).where(person.c.id == person_id).values(values))
        self._changed(person_id)

    def password_hash(self, person_id: PersonId) -> str | None:
        return self._connection.execute(
            select(person.c.password_hash).where(person.c.id == person_id)
        ).scalar()

    def set_password_hash(self, person_id: PersonId, password_hash: str) -> None:
        self._connection.execute(
            update(person).where(person.c.id == person_id).values(password_hash=password_hash)
        )

    def link(self, person_id: PersonId, new: Identity) -> None:
        if (before := self.by_identity(new)) is not None:
            self._changed(before.id)
        if self.get(person_id) is None:
            raise UnknownPerson(str(person_id))
        upsert(self._connection, identity, [{"identity": new, "person_id": person_id}])
        self._changed(person_id)

    def unlink(self, old: Identity) -> None:
        if (owner := self.by_identity(old)) is not None:
            self._connection.execute(delete(identity).where(identity.c.identity == old))
            self._changed(owner.id)

    def identities(self, person_id: PersonId) -> list[Identity]:
        owned = select(identity.c.identity).where(identity.c.person_id == person_id)
        return list(self._connection.execute(owned.order_by(identity.c.identity)).scalars())

    def all_identities(self) -> Mapping[PersonId, list[Identity]]:
        found: dict[PersonId, list[Identity]] = defaultdict(list)
        for each, owner in self._connection.execute(select(identity.c.identity, identity.c.person_id)):
            found[owner].append(each)
        return found

    def _is_taken(self, new: Person) -> bool:
        """Whether username or e-mail is taken, or one with the same key.

        Names from before normalisation was checked may be stored decomposed, where no key finds them.
        """
        keys = {stored_key(name) for name in (new.username, new.email)}
        taken = exists().where(person.c.username_key.in_(keys) | person.c.email_key.in_(keys))
        if self._connection.execute(select(taken)).scalar_one():
            return True
        if new.username.isascii() and new.email.isascii():
            return False
        names = self._connection.execute(select(person.c.username, person.c.email))
        mine = {name_key(new.username), name_key(new.email)}
        return any(name_key(name) in mine for row in names for name in row if not name.isascii())

    def remember_address(self, person_id: PersonId, key: bytes, now: datetime) -> None:
        upsert(self._connection, known_address, [{"key": key, "person_id": person_id, "at": seconds(now)}])
        older = (
            select(known_address.c.key)
            .where(known_address.c.person_id == person_id)
            .order_by(known_address.c.at.desc(), known_address.c.key)
            .offset(MAX_KNOWN_ADDRESSES)
        )
        for each in self._connection.execute(older).scalars().all():
            self._connection.execute(delete(known_address).where(known_address.c.key == each))
        self._changed(person_id)

    def known_addresses(self, person_id: PersonId) -> Mapping[bytes, int]:
        of_person = select(known_address.c.key, known_address.c.at)
        rows = self._connection.execute(of_person.where(known_address.c.person_id == person_id))
        return {row.key: row.at for row in rows}

    def all_known_addresses(self) -> Mapping[PersonId, Mapping[bytes, int]]:
        found: dict[PersonId, dict[bytes, int]] = defaultdict(dict)
        for row in self._connection.execute(select(known_address)):
            found[PersonId(row.person_id)][row.key] = row.at
        return found

    def _one(self, condition: ColumnElement[bool]) -> Person | None:
        row = self._connection.execute(people_and_membership().where(condition)).one_or_none()
        return None if row is None else to_person(row, row[-1])

    def _changed(self, person_id: PersonId) -> None:
        self._changes.add(Change("person", str(person_id)))
