"""Announcements to the channels that get notices."""

import uuid
from collections.abc import Sequence

from core.clock import Clock
from core.errors import Invalid, NotFound
from core.model import Identity
from core.names import is_visible
from core.ports import Storage, UnitOfWork
from core.services.administration.confirmation import (
    YES,
    Answer,
    Confirmation,
    ConfirmationNeeded,
    confirm,
)
from core.services.administration.messages import announcement
from core.services.administration.rights import Administrator

MAX_ANNOUNCEMENT = 1_500


class AnnouncementService:
    """Rights are checked inside each transaction."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    async def channels(self, by: Administrator) -> list[Identity]:
        """The channels with notices."""

        def transaction(unit: UnitOfWork) -> list[Identity]:
            by.check(unit, self._clock.now())
            return unit.notice_channels.all()

        return await self._storage.read(transaction)

    async def send(
        self, by: Administrator, text: str, channel: str = "", given: Confirmation | None = None
    ) -> int:
        """Queues a text for all channels with notices, or one; shows it first. Returns to how many."""
        now = self._clock.now()

        def transaction(unit: UnitOfWork) -> int:
            by.check(unit, now)
            wanted = check_announcement(text)
            channels = _chosen(unit.notice_channels.all(), channel)
            confirm(given, _preview(wanted, channels))
            number = uuid.uuid4().hex[:12]
            queued = unit.outbox.add(announcement(each, wanted, number, now) for each in channels)
            details: dict[str, str | int] = {"channels": queued, "characters": len(wanted)}
            unit.audit(by.entry(now, "announce", f"announcement:{number}", details))
            return queued

        return await self._storage.write(transaction)


def check_announcement(text: str) -> str:
    """Validates and trims a text; raises `Invalid`."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    if not any(lines):
        raise Invalid('What shall I announce? For example: announce "The library closes at 8 today."')
    if not all(map(is_visible, lines)):
        raise Invalid("The text has characters that nobody can see. Type it again, please.")
    joined = "\n".join(lines)
    if len(joined) > MAX_ANNOUNCEMENT:
        raise Invalid(f"An announcement has at most {MAX_ANNOUNCEMENT:,} characters.")
    return joined


def _chosen(channels: Sequence[Identity], wanted: str) -> list[Identity]:
    if not channels:
        raise NotFound("No channel gets notices yet. Use /rooms notices on in each channel that should.")
    if not wanted:
        return list(channels)
    found = [each for each in channels if wanted in {each, each.rpartition(":")[2]}]
    if not found:
        raise NotFound(f"{wanted} gets no notices. Channels that do: {', '.join(map(_name, channels))}")
    return found


def _preview(text: str, channels: Sequence[Identity]) -> ConfirmationNeeded:
    where = _name(channels[0]) if len(channels) == 1 else f"{len(channels)} channels"
    return ConfirmationNeeded(f"This will be posted in {where}:\n{text}", [Answer(YES, "Send it")])


def _name(channel: Identity) -> str:
    """`slack channel C0123`, by which it can be named."""
    return f"{channel.partition(':')[0]} channel {channel.rpartition(':')[2]}"
