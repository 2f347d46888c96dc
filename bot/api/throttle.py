"""How long somebody waits who keeps getting a password wrong: longer each time, for whatever name it is.

Known and unknown names are treated alike, so that waiting tells nobody who is known here.
"""

from collections.abc import Hashable
from dataclasses import dataclass

from bot.api.rates import household
from core.names import name_key

_MOST_KEYS = 20_000


@dataclass(frozen=True, slots=True)
class Patience:
    """`free` wrong tries cost nothing, then a wait of `first` seconds, doubled each time up to `longest`.

    One wrong try is forgotten every `heals` seconds.
    """

    free: int
    first: float
    longest: float
    heals: float

    def after(self, failures: int) -> float:
        over = failures - self.free
        return 0.0 if over < 0 else min(self.longest, self.first * 2.0 ** min(over, 30))


class Failures:
    """Wrong tries by key: how many are not forgotten yet, and when the last one was."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._counted: dict[Hashable, tuple[int, float]] = {}

    def wait(self, key: Hashable, now: float) -> float:
        """Seconds until another try may be made."""
        failures, last = self._counted.get(key, (0, now))
        return max(0.0, last + self._patience.after(failures) - now) if failures else 0.0

    def count(self, key: Hashable, now: float) -> None:
        failures = self._left(self._counted.pop(key, (0, now)), now)
        if len(self._counted) >= _MOST_KEYS:
            self._make_room(now)
        self._counted[key] = failures + 1, now

    def forgive(self, key: Hashable, *, all_of_them: bool) -> None:
        failures, last = self._counted.pop(key, (0, 0.0))
        if failures > 1 and not all_of_them:
            self._counted[key] = failures - 1, last

    def _left(self, counted: tuple[int, float], now: float) -> int:
        failures, last = counted
        return max(0, failures - int((now - last) / self._patience.heals))

    def counted(self) -> dict[Hashable, tuple[int, float]]:
        """How often, and when last."""
        return self._counted

    def put(self, key: Hashable, failures: int, last: float) -> None:
        """What others counted, too."""
        self._counted.pop(key, None)
        if failures > 0:
            self._counted[key] = failures, last

    def _make_room(self, now: float) -> None:
        """Those longest without a wrong try go first: each count puts its key at the end."""
        self._counted = {key: each for key, each in self._counted.items() if self._left(each, now)}
        while len(self._counted) >= _MOST_KEYS:
            del self._counted[next(iter(self._counted))]


class LoginThrottle:
    """Wrong passwords for one account from one address; and, more patiently, for either alone.

    An account alone waits seconds at most, so that strangers lock nobody out; an address may be a whole
    campus. `limit` is how many wrong tries are free for the first; 0 lifts all of it.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._pairs = Failures(Patience(limit, 2.0, 900.0, heals=1200.0))
        self._accounts = Failures(Patience(limit * 3, 1.0, 20.0, heals=60.0))
        self._addresses = Failures(Patience(limit * 6, 1.0, 60.0, heals=5.0))

    @property
    def parts(self) -> "tuple[Failures, ...]":
        return self._pairs, self._accounts, self._addresses

    def take(self, name: str, address: str, now: float) -> float:
        """Count a try as wrong until it is given back. Seconds to wait when one has to."""
        if not self._limit:
            return 0.0
        account, home = name_key(name)[:254], household(address)
        keys = ((self._pairs, (account, home)), (self._accounts, account), (self._addresses, home))
        wait = max(counted.wait(key, now) for counted, key in keys)
        if wait <= 0:
            for counted, key in keys:
                counted.count(key, now)
        return wait

    def give_back(self, name: str, address: str) -> None:
        """It was right after all: the account starts anew, the address has this one try back."""
        account, home = name_key(name)[:254], household(address)
        self._pairs.forgive((account, home), all_of_them=True)
        self._accounts.forgive(account, all_of_them=True)
        self._addresses.forgive(home, all_of_them=False)
