"""Settings: sources, precedence, and all problems reported together."""

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import fields

from bot.config.model import Config, ConfigError, Secret, read_settings

EXAMPLE = Path("config.example.toml")


def settings_of(tmp_path: Path, text: str = "", **environment: str) -> Config:
    file = tmp_path / "config.toml"
    file.write_text(text)
    return read_settings(file, environment).config


def problems_of(tmp_path: Path, text: str = "", **environment: str) -> list[str]:
    with pytest.raises(ConfigError) as refusal:
        settings_of(tmp_path, text, **environment)
    return refusal.value.problems


def test_the_example_shows_every_key_with_its_default(tmp_path: Path):
    assert read_settings(EXAMPLE, {}).config == settings_of(tmp_path)

    text = EXAMPLE.read_text()
    shown = tomllib.loads(text)
    for section in fields(Config):
        if section.name == "source":
            continue
        for key in fields(section.type):
            is_secret = Secret in (key.type, *get_args(key.type))
            assert (key.name in shown[section.name]) != is_secret or f"# {key.name} = " in text, key.name
            if is_secret:
                usual, own = (
                    f"{section.name}_{key.name}".upper(),
                    f"ROOMIE_{section.name}__{key.name}".upper(),
                )
                assert usual in text or own in text, key.name


def test_the_example_shows_the_settings_of_a_source():
    text = EXAMPLE.read_text()
    (source,) = (each for each in fields(Config) if each.name == "source")

    for key in fields(source.type.__args__[0]):
        assert f"# {key.name} = " in text, key.name


def test_the_environment_overrides_the_file_and_our_names_the_usual_ones(tmp_path: Path):
    text = "[http]\nport = 1\n"

    assert settings_of(tmp_path, text).http.port == 1
    assert settings_of(tmp_path, text, PORT="2").http.port == 2
    assert settings_of(tmp_path, text, PORT="2", ROOMIE_HTTP__PORT="3").http.port == 3
    assert settings_of(tmp_path, DATABASE_URL="postgres://h/d").database.url == "postgres://h/d"
    assert (
        settings_of(tmp_path, ROOMIE_CAMPUS__TIMEZONE="Australia/Sydney").rules.zone.key == "Australia/Sydney"
    )


def test_secrets_come_from_the_environment_or_a_file_named_there(tmp_path: Path):
    (tmp_path / "token").write_text("xoxb-1\n")

    given = settings_of(tmp_path, SLACK_BOT_TOKEN="xoxb-2")
    kept = settings_of(tmp_path, ROOMIE_SLACK__BOT_TOKEN_FILE=str(tmp_path / "token"))

    assert (given.slack.bot_token, kept.slack.bot_token) == ("xoxb-2", "xoxb-1")
    assert "xoxb" not in repr(given)


def test_a_secret_in_the_file_is_refused_and_not_shown(tmp_path: Path):
    (problem,) = problems_of(tmp_path, '[slack]\nbot_token = "xoxb-verysecret"\n')

    assert problem.startswith("slack.bot_token: secrets stay out of the file; set ROOMIE_SLACK__BOT_TOKEN")
    assert "verysecret" not in problem


def test_all_problems_are_reported_together(tmp_path: Path):
    text = """
    colour = "blue"
    [campus]
    timezone = "Mars/Base"
    [http]
    port = 99999
    prot = 1
    [booking]
    granularity = 7
    weekday_hours = "21:00-08:00"
    refund_notice = "2 hours"
    """

    problems = problems_of(
        tmp_path, text, ROOMIE_NO__SUCH="x", ROOMIE_NOW="noon", ROOMIE_HTTP__RATE_LIMIT="many"
    )

    for place in (
        "colour",
        "campus.timezone",
        "http.port",
        "http.prot",
        "booking.granularity",
        "booking.weekday_hours",
        "booking.refund_notice",
        "ROOMIE_NO__SUCH",
        "ROOMIE_NOW",
        "http.rate_limit",
    ):
        assert any(problem.startswith(place) or place in problem for problem in problems), place


@pytest.mark.parametrize("text", ["[http\n", "\x00", "a = 1\na = 2"])
def test_an_invalid_toml_file_is_named(tmp_path: Path, text: str):
    (problem,) = problems_of(tmp_path, text)

    assert "is not valid TOML" in problem


def test_a_missing_file_is_a_problem_only_when_it_was_named(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert read_settings(None, {}).path is None

    with pytest.raises(ConfigError, match="cannot be read"):
        read_settings(tmp_path / "none.toml", {})
    with pytest.raises(ConfigError, match="cannot be read"):
        read_settings(None, {"ROOMIE_CONFIG": str(tmp_path / "none.toml")})


def test_a_shifted_clock_starts_at_the_given_time(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    settings = read_settings(None, {"ROOMIE_NOW": "2026-03-11T10:20:00+01:00"})

    assert settings.now == datetime(2026, 3, 11, 9, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("environment", "refused"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "yes"),
        ({"DISCORD_TOKEN": "1"}, "yes"),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_API_BASE_URL": "http://127.0.0.1:1/api/"}, "no"),
        (
            {
                "DISCORD_TOKEN": "1",
                "DISCORD_API_BASE_URL": "http://127.0.0.1:1/api/v10",
                "DISCORD_GATEWAY_URL": "ws://127.0.0.1:1",
            },
            "no",
        ),
    ],
)
def test_a_shifted_clock_is_refused_with_real_platforms(
    tmp_path: Path, environment: dict[str, str], refused: str
):
    environment = environment | {"ROOMIE_NOW": "2026-03-11T10:20:00+00:00"}

    if refused == "yes":
        assert any("ROOMIE_NOW" in problem for problem in problems_of(tmp_path, **environment))
    else:
        assert settings_of(tmp_path, **environment)


def test_rules_follow_the_settings(tmp_path: Path):
    rules = settings_of(
        tmp_path, '[booking]\nallowance = 60\nrefund_notice = "2h"\nweekend_hours = "00:00-24:00"\n'
    ).rules

    assert (rules.weekly_quota, rules.refund_notice) == (60, timedelta(hours=2))
    assert (rules.weekend_hours.opens, rules.weekend_hours.closes) == (0, 1440)
