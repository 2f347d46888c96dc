"""Buildings and rooms."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, Table, select, update

from core.model import Building, BuildingId, Change, Room, RoomId
from storage.campus_columns import building_values, room_values, to_building, to_room
from storage.mapping import seconds
from storage.tables import building, room
from storage.upsert import upsert


class SqlRoomRepository:
    def __init__(self, connection: Connection, changes: set[Change]) -> None:
        self._connection = connection
        self._changes = changes

    def buildings(self) -> list[Building]:
        return [to_building(row) for row in self._connection.execute(select(building).order_by("id"))]

    def rooms(self) -> list[Room]:
        return [to_room(row) for row in self._connection.execute(select(room).order_by("id"))]

    def put_buildings(self, buildings: Iterable[Building]) -> None:
        self._put([building_values(each) for each in buildings], building)

    def put_rooms(self, rooms: Iterable[Room]) -> None:
        self._put([room_values(each) for each in rooms], room)

    def retire(
        self, rooms: Collection[RoomId], buildings: Collection[BuildingId], at: datetime | None
    ) -> None:
        for table, ids in ((room, rooms), (building, buildings)):
            if ids:
                values = {"retired_at": None if at is None else seconds(at)}
                self._connection.execute(update(table).where(table.c.id.in_(ids)).values(values))
                self._changes.add(Change("catalogue"))

    def _put(self, rows: list[dict[str, object]], table: Table) -> None:
        upsert(self._connection, table, rows)
        if rows:
            self._changes.add(Change("catalogue"))
