"""Delivery targets of a message, in the recipient's order of preference."""

from collections.abc import Container

from bot.chat.command import CommandContext
from bot.chat.request import ChatRequest, PlatformName, Requester
from bot.services import Services
from core.directory import Account
from core.model import Identity, OutboxMessage


def delivery_targets(
    message: OutboxMessage, services: Services, platforms: Container[str]
) -> tuple[Identity, ...]:
    """Identities on platforms that this process serves; a message to an identity goes to that one only."""
    if message.person_id is None:
        identity = message.identity
        return (identity,) if identity is not None and platform_of(identity) in platforms else ()
    account = services.read_model.directory.people.get(message.person_id)
    return _identities(account, platforms, message.payload) if account is not None else ()


def _identities(account: Account, platforms: Container[str], origin: str) -> tuple[Identity, ...]:
    """The preferred platform first, then the identity that a message is from.

    The terminal is last, because it reaches a person only while they use it.
    """
    person = account.person
    identities = (*account.identities, Identity(f"{PlatformName.TERMINAL}:{person.username}"))
    reachable = [each for each in identities if platform_of(each) in platforms]
    preferred = person.preferences.deliver_to
    return tuple(sorted(reachable, key=lambda each: (platform_of(each) != preferred, each != origin)))


def platform_of(identity: Identity) -> str:
    return identity.partition(":")[0]


def context_for(identity: Identity, services: Services, message: OutboxMessage) -> CommandContext:
    """A command context as if the recipient had sent a request."""
    directory = services.read_model.directory
    by_person = directory.people.get(message.person_id) if message.person_id else None
    account = by_person if message.person_id else directory.by_identity(identity)
    platform = platform_of(identity)
    name = PlatformName(platform) if platform in set(PlatformName) else PlatformName.TERMINAL
    return CommandContext(ChatRequest(Requester(identity, name)), services, account)
