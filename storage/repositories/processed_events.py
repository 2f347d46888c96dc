"""Deduplication of platform events: rows of the table `seen`."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, update

from storage.mapping import seconds
from storage.service_tables import seen
from storage.upsert import insert_new


class SqlProcessedEventRepository:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(self, key: str, now: datetime, again_after: timedelta | None = None) -> bool:
        if insert_new(self._connection, seen, [{"key": key, "at": seconds(now), "is_done": False}]):
            return True
        if again_after is None:
            return False
        abandoned = (seen.c.key == key) & ~seen.c.is_done & (seen.c.at <= seconds(now - again_after))
        taken = self._connection.execute(update(seen).where(abandoned).values(at=seconds(now)))
        return taken.rowcount == 1

    def finish(self, key: str) -> None:
        self._connection.execute(update(seen).where(seen.c.key == key).values(is_done=True))
