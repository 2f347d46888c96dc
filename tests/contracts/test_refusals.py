"""Refused requests as they are stored, on both databases."""

from datetime import timedelta

from core.interval import Interval
from core.model import AttemptedRequest, PersonId, RefusedRequest, RequestedAction, SocietyId
from tests.builders import NOW, a_slot
from tests.contracts.campus import CHESS, HALL, LAB, Campus

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def a_refusal(by: PersonId | None, after: timedelta = timedelta(0), **others: object) -> RefusedRequest:
    values: dict[str, object] = {"room_id": HALL, "slot": a_slot("15:00"), "society_id": None, "seats": 0}
    values |= others
    attempt = AttemptedRequest(RequestedAction.BOOK, by, **values)  # type: ignore[arg-type]
    return RefusedRequest(NOW + after, attempt, "no_quota", "It needed 60 minutes of quota.", "slack")


async def add(campus: Campus, *refused: RefusedRequest) -> None:
    await campus.storage.write_relaxed(lambda unit: unit.refusals.add(refused))


async def test_a_refusal_is_read_as_it_was_written(campus: Campus):
    bare = a_refusal(None, room_id=None, slot=None)
    full = a_refusal(campus.wil, MINUTE, society_id=SocietyId(CHESS), seats=20)

    await add(campus, bare, full)

    window = Interval(NOW, NOW + HOUR)
    assert await campus.storage.read(lambda unit: list(unit.refusals.during(window))) == [bare, full]


async def test_the_newest_refusals_of_a_person_come_first(campus: Campus):
    mine = [a_refusal(campus.wil, number * MINUTE) for number in range(3)]
    await add(campus, *mine, a_refusal(campus.rema, HOUR))

    found = await campus.storage.read(lambda unit: unit.refusals.of_person(campus.wil, 2))

    assert found == [mine[2], mine[1]]


async def test_refusals_of_a_room_are_those_whose_time_overlaps(campus: Campus):
    at_three = a_refusal(campus.wil)
    await add(
        campus, at_three, a_refusal(campus.wil, slot=a_slot("16:00")), a_refusal(campus.rema, room_id=LAB)
    )

    found = await campus.storage.read(lambda unit: unit.refusals.of_room(HALL, a_slot("15:30", 30), 10))

    assert found == [at_three]
