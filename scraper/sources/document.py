"""Scrapes sources that are one document, a feed or a file: parsed as a whole or not at all."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from hashlib import blake2b

from msgspec import Struct, field
from msgspec.structs import replace

from core.model import RoomId
from scraper.common.entries import EntryCollection
from scraper.http.page import FetchedPage
from scraper.model import ProgressCallback, ScrapeResult

MAX_LOST_SHARE = 1 / 3
"""Share of events that were not read from which on a run is in doubt."""
_MIN_LOST = 3
_MAX_MORE_LOST_SHARE = 0.05
"""How much more than in the last good run, which an operator may have accepted."""

FetchDocument = Callable[[str], Awaitable[FetchedPage]]
"""Fetches the document, given the validator of the last good run."""


class DocumentContents(Struct, frozen=True):
    """Entries of a document, and problems with parts of it.

    `unknown_places` counts the events at each place that is none of our rooms. `lost_count` are those of the
    `event_count` events that were left out, or whose room or hours are not known for sure.
    """

    entries: EntryCollection
    problems: tuple[str, ...] = ()
    unknown_places: Mapping[str, int] = field(default_factory=dict)
    event_count: int = 0
    lost_count: int = 0


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
        contents = await parse(page.content)
        result = _changed_result(contents, conditions, page.validator, digest)
        doubts = _find_doubts(contents, previous_fingerprints.get("lost", ""))
        result = replace(result, doubts=tuple(doubts), unknown_places=contents.unknown_places)
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
        "lost": f"{contents.lost_count}/{contents.event_count}",
    }
    return ScrapeResult(
        entries=contents.entries, page_count=1, problems=contents.problems, fingerprints=fingerprints
    )


def _find_doubts(contents: DocumentContents, accepted: str) -> Iterator[str]:
    """Doubts about a document of which much was not read; `accepted` is "lost/all" of the last good run."""
    lost, count = contents.lost_count, contents.event_count
    if lost < MAX_LOST_SHARE * count or not (lost >= _MIN_LOST or lost == count > 0):
        return
    before, _, all_before = accepted.partition("/")
    share_before = int(before) / int(all_before) if all_before and int(all_before) else 0.0
    if lost / count > share_before + _MAX_MORE_LOST_SHARE:
        events = "1 event" if count == 1 else f"{count:,} events"
        yield f"Of {events}, {lost:,} could not be read or are in none of our rooms."
