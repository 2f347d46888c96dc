"""Parsing typed text, compared with dateparser on the same text in the same run."""

import random
import statistics
import string
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

from bot.language import NameIndex, ParseResult, parse_phrase
from tests.benchmarks.harness import Row, compare, quartiles, table
from tests.language.scoring import campus, phrases

_NOW = datetime(2026, 3, 11, 10, 20, tzinfo=UTC)
_ZONE = ZoneInfo("Europe/London")
_FIRST_CALL = """
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo
from bot.language import parse_phrase
from tests.language.scoring import campus
names, zone, now = campus(), ZoneInfo("Europe/London"), datetime(2026, 3, 11, 10, 20, tzinfo=UTC)
def timed(text):
    start = time.perf_counter()
    parse_phrase(text, now=now, zone=zone, names=names)
    return time.perf_counter() - start
parse_phrase("warm", now=now, zone=zone, names=names)
first = timed("tomorrow 3pm for 2h")
print(first / sorted(timed("tomorrow 3pm for 2h") for _ in range(201))[100])
"""


def run(quick: bool = False) -> list[Row]:  # noqa: FBT001, FBT002 - the runner's convention
    pairs = 3 if quick else 11
    return [_median(), _beside_dateparser(pairs), *_growth(), _first_call(), *_nonsense()]


@cache
def _names() -> NameIndex:
    return campus()


def _read(text: str) -> ParseResult:
    return parse_phrase(text, now=_NOW, zone=_ZONE, names=_names())


def _typed() -> Sequence[str]:
    return [phrase.text for phrase in phrases("development_phrases.jsonl")]


def _milliseconds(work: Callable[[], object], times: int = 5) -> float:
    """The best of a few runs in processor time, because the machine may be busy."""
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best * 1_000


def _median() -> Row:
    gauges = [_milliseconds(lambda text=text: _read(text)) for text in _typed()]
    note = f"{len(gauges)} phrases, slowest {max(gauges):.2f} ms"
    return Row("a phrase, warm (ms)", quartiles(gauges), 1.0, at_most=True, note=note)


def _beside_dateparser(pairs: int) -> Row:
    import dateparser

    settings = {
        "RELATIVE_BASE": _NOW.replace(tzinfo=None),
        "PREFER_DATES_FROM": "future",
        "DATE_ORDER": "DMY",
    }

    def ours() -> float:
        return 1_000 / _milliseconds(lambda: _read("tomorrow 3pm"), 50)

    def theirs() -> float:
        parse = dateparser.parse
        return 1_000 / _milliseconds(lambda: parse("tomorrow 3pm", languages=["en"], settings=settings), 50)

    theirs()
    return compare("“tomorrow 3pm” beside dateparser", ours, theirs, pairs, target=1.0)


def _growth() -> list[Row]:
    """A text twice as long takes at most twice the time, and a little."""
    words = random.Random(1).choices(_typed(), k=200)
    text = " ".join(words)
    rows = []
    for shorter, longer in ((75, 150), (150, 300), (300, 600)):
        one = _milliseconds(lambda size=shorter: _read(text[:size]), 15)
        other = _milliseconds(lambda size=longer: _read(text[:size]), 15)
        name = f"{longer} characters over {shorter}"
        rows.append(
            Row(name, (other / one,) * 3, 2.3, at_most=True, note=f"{other:.2f} ms over {one:.2f} ms")
        )
    return rows


def _first_call() -> Row:
    """The first phrase after start over the median, once the names are built and the engine is warmed."""
    ratios = [
        float(subprocess.run([sys.executable, "-c", _FIRST_CALL], capture_output=True, check=True).stdout)  # noqa: S603
        for _ in range(3)
    ]
    return Row("first call over the median", (statistics.median(ratios),) * 3, 5.0, at_most=True)


def _nonsense() -> list[Row]:
    rng = random.Random(2)
    letters = "".join(rng.choices(string.ascii_lowercase + " ", k=10_000))
    mixed = "".join(rng.choices(string.printable, k=10_000))
    numbers = " ".join(str(rng.randint(0, 99)) for _ in range(4_000))[:10_000]
    rows = []
    for name, text in (("letters", letters), ("anything printable", mixed), ("numbers", numbers)):
        took = _milliseconds(lambda text=text: _read(text))
        rows.append(Row(f"10,000 characters, {name} (ms)", (took,) * 3, 20.0, at_most=True))
    return rows


if __name__ == "__main__":
    sys.stdout.write(table(run()) + "\n")
