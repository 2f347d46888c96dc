"""Long work beside bookings: gentle while it proceeds, and finished in bounded time on a busy machine."""

import pytest

from core.services.batch_pacing import BatchLimits, BatchPacing

LIMITS = BatchLimits(100, 800, per_second=8_000)


def duration(items: int, seconds: float, seconds_per_item: float = 0.0) -> float:
    """Seconds of all of the work, if a transaction takes `seconds` and more for each of its items."""
    pacing, now = BatchPacing(LIMITS), 0.0
    while items > 0:
        ended = now + seconds + seconds_per_item * pacing.size
        items -= pacing.size
        now = ended + pacing.pause_after(now, ended)
    return now


def test_quick_batches_stay_small_and_pause_twice_as_long_as_they_took():
    pacing = BatchPacing(LIMITS)

    pauses = [pacing.pause_after(began, began + 0.003) for began in (0.0, 0.009, 0.018)]

    assert pauses == pytest.approx([0.006] * 3)
    assert pacing.size == LIMITS.smallest


def test_even_the_shortest_batch_is_followed_by_a_pause():
    assert BatchPacing(LIMITS).pause_after(0.0, 0.0001) == pytest.approx(0.005)


def test_batches_grow_while_the_work_is_late_and_shrink_afterwards():
    pacing, sizes = BatchPacing(LIMITS), list[int]()
    for began, ended in ((0.0, 0.1), (0.1, 0.2), (0.2, 0.3), (0.3, 0.301), (0.301, 0.302)):
        pacing.pause_after(began, ended)
        sizes.append(pacing.size)

    assert sizes == [200, 400, 800, 800, 800]
    for number in range(20):
        pacing.pause_after(0.302 + number / 1000, 0.303 + number / 1000)
    assert pacing.size < LIMITS.largest


@pytest.mark.parametrize("seconds", [0.001, 0.01, 0.05])
def test_work_proceeds_at_the_wanted_rate_however_long_a_transaction_takes(seconds: float):
    assert duration(400_000, seconds, 0.00001) <= 1.05 * 400_000 / LIMITS.per_second


def test_pauses_never_add_up_when_nothing_helps():
    assert duration(80_000, 1.0) < 80_000 / LIMITS.largest * 1.1 + 3
