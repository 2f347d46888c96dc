"""Administration on both databases: rights, rooms, the waiting list; other processes and racing bookings."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from core.errors import (
    AlreadyExists,
    NotPermitted,
    RoomieError,
    UnknownBuilding,
    UnknownRoom,
)
from core.model import (
    BookingState,
    BuildingId,
    Identity,
    PersonId,
    Society,
    SocietyId,
    UserGroup,
    Wait,
    WaitId,
)
from core.ports import ManagedStorage
from core.services.administration import Administration, Administrator
from core.services.administration.confirmation import CANCEL, YES, Confirmation, ConfirmationNeeded
from tests.builders import NOW, a_building, a_person, a_room, a_slot
from tests.contracts.administration import (
    CONSOLE,
    an_administrator,
    audit_of,
    messages_of,
)
from tests.contracts.campus import CHESS, HALL, LAB, Campus

_SAMPLES: dict[str, Any] = {
    "room": a_room("K-J17-NEW"),
    "room_id": HALL,
    "building": a_building("K-NEW", "New"),
    "building_id": BuildingId("K-J17"),
    "values": {"name": "Other"},
    "text": "wil",
    "who": "wil",
    "new": None,
    "groups": frozenset({UserGroup.STAFF}),
    "identity": Identity("slack:T1:U1"),
    "password": "secret",
    "minutes": 60,
    "reason": "test",
    "until": NOW + timedelta(days=1),
    "is_admin": True,
    "society_id": CHESS,
    "name": "Chess Club",
    "series_hours": 1,
    "weekly_minutes": 60,
    "wait_id": 1,
    "message_id": 1,
}
_NEW = {"people": a_person("new"), "societies": Society(SocietyId("GO"), "Go")}


def _use_cases() -> list[tuple[str, str]]:
    """Every public method of every service of administration."""
    services = Administration(None, None, None, None)  # type: ignore[arg-type]  # never called
    return [
        (area, name)
        for area, service in vars(services).items()
        for name, _ in inspect.getmembers(type(service), inspect.iscoroutinefunction)
        if not name.startswith("_")
    ]


def _call(administration: Administration, area: str, name: str, by: Administrator) -> Awaitable[Any]:
    method: Callable[..., Awaitable[Any]] = getattr(getattr(administration, area), name)
    wanted = [
        each
        for each in inspect.signature(method).parameters.values()
        if each.name != "by" and each.default is inspect.Parameter.empty
    ]
    values = {each.name: _NEW[area] if each.name == "new" else _SAMPLES[each.name] for each in wanted}
    if (area, name) == ("operations", "run_job"):
        values["name"] = "purge"
    return method(by, **values)


async def test_nobody_but_administrators_may_do_anything(campus: Campus, administration: Administration):
    blocked = Administrator(await an_administrator(campus, "blocked"))
    await an_administrator(campus, "other")
    await administration.people.block(CONSOLE, "blocked", NOW + timedelta(days=9), "")
    people = (campus.wil, campus.stan, campus.mem, campus.pres, blocked.person_id, PersonId(999_999))
    before = await audit_of(campus)

    for area, name in _use_cases():
        for person_id in people:
            with pytest.raises(NotPermitted):
                await _call(administration, area, name, Administrator(person_id))

    assert await audit_of(campus) == before


@pytest.mark.parametrize(("area", "name"), _use_cases())
async def test_administrators_may_do_everything(
    campus: Campus, administration: Administration, ada: Administrator, area: str, name: str
):
    try:
        await _call(administration, area, name, ada)
    except NotPermitted:
        raise
    except RoomieError:
        pass  # asks, or there is nothing of that kind


async def test_a_room_out_of_use_is_neither_found_nor_bookable_and_comes_back(
    campus: Campus, administration: Administration, ada: Administrator, open_another
):
    other: ManagedStorage = await open_another()
    kept = await campus.book(a_slot("15:00"), LAB)
    gone = await campus.book(a_slot("15:00"), by=campus.rema)
    await campus.book(a_slot("17:00"), by=None or campus.wil)

    with pytest.raises(ConfirmationNeeded) as question:
        await administration.rooms.retire_room(ada, HALL)
    assert len(question.value.bookings) == 2
    done = await administration.rooms.retire_room(ada, HALL, Confirmation(CANCEL, question.value.digest))

    assert done.cancelled == 2
    assert HALL not in campus.storage.read_model.catalogue.rooms  # type: ignore[attr-defined]
    await other.catch_up()
    assert HALL not in other.read_model.catalogue.rooms  # type: ignore[attr-defined]
    with pytest.raises(UnknownRoom):
        await campus.book(a_slot("12:00"))
    assert await campus.quota_left(campus.rema) == 180
    stored = await campus.storage.read(lambda unit: unit.bookings.get(gone.booking.id))
    assert stored is not None
    assert stored.state is BookingState.CANCELLED
    assert (await campus.services.get(kept.booking.id)) == kept.booking
    assert "administration" in (await messages_of(campus))[campus.rema]
    assert [each.action for each in await audit_of(campus)][-3:] == ["cancel", "cancel", "retire room"]

    await administration.rooms.restore_room(ada, HALL)
    assert (await campus.book(a_slot("12:00"))).cost == 60


async def test_a_confirmation_does_not_hold_when_somebody_has_booked_since(
    campus: Campus, administration: Administration, ada: Administrator
):
    with pytest.raises(ConfirmationNeeded) as first:
        await administration.rooms.retire_room(ada, HALL)
    booked = await campus.book()

    with pytest.raises(ConfirmationNeeded) as second:
        await administration.rooms.retire_room(ada, HALL, Confirmation(YES, first.value.digest))

    assert second.value.bookings == (booked.booking,)
    assert (await campus.services.get(booked.booking.id)) == booked.booking


async def test_no_booking_slips_into_a_room_that_goes_out_of_use(
    campus: Campus, administration: Administration, ada: Administrator
):
    slots = [a_slot(f"{hour}:00", 15) for hour in range(12, 20)]
    requests = [campus.book(each) for each in slots]
    retiring = administration.rooms.retire_room(ada, HALL, Confirmation(CANCEL))

    async def retire() -> None:
        try:
            await retiring
        except RoomieError:
            await administration.rooms.retire_room(ada, HALL, Confirmation(YES))

    await asyncio.gather(*requests[:4], retire(), *requests[4:], return_exceptions=True)

    left = await campus.storage.read(lambda unit: unit.bookings.active(a_slot("00:00", 24 * 60), [HALL]))
    assert left == []


async def test_a_building_goes_with_its_rooms_and_brings_back_only_those(
    campus: Campus, administration: Administration, ada: Administrator
):
    await administration.rooms.retire_room(ada, LAB, Confirmation(YES))
    campus.clock.move(timedelta(minutes=1))
    building = BuildingId("K-J17")

    await administration.rooms.retire_building(ada, building, Confirmation(YES))

    assert campus.storage.read_model.catalogue.rooms == {}  # type: ignore[attr-defined]
    with pytest.raises(UnknownBuilding):
        await administration.rooms.add_room(ada, a_room("K-J17-NEW"))
    with pytest.raises(UnknownBuilding):
        await administration.rooms.restore_room(ada, LAB)
    back = await administration.rooms.restore_building(ada, building)
    assert LAB not in back.rooms
    assert HALL in campus.storage.read_model.catalogue.rooms  # type: ignore[attr-defined]


async def test_an_import_brings_no_room_back(
    campus: Campus, administration: Administration, ada: Administrator
):
    await administration.rooms.retire_room(ada, HALL, Confirmation(YES))

    await campus.storage.write(lambda unit: unit.rooms.put_rooms([a_room(HALL, capacity=99)]))

    assert HALL not in campus.storage.read_model.catalogue.rooms  # type: ignore[attr-defined]
    with pytest.raises(AlreadyExists, match="out of use"):
        await administration.rooms.add_room(ada, a_room(HALL))


async def test_a_changed_room_is_seen_by_all_processes_and_audited(
    campus: Campus, administration: Administration, ada: Administrator, open_another
):
    other = await open_another()

    change = await administration.rooms.edit_room(ada, HALL, {"capacity": 77, "name": "Great Hall"})

    assert change.details == {"capacity": "20 → 77", "name": f"Room {HALL} → Great Hall"}
    await other.catch_up()
    assert other.read_model.catalogue.room(HALL).capacity == 77
    last = (await audit_of(campus))[-1]
    assert (last.actor, last.action, last.subject) == (ada.actor, "edit room", f"room:{HALL}")
    assert last.details == change.details
    await administration.rooms.edit_room(ada, HALL, {"capacity": 77})
    assert (await audit_of(campus))[-1] == last


async def test_waits_of_a_retired_room_end_with_a_message(
    campus: Campus, administration: Administration, ada: Administrator
):
    wait = Wait(WaitId(0), campus.rema, a_slot("15:00"), NOW, HALL)
    other = replace(wait, room_id=LAB)
    stored = await campus.storage.write(lambda unit: [unit.waits.add(each) for each in (wait, other)])

    await administration.rooms.retire_room(ada, HALL, Confirmation(YES))

    assert [each.wait.id for each in await administration.waits.waits(ada)] == [stored[1].id]
    await administration.waits.remove(ada, stored[1].id)
    assert await administration.waits.waits(ada) == []
    assert (await messages_of(campus))[campus.rema].count("administration") == 2
