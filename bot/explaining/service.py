"""Explanations: reads what is stored in one snapshot, with the rights of who asks, and tells it."""

from functools import partial

from bot.explaining.booking import booking_story, read_booking
from bot.explaining.person import person_story, read_person
from bot.explaining.refusal import refusal_story
from bot.explaining.room import read_room, room_story
from bot.explaining.story import Names, Story
from bot.services import Services
from core.directory import Account
from core.errors import NotPermitted, UnknownPerson
from core.interval import Interval
from core.model import Identity, PersonId, RefusedRequest, Room
from core.policy.disclosure import Viewer
from core.ports import UnitOfWork

OPERATOR = Viewer(None, is_administrator=True)
"""Who works at the command line of the server."""


def viewer_of(account: Account | None, identity: Identity) -> Viewer:
    """The rights of a chat account and of the person that it belongs to."""
    if account is None:
        return Viewer(None, (identity,))
    roles = {each.society.id: each.role for each in account.memberships}
    identities = tuple({identity: None, **dict.fromkeys(account.identities)})
    return Viewer(account.person.id, identities, roles, account.person.is_admin)


class Explanations:
    """Answers to why. Only administrators hear about rooms and other people."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def booking(self, reference: str, viewer: Viewer) -> Story:
        """Raises `UnknownBooking` for one that the viewer may not know."""
        facts = await self._services.storage.read(partial(read_booking, reference=reference, viewer=viewer))
        return booking_story(facts, self._names(viewer), self._services.clock.now())

    async def room(self, room: Room, slot: Interval, viewer: Viewer) -> Story:
        _require_administrator(viewer)
        facts = await self._services.storage.read(partial(read_room, room=room, slot=slot))
        rules, now = self._services.rules, self._services.clock.now()
        return room_story(facts, self._names(viewer), rules, now)

    async def person(self, username: str, viewer: Viewer) -> Story:
        _require_administrator(viewer)
        account = self._services.read_model.directory.by_name(username)
        if account is None:
            raise UnknownPerson(username)
        rules, now = self._services.rules, self._services.clock.now()
        await self._services.refusals.flush()
        facts = await self._services.storage.read(partial(read_person, account=account, rules=rules, now=now))
        return person_story(facts, self._names(viewer), rules, now)

    async def last_refusal(self, person_id: PersonId) -> RefusedRequest | None:
        """What a person was last refused, even a moment ago."""
        await self._services.refusals.flush()

        def read(unit: UnitOfWork) -> list[RefusedRequest]:
            return unit.refusals.of_person(person_id, 1)

        return next(iter(await self._services.storage.read(read)), None)

    def refusal(self, refused: RefusedRequest, viewer: Viewer) -> Story:
        return refusal_story(refused, self._names(viewer))

    def _names(self, viewer: Viewer) -> Names:
        read_model = self._services.read_model
        people = {key: each.person.name for key, each in read_model.directory.people.items()}
        return Names(people, read_model.catalogue.rooms, viewer.person_id)


def _require_administrator(viewer: Viewer) -> None:
    if not viewer.is_administrator:
        raise NotPermitted("Only administrators can ask about rooms and other people.")
