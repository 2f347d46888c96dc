"""Explanations: reads what is stored in one snapshot, with the rights of who asks, and tells it."""

from collections.abc import Callable
from typing import TypeVar

from bot.explaining.booking import booking_story, read_booking
from bot.explaining.person import person_story, read_person
from bot.explaining.refusal import refusal_story
from bot.explaining.room import read_room, room_story
from bot.explaining.story import Names, Story
from bot.explaining.subject import read_subject, subject_story
from bot.services import Services
from core.directory import Account
from core.interval import Interval
from core.model import Identity, PersonId, RefusedRequest, Room
from core.policy.disclosure import Viewer
from core.ports import UnitOfWork
from core.services.accounts import find_person
from core.services.administration import Administrator

T = TypeVar("T")


def viewer_of(account: Account | None, identity: Identity) -> Viewer:
    """The rights of a chat account and of the person that it belongs to."""
    if account is None:
        return Viewer(None, (identity,))
    roles = {each.society.id: each.role for each in account.memberships}
    identities = tuple({identity: None, **dict.fromkeys(account.identities)})
    return Viewer(account.person.id, identities, roles)


class Explanations:
    """Answers to why. Only administrators hear about rooms, other people, and others' bookings."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def booking(self, reference: str, viewer: Viewer) -> Story:
        """Raises `UnknownBooking` for one that the viewer may not know."""
        facts = await self._services.storage.read(lambda unit: read_booking(unit, reference, viewer))
        return booking_story(facts, self._names(viewer.person_id), self._services.clock.now())

    async def any_booking(self, reference: str, by: Administrator) -> Story:
        viewer = Viewer(by.person_id, is_administrator=True)
        facts = await self._read(by, lambda unit: read_booking(unit, reference, viewer))
        return booking_story(facts, self._names(by.person_id), self._services.clock.now())

    async def room(self, room: Room, slot: Interval, by: Administrator) -> Story:
        facts = await self._read(by, lambda unit: read_room(unit, room, slot))
        rules, now = self._services.rules, self._services.clock.now()
        return room_story(facts, self._names(by.person_id), rules, now)

    async def subject(self, text: str, by: Administrator) -> Story | None:
        """A society, also one dissolved, or what the audit trail calls `webhook 1`; None if it knows none."""
        facts = await self._read(by, lambda unit: read_subject(unit, text))
        return subject_story(facts, self._names(by.person_id)) if facts is not None else None

    async def person(self, who: str, by: Administrator) -> Story:
        """`who` is a username, an e-mail address or an identity. Raises `UnknownPerson`."""
        rules, now = self._services.rules, self._services.clock.now()
        await self._services.refusals.flush()
        facts = await self._read(by, lambda unit: read_person(unit, find_person(unit, who), rules, now))
        return person_story(facts, self._names(by.person_id), rules, now)

    async def last_refusal(self, person_id: PersonId) -> RefusedRequest | None:
        """What a person was last refused, even a moment ago."""
        await self._services.refusals.flush()
        found = await self._services.storage.read(lambda unit: unit.refusals.of_person(person_id, 1))
        return next(iter(found), None)

    def refusal(self, refused: RefusedRequest, viewer: Viewer) -> Story:
        return refusal_story(refused, self._names(viewer.person_id))

    async def _read(self, by: Administrator, work: Callable[[UnitOfWork], T]) -> T:
        """Reads for an administrator, whose right is checked in the same snapshot."""
        now = self._services.clock.now()

        def checked(unit: UnitOfWork) -> T:
            by.check(unit, now)
            return work(unit)

        return await self._services.storage.read(checked)

    def _names(self, reader: PersonId | None) -> Names:
        read_model = self._services.read_model
        return Names(read_model.directory.name, read_model.catalogue.rooms, reader)
