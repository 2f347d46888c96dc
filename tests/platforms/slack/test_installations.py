"""Many workspaces: installed by OAuth, served with their own tokens, removed when they uninstall."""

import re

import aiohttp
import pytest
from msgspec.structs import replace
from yarl import URL

from bot.chat.reply import Reply
from bot.conversation.autocomplete import Autocomplete
from bot.platforms.slack.adapter import SlackPlatform
from bot.platforms.slack.handlers.notifier import NotInstalled
from bot.platforms.slack.settings import Mode
from core.model import Identity
from tests.platforms.slack.environment import Environment, read
from tests.standins.slack import SlackStandIn

pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")  # slack_sdk's own use of it


@pytest.fixture
def many(environment: Environment, slack: SlackStandIn) -> Environment:
    app = slack.state.app
    slack.add_workspace("T2", "other")
    environment.settings = replace(
        environment.settings,
        bot_token="",
        client_id=app.client_id,
        client_secret=app.client_secret,
        mode=Mode.HTTP,
        public_url="https://rooms.example",
    )
    return environment


async def install(slack: SlackStandIn, team: str, *, state: str = "") -> tuple[int, str]:
    """Follow the install page in a browser, allow, and come back with the same cookies."""
    roomie = URL(slack.sender.http.url)
    async with aiohttp.ClientSession() as browser:
        async with browser.get(roomie.with_path("/slack/install")) as page:
            cookie = page.cookies["slack-app-oauth-state"].value
            link = re.search(r'href="(http[^"]+authorize[^"]+)"', await page.text())
        assert link is not None
        authorize = URL(link[1].replace("&amp;", "&"))
        allow = URL(slack.base).with_path("/oauth/v2/allow")
        query = dict(authorize.query) | {"workspace": team}
        async with browser.get(allow.with_query(query), allow_redirects=False) as allowed:
            back = URL(allowed.headers["Location"])
        assert str(back).startswith("https://rooms.example/slack/oauth_redirect")
        answer = roomie.with_path("/slack/oauth_redirect").with_query(
            dict(back.query) | ({"state": state} if state else {})
        )
        async with browser.get(answer, headers={"Cookie": f"slack-app-oauth-state={cookie}"}) as done:
            return done.status, await done.text()


async def test_two_workspaces_are_served_each_with_its_own_token(
    many: Environment, slack: SlackStandIn
) -> None:
    async with many.open() as adapter:
        assert (await install(slack, "T1"))[0] == 200
        assert (await install(slack, "T2"))[0] == 200
        one, two = slack.person("U2", "T1"), slack.person("U2", "T2")

        await one.types("/rooms free now")
        await two.types("/rooms free now")
        await two.presses(two.sees()[0], "Book")
        await slack.until(lambda: len(two.sees()) == 2)
        await adapter.send(Identity("slack:T2:U2"), Reply(("hi",)), "m")
        await adapter.wait_idle()

    assert "rooms are free" in read(one.sees()[0])
    assert "doesn't know who you are" in read(two.sees()[1])
    assert len(two.dms) == 1
    assert slack.refusals == []


async def test_an_installation_survives_a_restart(many: Environment, slack: SlackStandIn) -> None:
    async with many.open():
        await install(slack, "T2")

    async with many.open():
        await slack.person("U2", "T2").types("/rooms free now")

    assert "rooms are free" in read(slack.person("U2", "T2").sees()[0])


async def test_a_foreign_oauth_state_is_refused(many: Environment, slack: SlackStandIn) -> None:
    async with many.open():
        status, _ = await install(slack, "T1", state="guessed")

    assert status == 400
    assert many.installations.by_team == {}


async def test_an_installation_is_not_looked_up_for_every_delivery(
    many: Environment, slack: SlackStandIn
) -> None:
    async with many.open():
        await install(slack, "T2")
        for _ in range(5):
            await slack.person("U2", "T2").types("/rooms")

    assert many.installations.find_count <= 3


@pytest.mark.parametrize("how", ["uninstall", "revoke_token"])
async def test_an_uninstalled_workspace_is_removed(many: Environment, slack: SlackStandIn, how: str) -> None:
    async with many.open() as adapter:
        await install(slack, "T1")
        await install(slack, "T2")
        await getattr(slack, how)("T1")

        with pytest.raises(NotInstalled):
            await adapter.send(Identity("slack:T1:U1"), Reply(("hi",)), "m")
        await slack.person("U2", "T2").types("/rooms free now")

    assert "rooms are free" in read(slack.person("U2", "T2").sees()[0])
    assert list(many.installations.by_team) == ["T2"]


def test_many_workspaces_need_a_store_for_their_installations(many: Environment) -> None:
    with pytest.raises(ValueError, match="installations"):
        SlackPlatform(
            many.settings,
            dispatcher=many.dispatcher,
            autocompleter=Autocomplete(many.services),
            deduplicator=None,  # type: ignore[arg-type]
            deferred=many.deferred,
            commands=(),
            is_linked=lambda identity: False,
            clock=many.clock,
            zone=many.services.rules.zone,
        )
