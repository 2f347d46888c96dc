"""Throttles failed logins with exponential backoff.

Known and unknown names are treated alike, so that waits do not reveal which accounts exist.
"""

from collections.abc import Hashable, Iterator
from typing import TypeAlias
from unicodedata import normalize

from msgspec import Struct

from bot.web.framework.client_addresses import NETWORK_SHARES, client_subnet, wider_networks

_MAX_KEYS = 20_000
_MAX_NAME_LENGTH = 254


class BackoffPolicy(Struct, frozen=True):
    """No wait for `free` failures, then `first_delay` seconds, doubled each time up to `max_delay`.

    One failure is forgotten every `half_life` seconds.
    """

    free: int
    first_delay: float
    max_delay: float
    half_life: float

    def delay_after(self, failures: int) -> float:
        over = failures - self.free
        return 0.0 if over < 0 else min(self.max_delay, self.first_delay * 2.0 ** min(over, 30))


class FailureCounter:
    """Counts failures by key: how many are not forgotten yet, and the time of the last one."""

    def __init__(self, policy: BackoffPolicy) -> None:
        self._policy = policy
        self._counted: dict[Hashable, tuple[int, float]] = {}

    def wait(self, key: Hashable, now: float) -> float:
        """Seconds until the next attempt is allowed."""
        failures, last = self._counted.get(key, (0, now))
        return max(0.0, last + self._policy.delay_after(failures) - now) if failures else 0.0

    def has_free_tries(self, key: Hashable, now: float) -> bool:
        return self._left(self._counted.get(key, (0, now)), now) < self._policy.free

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
        return max(0, failures - int((now - last) / self._policy.half_life))

    def counts(self) -> dict[Hashable, tuple[int, float]]:
        """Number of failures and time of the last one, by key."""
        return self._counted

    def put(self, key: Hashable, failures: int, last: float) -> None:
        """Replaces a key's count, e.g. by one that includes other processes."""
        self._counted.pop(key, None)
        if failures > 0:
            self._counted[key] = failures, last

    def _make_room(self, now: float) -> None:
        """Drops forgotten keys, then those with the oldest failures: each count moves its key to the end."""
        self._counted = {key: each for key, each in self._counted.items() if self._left(each, now)}
        while len(self._counted) >= _MAX_KEYS:
            del self._counted[next(iter(self._counted))]


class Attempt(Struct, frozen=True):
    """A login attempt for an account (with all its keys) from an address.

    `mark` is the key of the browser's valid device cookie for this account; `known_as` is the account's key
    if it logged in from this address before. Both are empty otherwise.
    """

    accounts: tuple[str, ...]
    address: str
    known_as: str = ""
    mark: str = ""

    @property
    def is_familiar(self) -> bool:
        return bool(self.known_as or self.mark)


def account_keys(typed: str, *names: str) -> tuple[str, ...]:
    """Keys under which attempts for an account count: the part before the @ of the given name and of `names`.

    So a username and an e-mail address share a key, whatever the domain and whether or not the account
    exists. `names` are those of a known account; their keys differ from the given one only if the username is
    not the first part of the address.
    """
    return tuple(sorted({_key_of(each) for each in (typed, *names)}))


def _key_of(name: str) -> str:
    return normalize("NFKC", name[:_MAX_NAME_LENGTH]).casefold().partition("@")[0][:_MAX_NAME_LENGTH]


class CountedKey(Struct, frozen=True):
    """A key that an attempt counts under. A right password resets those that are the account's `own`."""

    failures: FailureCounter
    key: Hashable
    own: bool = False


KeyGroup: TypeAlias = tuple[CountedKey, ...]
"""Keys that all must allow an attempt."""


class Admission(Struct, frozen=True):
    """Whether an attempt is allowed: 0 and the keys that it counts under, or the seconds to `wait`."""

    wait: float
    group: KeyGroup = ()


class LoginThrottle:
    """Throttles failed logins without locking the owner of an account out.

    A browser with a device cookie and an address known from before have counts of their own (OWASP
    Authentication Cheat Sheet, "device cookies"); all others share the account's. If one group is closed, the
    next is tried. Unknown clients count by account and address; by account alone, with waits of seconds at
    most; by address, which may be a whole campus; and by the networks around an IPv6 address. `limit` is the
    number of free failures for the first of these; 0 for no throttling.
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
        """All counters, in an order that processes of different versions agree on: append new ones."""
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
        """Counts an attempt as failed, until `forgive`, in the first group that is open."""
        if not self._limit:
            return Admission(0.0)
        waits = []
        for group in self._groups(attempt, now):
            wait = max(each.failures.wait(each.key, now) for each in group)
            if wait <= 0:
                for each in group:
                    each.failures.count(each.key, now)
                return Admission(0.0, group)
            waits.append(wait)
        return Admission(min(waits))

    def forgive(self, admission: Admission) -> None:
        """After a right password: resets the account's own counts, takes this attempt off the shared ones."""
        for each in admission.group:
            each.failures.reset(each.key, all_of_them=each.own)

    def undo(self, admission: Admission) -> None:
        """Takes an attempt back whose password was not checked."""
        for each in admission.group:
            each.failures.reset(each.key, all_of_them=False)

    def _groups(self, attempt: Attempt, now: float) -> Iterator[KeyGroup]:
        home = client_subnet(attempt.address)
        if attempt.mark:
            yield (CountedKey(self._marks, attempt.mark, own=True),)
        if attempt.known_as:
            own = CountedKey(self._known, (attempt.known_as, home), own=True)
            # The address's count is shared by all accounts known there: a neighbour who fills it must not
            # hold up accounts that have free tries of their own.
            is_fresh = self._known.has_free_tries(own.key, now)
            yield (own,) if is_fresh else (own, CountedKey(self._known_addresses, home))
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
        """Counts an attempt of an unknown client; returns the seconds to wait, 0 if it is allowed."""
        return self.admit(Attempt(account_keys(name), address), now).wait

    def refund(self, name: str, address: str) -> None:
        """Forgives an attempt of an unknown client."""
        [group] = self._groups(Attempt(account_keys(name), address), now=0.0)
        self.forgive(Admission(0.0, group))
