"""Society service: permissions, members, and the last president."""

from datetime import timedelta

import pytest
from msgspec import Struct

from core.errors import LastPresident, NotPermitted, UnknownPerson, UnknownSociety
from core.model import Identity, PersonId, Role, SocietyId, UserGroup
from core.policy.rules import Rules
from core.ports import ManagedStorage, UnitOfWork
from core.services.administration.rights import Administrator
from core.services.administration.societies import SocietyAdministration
from core.services.society import SocietyService
from tests.builders import a_person, a_society
from tests.fakes.clock import StillClock

CHESS, GO = SocietyId("CHESS"), SocietyId("GO")


class Club(Struct, frozen=True):
    """`pres` presides over chess, `mem` plays it, `rema` does not; nobody belongs to go."""

    services: SocietyService
    administration: SocietyAdministration
    storage: ManagedStorage
    clock: StillClock
    pres: PersonId
    mem: PersonId
    rema: PersonId

    async def role(self, person: PersonId, society: SocietyId = CHESS) -> Role | None:
        return await self.storage.read(lambda unit: unit.societies.role(person, society))


@pytest.fixture
async def club(storage: ManagedStorage, rules: Rules, clock: StillClock) -> Club:
    def work(unit: UnitOfWork) -> list[PersonId]:
        people = [
            unit.people.add(each, None).id
            for each in (
                a_person("pres", UserGroup.STUDENT, UserGroup.PRESIDENT),
                a_person("mem"),
                a_person("rema"),
            )
        ]
        for society in (a_society(CHESS), a_society(GO, "Go Society")):
            unit.societies.add(society)
        unit.societies.set_role(people[0], CHESS, Role.PRESIDENT)
        unit.societies.set_role(people[1], CHESS, Role.MEMBER)
        unit.people.link(people[2], Identity("slack:T1:U7"))
        return people

    people = await storage.write(work)
    return Club(
        SocietyService(storage, rules, clock),
        SocietyAdministration(storage, rules, clock),
        storage,
        clock,
        *people,
    )


@pytest.mark.parametrize("name", ["rema", "REMA", "rema@example.org", "slack:T1:U7"])
async def test_a_president_adds_by_username_e_mail_or_identity(club: Club, name: str):
    change = await club.services.add_member(club.pres, name, CHESS)

    assert (change.person.id, change.changed) == (club.rema, True)
    assert await club.role(club.rema) is Role.MEMBER
    known = club.storage.read_model.directory.people[club.rema]
    assert UserGroup.SOCIETY_MEMBER in known.person.groups


async def test_adding_twice_and_removing_a_stranger_change_nothing(club: Club):
    assert not (await club.services.add_member(club.pres, "mem", CHESS)).changed
    assert not (await club.services.remove_member(club.pres, "rema", CHESS)).changed
    assert await club.role(club.mem) is Role.MEMBER


async def test_adding_a_president_keeps_the_role(club: Club):
    await club.services.add_member(club.pres, "pres", CHESS)

    assert await club.role(club.pres) is Role.PRESIDENT


async def test_a_person_removed_from_the_last_society_cannot_book_for_one(club: Club):
    await club.services.remove_member(club.pres, "mem", CHESS)

    known = club.storage.read_model.directory.people[club.mem]
    assert known.memberships == ()
    assert UserGroup.SOCIETY_MEMBER not in known.person.groups


async def test_the_last_president_stays_until_there_is_another(club: Club):
    with pytest.raises(LastPresident):
        await club.services.remove_member(club.pres, "pres", CHESS)

    await club.administration.appoint(Administrator(), CHESS, "mem")
    await club.services.remove_member(club.pres, "pres", CHESS)

    assert await club.role(club.pres) is None
    assert await club.role(club.mem) is Role.PRESIDENT


async def test_one_society_need_not_be_named_and_of_several_one_must(club: Club):
    await club.services.add_member(club.pres, "rema", None)
    await club.administration.appoint(Administrator(), GO, "pres")

    with pytest.raises(UnknownSociety):
        await club.services.add_member(club.pres, "mem", None)


@pytest.mark.parametrize("action", ["add_member", "remove_member"])
async def test_members_and_presidents_of_others_may_not_change_who_belongs(club: Club, action: str):
    await club.administration.appoint(Administrator(), GO, "rema")
    change = getattr(club.services, action)

    with pytest.raises(NotPermitted):
        await change(club.mem, "rema", CHESS)
    with pytest.raises(NotPermitted):
        await change(club.rema, "mem", CHESS)
    with pytest.raises(NotPermitted):
        await change(PersonId(999), "mem", CHESS)


async def test_unknown_people_and_societies_are_named(club: Club):
    with pytest.raises(UnknownPerson) as person:
        await club.services.add_member(club.pres, "nobody", CHESS)
    with pytest.raises(UnknownSociety) as society:
        await club.services.add_member(club.pres, "rema", SocietyId("NONE"))

    assert person.value.name == "nobody"
    assert society.value.society_id == "NONE"


async def test_members_may_see_who_belongs_and_strangers_may_not(club: Club):
    society, people = await club.services.members(club.mem, None)

    assert society.id == CHESS
    assert {(person.username, role) for person, role in people} == {
        ("pres", Role.PRESIDENT),
        ("mem", Role.MEMBER),
    }
    with pytest.raises(NotPermitted):
        await club.services.members(club.rema, CHESS)


async def test_a_token_stays_until_it_is_renewed_or_has_run_out(club: Club):
    _, first = await club.services.token_term(club.pres, CHESS)
    _, same = await club.services.token_term(club.pres, CHESS)
    _, renewed = await club.services.token_term(club.pres, CHESS, renew=True)
    club.clock.move(timedelta(days=101))
    _, fresh = await club.services.token_term(club.pres, CHESS)

    assert first == same
    assert [term.generation for term in (first, renewed, fresh)] == [1, 2, 3]
    with pytest.raises(NotPermitted):
        await club.services.token_term(club.mem, CHESS)


async def test_an_appointment_adds_the_group_of_presidents(club: Club):
    await club.administration.appoint(Administrator(), GO, "rema")

    known = club.storage.read_model.directory.people[club.rema]
    assert {UserGroup.PRESIDENT, UserGroup.SOCIETY_MEMBER} <= known.person.groups


async def test_a_society_is_founded_with_its_president_or_not_at_all(club: Club):
    with pytest.raises(UnknownPerson):
        await club.administration.add(Administrator(), a_society("POKER", "Poker"), "nobody")
    assert await club.storage.read(lambda unit: unit.societies.get(SocietyId("POKER"))) is None

    await club.administration.add(Administrator(), a_society("POKER", "Poker"), "rema")

    assert await club.role(club.rema, SocietyId("POKER")) is Role.PRESIDENT
