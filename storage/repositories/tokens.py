"""Login tokens, as rows: only hashes are kept."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from core.model import Change, LoginToken, PersonId
from storage.mapping import login_token_values, seconds, to_login_token
from storage.tables import token, token_alive_at

_last_used_first = token_alive_at.desc()
_MOST_OF_ONE = 200
"""More than anybody may have; so many may be left of an earlier Roomie until a job has ended them."""


class SqlTokenRepository:
    def __init__(self, connection: Connection, changes: set[Change]) -> None:
        self._connection = connection
        self._changes = changes

    def add(self, login: LoginToken) -> None:
        self._connection.execute(insert(token).values(login_token_values(login)))
        self._changed(login.person_id)

    def remove(self, token_hash: bytes) -> bool:
        gone = delete(token).where(token.c.hash == token_hash).returning(token.c.person_id)
        owner = self._connection.execute(gone).scalar()
        if owner is not None:
            self._changed(owner)
        return owner is not None

    def remove_all(self, person_id: PersonId) -> None:
        self._connection.execute(delete(token).where(token.c.person_id == person_id))
        self._changed(person_id)

    def end_surplus(self, person_id: PersonId, most: int, at_once: int) -> int:
        """End logins beyond `most`, those unused for longest, `at_once` of them at most; how many."""
        owned = select(token.c.hash).where(token.c.person_id == person_id)
        surplus = owned.order_by(_last_used_first).offset(most).limit(at_once)
        hashes = list(self._connection.execute(surplus).scalars())
        if hashes:
            self._connection.execute(delete(token).where(token.c.hash.in_(hashes)))
            self._changed(person_id)
        return len(hashes)

    def people_above(self, most: int, at_once: int) -> list[PersonId]:
        owners = select(token.c.person_id).group_by(token.c.person_id).having(func.count() > most)
        return [PersonId(each) for each in self._connection.execute(owners.limit(at_once)).scalars()]

    def get(self, token_hash: bytes) -> LoginToken | None:
        row = self._connection.execute(select(token).where(token.c.hash == token_hash)).one_or_none()
        return None if row is None else to_login_token(row)

    def of_person(self, person_id: PersonId) -> list[LoginToken]:
        """The oldest first; of very many those that were used last."""
        owned = select(token).where(token.c.person_id == person_id).order_by(_last_used_first)
        logins = [to_login_token(row) for row in self._connection.execute(owned.limit(_MOST_OF_ONE))]
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
        woken = update(token).where(token.c.hash == token_hash).values(last_used_at=seconds(at))
        owner = self._connection.execute(woken.returning(token.c.person_id)).scalar()
        if owner is not None:
            self._changed(owner)

    def _changed(self, person_id: PersonId) -> None:
        self._changes.add(Change("person", str(person_id)))
