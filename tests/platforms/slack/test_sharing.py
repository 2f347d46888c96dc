"""Sharing a booking: in the channel where there is one, else in a chosen one; reported only when posted."""

import pytest

from bot.platforms.slack.settings import Mode
from tests.platforms.slack.environment import Environment, labels, read, settings_for
from tests.standins.slack import Person, SlackStandIn
from tests.standins.slack.faults import Broken, Refused
from tests.standins.slack.state import Channel


async def _book_in_dm(slack: SlackStandIn) -> Person:
    bob = slack.person("U2")
    dm = bob.workspace.dm_with("U2").id
    await bob.types("/book K-J17-G01 14:00-15:00", dm)
    return bob


def _add_channel(slack: SlackStandIn, channel: str, *members: str) -> list[object]:
    created = Channel(channel, channel.lower(), set(members))
    slack.state.workspaces["T1"].channels[channel] = created
    return created.messages  # type: ignore[return-value]


@pytest.mark.parametrize("mode", Mode)
async def test_a_booking_in_direct_messages_is_shared_in_a_chosen_channel(
    environment: Environment, slack: SlackStandIn, mode: Mode
) -> None:
    environment.settings = settings_for(slack, mode)
    async with environment.open() as adapter:
        bob = await _book_in_dm(slack)
        before = len(bob.dms)
        await bob.presses(bob.dms[-1], "Share")
        await slack.until(lambda: bob.modal)
        await bob.submits(**{"in.channel": "C1"})
        await adapter.wait_idle()

        assert "Shared" in read(bob.modal) if bob.modal else False
        assert len(bob.dms) == before
    (posted,) = slack.person("U1").sees("C1")
    assert "Bob booked" in read(posted)
    assert slack.refusals == []
    assert slack.pings == set()


async def test_a_typed_share_in_direct_messages_asks_for_the_channel(
    environment: Environment, slack: SlackStandIn
) -> None:
    async with environment.open() as adapter:
        bob = await _book_in_dm(slack)
        await bob.types("/rooms share", bob.workspace.dm_with("U2").id)
        assert "booked" not in read(bob.dms[-1])
        await bob.presses(bob.dms[-1], "Choose a channel…")
        await slack.until(lambda: bob.modal)
        await bob.submits(**{"in.channel": "C1"})
        await adapter.wait_idle()

    (posted,) = slack.person("U1").sees("C1")
    assert "Bob booked" in read(posted)


async def test_a_channel_that_roomie_is_not_in_is_named_and_nothing_is_shared(
    environment: Environment, slack: SlackStandIn
) -> None:
    slack.interactions.gives_response_urls = False
    messages = _add_channel(slack, "C9", "U1", "U2")
    async with environment.open() as adapter:
        bob = await _book_in_dm(slack)
        await bob.presses(bob.dms[-1], "Share")
        await slack.until(lambda: bob.modal)
        modal = bob.modal
        assert modal is not None
        await bob.submits(**{"in.channel": "C9"})
        await adapter.wait_idle()
        assert "isn't in that channel" in modal.errors["in.channel"]
        assert messages == []

        await bob.submits(**{"in.channel": "C1"})
        await adapter.wait_idle()
        assert "Shared" in read(modal)
    assert len(slack.person("U1").sees("C1")) == 1


async def test_slack_s_own_address_posts_where_roomie_is_not(
    environment: Environment, slack: SlackStandIn
) -> None:
    messages = _add_channel(slack, "C9", "U1", "U2")
    async with environment.open() as adapter:
        bob = await _book_in_dm(slack)
        await bob.presses(bob.dms[-1], "Share")
        await slack.until(lambda: bob.modal)
        await bob.submits(**{"in.channel": "C9"})
        await adapter.wait_idle()

    assert len(messages) == 1


async def test_a_booking_that_is_gone_is_not_shared(environment: Environment, slack: SlackStandIn) -> None:
    async with environment.open() as adapter:
        bob = await _book_in_dm(slack)
        booked = bob.dms[-1]
        await bob.presses(booked, "Share")
        await slack.until(lambda: bob.modal)
        await bob.types("/rooms cancel", bob.workspace.dm_with("U2").id)
        await bob.types("/rooms yes", bob.workspace.dm_with("U2").id)
        await bob.submits(**{"in.channel": "C1"})
        await adapter.wait_idle()

        assert bob.modal is not None
        assert "Shared" not in read(bob.modal)
    assert slack.person("U1").sees("C1") == []


async def test_what_cannot_be_posted_in_a_channel_is_never_called_shared(
    environment: Environment, slack: SlackStandIn
) -> None:
    async with environment.open() as adapter:
        bob = slack.person("U2")
        await bob.types("/book K-J17-G01 14:00-15:00")
        assert "Share" in labels(bob.sees()[-1])
        slack.inject("response_url", Broken(500), times=9)
        slack.inject("chat.postMessage", Refused("not_in_channel"), times=9)
        await bob.presses(bob.sees()[-1], "Share")
        await adapter.wait_idle()

    assert slack.person("U1").sees("C1") == []
    ((_, reply, _),) = environment.deferred.deferred
    assert "couldn't post" in str(reply.text)
    assert "booked" not in str(reply.text)
