"""Failed passwords cost a growing delay, for known and unknown names."""

from bot.web.framework.login_throttle import LoginThrottle


def tries(throttle: LoginThrottle, count: int, name: str = "wil", address: str = "192.0.2.1") -> list[float]:
    """The delay before each of `count` wrong tries."""
    now, waits = 0.0, []
    for _ in range(count):
        wait = throttle.acquire(name, address, now)
        waits.append(wait)
        if wait:
            now += wait
            throttle.acquire(name, address, now)
    return waits


def test_free_tries_are_followed_by_exponential_backoff():
    assert tries(LoginThrottle(3), 8) == [0, 0, 0, 2, 4, 8, 16, 32]


def test_the_delay_is_at_most_fifteen_minutes():
    assert max(tries(LoginThrottle(1), 20)) == 900


def test_delays_do_not_depend_on_known_names():
    assert tries(LoginThrottle(2), 6, "wil") == tries(LoginThrottle(2), 6, "nobody at all")


def test_a_correct_password_resets_the_counter():
    throttle = LoginThrottle(2)
    for _ in range(2):
        throttle.acquire("wil", "192.0.2.1", 0.0)

    assert throttle.acquire("wil", "192.0.2.1", 2.0) == 0.0
    throttle.refund("wil", "192.0.2.1")

    assert throttle.acquire("wil", "192.0.2.1", 2.0) == 0.0


def test_strangers_cannot_lock_an_account_for_long():
    throttle = LoginThrottle(2)
    for each in range(500):
        throttle.acquire("wil", f"192.0.2.{each % 250}", each * 20.0)

    assert throttle.acquire("wil", "198.51.100.1", 500 * 20.0) <= 20


def test_names_are_case_insensitive():
    throttle = LoginThrottle(1)
    throttle.acquire("wil", "192.0.2.1", 0.0)

    assert throttle.acquire("WIL", "192.0.2.1", 0.0) > 0


def test_failures_decay_with_time():
    throttle = LoginThrottle(1)
    throttle.acquire("wil", "192.0.2.1", 0.0)

    assert throttle.acquire("wil", "192.0.2.1", 3_000.0) == 0.0
    assert throttle.acquire("wil", "192.0.2.1", 3_000.0) == 2.0


def test_a_shared_address_recovers_quickly():
    throttle = LoginThrottle(5)
    for each in range(30):
        throttle.acquire(f"student {each}", "192.0.2.1", 0.0)

    assert throttle.acquire("another", "192.0.2.1", 0.0) > 0
    assert throttle.acquire("another", "192.0.2.1", 60.0) == 0.0


def test_a_limit_of_zero_disables_delays():
    assert tries(LoginThrottle(0), 50) == [0] * 50
