"""Configuration: sources, precedence, problems, renamed keys."""

import re
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import fields

from bot.config import RENAMED, Config, ConfigError, Secret, SourceSection, read_settings, sections
from bot.runtime.app import booking_rules

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


def test_the_example_shows_every_key_of_a_source():
    text = EXAMPLE.read_text()
    (source,) = (each for each in fields(Config) if each.name == "source")

    for key in fields(source.type.__args__[0]):
        assert f"# {key.name} = " in text, key.name


def test_precedence_of_file_common_and_own_variables(tmp_path: Path):
    text = "[http]\nport = 1\n"

    assert settings_of(tmp_path, text).http.port == 1
    assert settings_of(tmp_path, text, PORT="2").http.port == 2
    assert settings_of(tmp_path, text, PORT="2", ROOMIE_HTTP__PORT="3").http.port == 3
    assert settings_of(tmp_path, DATABASE_URL="postgres://h/d").database.url == "postgres://h/d"
    sydney = settings_of(tmp_path, ROOMIE_CAMPUS__TIMEZONE="Australia/Sydney")
    assert booking_rules(sydney).zone.key == "Australia/Sydney"


def test_secrets_come_from_variables_or_files(tmp_path: Path):
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
    slot_minutes = 7
    weekday_hours = "21:00-25:00"
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
        "booking.slot_minutes",
        "booking.weekday_hours",
        "booking.refund_notice",
        "ROOMIE_NO__SUCH",
        "ROOMIE_NOW",
        "http.rate_limit",
    ):
        assert any(problem.startswith(place) or place in problem for problem in problems), place


@pytest.mark.parametrize(("old", "new"), RENAMED.items())
def test_an_old_key_is_refused_with_its_new_name(tmp_path: Path, old: str, new: str):
    section, _, key = old.partition(".")
    table = f"[[{section}]]" if section == "source" else f"[{section}]"

    problems = problems_of(tmp_path, f"{table}\n{key} = 1\n")

    assert f"is called {new} now" in problems[0]
    assert not any("no such" in problem for problem in problems)


@pytest.mark.parametrize("suffix", ["", "_FILE"])
@pytest.mark.parametrize(
    ("old", "new"), [each for each in RENAMED.items() if not each[0].startswith("source.")]
)
def test_an_old_variable_is_refused_with_its_new_name(tmp_path: Path, old: str, new: str, suffix: str):
    old_name, new_name = (f"ROOMIE_{each.replace('.', '__')}".upper() for each in (old, new))

    assert problems_of(tmp_path, **{old_name + suffix: "1"}) == [
        f"{old_name}{suffix}: is called {new_name} now"
    ]


def test_renamed_keys_exist_under_their_new_names():
    known = {f"{name}.{key.name}" for name, model in sections().items() for key in fields(model)}
    known |= {f"source.{key.name}" for key in fields(SourceSection)}

    assert set(RENAMED.values()) <= known
    assert not RENAMED.keys() & known


_TABLE = re.compile(r"^ *\[+(\w+)\]+\n((?: *\w+ = .*\n)+)", re.MULTILINE)


def test_settings_in_the_documentation_exist():
    known = {f"{name}.{key.name}" for name, model in sections().items() for key in fields(model)}
    known |= {f"source.{key.name}" for key in fields(SourceSection)}
    pages = [*Path("docs").rglob("*.md"), Path("README.md"), Path("SECURITY.md")]

    named = {
        f"{table[1]}.{line.split()[0]}"
        for page in pages
        for table in _TABLE.finditer(page.read_text())
        for line in table[2].splitlines()
    }

    assert named
    assert named <= known


@pytest.mark.parametrize("text", ["[http\n", "\x00", "a = 1\na = 2"])
def test_invalid_toml_is_reported(tmp_path: Path, text: str):
    (problem,) = problems_of(tmp_path, text)

    assert "is not valid TOML" in problem


def test_a_missing_file_is_reported_only_if_it_was_named(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert read_settings(None, {}).path is None

    with pytest.raises(ConfigError, match="cannot be read"):
        read_settings(tmp_path / "none.toml", {})
    with pytest.raises(ConfigError, match="cannot be read"):
        read_settings(None, {"ROOMIE_CONFIG": str(tmp_path / "none.toml")})


def test_a_simulated_clock_starts_at_the_given_time(tmp_path: Path, monkeypatch):
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
def test_a_simulated_clock_is_refused_with_real_platforms(
    tmp_path: Path, environment: dict[str, str], refused: str
):
    environment = environment | {"ROOMIE_NOW": "2026-03-11T10:20:00+00:00"}

    if refused == "yes":
        assert any("ROOMIE_NOW" in problem for problem in problems_of(tmp_path, **environment))
    else:
        assert settings_of(tmp_path, **environment)


def test_rules_follow_the_settings(tmp_path: Path):
    text = '[booking]\nweekly_quota_minutes = 60\nrefund_notice = "2h"\nweekend_hours = "00:00-24:00"\n'

    rules = booking_rules(settings_of(tmp_path, text))

    assert (rules.weekly_quota, rules.refund_notice) == (60, timedelta(hours=2))
    assert (rules.weekend_hours.opens, rules.weekend_hours.closes) == (0, 1440)
