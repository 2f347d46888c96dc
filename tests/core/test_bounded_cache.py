"""Bounded caches: which entry is evicted, and when one expires."""

from datetime import timedelta

from bot.web.framework.response import CacheableResponse, RenderedResponse
from bot.web.framework.response_cache import ResponseCache
from core.bounded_cache import BoundedCache, LruCache, TtlCache
from tests.builders import NOW
from tests.fakes.clock import StillClock


def test_the_entry_stored_longest_ago_is_evicted_however_often_it_was_read() -> None:
    cache: BoundedCache[str, int] = BoundedCache(2)
    cache.put("a", 1)
    cache.put("b", 2)
    assert cache.get("a") == 1
    cache.put("c", 3)
    assert dict(cache) == {"b": 2, "c": 3}


def test_an_entry_stored_again_counts_as_new() -> None:
    cache: BoundedCache[str, int] = BoundedCache(2)
    for key in "abac":
        cache.put(key, 1)
    assert list(cache) == ["a", "c"]


def test_responses_are_evicted_by_their_bytes_too() -> None:
    cache = ResponseCache(max_bytes=5_000, max_responses=10)
    for number in range(4):
        cache.put(number, _response(1_000))
    assert list(cache) == [2, 3]
    cache.put(3, _response(0))
    cache.put(4, _response(0))
    assert list(cache) == [2, 3, 4]


def test_a_response_larger_than_the_cache_is_not_kept() -> None:
    cache = ResponseCache(max_bytes=5_000, max_responses=10)
    cache.put("large", _response(5_000))
    cache.put("small", _response(1_000))
    assert list(cache) == ["small"]


def _response(size: int) -> CacheableResponse:
    return CacheableResponse(RenderedResponse(b"x" * size), lambda _: True)


def test_the_least_recently_used_entry_is_evicted() -> None:
    cache: LruCache[str, int] = LruCache(2)
    cache.put("a", 1)
    cache.put("b", 2)
    assert cache.get("a") == 1
    cache.put("c", 3)
    assert (cache.get("a"), cache.get("b"), cache.get("c"), len(cache)) == (1, None, 3, 2)
    cache.remove("a")
    assert cache.get("a") is None


def test_an_entry_past_its_time_to_live_is_only_found_as_stale() -> None:
    clock = StillClock(NOW)
    cache: TtlCache[str, int] = TtlCache(2, clock)
    cache.put("a", 1, timedelta(seconds=30))
    assert cache.get("a") == 1
    clock.move(timedelta(seconds=30))
    assert (cache.get("a"), cache.get_stale("a"), cache.get_stale("b")) == (None, 1, None)
