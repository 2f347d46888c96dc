"""Small answers in the event loop that ships, compared with the same application in asyncio's."""

from collections.abc import Callable
from contextlib import ExitStack

from tests.benchmarks.harness import Row, compare
from tests.benchmarks.http import Environment, environment
from tests.benchmarks.load import get, requests_per_second

ENTRIES = 20_000


def run(quick: bool) -> list[Row]:  # noqa: FBT001 - as every benchmark has it
    with ExitStack() as stack:
        ours, before = (
            stack.enter_context(environment(ENTRIES, quick=quick, loop=loop))
            for loop in ("shipped", "asyncio")
        )
        _, tag = ours.fetch("/api/rooms/status")
        requests = {
            "GET /healthz": get("/healthz"),
            "GET /api/rooms/status, a 304": get("/api/rooms/status", f"If-None-Match: {tag}"),
            "GET user.bookings/ of a person without any": get("/user.bookings/", ours.token()),
        }
        return [_compare(name, request, ours, before) for name, request in requests.items()]


def _compare(name: str, request: bytes, ours: Environment, before: Environment) -> Row:
    def side(environment: Environment) -> Callable[[], float]:
        return lambda: requests_per_second(environment.ports[0], lambda: request, environment.seconds)

    side(ours)(), side(before)()
    return compare(name, side(ours), side(before), ours.pairs, target=1.5)
