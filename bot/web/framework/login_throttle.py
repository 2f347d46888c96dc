"""How long somebody waits who keeps getting a password wrong: longer each time, for whatever name it is.

Known and unknown names are treated alike, so that waiting tells nobody who is known here.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import TypeAlias
from unicodedata import normalize

from bot.web.framework.client_addresses import NETWORK_SHARES, client_subnet, wider_networks

_MAX_KEYS = 20_000
_MAX_NAME_LENGTH = 254


@dataclass(frozen=True, slots=True)
class BackoffPolicy:
    """`free` wrong tries cost nothing, then a wait of `first` seconds, doubled each time up to `longest`.

    One wrong try is forgotten every `heals` seconds.
    """

    free: int
    first_delay: float
    max_delay: float
    half_life: float

    def delay_after(self, failures: int) -> float:
        over = failures - self.free
        return 0.0 if over < 0 else min(self.max_delay, self.first_delay * 2.0 ** min(over, 30))


class FailureCounter:
    """Wrong tries by key: how many are not forgotten yet, and when the last one was."""

    def __init__(self, policy: BackoffPolicy) -> None:
        self._patience = policy
        self._counted: dict[Hashable, tuple[int, float]] = {}

    def wait(self, key: Hashable, now: float) -> float:
        """Seconds until another try may be made."""
        failures, last = self._counted.get(key, (0, now))
        return max(0.0, last + self._patience.delay_after(failures) - now) if failures else 0.0

    def count(self, key: Hashable, now: float) -> None:
        failures = self._left(self._counted.pop(key, (0, now)), now)
        if len(self._counted) >= _MAX_KEYS:
            self._make_room(now)
        self._counted[key] = failures + 1, now

    def reset(self, key: Hashable, *, all_of_them: bool) -> None:
        failures, last = self._counted.pop(key, (0, 0.0))
        if failures > 1 and not all_of_them:
            self._counted[key] = failures - 1, last

    def _left(self, counted: tuple[int, float], now: float) -> int:
        failures, last = counted
        return max(0, failures - int((now - last) / self._patience.half_life))

    def counts(self) -> dict[Hashable, tuple[int, float]]:
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
        while len(self._counted) >= _MAX_KEYS:
            del self._counted[next(iter(self._counted))]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A password tried for an account (by all the keys it has) from an address.

    `mark` is the key of a valid mark of the browser for this account, `known_as` the account's own where it
    was logged in from this address before; empty otherwise.
    """

    accounts: tuple[str, ...]
    address: str
    known_as: str = ""
    mark: str = ""

    @property
    def is_familiar(self) -> bool:
        return bool(self.known_as or self.mark)


def account_keys(typed: str, *names: str) -> tuple[str, ...]:
    """What tries for an account count under: the part before the @ of what was typed, and of its own names.

    So a username and an e-mail address are one key, whatever its domain, and whether or not anybody has it:
    counting shows nobody which names are known. `names` are the account's own where it is known; they differ
    from what was typed only when somebody's username is not the first part of their address.
    """
    return tuple(sorted({_key_of(each) for each in (typed, *names)}))


def _key_of(name: str) -> str:
    return normalize("NFKC", name[:_MAX_NAME_LENGTH]).casefold().partition("@")[0][:_MAX_NAME_LENGTH]


@dataclass(frozen=True, slots=True)
class CountedKey:
    """One count that a try falls under. A right password clears those that are the account's `own`."""

    failures: FailureCounter
    key: Hashable
    own: bool = False


Lane: TypeAlias = tuple[CountedKey, ...]
"""Counts that all have to let a try pass."""


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a try may be made: seconds to `wait` when not, and else the counts it fell under."""

    wait: float
    lane: Lane = ()


class LoginThrottle:
    """Wrong passwords, counted so that strangers who guess do not keep the account's own person out.

    A browser with a mark and an address known from before have counts of their own ("device cookies", OWASP
    Authentication Cheat Sheet); everybody else shares the account's. A lane that is closed leaves the next.
    Strangers count by account and address; by account alone, where they wait seconds at most; by address,
    which may be a whole campus; and by the networks around an IPv6 address. `limit` is how many wrong tries
    are free for the first of these; 0 lifts all of it.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._pairs = FailureCounter(BackoffPolicy(limit, 2.0, 900.0, half_life=1200.0))
        self._accounts = FailureCounter(BackoffPolicy(limit * 3, 1.0, 20.0, half_life=60.0))
        self._addresses = FailureCounter(BackoffPolicy(limit * 6, 1.0, 60.0, half_life=5.0))
        self._marks = FailureCounter(BackoffPolicy(limit, 2.0, 900.0, half_life=1200.0))
        self._known = FailureCounter(BackoffPolicy(limit, 2.0, 300.0, half_life=600.0))
        self._known_addresses = FailureCounter(BackoffPolicy(limit * 24, 1.0, 10.0, half_life=1.0))
        self._networks = {
            share: FailureCounter(BackoffPolicy(limit * 6 * share, 1.0, 60.0, half_life=5.0 / share))
            for share in NETWORK_SHARES
        }

    @property
    def parts(self) -> "tuple[FailureCounter, ...]":
        """In an order that processes of different versions agree on: new ones go to the end."""
        return (
            self._pairs,
            self._accounts,
            self._addresses,
            self._marks,
            self._known,
            self._known_addresses,
            *self._networks.values(),
        )

    def admit(self, attempt: Attempt, now: float) -> Admission:
        """Count a try as wrong until it is forgiven, in the first lane that is open."""
        if not self._limit:
            return Admission(0.0)
        waits = []
        for lane in self._lanes(attempt):
            wait = max(each.failures.wait(each.key, now) for each in lane)
            if wait <= 0:
                for each in lane:
                    each.failures.count(each.key, now)
                return Admission(0.0, lane)
            waits.append(wait)
        return Admission(min(waits))

    def forgive(self, admission: Admission) -> None:
        """The password was right: what is the account's own starts anew, shared counts lose this one try."""
        for each in admission.lane:
            each.failures.reset(each.key, all_of_them=each.own)

    def undo(self, admission: Admission) -> None:
        """The password was never checked."""
        for each in admission.lane:
            each.failures.reset(each.key, all_of_them=False)

    def _lanes(self, attempt: Attempt) -> Iterator[Lane]:
        home = client_subnet(attempt.address)
        if attempt.mark:
            yield (CountedKey(self._marks, attempt.mark, own=True),)
        if attempt.known_as:
            yield (
                CountedKey(self._known, (attempt.known_as, home), own=True),
                CountedKey(self._known_addresses, home),
            )
        yield (
            *(CountedKey(self._pairs, (account, home), own=True) for account in attempt.accounts),
            *(CountedKey(self._accounts, account) for account in attempt.accounts),
            CountedKey(self._addresses, home),
            *(
                CountedKey(self._networks[share], network)
                for network, share in wider_networks(attempt.address)
            ),
        )

    def acquire(self, name: str, address: str, now: float) -> float:
        """Count a stranger's try. Seconds to wait when one has to."""
        return self.admit(Attempt(account_keys(name), address), now).wait

    def refund(self, name: str, address: str) -> None:
        """A stranger's try was right."""
        [lane] = self._lanes(Attempt(account_keys(name), address))
        self.forgive(Admission(0.0, lane))
