"""Account takeover through a foreign Slack workspace that vouches for a president's address."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.chat.request import ChatRequest, PlatformName, Requester
from bot.config import Config, ConfigError, SlackSection, read_settings
from bot.platforms.ports import Installation
from bot.platforms.slack.settings import Mode, SlackSettings
from bot.runtime.check import platform_problems
from bot.runtime.platforms import slack_settings
from core.model import Identity
from core.ports import UnitOfWork
from tests.builders import a_person
from tests.contracts.raw import ask
from tests.platforms.slack.conftest import environment, slack
from tests.platforms.slack.environment import Environment
from tests.standins.slack import SlackStandIn

__all__ = ["environment", "slack"]

ADA = "ada@example.org"
TRUSTED = {"T2": ("Example.ORG.",), "T3": ("kcl.example",)}


@pytest.fixture
def many(environment: Environment, slack: SlackStandIn) -> Environment:
    """Workspaces T1 to T3 have installed Roomie; T2 is the campus's own, T1 and T3 are anybody's."""
    app = slack.state.app
    environment.settings = replace(
        environment.settings,
        bot_token="",
        client_id=app.client_id,
        client_secret=app.client_secret,
        mode=Mode.HTTP,
        match_email=True,
        trusted_workspaces=TRUSTED,
    )
    for team in ("T1", "T2", "T3"):
        if team not in slack.state.workspaces:
            slack.add_workspace(team, team)
        environment.installations.by_team[team] = Installation(
            team, f"xoxb-{team}", f"UBOT{team}", f"B{team}"
        )
    return environment


async def identities_after(
    environment: Environment, slack: SlackStandIn, team: str, **details: object
) -> set[str]:
    """The chat accounts of ada once somebody with these details has tried to book."""
    mallory = slack.add_person(team, "U66", "mallory", **{"email": ADA} | details)
    async with environment.open() as adapter:
        await mallory.types("/book K-J17-G01 11:00-12:00")
        await adapter.wait_idle()
    known = environment.services.read_model.directory.by_name("ada")
    assert known is not None
    return set(known.identities) - {"slack:T1:U1"}


async def test_the_named_workspace_vouches_and_the_audit_says_so(
    many: Environment, slack: SlackStandIn, database_url: str
) -> None:
    assert await identities_after(many, slack, "T2", email="ADA@Example.org") == {"slack:T2:U66"}

    written = "SELECT actor || ' ' || details FROM audit WHERE action = 'link'"
    entry = await ask(database_url, written)
    assert entry.startswith("slack:T2 ")
    assert "slack:T2:U66" in entry


@pytest.mark.parametrize("team", ["T1", "T3"])
async def test_a_workspace_that_is_not_named_for_the_domain_takes_over_nobody(
    many: Environment, slack: SlackStandIn, team: str
) -> None:
    assert await identities_after(many, slack, team) == set()


@pytest.mark.parametrize("trusted", [{}, {"t2": ("example.org",)}, {"T2": ()}, {"T2": ("no domain",)}])
async def test_nobody_vouches_where_no_workspace_is_named_rightly(
    many: Environment, slack: SlackStandIn, trusted: dict[str, tuple[str, ...]]
) -> None:
    many.settings = replace(many.settings, trusted_workspaces=trusted)

    assert await identities_after(many, slack, "T2") == set()


@pytest.mark.parametrize(
    "details",
    [
        {"email_confirmed": False},
        {"flags": {"is_email_confirmed": None}},
        {"flags": {"is_email_confirmed": "yes"}},
        {"home_team": "T9"},
        {"flags": {"is_stranger": True}},
        {"flags": {"is_restricted": True}},
        {"flags": {"is_ultra_restricted": True}},
        {"flags": {"is_invited_user": True}},
        {"flags": {"is_workflow_bot": True}},
        {"flags": {"enterprise_user": {"enterprise_id": "E1", "teams": ["T2"]}}},
        {"flags": {"team_id": "E1"}},
        {"flags": {"team_id": None}},
        {"is_bot": True},
        {"deleted": True},
    ],
    ids=str,
)
async def test_guests_strangers_and_machines_of_the_named_workspace_vouch_for_nobody(
    many: Environment, slack: SlackStandIn, details: dict[str, object]
) -> None:
    assert await identities_after(many, slack, "T2", **details) == set()


@pytest.mark.parametrize(
    "address",
    [
        "ada@cs.example.org",
        "ada@xexample.org",
        "ada@example.org.evil.test",
        "ada@evil.test@example.org",
        "ada@example.org\u200b",
        "ada@ex\u00e4mple.org",
        "ad\u0430@example.org",
        '"ada"@example.org',
    ],
)
async def test_an_address_that_merely_looks_alike_is_nobody(
    many: Environment, slack: SlackStandIn, address: str
) -> None:
    assert await identities_after(many, slack, "T2", email=address) == set()


async def test_a_kelvin_sign_is_no_k(many: Environment, slack: SlackStandIn) -> None:
    await many.storage.write(
        lambda unit: unit.people.add(replace(a_person("kit"), email="kit@example.org"), None)
    )
    mallory = slack.add_person("T2", "U66", "mallory", email="\u212ait@example.org")
    async with many.open() as adapter:
        await mallory.types("/book K-J17-G01 11:00-12:00")
        await adapter.wait_idle()

    assert many.services.read_model.directory.by_identity(Identity("slack:T2:U66")) is None


@pytest.mark.parametrize(
    "address", ["zoe@b\u00fccher.example", "Zoe@xn--bcher-kva.EXAMPLE", "zoe@B\u00dcCHER.example"]
)
async def test_a_domain_is_the_same_in_any_spelling(
    many: Environment, slack: SlackStandIn, address: str
) -> None:
    many.settings = replace(many.settings, trusted_workspaces={"T2": ("B\u00fccher.example",)})
    await many.storage.write(
        lambda unit: unit.people.add(replace(a_person("zoe"), email="zoe@b\u00fccher.example"), None)
    )
    zoe = slack.add_person("T2", "U7", "zoe", email=address)
    async with many.open() as adapter:
        await zoe.types("/book K-J17-G01 11:00-12:00")
        await adapter.wait_idle()

    assert many.services.read_model.directory.by_identity(Identity("slack:T2:U7")) is not None


async def test_a_mention_of_a_stranger_names_nobody_else(many: Environment, slack: SlackStandIn) -> None:
    """`/society add @mallory` must not reach the person whose address a stranger shows."""
    slack.add_person("T1", "U66", "mallory", email="bob@example.org")
    ada = slack.person("U1", "T1")
    async with many.open() as adapter:
        await ada.types("/society add @mallory")
        await adapter.wait_idle()

    bob = many.services.read_model.directory.by_name("bob")
    assert bob is not None
    assert bob.memberships == ()


async def test_before_slack_says_whose_token_it_is_nobody_is_believed(
    environment: Environment, slack: SlackStandIn
) -> None:
    """Until then the team is what the request says, which in a shared channel may be a stranger's own."""
    from bot.platforms.health import PlatformHealth
    from bot.platforms.slack.client.api import SlackApi
    from bot.platforms.slack.client.profiles import ProfileCache

    slack.add_person("T1", "U66", "mallory", email=ADA)
    health = PlatformHealth("slack")
    api = SlackApi(environment.settings, health)
    people = ProfileCache(api, environment.clock, health, lambda identity: False, match_email=True)

    requester = await people.requester(Installation("T1", "xoxb-T1"), "U66")
    await people.stop()
    await api.close()

    assert (requester.email, requester.vouched_by) == ("", "")


async def test_an_address_that_nobody_vouches_for_links_nothing(environment: Environment) -> None:
    requester = Requester(Identity("slack:T1:U66"), PlatformName.SLACK, email=ADA)

    await environment.dispatcher.dispatch(ChatRequest(requester, "whoami"))

    assert environment.services.read_model.directory.by_identity(requester.identity) is None


async def test_a_chat_account_that_stands_for_somebody_is_not_taken_away(environment: Environment) -> None:
    ada = environment.services.read_model.directory.by_name("ada")
    assert ada is not None

    await environment.services.accounts.link_vouched(ada.person.id, ADA, Identity("slack:T1:U2"), "slack:T1")

    def owner(unit: UnitOfWork) -> str:
        found = unit.people.by_identity(Identity("slack:T1:U2"))
        return found.username if found else ""

    assert await environment.storage.read(owner) == "bob"


def _many(**settings: object) -> Config:
    return Config(slack=SlackSection(client_id="1.2", mode="http", match_email=True, **settings))  # type: ignore[arg-type]


def test_many_workspaces_of_which_none_is_named_do_not_start() -> None:
    [problem] = [each for each in platform_problems(_many()) if "match_email" in each]

    assert "any workspace vouch for any address" in problem
    assert not [
        each for each in platform_problems(_many(trusted_workspaces={"T2": ["ucl.ac.uk"]})) if "T2" in each
    ]


@pytest.mark.parametrize(
    ("trusted", "problem"),
    [
        ({"T2": []}, "names no domain"),
        ({"E2": ["ucl.ac.uk"]}, "no workspace's id"),
        ({"T2": ["*.ucl.ac.uk"]}, "is not a domain"),
        ({"T2": ["@ucl.ac.uk"]}, "is not a domain"),
        ({"T2": ["uk"]}, "not a full domain"),
    ],
)
def test_an_invalid_workspace_name_is_reported(trusted: dict[str, list[str]], problem: str) -> None:
    assert problem in "".join(platform_problems(_many(trusted_workspaces=trusted)))


def test_one_workspace_vouches_for_all_its_addresses_unless_domains_are_named() -> None:
    one = SlackSettings(bot_token="xoxb-1", match_email=True)

    assert one.vouched_domains is None
    assert replace(one, client_id="1.2").vouched_domains == {}
    assert replace(one, trusted_workspaces=TRUSTED).vouched_domains == {
        "T2": frozenset({"example.org"}),
        "T3": frozenset({"kcl.example"}),
    }


def test_trusted_workspaces_are_set_in_the_file_or_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[slack.trusted_workspaces]\nT2 = ["ucl.ac.uk", "cs.ucl.ac.uk"]\n')
    listed = "T2=ucl.ac.uk cs.ucl.ac.uk, T3=kcl.ac.uk"

    from_file = slack_settings(read_settings(file, {}).config)
    from_environment = slack_settings(
        read_settings(file, {"ROOMIE_SLACK__TRUSTED_WORKSPACES": listed}).config
    )

    assert from_file.trusted_workspaces == {"T2": ("ucl.ac.uk", "cs.ucl.ac.uk")}
    assert from_environment.trusted_workspaces == {"T2": ("ucl.ac.uk", "cs.ucl.ac.uk"), "T3": ("kcl.ac.uk",)}
    file.write_text('[slack]\ntrusted_workspaces = ["T2"]\n')
    with pytest.raises(ConfigError, match="write a list of domains"):
        read_settings(file, {})
