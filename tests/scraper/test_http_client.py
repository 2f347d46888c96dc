"""HTTP client: retries, rate limits, robots.txt, redirects and limits of size."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
from msgspec.structs import replace

from scraper.common.errors import AddressRefused, PageUnavailable, SourceFailed, SourceTooLarge
from scraper.http.client import USER_AGENT, PoliteClient
from scraper.http.politeness import Politeness, politeness_from_options
from scraper.http.throttle import retry_after_delay, retry_delay
from tests.scraper.conftest import NOW, QUICK
from tests.standins.timetable_site import (
    Document,
    TimetableSite,
    disconnect,
    gzip_bomb,
    never_respond,
    redirect_to,
    respond_endlessly,
    stall,
    with_body,
    with_status,
)

USUAL = Politeness(requests_per_second=10_000)
HELLO = Document(b"hello", last_modified="Sun, 01 Mar 2026 00:00:00 GMT")


@pytest.fixture(autouse=True)
def hello(site: TimetableSite) -> None:
    site.documents["/hello"] = HELLO


class Waits:
    """Sleeps that take no time and are remembered."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
async def retrying_client(site: TimetableSite, waits: Waits) -> AsyncIterator[PoliteClient]:
    """A client with the default limits, whose waits take no time."""
    async with PoliteClient(site.address, USUAL, allow_private=True, sleep=waits) as client:
        yield client


async def test_requests_have_our_user_agent(site, client):
    await client.get(site.url("/hello"))

    assert {request.headers["User-Agent"] for request in site.requests} == {USER_AGENT}
    assert "Roomie" in USER_AGENT


async def test_a_page_that_has_not_changed_is_not_sent_again(site, client):
    first = await client.get(site.url("/hello"))

    again = await client.get(site.url("/hello"), first.validator)

    assert (first.content, first.is_unchanged) == (b"hello", False)
    assert (again.content, again.is_unchanged, again.validator) == (b"", True, first.validator)


async def test_a_changed_page_is_sent_anew_with_its_new_validator(site, client):
    first = await client.get(site.url("/hello"))
    site.documents["/hello"] = Document(b"goodbye")

    again = await client.get(site.url("/hello"), first.validator)

    assert (again.content, again.is_unchanged) == (b"goodbye", False)
    assert again.validator != first.validator


async def test_either_validator_alone_will_do(site, client):
    site.documents["/dated"] = replace(HELLO, etag=False)
    first = await client.get(site.url("/dated"))

    assert (await client.get(site.url("/dated"), first.validator)).is_unchanged


async def test_a_form_is_sent_with_its_repeated_names(site, client):
    page = await client.post(site.address + "view_multirooms.php", [("fr_week", "1"), ("to_week", "52")])

    assert b"Ainsworth" in page.content
    assert site.requests[-1].form == {"fr_week": "1", "to_week": "52"}


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_a_temporary_error_is_retried(site, client, status):
    site.overrides["/hello"] += [with_status(status), with_status(status)]

    assert (await client.get(site.url("/hello"))).content == b"hello"
    assert site.paths() == ["/hello"] * 3


@pytest.mark.parametrize("handler", [disconnect, stall, never_respond])
async def test_a_broken_or_silent_answer_is_asked_for_again(site, handler):
    site.overrides["/hello"] += [handler]
    async with PoliteClient(
        site.address, replace(QUICK, read_timeout=0.1, total_timeout=0.3), allow_private=True
    ) as client:
        assert (await client.get(site.url("/hello"))).content == b"hello"


async def test_it_gives_up_after_so_many_attempts(site, retrying_client, waits):
    site.overrides["/hello"] += [with_status(503)] * 9

    with pytest.raises(PageUnavailable, match=r"127\.0\.0\.1 did not answer: it answered 503"):
        await retrying_client.get(site.url("/hello"))

    assert site.paths() == ["/hello"] * 4
    assert [wait > 0.4 for wait in waits.seconds if wait > 0.1] == [True] * 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418])
async def test_a_permanent_error_is_not_retried(site, client, status):
    site.overrides["/hello"] += [with_status(status)]

    with pytest.raises(PageUnavailable, match=str(status)):
        await client.get(site.url("/hello"))

    assert site.paths() == ["/hello"]


async def test_the_delay_a_site_asks_for_is_kept_by_every_request(site, retrying_client, waits):
    site.documents["/other"] = HELLO
    site.overrides["/hello"] += [with_status(429, **{"Retry-After": "30"})]

    await retrying_client.get(site.url("/hello"))

    assert max(waits.seconds) == pytest.approx(30, abs=1)


async def test_a_site_that_wants_to_be_left_alone_is_left_alone(site, retrying_client):
    site.overrides["/hello"] += [with_status(503, **{"Retry-After": "3600"})]

    with pytest.raises(PageUnavailable):
        await retrying_client.get(site.url("/hello"))

    assert site.paths() == ["/hello"]


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("120", 120),
        ("Wed, 11 Mar 2026 01:21:00 GMT", 60),
        ("Wed, 11 Mar 2026 01:00:00 GMT", 0),
        ("soon", 0),
        ("", 0),
        ("-5", 0),
        ("²", 0),
        ("9" * 400, 999_999_999),
    ],
)
def test_a_retry_after_is_seconds_or_a_date(words, seconds):
    assert retry_after_delay(words, NOW.replace(minute=20)) == seconds


def test_delays_grow_are_jittered_and_have_a_limit():
    delays = [[retry_delay(attempt, 1, 60) for _ in range(50)] for attempt in (1, 2, 3, 20)]

    for spread, full in zip(delays, (1, 2, 4, 60), strict=True):
        assert full / 2 <= min(spread) < max(spread) <= full


async def test_it_asks_no_faster_than_agreed(site):
    loop = asyncio.get_running_loop()
    begun = loop.time()
    async with PoliteClient(
        site.address, replace(QUICK, requests_per_second=50, obeys_robots=False), allow_private=True
    ) as client:
        await asyncio.gather(*(client.get(site.url("/hello")) for _ in range(6)))

    assert round(loop.time() - begun, 6) >= 5 / 50  # the loop counts in whole milliseconds


async def test_it_asks_no_more_at_once_than_agreed(site):
    async with PoliteClient(site.address, replace(QUICK, concurrency=2), allow_private=True) as client:
        await asyncio.gather(*(client.get(site.url("/hello")) for _ in range(12)))

    assert site.max_concurrent <= 2


async def test_a_flood_is_stopped_at_the_limit(site):
    site.overrides["/hello"] += [respond_endlessly]
    async with PoliteClient(site.address, replace(QUICK, max_bytes=300_000), allow_private=True) as client:
        with pytest.raises(SourceTooLarge, match="300,000"):
            await client.get(site.url("/hello"))


async def test_a_small_answer_that_unpacks_to_a_huge_one_is_stopped_too(site):
    site.overrides["/hello"] += [gzip_bomb(50_000_000)]
    async with PoliteClient(site.address, replace(QUICK, max_bytes=1_000_000), allow_private=True) as client:
        with pytest.raises(SourceTooLarge):
            await client.get(site.url("/hello"))


async def test_packed_answers_are_unpacked(site, client):
    site.overrides["/hello"] += [with_body(gzip.compress(b"small"), **{"Content-Encoding": "gzip"})]

    assert (await client.get(site.url("/hello"))).content == b"small"


async def test_a_redirect_within_the_site_is_followed(site, client):
    site.overrides["/old"] += [redirect_to("/hello", 301)]

    assert (await client.get(site.url("/old"))).content == b"hello"


async def test_a_form_is_sent_on_only_where_the_redirect_says_so(site, client):
    for status in (307, 302):
        site.overrides["/old"] += [redirect_to("/hello", status)]
        await client.post(site.url("/old"), [("a", "1")])

    assert [(request.method, request.form) for request in site.requests if request.path == "/hello"] == [
        ("POST", {"a": "1"}),
        ("GET", {}),
    ]


async def test_redirect_loops_end(site, client):
    site.overrides["/hello"] += [redirect_to("/hello")] * 20

    with pytest.raises(SourceFailed, match="circles"):
        await client.get(site.url("/hello"))


async def test_robots_txt_is_read_once_and_obeyed(site, client):
    site.documents["/robots.txt"] = Document(b"User-agent: *\nDisallow: /private/\nAllow: /\n")

    await client.get(site.url("/hello"))
    await client.get(site.url("/hello"))
    with pytest.raises(AddressRefused, match=r"robots\.txt"):
        await client.get(site.url("/private/timetable"))

    assert [request.path for request in site.requests].count("/robots.txt") == 1
    assert site.paths() == ["/hello", "/hello"]


async def test_robots_txt_may_speak_to_us_by_name(site, client):
    site.documents["/robots.txt"] = Document(b"User-agent: roomie\nDisallow: /\n\nUser-agent: *\nAllow: /\n")

    with pytest.raises(AddressRefused):
        await client.get(site.url("/hello"))


async def test_an_operator_may_answer_for_reading_despite_robots_txt(site):
    site.documents["/robots.txt"] = Document(b"User-agent: *\nDisallow: /\n")
    politeness = replace(QUICK, obeys_robots=politeness_from_options({"robots": "ignore"}, 5).obeys_robots)
    async with PoliteClient(site.address, politeness, allow_private=True) as client:
        assert (await client.get(site.url("/hello"))).content == b"hello"


async def test_a_missing_robots_txt_allows_everything_and_a_broken_one_nothing(site, client):
    await client.get(site.url("/hello"))
    async with PoliteClient(site.address, QUICK, allow_private=True) as another:
        site.overrides["/robots.txt"] += [with_status(500)] * 9
        with pytest.raises(PageUnavailable):
            await another.get(site.url("/hello"))

    assert site.paths() == ["/hello"]


async def test_a_crawl_delay_slows_us_down(site, retrying_client, waits):
    site.documents["/robots.txt"] = Document(b"User-agent: *\nCrawl-delay: 7\n")

    for _ in range(3):
        await retrying_client.get(site.url("/hello"))

    assert [later - sooner for sooner, later in pairwise(waits.seconds[-2:])] == [pytest.approx(7, abs=1)]


async def test_an_unreachable_site_is_an_error(unused_tcp_port):
    address = f"http://127.0.0.1:{unused_tcp_port}/"
    async with PoliteClient(address, QUICK, allow_private=True) as client:
        with pytest.raises(PageUnavailable, match="not to be reached"):
            await client.get(address)


async def test_no_message_tells_a_secret_address(site, client):
    site.overrides["/feeds/s3cret.ics"] += [with_status(500)] * 9

    with pytest.raises(PageUnavailable) as caught:
        await client.get(site.url("/feeds/s3cret.ics?token=s3cret"))

    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(("name", "word"), [("per_second", "0"), ("per_second", "fast"), ("at_once", "99")])
def test_politeness_settings_have_limits(name, word):
    with pytest.raises(SourceFailed, match=name):
        politeness_from_options({name: word}, 5)


def test_politeness_settings_come_from_the_configuration():
    politeness = politeness_from_options(
        {"per_second": "2.5", "at_once": "1", "also_hosts": "A.example, b.example"}, 5
    )

    assert (politeness.requests_per_second, politeness.concurrency) == (2.5, 1)
    assert politeness.extra_hosts == {"a.example", "b.example"}


def test_a_source_is_requested_at_its_own_rate_where_the_configuration_names_none():
    assert politeness_from_options({}, 1.0).requests_per_second == 1.0


async def test_json_is_requested_and_parsed(site, client):
    site.documents["/api"] = Document(json.dumps({"a": 1}).encode(), "application/json")

    page = await client.post_json(site.url("/api"), {"question": 1})

    assert json.loads(page.content) == {"a": 1}
    assert site.requests[-1].headers["Content-Type"] == "application/json"
