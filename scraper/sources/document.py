"""Scrapes sources that are one document, a feed or a file: parsed as a whole or not at all."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from core.model import RoomId
from scraper.common.entries import EntryCollection
from scraper.http.page import FetchedPage
from scraper.model import ProgressCallback, ScrapeResult

FetchDocument = Callable[[str], Awaitable[FetchedPage]]
"""Fetches the document, given the validator of the last good run."""


@dataclass(frozen=True, slots=True)
class DocumentContents:
    """Entries of a document, and problems with parts of it."""

    entries: EntryCollection
    problems: tuple[str, ...] = ()


ParseDocument = Callable[[bytes], Awaitable[DocumentContents]]


async def scrape_document(
    fetch: FetchDocument,
    parse: ParseDocument,
    conditions: str,
    previous_fingerprints: Mapping[str, str],
    progress: ProgressCallback,
) -> ScrapeResult:
    """Parses the document, unless the last good run parsed the same one under the same `conditions`."""
    same = previous_fingerprints.get("conditions") == conditions
    page = await fetch(previous_fingerprints.get("validator", "") if same else "")
    digest = blake2b(page.content, digest_size=16).hexdigest()
    if page.is_unchanged or (same and previous_fingerprints.get("digest") == digest):
        result = _unchanged_result(previous_fingerprints)
    else:
        result = _changed_result(await parse(page.content), conditions, page.validator, digest)
    progress(1, 1)
    return result


def _unchanged_result(previous_fingerprints: Mapping[str, str]) -> ScrapeResult:
    rooms = frozenset(map(RoomId, previous_fingerprints.get("rooms", "").splitlines()))
    return ScrapeResult(
        page_count=1, unchanged_pages=1, unchanged_rooms=rooms, fingerprints=previous_fingerprints
    )


def _changed_result(contents: DocumentContents, conditions: str, validator: str, digest: str) -> ScrapeResult:
    rooms = sorted({group.room_id for group in contents.entries.groups})
    fingerprints = {
        "conditions": conditions,
        "validator": validator,
        "digest": digest,
        "rooms": "\n".join(rooms),
    }
    return ScrapeResult(
        entries=contents.entries, page_count=1, problems=contents.problems, fingerprints=fingerprints
    )
