"""Scraping 504 room pages, compared with fetching without parsing and with `lxml.html` parsing alone.

The pages, about 60 kB each, come from a separate process on loopback. A real site is limited to five
requests per second; here there is no limit.
"""

import asyncio
import contextlib
import gc
import multiprocessing
import random
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from time import perf_counter, process_time
from zoneinfo import ZoneInfo

from lxml import html as lxml_html

from bot.runtime import event_loop
from scraper.common.worker_process import ParsingPool, count_cores
from scraper.http.client import PoliteClient
from scraper.http.politeness import Politeness
from scraper.model import ScrapeResult, SourceContext, SourceSettings
from scraper.sources.unsw.room_page import parse_week
from scraper.sources.unsw.site import UnswTimetableSite
from tests.benchmarks.harness import Row, quartiles, ratio
from tests.standins.timetable_site import Lesson, SiteRoom, TimetableSite, room_page

ROOMS, FEW_ROOMS = 504, 63
LESSONS = 60
WEEKS = 52
MAX_DELAY = 20.0
"""Maximum milliseconds for which a refresh may block the event loop."""
NOW = datetime(2026, 3, 11, tzinfo=UTC)
SYDNEY = ZoneInfo("Australia/Sydney")
HURRIED = Politeness(requests_per_second=1e9, concurrency=8, obeys_robots=False)


def run(quick: bool) -> list[Row]:  # noqa: FBT001  # as every benchmark is called
    count = FEW_ROOMS if quick else ROOMS
    with site_process(count) as address:
        rows = event_loop.run(_refreshes(address, count))
    return [*rows, _parsers(12 if quick else 48)]


async def _refreshes(address: str, count: int) -> list[Row]:
    async with PoliteClient(address, HURRIED, allow_private=True) as fetch, ParsingPool() as parse:
        await asyncio.gather(*(parse(abs, 1) for _ in range(count_cores())))
        bench = Bench(address, fetch, parse, count)
        gc.collect()
        gc.freeze()  # what the bench itself has made is not the product's to collect
        fetched = [await bench.fetch(lambda _: None)]
        parsed = await bench.fetch(_parse_plainly)
        new, first = await bench.refresh({})
        fetched.append(await bench.fetch(lambda _: None))
        same, _ = await bench.refresh(first.fingerprints)
        fetched.append(await bench.fetch(lambda _: None))
    return [
        _row("refresh, all pages new, to fetching alone", [new], fetched[:1]),
        _row("refresh, all pages new, to fetching and lxml.html", [new], [parsed]),
        _row("refresh, nothing changed, to fetching alone", [same, same], fetched[1:]),
        Row(
            "worst delay of the event loop by our own work, ms",
            quartiles([bench.own_delay * 1000]),
            MAX_DELAY,
            at_most=True,
            note=f"{bench.worst_delay * 1000:.0f} ms by the clock; {len(first.entries):,} entries read",
        ),
    ]


def _row(name: str, ours: Sequence[float], theirs: Sequence[float]) -> Row:
    pairs = list(zip(ours, theirs, strict=True))
    return Row(name, ratio(pairs), note=f"{ours[0]:,.0f} pages/s against {theirs[0]:,.0f}")


class Bench:
    """Reads all pages in one of the compared ways; pages per second."""

    def __init__(self, address: str, fetch: PoliteClient, parse: ParsingPool, count: int) -> None:
        self._address, self._fetch, self._parse = address, fetch, parse
        self._rooms = [room.id for room in generated_rooms(count)]
        self.worst_delay = self.own_delay = 0.0
        """Of the event loop during refreshes, in seconds."""

    async def fetch(self, use: Callable[[bytes], object]) -> float:
        waiting = iter(self._rooms)

        async def worker() -> None:
            for room in waiting:
                form = [("room", room), ("view_room", "View"), ("fr_week", "2"), ("to_week", "53")]
                use((await self._fetch.post(f"{self._address}view_rooms.php", form)).content)

        begun = perf_counter()
        await asyncio.gather(*(worker() for _ in range(HURRIED.concurrency)))
        return len(self._rooms) / (perf_counter() - begun)

    async def refresh(self, previous: Mapping[str, str]) -> tuple[float, ScrapeResult]:
        options = {"facilities": "off"}
        settings = SourceSettings("uni", "unsw_nss", self._address, SYDNEY, 2026, options=options)
        tools = SourceContext(self._fetch, self._parse, NOW)
        begun = perf_counter()
        async with _watched(self):
            result = await UnswTimetableSite().scrape(settings, tools, previous, lambda *_: None)
        assert result.unchanged_pages == (len(self._rooms) if previous else 0)
        assert not result.problems
        return len(self._rooms) / (perf_counter() - begun), result


@contextlib.asynccontextmanager
async def _watched(bench: Bench) -> AsyncIterator[None]:
    """Records the maximum event loop delay, by wall clock and by our own CPU time.

    On a busy machine other processes cause much of the former.
    """

    async def watch() -> None:
        while True:
            begun, worked = perf_counter(), process_time()
            await asyncio.sleep(0.001)
            delay = perf_counter() - begun - 0.001
            bench.worst_delay = max(bench.worst_delay, delay)
            bench.own_delay = max(bench.own_delay, min(delay, process_time() - worked))

    watching = asyncio.create_task(watch())
    yield
    watching.cancel()


def _parsers(count: int) -> Row:
    """Cost of BeautifulSoup: CPU per page, compared with `lxml.html`."""
    pages = [room_page(room) for room in generated_rooms(count)]
    gauges = []
    for page in pages:
        assert sorted(lxml_week(page)) == sorted((*each[:3], *each.label) for each in parse_week(page, WEEKS))
        gauges.append(
            (_cpu(lambda page=page: parse_week(page, WEEKS)), _cpu(lambda page=page: lxml_week(page)))
        )
    soup, plain = (sorted(each[side] for each in gauges)[count // 2] * 1000 for side in (0, 1))
    size = sum(map(len, pages)) // count
    note = f"{soup:.1f} ms against {plain:.1f} ms for {size:,} characters"
    return Row("BeautifulSoup's CPU to lxml.html's", ratio(gauges), note=note)


def _cpu(work: Callable[[], object]) -> float:
    begun = process_time()
    work()
    return process_time() - begun


def _parse_plainly(content: bytes) -> None:
    lxml_week(content.decode())


def lxml_week(page: str) -> list[tuple[int, int, int, str, str]]:
    """What `parse_week` reads, by `lxml.html` alone and without its checks."""
    rows = lxml_html.fromstring(page).xpath("//tr[@class='rowHighlight' or @class='rowLowlight']")
    read: list[tuple[int, int, int, str, str]] = []
    begun: list[dict[tuple[str, str], int]] = [{} for _ in range(7)]
    minute = 0
    for row in rows:
        cells = row.findall("td")
        hours, _, minutes = cells[0].text.partition(":")
        minute = int(hours) * 60 + int(minutes)
        for weekday, cell in enumerate(cells[1:]):
            labels = {(span.text, span.get("title") or "1" * WEEKS) for span in cell.findall("span")}
            for label in begun[weekday].keys() - labels:
                read.append((weekday, begun[weekday].pop(label), minute, *label))  # noqa: PERF401  # it pops
            for label in labels:
                begun[weekday].setdefault(label, minute)
    for weekday, left in enumerate(begun):
        read += [(weekday, starts, minute + 30, *label) for label, starts in left.items()]
    return read


def generated_rooms(count: int, seed: int = 504) -> list[SiteRoom]:
    """The same every time; those of another seed have other lessons."""
    chance = random.Random(seed)  # no secret
    return [SiteRoom(f"K-J17-{number:03}", lessons=_lessons(chance)) for number in range(count)]


def _lessons(chance: random.Random) -> tuple[Lesson, ...]:
    def one() -> Lesson:
        starts = 480 + 30 * chance.randrange(14)
        weeks = "".join("01"[chance.randrange(8) == 0] for _ in range(WEEKS))
        name = f"TUT/{chance.randrange(99):02}:1\u00a0COMP{chance.randrange(1000, 9999)}"
        return Lesson(chance.randrange(5), starts, starts + 30 * chance.randrange(2, 15), name, weeks)

    return tuple(one() for _ in range(LESSONS))


@contextlib.contextmanager
def site_process(count: int, seed: int = 504) -> Iterator[str]:
    context = multiprocessing.get_context("spawn")
    line, far_end = context.Pipe()
    process = context.Process(target=_serve, args=(far_end, count, seed), daemon=True)
    process.start()
    yield line.recv()
    line.send("end")
    process.join()


def _serve(line: Connection, count: int, seed: int) -> None:
    """The site's process: prints its address, and ends on request."""

    async def serve() -> None:
        async with TimetableSite(rooms=generated_rooms(count, seed)) as site:
            for room in site.rooms:
                room_page(room)
            line.send(site.address)
            await asyncio.to_thread(line.recv)

    event_loop.run(serve())
