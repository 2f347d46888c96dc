"""Faults of Slack and the network: nothing is lost or sent twice, and other people are served."""

import asyncio
import logging
from datetime import timedelta

import pytest
from aiohttp import web
from msgspec.structs import replace

from bot.chat.reply import Reply, Tone
from bot.platforms.base import RateLimited
from bot.platforms.health import PlatformHealth
from bot.platforms.ports import Installation
from bot.platforms.slack.client.api import SlackApi
from bot.platforms.slack.client.errors import BadRequest, InvalidToken, SlackRecipientUnreachable
from bot.platforms.slack.settings import Mode
from bot.platforms.tasks import BackgroundTasks
from core.errors import Unavailable
from core.model import Identity
from tests.platforms.slack.environment import (
    Environment,
    FixedDispatcher,
    SlowDispatcher,
    SwitchableDispatcher,
    read,
)
from tests.standins.slack import Broken, Dropped, Limited, Refused, SlackStandIn, Slow

BOB = Identity("slack:T1:U2")


async def test_a_rate_limit_is_waited_out(environment: Environment, slack: SlackStandIn) -> None:
    bob = slack.person("U2")
    async with environment.open():
        slack.inject("chat.postMessage", Limited(retry_after=1))
        await bob.says("my bookings")
        await slack.until(lambda: len(bob.dms) == 2)


async def test_a_long_rate_limit_is_left_to_the_outbox(environment: Environment, slack: SlackStandIn) -> None:
    async with environment.open() as adapter:
        slack.inject("chat.postMessage", Limited(retry_after=60))
        with pytest.raises(RateLimited) as limited:
            await adapter.send(BOB, Reply(("hi",)), "m1")

    assert limited.value.retry_after == 60
    assert len(slack.calls_of("chat.postMessage")) == 1


@pytest.mark.parametrize(
    ("fault", "error"), [(Broken(502), RateLimited), (Refused("internal_error"), RateLimited)]
)
async def test_a_call_is_tried_three_times_while_slack_is_down(
    environment: Environment, slack: SlackStandIn, fault: Broken | Refused, error: type[Exception]
) -> None:
    async with environment.open() as adapter:
        slack.inject("chat.postMessage", fault, times=2)
        await adapter.send(BOB, Reply(("hi",)), "m1")
        slack.inject("chat.postMessage", fault, times=3)
        with pytest.raises(error):
            await adapter.send(BOB, Reply(("hi",)), "m2")
        await adapter.send(BOB, Reply(("hi",)), "m3")

    assert len(slack.person("U2").dms) == 2


async def test_redirects_are_refused(environment: Environment) -> None:
    async def redirect(request: web.Request) -> web.Response:
        raise web.HTTPTemporaryRedirect("/elsewhere")

    app = web.Application()
    app.router.add_post("/{path:.*}", redirect)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    api = SlackApi(replace(environment.settings, api_base_url=base), PlatformHealth("slack"))
    try:
        with pytest.raises(BadRequest, match="redirect 307"):
            await api.respond(f"{base}response", {"text": "hi"})
        with pytest.raises(BadRequest, match="redirect 307"):
            await api.call(Installation("T1", "xoxb-T1"), lambda client: client.auth_test())
    finally:
        await api.close()
        await runner.cleanup()


@pytest.mark.parametrize("fault", [Broken(500), Broken(503), Limited(1), Dropped()])
async def test_a_reply_by_response_url_is_retried(
    environment: Environment, slack: SlackStandIn, fault: Broken
) -> None:
    bob = slack.person("U2")
    async with environment.open() as adapter:
        await bob.types("/rooms free 11:00-12:00")
        slack.inject("response_url", fault)
        await bob.presses(bob.sees()[0], "Book")
        await slack.until(lambda: len(bob.sees()) == 2)
        await adapter.wait_idle()

    assert len(bob.sees()) == 2


async def test_a_failing_response_url_falls_back_to_the_channel(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob = slack.person("U2")
    async with environment.open() as adapter:
        await bob.types("/rooms free 11:00-12:00")
        slack.inject("response_url", Broken(500), times=3)
        await bob.presses(bob.sees()[0], "Book")
        await slack.until(lambda: len(bob.sees()) == 2)
        await adapter.wait_idle()

    assert "You're booked" in read(bob.sees()[1])


async def test_a_reply_that_cannot_be_sent_waits_in_the_outbox(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob = slack.person("U2")
    async with environment.open() as adapter:
        await bob.types("/rooms free 11:00-12:00")
        slack.delete_channel("C1")
        await bob.presses(bob.sees()[0], "Book")
        await slack.until(lambda: environment.deferred.deferred)
        await adapter.wait_idle()

        ((to, reply, key),) = environment.deferred.deferred
        await adapter.send(to, reply, key)

    assert "You're booked" in read(bob.dms[-1])


async def test_a_message_whose_response_was_lost_is_not_sent_again(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob = slack.person("U2")
    async with environment.open() as adapter:
        slack.inject("chat.postMessage", Dropped(afterwards=True))
        await adapter.send(BOB, Reply(("Your room is free.",)), "outbox-1")

        assert await adapter.was_sent(BOB, "outbox-1", environment.clock.now() - timedelta(minutes=1))
        assert not await adapter.was_sent(BOB, "outbox-2", environment.clock.now())

    assert len(bob.dms) == 1


async def test_a_message_that_never_arrived_is_sent_again(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob = slack.person("U2")
    async with environment.open() as adapter:
        slack.inject("chat.postMessage", Dropped())
        await adapter.send(BOB, Reply(("Your room is free.",)), "outbox-1")

    assert len(bob.dms) == 1


async def test_a_closed_conversation_is_reported_and_others_are_served(
    environment: Environment, slack: SlackStandIn
) -> None:
    slack.close_dm("U2")
    async with environment.open() as adapter:
        with pytest.raises(SlackRecipientUnreachable, match="cannot_dm_bot"):
            await adapter.send(BOB, Reply(("hi",)), "m1")
        await adapter.send(Identity("slack:T1:U1"), Reply(("hi",)), "m2")

    assert len(slack.person("U1").dms) == 1


async def test_a_revoked_token_is_logged_once_and_reported_while_it_lasts(
    environment: Environment, slack: SlackStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    bob = slack.person("U2")
    async with environment.open() as adapter:
        await slack.revoke_token(quietly=True)
        for number in range(3):
            with pytest.raises(InvalidToken):
                await adapter.send(BOB, Reply(("hi",)), f"m{number}")
        answered = await bob.types("/rooms free now")

        assert answered.acked
        assert "rooms are free" in read(bob.sees()[0])
        assert "token T1" in adapter.status.problems
        assert sum("refuses the bot token" in each.getMessage() for each in caplog.records) <= 2
        slack.state.workspaces["T1"].token_revoked = False
        await adapter.send(BOB, Reply(("hi",)), "m9")
        assert "token T1" not in adapter.status.problems


@pytest.mark.parametrize("how", ["refresh", "drop"])
async def test_a_lost_socket_is_reopened(environment: Environment, slack: SlackStandIn, how: str) -> None:
    environment.settings = replace(environment.settings, ping_interval=0.3)
    bob = slack.person("U2")
    async with environment.open() as adapter:
        if how == "refresh":
            await slack.sender.sockets.refresh()
        else:
            slack.sender.sockets.drop()
        await slack.until(lambda: slack.sender.sockets.open)
        await bob.types("/rooms free now")
        await slack.until(lambda: not adapter.status.problems)

    assert "rooms are free" in read(bob.sees()[0])


async def test_a_refused_socket_url_is_not_tried_for_ever(
    environment: Environment, slack: SlackStandIn
) -> None:
    environment.settings = replace(environment.settings, ping_interval=0.3)
    async with environment.open():
        slack.inject("socket", Broken(503))
        slack.inject("apps.connections.open", Broken(500))
        slack.sender.sockets.drop()

        await slack.until(lambda: slack.sender.sockets.open)


async def test_roomie_starts_while_slack_is_down(environment: Environment, slack: SlackStandIn) -> None:
    environment.settings = replace(environment.settings, ping_interval=0.3)
    slack.inject("auth.test", Broken(500), times=3)
    slack.inject("apps.connections.open", Broken(500), times=2)
    bob = slack.person("U2")
    async with environment.open():
        await bob.types("/rooms free now")

    assert "rooms are free" in read(bob.sees()[0])


async def test_a_slow_workspace_costs_the_zone_and_not_the_reply(
    environment: Environment, slack: SlackStandIn
) -> None:
    slack.inject("users.info", Slow(2.5))
    bob = slack.person("U2")
    async with environment.open():
        answered = await bob.types("/rooms free now")

    assert answered.acked
    assert answered.seconds < 2.0
    assert "rooms are free" in read(bob.sees()[0])


async def test_a_form_that_slack_does_not_open_is_offered_again(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob = slack.person("U2")
    async with environment.open():
        slack.inject("views.open", Refused("expired_trigger_id"))
        await bob.types("/rooms form")
        await slack.until(bob.sees)
        await bob.presses(bob.sees()[0], "Try again")
        await slack.until(lambda: bob.modal)


async def test_a_reply_lost_with_its_socket_is_sent_by_response_url(
    environment: Environment, slack: SlackStandIn
) -> None:
    environment.settings = replace(environment.settings, ping_interval=0.3)
    environment.dispatcher = slowly = SlowDispatcher(environment.dispatcher)
    slack.sender.timeout = 0.6
    bob = slack.person("U2")
    async with environment.open():
        typing = asyncio.ensure_future(bob.types("/rooms free now"))
        await slack.until(lambda: slack.deliveries)
        await asyncio.sleep(0.05)
        slack.sender.sockets.drop()
        slowly.can_reply.set()
        await typing
        await slack.until(lambda: any("rooms are free" in read(each) for each in bob.sees()))

    assert sum("rooms are free" in read(each) for each in bob.sees()) == 1


async def test_a_form_sent_again_after_a_lost_acknowledgement_books_once(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob = slack.person("U2")
    async with environment.open() as adapter:
        await bob.types("/rooms form")
        await slack.until(lambda: bob.modal)
        await bob.enters("in.room", "v1:K-J17-G02")
        slack.sender.timeout = 0.0
        await bob.submits(**{"in.time": "15:00"})
        await slack.until(lambda: environment.services.read_model.bookings)
        slack.sender.timeout = 3.0
        assert bob.modal is not None

        await bob.submits()
        await slack.until(lambda: not bob.modal)
        await adapter.wait_idle()

    assert len(environment.services.read_model.bookings) == 1
    assert "You're booked" in read(bob.sees()[-1])


async def test_under_load_every_command_is_acknowledged_and_then_answered(
    environment: Environment, slack: SlackStandIn
) -> None:
    environment.dispatcher = slowly = SlowDispatcher(environment.dispatcher)
    people = [slack.add_person("T1", f"UC{number}", f"people{number}") for number in range(30)]
    async with environment.open() as adapter:
        typing = [asyncio.ensure_future(each.types("/rooms free now")) for each in people]
        await slack.until(lambda: sum(each.done() for each in typing) >= 20)
        slowly.can_reply.set()
        answers = await asyncio.gather(*typing)
        await slack.until(lambda: all(each.sees() for each in people))
        await adapter.wait_idle()

    assert all(each.acked for each in answers)
    assert [len(each.sees()) for each in people] == [1] * 30


async def test_a_slow_form_is_opened_before_its_trigger_expires(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob = slack.person("U2")
    environment.dispatcher = switch = SwitchableDispatcher(quick := environment.dispatcher)
    async with environment.open() as adapter:
        await bob.types("/rooms")
        switch.inner = slowly = SlowDispatcher(quick)
        await bob.presses(bob.sees()[0], "Book a room…")
        await slack.until(lambda: bob.modal)
        modal = bob.modal
        assert modal is not None
        assert "Still at it" in read(modal)

        slowly.can_reply.set()
        await slack.until(lambda: modal.content["callback_id"] == "form")
        await adapter.wait_idle()

    assert bob.modal is modal
    assert slack.refusals == []


async def test_a_slow_booking_shows_a_placeholder_and_then_its_result(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob = slack.person("U2")
    slowly = SlowDispatcher(environment.dispatcher)
    environment.dispatcher = switch = SwitchableDispatcher(environment.dispatcher)
    async with environment.open() as adapter:
        await bob.types("/rooms form")
        await slack.until(lambda: bob.modal)
        switch.inner = slowly
        await bob.submits(**{"in.time": "15:00", "in.room": "v1:K-J17-G02"})
        assert bob.modal is not None
        assert "Still at it" in read(bob.modal)

        slowly.can_reply.set()
        await slack.until(lambda: bob.modal and "You're booked" in read(bob.modal))
        await adapter.wait_idle()

    assert slack.refusals == []


async def test_a_refusal_is_pushed_on_top_of_the_submitted_form(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob = slack.person("U2")
    environment.dispatcher = switch = SwitchableDispatcher(environment.dispatcher)
    async with environment.open():
        await bob.types("/rooms form")
        await slack.until(lambda: bob.modal)
        form, switch.inner = bob.modal, FixedDispatcher(Reply(("Not today.",), tone=Tone.REFUSED))
        await bob.submits(**{"in.time": "15:00", "in.room": "v1:K-J17-G02", "in.title": "Tea"})

        assert bob.modal is not None
        assert "Not today." in read(bob.modal)
        await bob.closes_modal()

    assert bob.modal is form
    assert form is not None
    assert form.values()["in.title"]["value"]["value"] == "Tea"


async def test_a_failed_publication_of_app_home_affects_nothing_else(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob = slack.person("U2")
    async with environment.open() as adapter:
        slack.inject("views.publish", Refused("internal"), times=1)
        await bob.opens_home()
        await slack.until(lambda: adapter.status.counts["home not published"])
        await bob.types("/rooms mine")

    assert "You have no upcoming bookings" in read(bob.sees()[0])


async def test_work_that_fails_is_logged_and_late_work_is_called_off(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def failing() -> None:
        raise LookupError("gone")

    async def endless() -> None:
        await asyncio.Event().wait()

    chores = BackgroundTasks("slack")
    chores.start(failing())
    await chores.wait_idle()
    chores.start(endless())
    await chores.finish(0.01)

    assert [each.getMessage() for each in caplog.records] == ["a slack background task failed"]


async def test_an_unavailable_database_costs_no_reply(environment: Environment, slack: SlackStandIn) -> None:
    async def unavailable(key: str, *, again_after: timedelta | None = None) -> bool:
        raise Unavailable("The database is away.")

    environment.deduplicator.claim = unavailable  # type: ignore[method-assign]
    bob = slack.person("U2")
    async with environment.open() as adapter:
        await bob.types("/rooms free now")

        assert "rooms are free" in read(bob.sees()[0])
        assert adapter.status.problems["claims"] == "The database is away."


async def test_forged_and_stale_requests_do_nothing(environment: Environment, slack: SlackStandIn) -> None:
    environment.settings = replace(environment.settings, mode=Mode.HTTP)
    bob, http = slack.person("U2"), slack.sender.http
    async with environment.open():
        await bob.types("/rooms free now")
        body = (
            "command=%2Fbook&text=K-J17-G01+11%3A00-12%3A00&team_id=T1&user_id=U2&channel_id=C1&trigger_id=x"
        )
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        long_ago = int(slack.state.clock.now().timestamp()) - 600

        forged = await http.post(body, kind | http.signed(body, secret="guess"))
        stale = await http.post(body, kind | http.signed(body, at=long_ago))
        bare = await http.post(body, kind)

    assert {forged.status, stale.status, bare.status} == {401}
    assert len(environment.services.read_model.bookings) == 0


async def test_slack_can_verify_the_request_url(environment: Environment, slack: SlackStandIn) -> None:
    environment.settings = replace(environment.settings, mode=Mode.HTTP)
    http = slack.sender.http
    async with environment.open():
        body = '{"type": "url_verification", "challenge": "abc", "token": "t"}'
        answered = await http.post(body, {"Content-Type": "application/json"} | http.signed(body))

    assert answered.body == {"challenge": "abc"}
