"""Rate limiter (GCRA) with one timestamp per key, and the client addresses that it counts."""

from collections.abc import Hashable
from functools import lru_cache

from aiohttp import web

from bot.web.framework.client_addresses import client_subnet, networks_around, parse_address
from bot.web.framework.settings import Network

__all__ = ["RateLimiter", "client_address", "client_subnet", "in_networks"]

_MAX_KEYS = 20_000
_MINUTE = 60.0
_MAX_CACHED_ADDRESSES = 4096
_MAX_CACHED_LENGTH = 256
"""Characters of an `X-Forwarded-For` header whose client is cached; longer ones are parsed each time."""


class RateLimiter:
    """Allows each key `limit` requests a minute, in bursts of up to a minute's worth; 0 for no limit.

    Generic cell rate algorithm: a key's timestamp is its theoretical arrival time, when all that it used will
    be regained. When the table is full, keys with nothing to regain are dropped, then the oldest.
    """

    def __init__(self, limit: int) -> None:
        self._step = _MINUTE / limit if limit else 0.0
        self._theoretical_arrival: dict[Hashable, float] = {}

    def acquire_for(self, address: str, now: float, cost: float = 1.0) -> float:
        """`acquire` for a client address. The wider networks around an IPv6 address have limits, too.

        Otherwise a client with a /48 would have 65,536 times the limit.
        """
        keys = _keys_for(address)
        for place, (key, share) in enumerate(keys):
            if wait := self.acquire(key, now, share, cost):
                for acquired, its_share in keys[:place]:
                    self.refund(acquired, its_share, cost)
                return wait
        return 0.0

    def acquire(self, key: Hashable, now: float, share: int = 1, cost: float = 1.0) -> float:
        """Counts a request; returns 0, or the seconds to wait if it exceeds the limit and is not counted.

        `now` may count from any origin; `share` is the multiple of the limit that this key may use,
        `cost` the number of requests that this one counts as.
        """
        if not self._step:
            return 0.0
        arrival = max(self._theoretical_arrival.get(key, now), now) + self._step * cost / share
        if arrival - now > _MINUTE + 1e-6:
            return arrival - now - _MINUTE
        if len(self._theoretical_arrival) >= _MAX_KEYS and key not in self._theoretical_arrival:
            self._make_room(now)
        self._theoretical_arrival[key] = arrival
        return 0.0

    def wait_for(self, address: str, now: float) -> float:
        """The seconds that `acquire_for` would return now, without counting anything."""
        return max(self._wait(key, now, share) for key, share in _keys_for(address))

    def _wait(self, key: Hashable, now: float, share: int) -> float:
        if not self._step:
            return 0.0
        ahead = max(self._theoretical_arrival.get(key, now), now) + self._step / share - now - _MINUTE
        return ahead if ahead > 1e-6 else 0.0

    def refund(self, key: Hashable, share: int = 1, cost: float = 1.0) -> None:
        """Undoes one `acquire`."""
        if key in self._theoretical_arrival:
            self._theoretical_arrival[key] -= self._step * cost / share

    def pending(self, now: float, min_debt: float) -> dict[Hashable, float]:
        """Theoretical arrival times of the keys that are more than `min_debt` seconds ahead."""
        return {
            key: arrival for key, arrival in self._theoretical_arrival.items() if arrival - now > min_debt
        }

    def set_arrival(self, key: Hashable, arrival: float) -> None:
        """Replaces a key's theoretical arrival time, e.g. by one that includes other processes."""
        self._theoretical_arrival[key] = arrival

    def __len__(self) -> int:
        return len(self._theoretical_arrival)

    def _make_room(self, now: float) -> None:
        self._theoretical_arrival = {
            key: arrival for key, arrival in self._theoretical_arrival.items() if arrival > now
        }
        while len(self._theoretical_arrival) >= _MAX_KEYS:
            del self._theoretical_arrival[next(iter(self._theoretical_arrival))]


@lru_cache(_MAX_CACHED_ADDRESSES)
def _keys_for(address: str) -> tuple[tuple[str, int], ...]:
    return networks_around(client_subnet(address))


def client_address(request: web.Request, trusted: tuple[Network, ...]) -> str:
    """The client's address: the peer's, or the nearest one in `X-Forwarded-For` that is no trusted proxy.

    An entry that is no address ends the chain: then the proxy that added it counts as the client.
    """
    peer = _normalize(request.remote or "")
    if not trusted:
        return peer
    forwarded = ",".join(request.headers.getall("X-Forwarded-For", ()))
    find = _find_client if len(forwarded) <= _MAX_CACHED_LENGTH else _find_client.__wrapped__
    return find(peer, forwarded, trusted)


@lru_cache(_MAX_CACHED_ADDRESSES)
def _find_client(peer: str, forwarded: str, trusted: tuple[Network, ...]) -> str:
    nearest = peer
    if not in_networks(peer, trusted):
        return peer
    for entry in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        if (found := parse_address(entry)) is None:
            return nearest
        nearest = str(found)
        if not in_networks(nearest, trusted):
            return nearest
    return peer


@lru_cache(_MAX_CACHED_ADDRESSES)
def _normalize(address: str) -> str:
    found = parse_address(address)
    return address if found is None else str(found)


def in_networks(address: str, networks: tuple[Network, ...]) -> bool:
    found = parse_address(address)
    return found is not None and any(found in network for network in networks)
