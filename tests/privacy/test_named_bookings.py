"""Old bookings lose their names before they are deleted."""

from datetime import timedelta

from bot.worker.scheduler import purge
from core.policy.retention import Retention
from tests.builders import a_slot
from tests.contracts.raw import ask
from tests.outbox.environment import CHESS, HALL, LAB, PRES, WIL, Environment, open_environment
from tests.privacy.whole_database import ON_BOTH


@ON_BOTH
async def test_a_booking_stays_as_a_number_when_its_time_is_up(storage, rules, clock, database_url: str):
    environment: Environment = await open_environment(storage, rules, clock)
    services = environment.services
    object.__setattr__(services, "retention", Retention(named_bookings=timedelta(days=60)))
    await environment.book(a_slot("11:00"), HALL, by=WIL, title="Rehearsal", notes="Bring the score")
    await environment.book(a_slot("11:00"), LAB, by=PRES, society_id=CHESS, title="Blitz")

    clock.move(timedelta(days=59))
    await purge(services)
    assert await ask(database_url, "SELECT count(*) FROM booking WHERE title <> ''") == 2

    clock.move(timedelta(days=2))
    await purge(services)

    assert await ask(database_url, "SELECT count(*) FROM booking WHERE title <> '' OR notes <> ''") == 0
    assert await ask(database_url, "SELECT count(*) FROM booking") == 2
    assert await ask(database_url, "SELECT sum(minutes) FROM charge") == 60
    for person in (environment.people[WIL], environment.people[PRES]):
        for table, column in (("booking", "booked_by"), ("charge", "person_id")):
            assert await ask(database_url, f"SELECT count(*) FROM {table} WHERE {column} = {person}") == 0  # noqa: S608
    assert await ask(database_url, "SELECT count(*) FROM booking WHERE society_id = 'CHESS'") == 1
