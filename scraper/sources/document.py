"""Sources that are one document: a feed or a file, read as a whole or not at all."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from core.model.entities import RoomId
from scraper.common.entries import Entries
from scraper.http.client import Page
from scraper.model import Harvest, Progress

Ask = Callable[[str], Awaitable[Page]]
"""Brings the document, given the validator of the last good run."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a document says."""

    entries: Entries
    problems: tuple[str, ...] = ()


Read = Callable[[bytes], Awaitable[Contents]]


async def harvest_document(
    ask: Ask, read: Read, conditions: str, previous: Mapping[str, str], progress: Progress
) -> Harvest:
    """Read it, unless it is the one the last good run read under the same `conditions`."""
    same = previous.get("conditions") == conditions
    page = await ask(previous.get("validator", "") if same else "")
    digest = blake2b(page.content, digest_size=16).hexdigest()
    if page.unchanged or (same and previous.get("digest") == digest):
        harvest = _unchanged(previous)
    else:
        harvest = _changed(await read(page.content), conditions, page.validator, digest)
    progress(1, 1)
    return harvest


def _unchanged(previous: Mapping[str, str]) -> Harvest:
    rooms = frozenset(map(RoomId, previous.get("rooms", "").splitlines()))
    return Harvest(pages=1, unchanged=1, kept=rooms, fingerprints=previous)


def _changed(contents: Contents, conditions: str, validator: str, digest: str) -> Harvest:
    rooms = sorted({group.room_id for group in contents.entries.groups})
    fingerprints = {
        "conditions": conditions,
        "validator": validator,
        "digest": digest,
        "rooms": "\n".join(rooms),
    }
    return Harvest(entries=contents.entries, pages=1, problems=contents.problems, fingerprints=fingerprints)
