"""Limits for requests to a site: rate, concurrency, timeouts, retries."""

from collections.abc import Mapping

from msgspec import Struct

from scraper.common.errors import SourceFailed

MAX_PAGE_BYTES = 64 * 1024**2


class Politeness(Struct, frozen=True):
    """Limits of a client. Times are seconds, sizes bytes after decompression."""

    requests_per_second: float = 5.0
    concurrency: int = 4
    total_timeout: float = 60.0
    """Of one attempt."""
    read_timeout: float = 20.0
    """Between two chunks of a response."""
    max_attempts: int = 4
    first_delay: float = 1.0
    """Before the second attempt; doubled for each further one, with jitter of up to half of it."""
    max_delay: float = 60.0
    """A longer Retry-After fails the request."""
    max_bytes: int = MAX_PAGE_BYTES
    obeys_robots: bool = True
    extra_hosts: frozenset[str] = frozenset()
    """Hosts besides the configured one that redirects may lead to."""


def politeness_from_options(options: Mapping[str, str], requests_per_second: float) -> Politeness:
    """The default limits at this rate; options may set `per_second`, `at_once`, `robots` and `also_hosts`."""
    hosts = options.get("also_hosts", "").replace(",", " ").lower().split()
    return Politeness(
        requests_per_second=_parse_positive(options, "per_second", requests_per_second, 1000),
        concurrency=int(_parse_positive(options, "at_once", Politeness().concurrency, 32)),
        obeys_robots=options.get("robots", "").strip().lower() not in {"no", "off", "false", "ignore"},
        extra_hosts=frozenset(hosts),
    )


def _parse_positive(options: Mapping[str, str], name: str, default: float, maximum: float) -> float:
    word = options.get(name, "")
    try:
        number = float(word) if word else default
    except ValueError:
        number = -1
    if not 0 < number <= maximum:
        raise SourceFailed(f"{name} must be a number above 0 and up to {maximum:g}, not {word!r}.")
    return number
