"""Wrong passwords cost a wait that grows, whoever's name was tried."""

from bot.web.framework.login_throttle import LoginThrottle


def tries(throttle: LoginThrottle, count: int, name: str = "wil", address: str = "192.0.2.1") -> list[float]:
    """The wait before each of `count` wrong tries, every wait waited out."""
    now, waits = 0.0, []
    for _ in range(count):
        wait = throttle.acquire(name, address, now)
        waits.append(wait)
        if wait:
            now += wait
            throttle.acquire(name, address, now)
    return waits


def test_the_first_few_are_free_and_then_each_costs_twice_the_last():
    assert tries(LoginThrottle(3), 8) == [0, 0, 0, 2, 4, 8, 16, 32]


def test_no_wait_is_longer_than_a_quarter_of_an_hour():
    assert max(tries(LoginThrottle(1), 20)) == 900


def test_waiting_does_not_depend_on_who_is_known():
    assert tries(LoginThrottle(2), 6, "wil") == tries(LoginThrottle(2), 6, "nobody at all")


def test_a_right_password_wipes_the_slate():
    throttle = LoginThrottle(2)
    for _ in range(2):
        throttle.acquire("wil", "192.0.2.1", 0.0)

    assert throttle.acquire("wil", "192.0.2.1", 2.0) == 0.0
    throttle.refund("wil", "192.0.2.1")

    assert throttle.acquire("wil", "192.0.2.1", 2.0) == 0.0


def test_strangers_lock_nobody_out_for_long():
    throttle = LoginThrottle(2)
    for each in range(500):
        throttle.acquire("wil", f"192.0.2.{each % 250}", each * 20.0)

    assert throttle.acquire("wil", "198.51.100.1", 500 * 20.0) <= 20


def test_a_name_is_the_same_in_any_case():
    throttle = LoginThrottle(1)
    throttle.acquire("wil", "192.0.2.1", 0.0)

    assert throttle.acquire("WIL", "192.0.2.1", 0.0) > 0


def test_one_wrong_try_of_many_is_forgotten_with_time():
    throttle = LoginThrottle(1)
    throttle.acquire("wil", "192.0.2.1", 0.0)

    assert throttle.acquire("wil", "192.0.2.1", 3_000.0) == 0.0
    assert throttle.acquire("wil", "192.0.2.1", 3_000.0) == 2.0


def test_a_campus_behind_one_address_is_soon_forgiven():
    throttle = LoginThrottle(5)
    for each in range(30):
        throttle.acquire(f"student {each}", "192.0.2.1", 0.0)

    assert throttle.acquire("another", "192.0.2.1", 0.0) > 0
    assert throttle.acquire("another", "192.0.2.1", 60.0) == 0.0


def test_no_limit_lifts_all_waits():
    assert tries(LoginThrottle(0), 50) == [0] * 50
