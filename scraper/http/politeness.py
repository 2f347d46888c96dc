"""How politely a site is asked: how fast, how many at once, how long, and how often again."""

from collections.abc import Mapping
from dataclasses import dataclass

from scraper.common.errors import SourceFailed

LARGEST_PAGE = 64 * 1024**2


@dataclass(frozen=True, slots=True)
class Manners:
    """Times are seconds, sizes bytes after decompression."""

    per_second: float = 5.0
    at_once: int = 4
    patience: float = 60.0
    """For one attempt as a whole."""
    silence: float = 20.0
    """Between two pieces of an answer."""
    attempts: int = 4
    first_delay: float = 1.0
    """Before the second attempt; each further one doubles it, and chance takes up to half of it away."""
    longest_delay: float = 60.0
    """A site that asks us to stay away for longer is left alone until the next run."""
    largest: int = LARGEST_PAGE
    robots: bool = True
    also_hosts: frozenset[str] = frozenset()
    """Hosts besides the configured one that redirects may lead to."""


def manners_of(options: Mapping[str, str], per_second: float) -> Manners:
    """The usual manners at this pace; options may set `per_second`, `at_once`, `robots` and `also_hosts`."""
    hosts = options.get("also_hosts", "").replace(",", " ").lower().split()
    return Manners(
        per_second=_positive(options, "per_second", Manners().per_second, 1000),
        at_once=int(_positive(options, "at_once", Manners().at_once, 32)),
        robots=options.get("robots", "").strip().lower() not in {"no", "off", "false", "ignore"},
        also_hosts=frozenset(hosts),
    )


def _positive(options: Mapping[str, str], name: str, usual: float, most: float) -> float:
    word = options.get(name, "")
    try:
        number = float(word) if word else usual
    except ValueError:
        number = -1
    if not 0 < number <= most:
        raise SourceFailed(f"{name} must be a number above 0 and up to {most:g}, not {word!r}.")
    return number
