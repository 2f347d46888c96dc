"""Everything about one person, found and erased table by table."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, select, update

from core.model import Change, DataSubject, Erasure, Identity, PersonalData, PersonalFact, PersonId
from core.model.retention import RowKey
from storage.advisory_locks import take_locks
from storage.erased_account import erased_account
from storage.mapping import instant, seconds
from storage.personal_data import ACCOUNT, IDENTITIES, INSTANTS, ROWS, PersonalRows
from storage.personal_rewrites import ErasureContext
from storage.service_tables import calendar_address, erasure
from storage.tables import booking, identity, membership, person, series, token
from storage.upsert import upsert

_SECTIONS = {each.section: each for each in ROWS}
_MAX_EXPORTED = 100_000
"""Rows of one section."""


class SqlPrivacyRepository:
    def __init__(self, connection: Connection, changes: set[Change]) -> None:
        self._connection = connection
        self._changes = changes

    def subject(self, person_id: PersonId) -> DataSubject | None:
        found = self._connection.execute(select(person).where(person.c.id == person_id)).one_or_none()
        if found is None:
            return None
        owned = select(identity.c.identity).where(identity.c.person_id == person_id)
        identities = self._connection.execute(owned.order_by(identity.c.identity)).scalars()
        return DataSubject(
            person_id, found.username, found.email, found.name, tuple(map(Identity, identities))
        )

    def export(self, subject: DataSubject) -> PersonalData:
        exported = (each for each in (ACCOUNT, IDENTITIES, *ROWS) if each.shown)
        return {each.section: self._export(each, subject) for each in exported}

    def _export(self, rows: PersonalRows, subject: DataSubject) -> list[dict[str, PersonalFact]]:
        columns = [rows.table.c[name] for name in rows.shown]
        found = select(*columns).where(rows.find(subject)).order_by(rows.key).limit(_MAX_EXPORTED)
        return [
            {name: _fact(name, value) for name, value in zip(rows.shown, row, strict=True)}
            for row in self._connection.execute(found)
        ]

    def begin(self, new: Erasure) -> bool:
        if not self._insert(new):
            return False
        for table in (token, membership, calendar_address):
            self._connection.execute(delete(table).where(table.c.person_id == new.person_id))
        self._connection.execute(
            update(person).where(person.c.id == new.person_id).values(password_hash=None)
        )
        self._forget(new.person_id)
        return True

    def _insert(self, new: Erasure) -> bool:
        """Whether it is new, or begins again because a backup was restored."""
        known = select(erasure.c.finished_at).where(erasure.c.person_id == new.person_id)
        row = self._connection.execute(known).one_or_none()
        if row is not None and row.finished_at is None:
            return False
        values: dict[str, object] = {
            "person_id": new.person_id,
            "requested_at": seconds(new.requested_at),
            "finished_at": None,
            "hand_over_to": new.hand_over_to,
        }
        upsert(self._connection, erasure, [values])
        return True

    def unfinished(self) -> list[Erasure]:
        return self._erasures(erasure.c.finished_at.is_(None))

    def erased(self) -> list[Erasure]:
        return self._erasures(~exists().where(person.c.id == erasure.c.person_id))

    def _erasures(self, condition: Any) -> list[Erasure]:  # noqa: ANN401 - a SQL condition
        rows = self._connection.execute(select(erasure).where(condition).order_by(erasure.c.requested_at))
        return [Erasure(row.person_id, instant(row.requested_at), row.hand_over_to) for row in rows]

    def finish(self, person_ids: Sequence[PersonId], now: datetime) -> None:
        gone = ~exists().where(person.c.id == erasure.c.person_id)
        self._connection.execute(
            update(erasure)
            .where(erasure.c.person_id.in_(person_ids), gone)
            .values(finished_at=seconds(now), hand_over_to=None)
        )

    @property
    def sections(self) -> tuple[str, ...]:
        return tuple(_SECTIONS)

    def find(self, section: str, subject: DataSubject, after: RowKey | None, limit: int) -> Sequence[RowKey]:
        rows = _SECTIONS[section]
        later = () if after is None else (rows.key > after,)
        found = select(rows.key).where(rows.find(subject), *later).order_by(rows.key).limit(limit)
        return list(self._connection.execute(found).scalars())

    def erase(self, section: str, subject: DataSubject, keys: Sequence[RowKey], now: datetime) -> int:
        rows = _SECTIONS[section]
        these = (rows.find(subject), rows.key.in_(keys))
        if rows.rewrite is None:
            return self._connection.execute(delete(rows.table).where(*these)).rowcount
        if rows.table in {booking, series}:
            take_locks(self._connection, [(rows.table.name, each) for each in keys])
        context = ErasureContext(subject, erased_account(self._connection, now), seconds(now))
        found = self._connection.execute(select(rows.table).where(*these)).all()
        return sum(self._rewrite(rows, row, context) for row in found)

    def _rewrite(self, rows: PersonalRows, row: Any, context: ErasureContext) -> int:  # noqa: ANN401
        if rows.rewrite is None:
            raise ValueError(f"{rows.section} has nothing to rewrite")
        values = rows.rewrite(row, context)
        if all(getattr(row, name) == value for name, value in values.items()):
            return 0
        this = update(rows.table).where(rows.key == getattr(row, str(rows.key.key)))
        self._connection.execute(this.values(values))
        if rows.table is booking:
            self._changes.add(Change("schedule", row.room_id))
        return 1

    def remove_person(self, person_id: PersonId) -> None:
        for table in (identity, person):
            column = person.c.id if table is person else identity.c.person_id
            self._connection.execute(delete(table).where(column == person_id))
        self._forget(person_id)

    def _forget(self, person_id: PersonId) -> None:
        self._changes.add(Change("person", str(person_id)))


def _fact(name: str, value: Any) -> PersonalFact:  # noqa: ANN401 - of any column
    if isinstance(value, bytes):
        return value.hex()
    is_instant = name in INSTANTS or name.endswith(("_at", "_until"))
    if is_instant and isinstance(value, int) and name != "quiet_until":
        return datetime.fromtimestamp(value, UTC).isoformat()
    return value  # type: ignore[no-any-return]
