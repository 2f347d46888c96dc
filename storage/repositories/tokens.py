"""Login tokens; only hashes are stored."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from core.model import Change, LoginToken, PersonId
from storage.mapping import login_token_values, seconds, to_login_token
from storage.tables import token, token_alive_at

_last_used_first = token_alive_at.desc()
_MAX_READ = 200
"""Above the limit per person; databases of earlier releases may hold more until a job has revoked them."""


class SqlTokenRepository:
    def __init__(self, connection: Connection, changes: set[Change]) -> None:
        self._connection = connection
        self._changes = changes

    def add(self, login: LoginToken) -> None:
        self._connection.execute(insert(token).values(login_token_values(login)))
        self._changed(login.person_id)

    def remove(self, token_hash: bytes) -> bool:
        deleted = delete(token).where(token.c.hash == token_hash).returning(token.c.person_id)
        owner = self._connection.execute(deleted).scalar()
        if owner is not None:
            self._changed(owner)
        return owner is not None

    def remove_all(self, person_id: PersonId) -> None:
        self._connection.execute(delete(token).where(token.c.person_id == person_id))
        self._changed(person_id)

    def end_surplus(self, person_id: PersonId, max_logins: int, batch_size: int) -> int:
        owned = select(token.c.hash).where(token.c.person_id == person_id)
        surplus = owned.order_by(_last_used_first).offset(max_logins).limit(batch_size)
        hashes = list(self._connection.execute(surplus).scalars())
        if hashes:
            self._connection.execute(delete(token).where(token.c.hash.in_(hashes)))
            self._changed(person_id)
        return len(hashes)

    def people_above(self, max_logins: int, batch_size: int) -> list[PersonId]:
        owners = select(token.c.person_id).group_by(token.c.person_id).having(func.count() > max_logins)
        return [PersonId(each) for each in self._connection.execute(owners.limit(batch_size)).scalars()]

    def get(self, token_hash: bytes) -> LoginToken | None:
        row = self._connection.execute(select(token).where(token.c.hash == token_hash)).one_or_none()
        return None if row is None else to_login_token(row)

    def of_person(self, person_id: PersonId) -> list[LoginToken]:
        """Oldest first; of very many the most recently used."""
        owned = select(token).where(token.c.person_id == person_id).order_by(_last_used_first)
        logins = [to_login_token(row) for row in self._connection.execute(owned.limit(_MAX_READ))]
        logins.reverse()
        logins.sort(key=lambda each: each.created_at)
        return logins

    def all(self) -> Mapping[PersonId, list[LoginToken]]:
        found: dict[PersonId, list[LoginToken]] = defaultdict(list)
        for row in self._connection.execute(select(token)):
            login = to_login_token(row)
            found[login.person_id].append(login)
        return found

    def touch(self, token_hash: bytes, at: datetime) -> None:
        self._connection.execute(
            update(token).where(token.c.hash == token_hash).values(last_used_at=seconds(at))
        )

    def wake(self, token_hash: bytes, at: datetime) -> None:
        touched = update(token).where(token.c.hash == token_hash).values(last_used_at=seconds(at))
        owner = self._connection.execute(touched.returning(token.c.person_id)).scalar()
        if owner is not None:
            self._changed(owner)

    def _changed(self, person_id: PersonId) -> None:
        self._changes.add(Change("person", str(person_id)))
