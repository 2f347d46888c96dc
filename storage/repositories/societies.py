"""Societies, memberships and token terms."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, Select, delete, insert, select, update

from core.errors import AlreadyExists
from core.model import Change, Membership, PersonId, Role, Society, SocietyId, TokenTerm
from storage.mapping import seconds, to_society
from storage.tables import membership, person, society
from storage.upsert import upsert

_is_there = society.c.dissolved_at.is_(None)


class SqlSocietyRepository:
    def __init__(self, connection: Connection, changes: set[Change]) -> None:
        self._connection = connection
        self._changes = changes

    def get(self, society_id: SocietyId) -> Society | None:
        found = select(society).where(society.c.id == society_id, _is_there)
        row = self._connection.execute(found).one_or_none()
        return None if row is None else to_society(row)

    def all(self) -> list[Society]:
        found = select(society).where(_is_there).order_by(society.c.id)
        return [to_society(row) for row in self._connection.execute(found)]

    def add(self, new: Society) -> None:
        if self.get(new.id) is not None:
            raise AlreadyExists(f"There is already a society {new.id}.")
        values = {"name": new.name, "series_hours": new.series_hours, "weekly_minutes": new.weekly_minutes}
        again = update(society).where(society.c.id == new.id).values(values | {"dissolved_at": None})
        if not self._connection.execute(again).rowcount:
            self._connection.execute(insert(society).values({"id": new.id} | values))
        self._changes.add(Change("society", new.id))

    def rename(self, renamed: Society) -> None:
        self._connection.execute(update(society).where(society.c.id == renamed.id).values(name=renamed.name))
        self._changes.add(Change("society", renamed.id))

    def limit(self, limited: Society) -> None:
        values = {"series_hours": limited.series_hours, "weekly_minutes": limited.weekly_minutes}
        self._connection.execute(update(society).where(society.c.id == limited.id).values(values))
        self._changes.add(Change("society", limited.id))

    def dissolve(self, society_id: SocietyId, at: datetime) -> None:
        for each in self.members(society_id):
            self.set_role(each.person_id, society_id, None)
        values = {"dissolved_at": seconds(at), "token_generation": None, "token_issued_on": None}
        self._connection.execute(update(society).where(society.c.id == society_id).values(values))
        self._changes.add(Change("society", society_id))

    def memberships(self, person_id: PersonId) -> list[Membership]:
        rows = self._connection.execute(_memberships().where(membership.c.person_id == person_id))
        return [Membership(Society(row[0], row[1]), row[2], Role(row[3])) for row in rows]

    def all_memberships(self) -> Mapping[PersonId, list[Membership]]:
        found: dict[PersonId, list[Membership]] = defaultdict(list)
        for row in self._connection.execute(_memberships()):
            found[row[2]].append(Membership(Society(row[0], row[1]), row[2], Role(row[3])))
        return found

    def members(self, society_id: SocietyId) -> list[Membership]:
        belonging = (
            _memberships()
            .join(person, person.c.id == membership.c.person_id)
            .where(membership.c.society_id == society_id)
            .order_by(None)
            .order_by(membership.c.role.desc(), person.c.username_key)
        )
        rows = self._connection.execute(belonging)
        return [Membership(Society(row[0], row[1]), row[2], Role(row[3])) for row in rows]

    def role(self, person_id: PersonId, society_id: SocietyId) -> Role | None:
        found = self._connection.execute(
            select(membership.c.role).where(
                membership.c.person_id == person_id, membership.c.society_id == society_id
            )
        ).scalar()
        return None if found is None else Role(found)

    def set_role(self, person_id: PersonId, society_id: SocietyId, role: Role | None) -> None:
        if role is None:
            self._connection.execute(
                delete(membership).where(
                    membership.c.person_id == person_id, membership.c.society_id == society_id
                )
            )
        else:
            row: dict[str, object] = {"person_id": person_id, "society_id": society_id, "role": role.value}
            upsert(self._connection, membership, [row])
        self._changes.add(Change("person", str(person_id)))

    def terms(self) -> Mapping[SocietyId, TokenTerm]:
        rows = self._connection.execute(
            select(society.c.id, society.c.token_generation, society.c.token_issued_on).where(
                society.c.token_generation.is_not(None)
            )
        )
        return {society_id: TokenTerm(generation, issued_on) for society_id, generation, issued_on in rows}

    def set_term(self, society_id: SocietyId, term: TokenTerm) -> None:
        self._connection.execute(
            update(society)
            .where(society.c.id == society_id)
            .values(token_generation=term.generation, token_issued_on=term.issued_on)
        )
        self._changes.add(Change("society", society_id))


def _memberships() -> Select[SocietyId, str, PersonId, str]:
    return (
        select(society.c.id, society.c.name, membership.c.person_id, membership.c.role)
        .join(society, society.c.id == membership.c.society_id)
        .order_by(society.c.name)
    )
