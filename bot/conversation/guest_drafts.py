"""Stores people to invite until the requester has chosen a booking: a button has no room for them."""

import json
from collections.abc import Sequence
from datetime import timedelta

from bot.chat.command import CommandContext
from core.errors import Invalid
from core.model import Draft, Guest, Identity, PersonId

_LIFETIME = timedelta(days=1)
_MAX_DRAFTS = 100
"""Per person."""
_EXPIRED = "This button has expired. Please invite them again."


async def store_guests(context: CommandContext, draft_id: str, guests: Sequence[Guest]) -> str:
    """Stores a draft for the requester; returns its id."""
    payload = json.dumps([[each.person_id, each.identity, each.name] for each in guests])
    expires_at = context.services.clock.now() + _LIFETIME
    draft = Draft(draft_id, context.person.id, payload, expires_at)
    await context.services.storage.write(lambda unit: unit.drafts.add(draft, _MAX_DRAFTS))
    return draft_id


async def load_guests(context: CommandContext, draft_id: str) -> tuple[Guest, ...]:
    """The people of a draft; `Invalid` where it expired or is somebody else's."""
    person_id, now = context.person.id, context.services.clock.now()
    stored = await context.services.storage.read(lambda unit: unit.drafts.get(draft_id))
    if stored is None or stored.person_id != person_id or stored.expires_at <= now:
        raise Invalid(_EXPIRED)
    return tuple(
        Guest(
            None if person is None else PersonId(person),
            None if identity is None else Identity(identity),
            name,
        )
        for person, identity, name in json.loads(stored.payload)
    )
