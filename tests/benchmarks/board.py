"""Pages for visitors who are not logged in, compared with bare handlers sending the same bytes."""

from collections.abc import Iterator

from tests.benchmarks.harness import Row
from tests.benchmarks.http import Environment, environment
from tests.benchmarks.http_server import generated_rooms
from tests.benchmarks.load import get

_ENTRIES = 20_000
_TARGET = 0.5


def run(quick: bool) -> list[Row]:  # noqa: FBT001 - as every benchmark has it
    with environment(_ENTRIES, quick=quick) as served:
        return list(_pages(served))


def _pages(served: Environment) -> Iterator[Row]:
    room = next(iter(generated_rooms()))
    for name, path in (
        ("the start page", "/"),
        ("a room", f"/rooms/{room.id}"),
        ("a building", f"/buildings/{room.building_id}"),
        ("a search", "/?q=tomorrow+3pm+20+seats"),
    ):
        body, _ = served.fetch(path)
        request = get(path)
        yield served.against_bare(name, body, lambda request=request: request, _TARGET)
    body, tag = served.fetch("/")
    unchanged = get("/", f"If-None-Match: {tag}")
    yield served.against_bare("the start page, a 304", body, lambda: unchanged, _TARGET)
