"""Ratings of rooms."""

from collections.abc import Mapping

from sqlalchemy import Connection, func, select

from core.model import Rating, RatingSummary, RoomId, Stars
from storage.mapping import seconds
from storage.tables import rating
from storage.upsert import upsert

_STARS = tuple(rating.c[name] for name in Stars._fields)


class SqlRatingRepository:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, new: Rating) -> None:
        row: dict[str, object] = {"key": new.key, "room_id": new.room_id, "at": seconds(new.at)}
        upsert(self._connection, rating, [row | new.stars._asdict()])

    def of_room(self, room_id: RoomId, limit: int) -> list[Stars]:
        found = select(*_STARS).where(rating.c.room_id == room_id)
        rows = self._connection.execute(found.order_by(rating.c.at.desc(), rating.c.key).limit(limit))
        return [Stars(*row) for row in rows]

    def summaries(self) -> Mapping[RoomId, RatingSummary]:
        means = (func.avg(column) for column in _STARS)
        found = select(rating.c.room_id, func.count(), *means).group_by(rating.c.room_id)
        return {
            RoomId(room_id): RatingSummary(count, Stars(*map(float, stars)))
            for room_id, count, *stars in self._connection.execute(found)
        }
