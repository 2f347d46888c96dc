"""Transactions are atomic, and their failure affects no other."""

import asyncio

import pytest
from msgspec.structs import replace

from core.errors import Invalid, RoomieError, Unavailable, UnknownRoom
from core.model import AuditEntry, Role, RoomId, UserGroup
from core.ports import Decision, DecisionKeys, Facts, UnitOfWork, WriteSet
from core.read_model import ReadModel
from core.services.society import SocietyService
from storage.factory import open_storage
from tests.builders import NOW, a_booking, a_person, a_room, a_slot
from tests.contracts.campus import CHESS, ROOMS, Campus, a_new_id


class _Slip(Exception):
    pass


async def test_a_transaction_that_raises_is_rolled_back(campus: Campus):
    def work(unit: UnitOfWork) -> None:
        unit.rooms.put_rooms([a_room("K-J17-NEW")])
        unit.people.add(a_person("new"), None)
        raise _Slip

    with pytest.raises(_Slip):
        await campus.storage.write(work)

    rooms, person = await campus.storage.read(
        lambda unit: ({room.id for room in unit.rooms.rooms()}, unit.people.by_name("new"))
    )
    assert "K-J17-NEW" not in rooms
    assert person is None
    assert "K-J17-NEW" not in campus.storage.read_model.catalogue.rooms


async def test_a_decision_that_raises_writes_nothing_and_affects_no_other(campus: Campus):
    def fail(_: Facts) -> Decision[None]:
        raise _Slip

    requests = [campus.services.book(campus.request(a_slot(), room, campus.stan)) for room in ROOMS[:10]]
    failures = [campus.storage.decide(DecisionKeys(week=0, room=room), fail) for room in ROOMS[:10]]

    answers = await asyncio.gather(*requests, *failures, return_exceptions=True)

    assert [type(answer).__name__ for answer in answers] == ["BookingResult"] * 10 + ["_Slip"] * 10


async def test_writes_that_the_database_rejects_are_rolled_back_alone(campus: Campus):
    def impossible(_: Facts) -> Decision[None]:
        return Decision(None, WriteSet(insert=a_booking(a_new_id(), "NOWHERE", by=campus.wil)))

    requests = [campus.services.book(campus.request(a_slot(), room, campus.stan)) for room in ROOMS[:10]]
    poison = [campus.storage.decide(DecisionKeys(week=0, room=RoomId(f"{n}")), impossible) for n in range(5)]

    answers = await asyncio.gather(*requests, *poison, return_exceptions=True)

    assert [type(answer).__name__ for answer in answers] == ["BookingResult"] * 10 + ["Unavailable"] * 5
    bookings = await campus.storage.read(lambda unit: unit.bookings.of_person(campus.stan))
    assert {booking.room_id for booking in bookings} == set(ROOMS[:10])


@pytest.mark.parametrize("text", ["null \x00 byte", "half a \ud83d pair"])
async def test_text_that_cannot_be_stored_is_refused_or_stored_unchanged(campus: Campus, text: str):
    others = [campus.services.book(campus.request(a_slot(), room, campus.stan)) for room in ROOMS[1:4]]

    answer, *rest = await asyncio.gather(campus.book(title=text), *others, return_exceptions=True)

    assert isinstance(answer, Invalid) or answer.booking.title == text
    assert [type(each).__name__ for each in rest] == ["BookingResult"] * 3


@pytest.mark.parametrize("room", ["G01'; DROP TABLE booking; --", "\x00", "\ud83d", "{1,2}", "'" * 5_000])
async def test_no_room_id_does_harm(campus: Campus, room: str):
    with pytest.raises((UnknownRoom, Invalid)):
        await campus.book(room=RoomId(room))

    assert (await campus.book()).cost == 60


async def test_two_presidents_who_remove_each_other_leave_one(campus: Campus):
    societies = SocietyService(campus.storage, campus.rules, campus.clock)
    await campus.storage.write(lambda unit: _second_president(unit, campus))

    answers = await asyncio.gather(
        societies.remove_member(campus.pres, "stan", CHESS),
        societies.remove_member(campus.stan, "pres", CHESS),
        return_exceptions=True,
    )

    assert sum(isinstance(answer, RoomieError) for answer in answers) == 1, answers
    members = await campus.storage.read(lambda unit: unit.societies.members(CHESS))
    assert sum(each.role == "president" for each in members) == 1


def _second_president(unit: UnitOfWork, campus: Campus) -> None:
    stan = unit.people.get(campus.stan)
    assert stan is not None
    unit.people.put(replace(stan, groups=stan.groups | {UserGroup.PRESIDENT}))
    unit.societies.set_role(campus.stan, CHESS, Role.PRESIDENT)


async def test_a_name_is_unique_under_concurrent_requests(campus: Campus):
    def work(unit: UnitOfWork) -> None:
        unit.people.add(a_person("Zoe"), None)

    answers = await asyncio.gather(*(campus.storage.write(work) for _ in range(6)), return_exceptions=True)

    assert sorted(type(answer).__name__ for answer in answers) == ["AlreadyExists"] * 5 + ["NoneType"]


async def test_a_cancelled_call_still_commits_its_booking(campus: Campus):
    booking = asyncio.ensure_future(campus.book(a_slot("11:00", 60)))
    await asyncio.sleep(0)
    booking.cancel()

    await campus.book(a_slot("15:00", 60))

    assert await campus.quota_left() == 60


async def test_every_change_leaves_a_line_in_the_audit_trail(campus: Campus, count_rows):
    before = await count_rows("audit")
    made = await campus.book()
    await campus.cancel(made.booking)
    await campus.storage.write(lambda unit: unit.audit(AuditEntry(NOW, "wil", "test", "nothing")))

    assert await count_rows("audit") == before + 3


async def test_a_service_that_has_not_loaded_says_so(database_url, rules, clock):
    storage = open_storage(database_url, ReadModel(), rules, clock)
    await storage.open()

    with pytest.raises(Unavailable, match="still starting"):
        await storage.read(lambda unit: unit.rooms.rooms())

    await storage.close()
