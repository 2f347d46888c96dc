"""Where somebody can be told of something, in the order in which they would like it."""

from collections.abc import Container

from bot.chat.command import Call
from bot.chat.request import Asked, Asker, Door
from bot.services import Desk
from core.directory import Known
from core.model.entities import Identity
from core.model.outbox import Message


def ways_to(message: Message, desk: Desk, platforms: Container[str]) -> tuple[Identity, ...]:
    """Identities on platforms that are open here; a message for one identity has no other way."""
    if message.person_id is None:
        identity = message.identity
        return (identity,) if identity is not None and platform_of(identity) in platforms else ()
    known = desk.picture.directory.people.get(message.person_id)
    return _identities(known, platforms) if known is not None else ()


def _identities(known: Known, platforms: Container[str]) -> tuple[Identity, ...]:
    """The chosen platform first, and the terminal last: there they are told only while they sit there."""
    person = known.person
    everywhere = (*known.identities, Identity(f"{Door.TERMINAL}:{person.username}"))
    open_ones = [each for each in everywhere if platform_of(each) in platforms]
    chosen = person.habits.deliver_to
    return tuple(sorted(open_ones, key=lambda each: platform_of(each) != chosen))


def platform_of(identity: Identity) -> str:
    return identity.partition(":")[0]


def call_for(identity: Identity, desk: Desk, message: Message) -> Call:
    """As if whoever is told had asked."""
    directory = desk.picture.directory
    known = directory.people.get(message.person_id) if message.person_id else directory.identified(identity)
    door = platform_of(identity)
    asker = Asker(identity, Door(door) if door in set(Door) else Door.TERMINAL)
    return Call(Asked(asker), desk, known)
