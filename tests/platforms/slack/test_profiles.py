"""Profiles come from the workspace, and e-mail addresses only where it vouches for them."""

import logging
from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.platforms.health import PlatformHealth
from bot.platforms.slack.client.api import SlackApi
from bot.platforms.slack.client.library_logs import RateLimitedLogs
from bot.platforms.slack.client.profiles import ProfileCache
from core.model import Identity, Installation
from tests.fakes.clock import StillClock
from tests.platforms.slack.environment import Environment, settings_for
from tests.standins.slack import Broken, SlackStandIn

BOT = Installation("T1", "xoxb-T1", "UB1")


@pytest.fixture
async def profiles(slack: SlackStandIn, clock: StillClock):  # type: ignore[no-untyped-def]
    health = PlatformHealth("slack")
    api = SlackApi(settings_for(slack), health)
    known = ProfileCache(api, clock, health, lambda identity: False, match_email=True)
    yield known
    await known.stop()
    await api.close()


def lookups(slack: SlackStandIn) -> int:
    return len(slack.calls_of("users.info"))


async def test_a_profile_is_cached_for_an_hour(
    profiles: ProfileCache, slack: SlackStandIn, clock: StillClock
) -> None:
    first = await profiles.requester(BOT, "U2")
    await profiles.requester(BOT, "U2")
    assert lookups(slack) == 1

    clock.move(timedelta(minutes=61))
    await profiles.requester(BOT, "U2")

    assert lookups(slack) == 2
    assert (first.identity, first.zone, first.email) == ("slack:T1:U2", "Europe/London", "bob@campus.example")


async def test_a_changed_profile_is_fetched_again(environment: Environment, slack: SlackStandIn) -> None:
    bob = slack.person("U2")
    async with environment.open():
        await bob.types("/book K-J17-G01 11:00-12:00")
        await slack.change_user("U2", tz="Europe/Berlin")
        await bob.types("/rooms mine")

    assert "Europe/Berlin" in bob.sees()[1].words


async def test_a_zone_chosen_in_the_settings_takes_precedence(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob = slack.person("U2")
    async with environment.open():
        await bob.types("/settings timezone Australia/Sydney")
        await bob.types("/book K-J17-G01 tomorrow 20:00-21:00")

    assert "Australia/Sydney" in bob.sees()[1].words
    (booking,) = environment.services.read_model.bookings.values()
    assert f"{booking.interval.start:%H:%M}" == "09:00"


async def test_a_user_with_a_vouched_address_is_linked_and_can_book(
    environment: Environment, slack: SlackStandIn
) -> None:
    environment.settings = replace(environment.settings, match_email=True)
    wren, mallory = (
        slack.add_person("T1", "U8", "wren", email="BOB@example.org", tz="Europe/London"),
        slack.add_person("T1", "U9", "mallory", email="ada@example.org", email_confirmed=False),
    )
    async with environment.open():
        await wren.types("/book K-J17-G01 11:00-12:00")
        await mallory.types("/book K-J17-G02 11:00-12:00")

    assert "You're booked" in wren.sees()[0].words
    assert "doesn't know who you are" in mallory.sees()[0].words
    known = environment.services.read_model.directory.by_name("bob")
    assert known is not None
    assert {"slack:T1:U2", "slack:T1:U8"} <= set(known.identities)
    assert [each.booked_by for each in environment.services.read_model.bookings.values()] == [known.person.id]


@pytest.mark.parametrize("details", [{"email_confirmed": False}, {"home_team": "T9"}, {"deleted": True}])
async def test_an_address_counts_only_when_the_workspace_vouches_for_it(
    profiles: ProfileCache, slack: SlackStandIn, details: dict[str, object]
) -> None:
    slack.add_person("T1", "U7", "mallory", **details)

    assert (await profiles.requester(BOT, "U7")).email == ""


async def test_a_failed_lookup_is_not_repeated_for_half_a_minute(
    profiles: ProfileCache, slack: SlackStandIn, clock: StillClock
) -> None:
    slack.inject("users.info", Broken(500), times=3)

    assert (await profiles.requester(BOT, "U2")).zone == ""
    assert (await profiles.requester(BOT, "U2")).zone == ""
    clock.move(timedelta(seconds=31))
    assert (await profiles.requester(BOT, "U2")).zone == "Europe/London"


async def test_mentioned_people_are_named_by_identity_or_vouched_address(profiles: ProfileCache) -> None:
    assert await profiles.names_for(BOT, ["U2"]) == {"U2": "bob@campus.example"}
    assert await profiles.names_for(BOT, ["U404"]) == {"U404": "slack:T1:U404"}


def test_a_problem_is_logged_when_it_is_new(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    health = PlatformHealth("slack")
    for _ in range(3):
        health.report("socket", "Lost.")
    health.clear("socket")
    health.report("socket", "Lost.")

    assert [each.getMessage() for each in caplog.records] == ["Slack socket: Lost."] * 2
    assert health.counts["problem socket"] == 4


def test_a_library_logs_the_same_message_once_a_minute() -> None:
    quiet = RateLimitedLogs(("unwanted",))
    record = logging.LogRecord("sdk", logging.ERROR, "x.py", 1, "Failed to connect", None, None)
    unwanted = logging.LogRecord("sdk", logging.ERROR, "x.py", 1, "an unwanted message", None, None)

    assert [quiet.filter(record), quiet.filter(record), quiet.filter(unwanted)] == [True, False, False]


def test_identities_name_team_and_user() -> None:
    from bot.platforms.slack.identities import identity_of, team_and_user

    assert team_and_user(identity_of("T1", "U2")) == ("T1", "U2")
    assert identity_of("T1", "U2") == Identity("slack:T1:U2")
