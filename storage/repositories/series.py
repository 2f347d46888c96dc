"""Series."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from core.model import Series, SeriesId
from storage.mapping import to_series
from storage.tables import series


class SqlSeriesRepository:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def many(self, ids: Collection[SeriesId]) -> list[Series]:
        if not ids:
            return []
        found = select(series).where(series.c.id.in_(ids)).order_by(series.c.created_at, series.c.id)
        return [to_series(row) for row in self._connection.execute(found)]
