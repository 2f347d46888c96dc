"""Login configurations that are refused at start."""

from pathlib import Path

import pytest

from bot.config import Config, read_settings
from bot.login.from_config import login_settings, public_url
from bot.login.security_checks import login_problems
from bot.login.settings import LoginMethod

GOOD = "c0ffee5f1d2e3b4a59687786a5b4c3d2"
_SHIBBOLETH = {
    "ROOMIE_LOGIN__SHIBBOLETH_URL": "https://hub.example.org/Shibboleth.sso",
    "ROOMIE_LOGIN__PROXY_SECRET": GOOD,
    "ROOMIE_HTTP__TRUSTED_PROXIES": "10.0.0.5",
}
_OIDC = {"ROOMIE_LOGIN__OIDC_ISSUER": "https://id.example.org", "ROOMIE_LOGIN__OIDC_CLIENT_ID": "roomie"}
_OPEN = {"ROOMIE_HTTP__HOST": "0.0.0.0", "ROOMIE_SECURITY__SECRET": GOOD}  # noqa: S104 - never bound


def configured(tmp_path: Path, **environment: str) -> Config:
    file = tmp_path / "config.toml"
    file.touch()
    return read_settings(file, environment).config


def problems(tmp_path: Path, **environment: str) -> list[str]:
    return login_problems(configured(tmp_path, **environment), tmp_path / "roomie.secret")


@pytest.mark.parametrize("setting", [{}, _SHIBBOLETH, _OIDC, _OPEN, _OPEN | _SHIBBOLETH, _OPEN | _OIDC])
def test_complete_configurations_are_accepted(tmp_path: Path, setting: dict[str, str]):
    assert problems(tmp_path, **setting) == []


@pytest.mark.parametrize("secret", ["secret", "changeme", "a" * 64, "short", "ab" * 32])
def test_a_guessable_secret_is_refused_in_public_only(tmp_path: Path, secret: str):
    weak = {"ROOMIE_SECURITY__SECRET": secret}

    assert problems(tmp_path, **weak) == []
    assert "security.secret" in problems(tmp_path, **(_OPEN | weak))[0]


def test_a_secret_file_must_be_private_and_strong(tmp_path: Path):
    file = tmp_path / "roomie.secret"
    file.write_text(GOOD)
    public_host = {"ROOMIE_HTTP__HOST": "0.0.0.0"}  # noqa: S104 - never bound

    file.chmod(0o644)
    readable = problems(tmp_path, **public_host)
    file.chmod(0o600)
    private = problems(tmp_path, **public_host)
    file.write_text("short")
    short = problems(tmp_path, **public_host)

    assert "chmod 600" in readable[0]
    assert private == []
    assert "32 random characters" in short[0]


@pytest.mark.parametrize("missing", ["ROOMIE_LOGIN__PROXY_SECRET", "ROOMIE_HTTP__TRUSTED_PROXIES"])
def test_shibboleth_needs_a_proxy_secret_and_a_trusted_proxy(tmp_path: Path, missing: str):
    assert len(problems(tmp_path, **(_SHIBBOLETH | {missing: ""}))) == 1


def test_all_addresses_are_no_trusted_proxy(tmp_path: Path):
    everybody = {"ROOMIE_HTTP__TRUSTED_PROXIES": "0.0.0.0/0"}

    assert "these are all addresses" in problems(tmp_path, **(_SHIBBOLETH | everybody))[0]


@pytest.mark.parametrize(
    "change",
    [
        {"ROOMIE_LOGIN__OIDC_CLIENT_ID": ""},
        {"ROOMIE_LOGIN__OIDC_ISSUER": "http://id.example.org"},
        {"ROOMIE_HTTP__PUBLIC_URL": "http://rooms.example.org"},
    ],
    ids=str,
)
def test_incomplete_configurations_are_named(tmp_path: Path, change: dict[str, str]):
    assert len(problems(tmp_path, **(_OIDC | change))) == 1


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"ROOMIE_HTTP__HOST": "0.0.0.0", "ROOMIE_SECURITY__SECRET": GOOD},  # noqa: S104 - never bound
        {"ROOMIE_HTTP__PUBLIC_URL": "https://rooms.example.org"},
        {"DISCORD_TOKEN": "a real one"},
    ],
    ids=str,
)
def test_the_development_user_works_on_this_machine_only(tmp_path: Path, change: dict[str, str]):
    found = problems(tmp_path, ROOMIE_LOGIN__DEV_USER="rema@example.org Rema Boo", **change)

    assert any("this machine only" in each for each in found) == bool(change)


def test_the_login_method_follows_from_the_configuration(tmp_path: Path):
    def way(**environment: str) -> LoginMethod:
        return login_settings(configured(tmp_path, **environment)).method

    assert way() is LoginMethod.PASSWORD
    assert way(**_SHIBBOLETH) is LoginMethod.SHIBBOLETH
    assert way(**_OIDC) is LoginMethod.OIDC
    assert way(ROOMIE_LOGIN__DEV_USER="rema@example.org") is LoginMethod.DEVELOPMENT


def test_the_public_url_defaults_to_this_machine(tmp_path: Path):
    public = {"ROOMIE_HTTP__PUBLIC_URL": "https://rooms.example.org/"}

    assert public_url(configured(tmp_path, **public)) == "https://rooms.example.org"
    assert public_url(configured(tmp_path, PORT="9000")) == "http://127.0.0.1:9000"


@pytest.mark.parametrize(
    "reached",
    [
        {"ROOMIE_HTTP__PUBLIC_URL": "https://rooms.example.org"},
        {"ROOMIE_HTTP__TRUSTED_PROXIES": "127.0.0.1"},
        {"ROOMIE_HTTP__TRUSTED_PROXIES": "10.0.0.0/8,::1"},
        {"ROOMIE_HTTP__HOST": "192.0.2.1"},
        {"ROOMIE_HTTP__HOST": "::"},
        {"ROOMIE_HTTP__HOST": "roomie.internal"},
        {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_MODE": "http"},
        {"DISCORD_TOKEN": "a real one", "ROOMIE_DISCORD__GATEWAY": "false"},
    ],
    ids=str,
)
def test_public_configurations_need_strong_secrets(tmp_path: Path, reached: dict[str, str]):
    weak = {
        "ROOMIE_SECURITY__SECRET": "changeme",
        "ROOMIE_LOGIN__SHIBBOLETH_URL": _SHIBBOLETH["ROOMIE_LOGIN__SHIBBOLETH_URL"],
        "ROOMIE_LOGIN__PROXY_SECRET": "changeme",
    }

    found = problems(tmp_path, **weak, **reached)
    named = [each.partition(":")[0] for each in found if "is easy to guess" in each]

    assert named == ["security.secret", "login.proxy_secret"]


@pytest.mark.parametrize(
    "near",
    [
        {"ROOMIE_HTTP__HOST": "localhost"},
        {"ROOMIE_HTTP__HOST": "::1"},
        {"ROOMIE_HTTP__HOST": "127.0.0.2"},
        {"ROOMIE_HTTP__PUBLIC_URL": "http://localhost:8000"},
        {
            "SLACK_BOT_TOKEN": "xoxb-1",
            "SLACK_API_BASE_URL": "http://127.0.0.1:9000/api/",
            "SLACK_MODE": "http",
        },
    ],
    ids=str,
)
def test_weak_secrets_are_accepted_on_this_machine_only(tmp_path: Path, near: dict[str, str]):
    development = {"ROOMIE_LOGIN__DEV_USER": "rema@example.org Rema Boo"}

    assert problems(tmp_path, ROOMIE_SECURITY__SECRET="short", **development, **near) == []


@pytest.mark.parametrize("everybody", ["0.0.0.0/0", "::/0", "0.0.0.0/1,128.0.0.0/1"])
def test_all_addresses_are_no_trusted_proxy_without_shibboleth_either(tmp_path: Path, everybody: str):
    found = problems(tmp_path, ROOMIE_HTTP__TRUSTED_PROXIES=everybody)

    assert [each.partition(":")[0] for each in found] == ["http.trusted_proxies"]


@pytest.mark.parametrize("url", ["rooms.example.org", "http://[", "https://", "/", "ftp://rooms.example.org"])
def test_an_invalid_public_url_is_named(tmp_path: Path, url: str):
    found = problems(tmp_path, ROOMIE_HTTP__PUBLIC_URL=url)

    assert [each.partition(":")[0] for each in found] == ["http.public_url"]
