"""Installations in workspaces, and OAuth states of installations in progress."""

from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from core.model import Installation
from storage.mapping import join_lines, seconds, split_lines
from storage.service_tables import installation, oauth_state
from storage.upsert import upsert

_MAX_DELETED = 100


class SqlInstallationRepository:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, team: str) -> Installation | None:
        row = self._connection.execute(select(installation).where(installation.c.team == team)).one_or_none()
        return None if row is None else _installation_of(row)

    def all(self) -> list[Installation]:
        rows = self._connection.execute(select(installation).order_by(installation.c.team))
        return [_installation_of(row) for row in rows]

    def put(self, new: Installation, now: datetime) -> None:
        row: dict[str, object] = {
            "team": new.team,
            "token": new.token,
            "bot_user": new.bot_user,
            "bot_id": new.bot_id,
            "name": new.name,
            "scopes": join_lines(new.scopes),
            "installed_by": new.installed_by,
            "at": seconds(now),
        }
        upsert(self._connection, installation, [row])

    def replace_token(self, team: str, before: str, after: str) -> bool:
        is_before = (installation.c.team == team) & (installation.c.token == before)
        changed = self._connection.execute(update(installation).where(is_before).values(token=after))
        return changed.rowcount == 1

    def remove(self, team: str) -> None:
        self._connection.execute(delete(installation).where(installation.c.team == team))

    def save_state(self, state: str, now: datetime, until: datetime, max_states: int) -> None:
        """Also deletes some expired states."""
        first = select(oauth_state.c.hash).order_by(oauth_state.c.until).limit(_MAX_DELETED)
        is_over = oauth_state.c.until < seconds(now)
        self._connection.execute(delete(oauth_state).where(is_over, oauth_state.c.hash.in_(first)))
        if self._connection.execute(select(func.count()).select_from(oauth_state)).scalar_one() >= max_states:
            self._connection.execute(delete(oauth_state).where(oauth_state.c.hash.in_(first)))
        self._connection.execute(insert(oauth_state).values(hash=_hashed(state), until=seconds(until)))

    def consume_state(self, state: str, now: datetime) -> bool:
        """Deletes the state; returns whether it was valid."""
        taken = delete(oauth_state).where(oauth_state.c.hash == _hashed(state)).returning(oauth_state.c.until)
        until = self._connection.execute(taken).scalar()
        return until is not None and until >= seconds(now)


def _installation_of(row: Any) -> Installation:  # noqa: ANN401 - a row
    return Installation(
        row.team,
        row.token,
        row.bot_user,
        row.bot_id,
        row.name,
        tuple(split_lines(row.scopes)),
        row.installed_by,
    )


def _hashed(state: str) -> bytes:
    return sha256(state.encode("utf-8", "surrogatepass")).digest()
