"""The room queries of waits, as they are stored."""

import json
from functools import lru_cache

from msgspec.structs import replace

from core.catalogue import RoomQuery
from core.model import BuildingId, Equipment, Location, RoomId, Wait


def write_query(query: RoomQuery) -> str:
    """JSON of the criteria that are set."""
    stored = {
        "capacity": query.capacity,
        "equipment": sorted(query.equipment),
        "usage": query.usage,
        "building": query.building,
        "location": query.location,
        "near": query.near,
        "excluded": sorted(query.excluded),
        "needs_card": query.needs_card,
    }
    return json.dumps({name: value for name, value in stored.items() if value or value is False})


@lru_cache(maxsize=4096)
def read_query(text: str) -> RoomQuery:
    """Cached: all waits are read whenever something falls free."""
    stored = json.loads(text or "{}")
    building, near, location = stored.get("building"), stored.get("near"), stored.get("location")
    return RoomQuery(
        capacity=stored.get("capacity", 0),
        equipment=frozenset(map(Equipment, stored.get("equipment", ()))),
        usage=stored.get("usage"),
        building=BuildingId(building) if building else None,
        location=Location(location) if location else None,
        near=BuildingId(near) if near else None,
        excluded=frozenset(stored.get("excluded", ())),
        needs_card=stored.get("needs_card"),
    )


def query_of(wait: Wait) -> RoomQuery:
    """The rooms that would do."""
    return RoomQuery(room=wait.room_id) if wait.room_id is not None else read_query(wait.query)


def without_room(wait: Wait, room_id: RoomId) -> Wait:
    """The same wait for other rooms only."""
    query = read_query(wait.query)
    return replace(wait, query=write_query(replace(query, excluded=query.excluded | {room_id})))
