"""Rooms and buildings: added, changed, put out of use and brought back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import fields, replace

from core.clock import Clock
from core.errors import AlreadyExists, Invalid, UnknownBuilding, UnknownRoom
from core.model import Booking, Building, BuildingId, Room, RoomId
from core.names import check_identifier, check_label, same_name
from core.policy.rules import Rules
from core.ports import Storage, UnitOfWork
from core.services.administration.confirmation import (
    CANCEL,
    YES,
    Answer,
    Confirmation,
    ConfirmationNeeded,
    confirm,
    count_bookings,
)
from core.services.administration.removal import Reason, bookings_ahead, cancel_bookings
from core.services.administration.rights import Administrator, changed
from core.services.administration.waits import end_waits, withdraw_offers

MAX_CAPACITY = 100_000
_DAY = 24 * 60


class PlaceChange(Struct, frozen=True):
    """A room or building before and after a change, and the bookings of rooms that are ahead."""

    before: Room | Building
    after: Room | Building
    bookings: int = 0

    @property
    def details(self) -> Mapping[str, str | int]:
        """What changed: `capacity: 30 → 40`."""
        pairs = {
            each.name: (getattr(self.before, each.name), getattr(self.after, each.name))
            for each in fields(self.after)
        }
        return changed(**pairs)


class Retirement(Struct, frozen=True):
    """What was put out of use: the building if it was one, the rooms, and the bookings cancelled."""

    name: str
    rooms: tuple[RoomId, ...]
    cancelled: int = 0


class RoomAdministration:
    """Use cases of administrators. Rights are checked inside each transaction."""

    def __init__(self, storage: Storage, rules: Rules, clock: Clock) -> None:
        self._storage = storage
        self._rules = rules
        self._clock = clock

    async def add_room(self, by: Administrator, room: Room) -> Room:
        """Adds a room to a building that there is; `AlreadyExists` if its id is taken."""
        now = self._clock.now()
        room = _check_room(replace(room, id=RoomId(check_identifier(room.id, "A room's id"))))

        def transaction(unit: UnitOfWork) -> Room:
            by.check(unit, now)
            taken = next((each for each in unit.rooms.rooms() if same_name(each.id, room.id)), None)
            if taken is not None:
                out = " It is out of use: bring it back." if taken.retired_at is not None else ""
                raise AlreadyExists(f"There is already a room {taken.id}.{out}")
            _building(unit, room.building_id)
            unit.rooms.put_rooms([room])
            details: dict[str, str | int] = {"building": room.building_id, "capacity": room.capacity}
            unit.audit(by.entry(now, "add room", f"room:{room.id}", details))
            return room

        return await self._storage.write(transaction)

    async def edit_room(self, by: Administrator, room_id: RoomId, values: Mapping[str, Any]) -> PlaceChange:
        """Sets fields of a room by name. Bookings ahead stay as they are."""
        now = self._clock.now()

        def transaction(unit: UnitOfWork) -> PlaceChange:
            by.check(unit, now)
            before = _room(unit, room_id)
            after = _check_room(replace(before, **values))
            _building(unit, after.building_id)
            return _store(unit, by, before, after, now)

        return await self._storage.write(transaction)

    async def add_building(self, by: Administrator, building: Building) -> Building:
        now = self._clock.now()
        building = _check_building(
            replace(building, id=BuildingId(check_identifier(building.id, "A building's id")))
        )

        def transaction(unit: UnitOfWork) -> Building:
            by.check(unit, now)
            if any(same_name(each.id, building.id) for each in unit.rooms.buildings()):
                raise AlreadyExists(f"There is already a building {building.id}.")
            unit.rooms.put_buildings([building])
            unit.audit(by.entry(now, "add building", f"building:{building.id}"))
            return building

        return await self._storage.write(transaction)

    async def edit_building(
        self, by: Administrator, building_id: BuildingId, values: Mapping[str, Any]
    ) -> PlaceChange:
        now = self._clock.now()

        def transaction(unit: UnitOfWork) -> PlaceChange:
            by.check(unit, now)
            before = _building(unit, building_id)
            return _store(unit, by, before, _check_building(replace(before, **values)), now)

        return await self._storage.write(transaction)

    async def retire_room(
        self, by: Administrator, room_id: RoomId, given: Confirmation | None = None
    ) -> Retirement:
        """Puts a room out of use; raises `ConfirmationNeeded` until that is confirmed."""

        def transaction(unit: UnitOfWork) -> Retirement:
            by.check(unit, self._clock.now())
            room = _room(unit, room_id)
            return self._retire(unit, by, [room], None, room.name, given)

        return await self._storage.write_relaxed(transaction)

    async def retire_building(
        self, by: Administrator, building_id: BuildingId, given: Confirmation | None = None
    ) -> Retirement:
        """Likewise a building, with all its rooms."""

        def transaction(unit: UnitOfWork) -> Retirement:
            by.check(unit, self._clock.now())
            building = _building(unit, building_id)
            rooms = [each for each in unit.rooms.rooms() if each.building_id == building_id]
            in_use = [each for each in rooms if each.retired_at is None]
            return self._retire(unit, by, in_use, building, building.name, given)

        return await self._storage.write_relaxed(transaction)

    async def restore_room(self, by: Administrator, room_id: RoomId) -> Room:
        """Brings a room back into use; its building must be in use."""
        now = self._clock.now()

        def transaction(unit: UnitOfWork) -> Room:
            by.check(unit, now)
            room = next((each for each in unit.rooms.rooms() if same_name(each.id, room_id)), None)
            if room is None:
                raise UnknownRoom(room_id)
            if room.retired_at is None:
                raise Invalid(f"{room.name} is in use already.")
            _building(unit, room.building_id)
            unit.rooms.retire([room.id], [], None)
            unit.audit(by.entry(now, "restore room", f"room:{room.id}"))
            return replace(room, retired_at=None)

        return await self._storage.write(transaction)

    async def restore_building(self, by: Administrator, building_id: BuildingId) -> Retirement:
        """Brings back a building, and the rooms that went out of use with it."""
        now = self._clock.now()

        def transaction(unit: UnitOfWork) -> Retirement:
            by.check(unit, now)
            buildings = unit.rooms.buildings()
            building = next((each for each in buildings if same_name(each.id, building_id)), None)
            if building is None:
                raise UnknownBuilding(f"There is no building {building_id}.")
            if building.retired_at is None:
                raise Invalid(f"{building.name} is in use already.")
            rooms = [
                each.id
                for each in unit.rooms.rooms()
                if each.building_id == building.id and each.retired_at == building.retired_at
            ]
            unit.rooms.retire(rooms, [building.id], None)
            subject = f"building:{building.id}"
            unit.audit(by.entry(now, "restore building", subject, {"rooms": len(rooms)}))
            return Retirement(building.name, tuple(rooms))

        return await self._storage.write(transaction)

    async def retired(self, by: Administrator) -> tuple[list[Room], list[Building]]:
        """The rooms and buildings out of use."""

        def transaction(unit: UnitOfWork) -> tuple[list[Room], list[Building]]:
            by.check(unit, self._clock.now())
            rooms, buildings = unit.rooms.rooms(), unit.rooms.buildings()
            return (
                [each for each in rooms if each.retired_at is not None],
                [each for each in buildings if each.retired_at is not None],
            )

        return await self._storage.read(transaction)

    def _retire(
        self,
        unit: UnitOfWork,
        by: Administrator,
        rooms: Sequence[Room],
        building: Building | None,
        name: str,
        given: Confirmation | None,
    ) -> Retirement:
        """The locks keep new bookings away, so that none is left in a room out of use."""
        now, ids = self._clock.now(), [each.id for each in rooms]
        unit.bookings.lock_all(bookings_ahead(unit, ids, now), ids)
        bookings = bookings_ahead(unit, ids, now)
        confirm(given, _question(name, building, len(rooms), bookings))
        reason = Reason(by, "room out of use", now)
        cancelled = cancel_bookings(unit, bookings, reason, self._rules)
        end_waits(unit, by, [each for each in unit.waits.open() if each.room_id in set(ids)], now)
        withdraw_offers(unit, ids, now)
        unit.rooms.retire(ids, [] if building is None else [building.id], now)
        if building is not None:
            details: dict[str, str | int] = {"rooms": len(ids), "cancelled": cancelled}
            unit.audit(by.entry(now, "retire building", f"building:{building.id}", details))
        for each in ids:
            unit.audit(by.entry(now, "retire room", f"room:{each}"))
        return Retirement(name, tuple(ids), cancelled)


def _question(
    name: str, building: Building | None, rooms: int, bookings: Sequence[Booking]
) -> ConfirmationNeeded:
    what = name if building is None else f"{name} with {rooms} room{'' if rooms == 1 else 's'}"
    begin = f"{what} will be out of use: neither found nor bookable. History stays; it can be brought back."
    if not bookings:
        return ConfirmationNeeded(f"{begin} Nothing is booked there.", [Answer(YES, "Put out of use")])
    lies = "lies" if len(bookings) == 1 else "lie"
    return ConfirmationNeeded(
        f"{begin} {count_bookings(len(bookings))} {lies} ahead and would be cancelled, with a message to the "
        "owners. Or leave it, and ask them to move first.",
        [Answer(CANCEL, f"Put out of use, cancel {count_bookings(len(bookings))}")],
        bookings,
    )


def _store(
    unit: UnitOfWork, by: Administrator, before: Room | Building, after: Room | Building, now: datetime
) -> PlaceChange:
    kind, bookings = "building", 0
    if isinstance(after, Room):
        unit.rooms.put_rooms([after])
        kind, bookings = "room", len(bookings_ahead(unit, [after.id], now))
    else:
        unit.rooms.put_buildings([after])
    change = PlaceChange(before, after, bookings)
    if change.details:
        unit.audit(by.entry(now, f"edit {kind}", f"{kind}:{after.id}", change.details))
    return change


def _room(unit: UnitOfWork, room_id: RoomId) -> Room:
    found = next((each for each in unit.rooms.rooms() if each.id == room_id), None)
    if found is None or found.retired_at is not None:
        raise UnknownRoom(room_id)
    return found


def _building(unit: UnitOfWork, building_id: BuildingId) -> Building:
    found = next((each for each in unit.rooms.buildings() if each.id == building_id), None)
    if found is None or found.retired_at is not None:
        raise UnknownBuilding(f"There is no building {building_id}. Add it first.")
    return found


def _check_room(room: Room) -> Room:
    if not room.name.strip() or not room.id.strip():
        raise Invalid("A room needs an id and a name.")
    if not 0 <= room.capacity <= MAX_CAPACITY:
        raise Invalid(f"A room has 0 to {MAX_CAPACITY:,} seats.")
    if room.granularity is not None and (room.granularity < 1 or _DAY % room.granularity):
        raise Invalid("Bookings start every so many minutes that divide a day, such as 15, 30 or 60.")
    aliases = tuple(check_label(each, "Another name of a room") for each in room.aliases)
    return replace(room, name=check_label(room.name.strip(), "A room's name"), aliases=aliases)


def _check_building(building: Building) -> Building:
    if not building.name.strip() or not building.id.strip():
        raise Invalid("A building needs an id and a name.")
    if abs(building.latitude) > 90 or abs(building.longitude) > 180:
        raise Invalid("Coordinates are degrees: latitude from -90 to 90, longitude from -180 to 180.")
    aliases = tuple(check_label(each, "Another name of a building") for each in building.aliases)
    return replace(building, name=check_label(building.name.strip(), "A building's name"), aliases=aliases)
