"""How often somebody may knock: one figure for every address and account, in a table that stays small."""

from collections.abc import Hashable

from aiohttp import web

from bot.web.framework.client_addresses import household, parsed, wider_networks
from bot.web.framework.settings import Network

__all__ = ["RateLimiter", "client_address", "household", "in_networks"]

_MAX_KEYS = 20_000
_MINUTE = 60.0


class RateLimiter:
    """`limit` a minute for each key, spread evenly, with a minute's worth in hand.

    Each key holds the moment at which what it took will have been earned back; keys in credit are dropped
    when the table is full, and failing that the one longest known.
    """

    def __init__(self, limit: int) -> None:
        self._step = _MINUTE / limit if limit else 0.0
        self._theoretical_arrival: dict[Hashable, float] = {}

    def take_from(self, address: str, now: float) -> float:
        """Like `take` for a client's address; the wider networks around an IPv6 address have limits too.

        Otherwise whoever holds a /48 would have 65,536 times the limit.
        """
        taken: list[tuple[str, int]] = []
        for key, share in ((household(address), 1), *wider_networks(address)):
            if wait := self.acquire(key, now, share):
                for each, shared in taken:
                    self.refund(each, shared)
                return wait
            taken.append((key, share))
        return 0.0

    def acquire(self, key: Hashable, now: float, share: int = 1) -> float:
        """Seconds to wait before another try: 0 when this one is fine. `now` may count from anywhere.

        `share`: how many times the limit this key may use.
        """
        if not self._step:
            return 0.0
        paid = max(self._theoretical_arrival.get(key, now), now) + self._step / share
        if paid - now > _MINUTE + 1e-6:
            return paid - now - _MINUTE
        if len(self._theoretical_arrival) >= _MAX_KEYS and key not in self._theoretical_arrival:
            self._make_room(now)
        self._theoretical_arrival[key] = paid
        return 0.0

    def refund(self, key: Hashable, share: int = 1) -> None:
        """Take back one `take`: it does not count after all."""
        if key in self._theoretical_arrival:
            self._theoretical_arrival[key] -= self._step / share

    def pending(self, now: float, least: float) -> dict[Hashable, float]:
        """Until when they have taken in advance whose time in hand is short by `least` seconds or more."""
        return {key: paid for key, paid in self._theoretical_arrival.items() if paid - now > least}

    def put(self, key: Hashable, paid_until: float) -> None:
        """What others counted, too."""
        self._theoretical_arrival[key] = paid_until

    def __len__(self) -> int:
        return len(self._theoretical_arrival)

    def _make_room(self, now: float) -> None:
        self._theoretical_arrival = {
            key: paid for key, paid in self._theoretical_arrival.items() if paid > now
        }
        while len(self._theoretical_arrival) >= _MAX_KEYS:
            del self._theoretical_arrival[next(iter(self._theoretical_arrival))]


def client_address(request: web.Request, trusted: tuple[Network, ...]) -> str:
    """The client's address: the peer's own, or the nearest that trusted proxies do not vouch for.

    What no address can be read from ends the chain: then the proxy that passed it on counts as the client.
    """
    nearest = peer = _normalised(request.remote or "")
    if not trusted or not in_networks(peer, trusted):
        return peer
    forwarded = ",".join(request.headers.getall("X-Forwarded-For", ())).split(",")
    for each in reversed([part.strip() for part in forwarded if part.strip()]):
        if (found := parsed(each)) is None:
            return nearest
        nearest = str(found)
        if not in_networks(nearest, trusted):
            return nearest
    return peer


def _normalised(address: str) -> str:
    found = parsed(address)
    return address if found is None else str(found)


def in_networks(address: str, networks: tuple[Network, ...]) -> bool:
    found = parsed(address)
    return found is not None and any(found in network for network in networks)
