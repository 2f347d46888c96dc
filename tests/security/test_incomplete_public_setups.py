"""Public setups with an incomplete login configuration are refused at start."""

from pathlib import Path

import pytest

from bot.config import (
    Config,
    ConfigError,
    DiscordSection,
    HttpSection,
    LoginSection,
    Secret,
    SecuritySection,
    SlackSection,
    read_settings,
)
from bot.login.public_access import is_public
from bot.login.security_checks import login_problems
from bot.runtime.check import platform_problems

GOOD = "c0ffee5f1d2e3b4a59687786a5b4c3d2e1f0"
KEY = "ab" * 32
MANY_WORKSPACES = SlackSection(client_id="1", client_secret=Secret("2"), app_token=Secret("3"))
REACHED_BY_PLATFORMS = {
    "another host of Slack": Config(
        slack=SlackSection(
            mode="http",
            bot_token=Secret("x"),
            signing_secret=Secret("y"),
            api_base_url="https://slack-gov.com/api/",
        )
    ),
    "another host of Discord": Config(
        discord=DiscordSection(
            token=Secret("x"), gateway=False, public_key=KEY, api_base_url="https://discordapp.com/api/v10"
        )
    ),
    "gateway and endpoint": Config(discord=DiscordSection(token=Secret("x"), public_key=KEY)),
    "many workspaces": Config(slack=MANY_WORKSPACES),
}


@pytest.mark.parametrize("config", REACHED_BY_PLATFORMS.values(), ids=REACHED_BY_PLATFORMS)
def test_a_platform_that_sends_requests_makes_roomie_public(config: Config):
    assert is_public(config)
    assert config.has_real_platform


def test_a_platform_on_this_machine_does_not():
    config = Config(
        slack=SlackSection(
            client_id="1", client_secret=Secret("2"), mode="http", api_base_url="http://127.0.0.1:1/api/"
        ),
        discord=DiscordSection(token=Secret("x"), public_key=KEY, api_base_url="http://localhost:1/api/v10"),
    )

    assert not is_public(config)
    assert not config.has_real_platform


def test_a_socket_to_slack_or_discord_does_not():
    config = Config(slack=SlackSection(bot_token=Secret("1"), app_token=Secret("2")))

    assert not is_public(config)
    assert config.has_real_platform


@pytest.mark.parametrize("config", REACHED_BY_PLATFORMS.values(), ids=REACHED_BY_PLATFORMS)
def test_the_development_user_is_refused_beside_a_platform(config: Config):
    security = SecuritySection(secret=Secret(GOOD))
    login = LoginSection(dev_user="rema@example.org Rema")
    developing = Config(slack=config.slack, discord=config.discord, security=security, login=login)

    assert any(each.startswith("login.dev_user") for each in login_problems(developing, Path("none")))


@pytest.mark.parametrize(
    "environment",
    [
        {"SLACK_CLIENT_ID": "1", "SLACK_APP_TOKEN": "xapp-1"},
        {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_API_BASE_URL": "https://slack-gov.com/api/"},
        {"DISCORD_TOKEN": "1", "DISCORD_API_BASE_URL": "https://discordapp.com/api/v10"},
    ],
    ids=str,
)
def test_a_simulated_clock_is_refused_beside_any_real_platform(environment: dict[str, str]):
    with pytest.raises(ConfigError, match="ROOMIE_NOW"):
        read_settings(None, environment | {"ROOMIE_NOW": "2026-03-11T10:20:00+00:00"})


@pytest.mark.parametrize(
    ("name", "login"),
    [
        ("login.oidc_client_id", LoginSection(oidc_client_id="roomie")),
        ("login.oidc_client_secret", LoginSection(oidc_client_secret=Secret("Hq2-7wLk"))),
        ("login.proxy_secret", LoginSection(proxy_secret=Secret(GOOD))),
        ("login.required_groups", LoginSection(required_groups=["engsci-all"])),
        ("login.allowed_emails", LoginSection(allowed_emails=["@example.org"])),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_half_a_login_configuration_is_refused(name: str, login: LoginSection):
    config = Config(
        http=HttpSection(public_url="https://rooms.example.org"),
        security=SecuritySection(secret=Secret(GOOD)),
        login=login,
    )

    assert [each.partition(":")[0] for each in login_problems(config, Path("none"))] == [name]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "rooms.example.org", "//rooms.example.org", "file:///etc"]
)
def test_a_login_page_is_reached_by_http_only(url: str):
    config = Config(
        http=HttpSection(trusted_proxies=["10.0.0.5"]),
        security=SecuritySection(secret=Secret(GOOD)),
        login=LoginSection(shibboleth_url=url, proxy_secret=Secret(GOOD)),
    )

    (problem,) = login_problems(config, Path("none"))

    assert problem.startswith("login.shibboleth_url: write the URL")


@pytest.mark.parametrize("key", ["ab", "g" * 64, KEY + "0"])
def test_a_public_key_that_verifies_nothing_is_refused(key: str):
    (problem,) = platform_problems(Config(discord=DiscordSection(token=Secret("x"), public_key=key)))

    assert problem.startswith("discord.public_key")
