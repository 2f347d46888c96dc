"""An erased person is nowhere, and what others have stays."""

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from core.errors import Invalid, UnknownPerson
from core.model import Block, PersonId, Role
from core.ports import UnitOfWork
from core.services.administration.rights import LastAdministrator
from core.services.privacy import ErasureService
from tests.builders import a_slot
from tests.contracts.raw import ask
from tests.outbox.environment import CHESS, PRES, REMA, STAN, WIL, Environment
from tests.privacy.known_person import QUETZ, QUETZ_CHAT, WORDS
from tests.privacy.whole_database import ON_BOTH, find_words, rows_with


@ON_BOTH
async def test_an_erased_person_is_found_nowhere(environment: Environment, database_url: str):
    assert await find_words(database_url, WORDS) == sorted(WORDS)

    await environment.services.erasures.erase(environment.people[QUETZ])

    found = await find_words(database_url, WORDS)
    assert found == [], {each: await rows_with(database_url, each) for each in found}


@ON_BOTH
async def test_no_row_has_their_number_but_the_list_of_erased_people(
    environment: Environment, database_url: str
):
    quetz = environment.people[QUETZ]

    await environment.services.erasures.erase(quetz)

    for table, column in (("booking", "booked_by"), ("charge", "person_id"), ("outbox", "person_id")):
        assert not await ask(database_url, f"SELECT count(*) FROM {table} WHERE {column} = {quetz}")  # noqa: S608
    assert await ask(database_url, f"SELECT count(*) FROM audit WHERE actor = 'person:{quetz}'") == 0  # noqa: S608
    erased = await environment.storage.read(lambda unit: unit.privacy.erased())
    assert [each.person_id for each in erased] == [quetz]


@ON_BOTH
async def test_past_bookings_stay_as_statistics(environment: Environment, database_url: str):
    quetz = environment.people[QUETZ]
    count = "SELECT count(*) FROM booking"
    minutes = "SELECT sum(minutes) FROM charge"
    before = await ask(database_url, count)
    charged = await ask(database_url, minutes)

    await environment.services.erasures.erase(quetz)

    assert await ask(database_url, count) == before
    refunded = 60  # the booking of tomorrow, which was cancelled
    assert await ask(database_url, minutes) == int(str(charged)) - refunded


async def test_guests_of_a_cancelled_booking_hear_of_it(environment: Environment):
    await environment.services.erasures.erase(environment.people[QUETZ])
    await environment.deliver()

    assert any("cancelled" in each for each in environment.chat.texts_to(REMA))


async def test_bookings_of_a_society_stay_with_the_society(environment: Environment):
    await environment.services.erasures.erase(environment.people[QUETZ])

    kept = environment.services.read_model.of_society(CHESS)
    assert [each.booked_by for each in kept] == [None, None]
    assert kept[-1].title == "Chess ahead"


async def test_others_lose_a_guest_and_an_offer_and_keep_the_booking(environment: Environment):
    before = environment.services.bookings.upcoming(environment.people[WIL])
    assert sum(len(each.guests) for each in before) == 2

    await environment.services.erasures.erase(environment.people[QUETZ])

    after = environment.services.bookings.upcoming(environment.people[WIL])
    assert [each.id for each in after] == [each.id for each in before]
    assert all(each.guests == () for each in after)
    assert environment.services.read_model.offered_to(environment.people[QUETZ]) == ()


@ON_BOTH
async def test_bookings_can_be_handed_over(environment: Environment):
    quetz, rema = environment.people[QUETZ], environment.people[REMA]
    (mine,) = [each for each in environment.services.bookings.upcoming(quetz) if each.society_id is None]

    await environment.services.erasures.erase(quetz, hand_over_to=rema)

    handed = next(each for each in environment.services.bookings.upcoming(rema) if each.id == mine.id)
    assert (handed.room_id, handed.interval, handed.guests) == (mine.room_id, mine.interval, ())


async def test_nobody_can_be_their_own_successor(environment: Environment):
    quetz = environment.people[QUETZ]

    with pytest.raises(Invalid):
        await environment.services.erasures.begin(quetz, hand_over_to=quetz)
    with pytest.raises(UnknownPerson):
        await environment.services.erasures.begin(quetz, hand_over_to=PersonId(4711))


async def test_the_last_administrator_cannot_be_erased(environment: Environment):
    with pytest.raises(LastAdministrator):
        await environment.services.erasures.erase(environment.people[STAN])

    assert environment.services.read_model.directory.people[environment.people[STAN]]


async def test_the_last_administrator_beside_a_blocked_one_cannot_be_erased(environment: Environment):
    rema, until = environment.people[REMA], environment.clock.now() + timedelta(days=7)

    def work(unit: UnitOfWork) -> None:
        unit.people.put(replace(unit.people.get(rema), is_admin=True))
        unit.people.block(rema, Block(until, "misuse"))

    await environment.storage.write(work)

    with pytest.raises(LastAdministrator):
        await environment.services.erasures.begin(environment.people[STAN])


@ON_BOTH
async def test_two_administrators_who_are_erased_at_once_do_not_leave_nobody(
    environment: Environment, open_another
):
    rema = environment.people[REMA]
    await environment.storage.write(
        lambda unit: unit.people.put(replace(unit.people.get(rema), is_admin=True))
    )
    other = await open_another()
    services = environment.services.erasures
    beside = ErasureService(other, other.read_model, environment.clock, environment.services.bookings)

    ended = await asyncio.gather(
        services.begin(environment.people[STAN]), beside.begin(rema), return_exceptions=True
    )

    refused = [each for each in ended if isinstance(each, Exception)]
    assert [type(each) for each in refused] == [LastAdministrator]


@ON_BOTH
async def test_another_process_forgets_them_at_once(environment: Environment, open_another):
    other = await open_another()

    await environment.services.erasures.begin(environment.people[QUETZ])
    await other.catch_up()

    directory = other.read_model.directory
    assert directory.by_identity(QUETZ) is None
    assert directory.by_name("quetzmark") is None
    assert environment.services.read_model.directory.by_name("quetzmark") is None


@ON_BOTH
async def test_nothing_can_be_booked_for_somebody_who_is_being_erased(environment: Environment):
    await environment.services.erasures.begin(environment.people[QUETZ])

    with pytest.raises(Exception, match="log in"):
        await environment.book(a_slot("16:00", days=1), by=QUETZ)


async def test_a_backup_that_brings_them_back_is_cleaned_again(environment: Environment, database_url: str):
    """As if a backup had been restored: the account is there, and the list of erased people was kept."""
    quetz = environment.people[QUETZ]

    assert await environment.services.erasures.repeat([quetz, PersonId(4711)]) == 1

    assert await find_words(database_url, WORDS) == []
    assert await environment.services.erasures.repeat([quetz]) == 0


async def test_administrators_hear_of_a_society_without_president(environment: Environment):
    await environment.storage.write(
        lambda unit: unit.societies.set_role(environment.people[PRES], CHESS, Role.MEMBER)
    )
    plan = await environment.services.erasures.preview(environment.people[QUETZ])
    assert [each.id for each in plan.without_president] == [CHESS]

    await environment.services.erasures.erase(environment.people[QUETZ])
    await environment.deliver()

    assert any("Chess Society" in each for each in environment.chat.texts_to(STAN))


async def test_their_names_can_be_used_again(environment: Environment):
    quetz = environment.people[QUETZ]
    await environment.services.erasures.erase(quetz)

    again = await environment.storage.write(lambda unit: unit.people.add(_person_like(environment), None))
    await environment.storage.write(lambda unit: unit.people.link(again.id, QUETZ_CHAT))

    assert again.id > quetz
    assert environment.services.read_model.of_person(again.id) == ()


def _person_like(_environment: Environment):
    from tests.builders import a_person

    return a_person("quetzmark")
