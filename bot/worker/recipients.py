"""Where somebody can be told of something, in the order in which they would like it."""

from collections.abc import Container

from bot.chat.command import CommandContext
from bot.chat.request import ChatRequest, PlatformName, Requester
from bot.services import Services
from core.directory import Account
from core.model.entities import Identity
from core.model.outbox import OutboxMessage


def delivery_targets(
    message: OutboxMessage, services: Services, platforms: Container[str]
) -> tuple[Identity, ...]:
    """Identities on platforms that are open here; a message for one identity has no other way."""
    if message.person_id is None:
        identity = message.identity
        return (identity,) if identity is not None and platform_of(identity) in platforms else ()
    known = services.read_model.directory.people.get(message.person_id)
    return _identities(known, platforms) if known is not None else ()


def _identities(account: Account, platforms: Container[str]) -> tuple[Identity, ...]:
    """The chosen platform first, and the terminal last: there they are told only while they sit there."""
    person = account.person
    everywhere = (*account.identities, Identity(f"{PlatformName.TERMINAL}:{person.username}"))
    open_ones = [each for each in everywhere if platform_of(each) in platforms]
    chosen = person.preferences.deliver_to
    return tuple(sorted(open_ones, key=lambda each: platform_of(each) != chosen))


def platform_of(identity: Identity) -> str:
    return identity.partition(":")[0]


def context_for(identity: Identity, services: Services, message: OutboxMessage) -> CommandContext:
    """As if whoever is told had asked."""
    directory = services.read_model.directory
    known = directory.people.get(message.person_id) if message.person_id else directory.by_identity(identity)
    door = platform_of(identity)
    asker = Requester(identity, PlatformName(door) if door in set(PlatformName) else PlatformName.TERMINAL)
    return CommandContext(ChatRequest(asker), services, known)
