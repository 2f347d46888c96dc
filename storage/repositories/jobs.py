"""Recurring jobs and their leases."""

from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from core.model import JobState
from storage.mapping import instant, seconds
from storage.service_tables import job_run
from storage.upsert import insert_new

_col = job_run.c


class SqlJobRepository:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def register(self, name: str, first: datetime, latest: datetime) -> None:
        insert_new(self._connection, job_run, [{"name": name, "due_at": seconds(first), "trouble": ""}])
        is_later = (_col.name == name) & (_col.due_at > seconds(latest))
        self._connection.execute(update(job_run).where(is_later).values(due_at=seconds(latest)))

    def claim(self, name: str, worker: str, now: datetime, until: datetime) -> bool:
        is_free = or_(_col.claimed_until.is_(None), _col.claimed_until <= seconds(now))
        due = update(job_run).where(_col.name == name, _col.due_at <= seconds(now), is_free)
        values = {"claimed_by": worker, "claimed_until": seconds(until), "started_at": seconds(now)}
        return self._connection.execute(due.values(values)).rowcount == 1

    def renew(self, name: str, worker: str, until: datetime) -> bool:
        mine = update(job_run).where(_col.name == name, _col.claimed_by == worker)
        return self._connection.execute(mine.values(claimed_until=seconds(until))).rowcount == 1

    def finish(self, name: str, worker: str, now: datetime, due_at: datetime, error: str) -> None:
        mine = update(job_run).where(_col.name == name, _col.claimed_by == worker)
        self._connection.execute(
            mine.values(
                finished_at=seconds(now),
                due_at=seconds(due_at),
                trouble=error,
                claimed_by=None,
                claimed_until=None,
            )
        )

    def release(self, name: str, worker: str) -> None:
        mine = update(job_run).where(_col.name == name, _col.claimed_by == worker)
        self._connection.execute(mine.values(claimed_by=None, claimed_until=None))

    def all(self) -> list[JobState]:
        rows = self._connection.execute(select(job_run).order_by(_col.name))
        return [
            JobState(
                row.name,
                instant(row.due_at),
                None if row.started_at is None else instant(row.started_at),
                None if row.finished_at is None else instant(row.finished_at),
                row.trouble,
                None if row.claimed_until is None else instant(row.claimed_until),
            )
            for row in rows
        ]
