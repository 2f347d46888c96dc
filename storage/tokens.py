"""Login tokens, as rows: only hashes are kept."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from core.model import PersonId
from core.ports import Change, Login
from storage.rows import login_of, login_row, seconds
from storage.tables import token


class TokenRows:
    def __init__(self, connection: Connection, changes: set[Change]) -> None:
        self._connection = connection
        self._changes = changes

    def add(self, login: Login) -> None:
        self._connection.execute(insert(token).values(login_row(login)))
        self._changed(login.person_id)

    def remove(self, token_hash: bytes) -> bool:
        gone = delete(token).where(token.c.hash == token_hash).returning(token.c.person_id)
        owner = self._connection.execute(gone).scalar()
        if owner is not None:
            self._changed(owner)
        return owner is not None

    def get(self, token_hash: bytes) -> Login | None:
        row = self._connection.execute(select(token).where(token.c.hash == token_hash)).one_or_none()
        return None if row is None else login_of(row)

    def of_person(self, person_id: PersonId) -> list[Login]:
        owned = select(token).where(token.c.person_id == person_id).order_by(token.c.created_at)
        return [login_of(row) for row in self._connection.execute(owned)]

    def all(self) -> Mapping[PersonId, list[Login]]:
        found: dict[PersonId, list[Login]] = defaultdict(list)
        for row in self._connection.execute(select(token)):
            login = login_of(row)
            found[login.person_id].append(login)
        return found

    def touch(self, token_hash: bytes, at: datetime) -> None:
        self._connection.execute(
            update(token).where(token.c.hash == token_hash).values(last_used_at=seconds(at))
        )

    def _changed(self, person_id: PersonId) -> None:
        self._changes.add(Change("person", str(person_id)))
