"""Guessable secrets (words, repetitions, sequences) are refused."""

import secrets
from pathlib import Path

import pytest

from bot.config import Config, HttpSection, LoginSection, Secret, SecuritySection, SlackSection
from bot.login.security_checks import is_weak, login_problems

GOOD = "c0ffee5f1d2e3b4a59687786a5b4c3d2e1f00918273645546372819fab1cde23"
PUBLIC = HttpSection(public_url="https://rooms.example.org")
NO_FILE = Path("none")


@pytest.mark.parametrize(
    "secret",
    [
        "12345678" * 4,
        "abcdefgh" * 4,
        "0123456789" * 4,
        "0123456789abcdef" * 2,
        "-".join(["change-me"] * 4),
        " " * 24 + "abcdefgh",
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "mypass1mypass2mypass3mypass4mypas5",
        "Our-Super-Secret-Key-Do-Not-Share-2026",
        "\n" * 40,
    ],
)
def test_repeated_and_common_text_is_weak(secret: str):
    assert is_weak(secret)


@pytest.mark.parametrize("generate", [secrets.token_hex, secrets.token_urlsafe])
def test_generated_secrets_are_strong(generate):
    assert not any(is_weak(generate(32)) for _ in range(500))


def test_a_passphrase_of_random_words_is_strong():
    assert not is_weak("correct horse battery staple mountain")


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("security.secret", Config(security=SecuritySection(secret=Secret("12345678" * 4)))),
        (
            "security.previous_secrets",
            Config(
                security=SecuritySection(
                    secret=Secret(GOOD), previous_secrets=Secret(f"{GOOD[::-1]},password")
                )
            ),
        ),
        (
            "login.oidc_client_secret",
            Config(
                login=LoginSection(
                    oidc_issuer="https://id.example.org",
                    oidc_client_id="roomie",
                    oidc_client_secret=Secret("changeme"),
                )
            ),
        ),
        (
            "slack.signing_secret",
            Config(slack=SlackSection(mode="http", bot_token=Secret("xoxb-1"), signing_secret=Secret("y"))),
        ),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_weak_secret_is_refused_in_public(name: str, config: Config):
    public = Config(http=PUBLIC, security=config.security, login=config.login, slack=config.slack)

    assert [each.partition(":")[0] for each in login_problems(public, NO_FILE)] == [name]


def test_a_secret_file_of_blanks_is_refused(tmp_path: Path):
    file = tmp_path / "roomie.secret"
    file.write_text(" " * 24 + "abcdefgh\n")
    file.chmod(0o600)

    (problem,) = login_problems(Config(http=PUBLIC), file)

    assert "is easy to guess" in problem
