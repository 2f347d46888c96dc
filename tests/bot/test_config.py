"""Configuration: sources, precedence, problems, renamed keys."""

import re
import tomllib
from datetime import UTC, date, datetime, timedelta
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
        if section.name in {"source", "term"}:
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


@pytest.mark.parametrize("name", ["source", "term"])
def test_the_example_shows_every_key_of_a_repeated_table(name: str):
    text = EXAMPLE.read_text()
    (table,) = (each for each in fields(Config) if each.name == name)

    for key in fields(table.type.__args__[0]):
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


def test_the_file_that_was_found_in_the_folder_is_named(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text('[campus]\nname = "Bloomsbury"\n')

    settings = read_settings(None, {})

    assert (settings.path, settings.config.campus.name) == (Path("config.toml"), "Bloomsbury")


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


SPRING = '[[term]]\nname = "Spring"\nstart = 2026-01-12\nend = "2026-03-27"\n'


def test_terms_are_read_with_their_breaks(tmp_path: Path):
    more = 'weeks = 9\nbreaks = [6, "2026-02-02 to 2026-02-06", 2026-03-02]\n'

    (term,) = booking_rules(settings_of(tmp_path, SPRING + more)).terms.all

    assert (term.name, term.start, term.end, term.weeks) == (
        "Spring",
        date(2026, 1, 12),
        date(2026, 3, 27),
        9,
    )
    assert [(each.first, each.last) for each in term.breaks] == [
        (date(2026, 2, 16), date(2026, 2, 22)),
        (date(2026, 2, 2), date(2026, 2, 6)),
        (date(2026, 3, 2), date(2026, 3, 2)),
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (SPRING.replace("03-27", "01-05"), "term: Spring ends on 2026-01-05, before it begins on 2026-01-12"),
        (SPRING.replace("2026-03", "2028-03"), "term: Spring lasts longer than a year"),
        (SPRING + "weeks = 12", "term: Spring has 11 weeks until 2026-03-27, not 12"),
        (
            SPRING + 'breaks = ["2026-04-06"]',
            "term: Spring has a break from 2026-04-06 to 2026-04-06, which is not in",
        ),
        (
            SPRING + 'breaks = ["2026-02-20 to 2026-02-16"]',
            "has a break that ends on 2026-02-16, before it begins",
        ),
        (
            SPRING + 'breaks = ["soon"]',
            "term.0.breaks: 'soon' is not a break; write the number of a week, or",
        ),
        (SPRING + "breaks = [0]", "term.0.breaks: 0 is not the number of a week"),
        (SPRING + "colour = 1", "term.0.colour: there is no such setting"),
        (
            SPRING.replace("2026-01-12", '"January"'),
            "term.0.start: 'January' is not a date; write 2026-01-12",
        ),
        ('[[term]]\nname = "Spring"', "term.0.start: is missing"),
        ('[term]\nname = "Spring"', "term: write each term as a table of its own, [[term]]"),
        (SPRING * 2, "term: Spring: another term is called this, too"),
        (
            SPRING + SPRING.replace("Spring", "Summer").replace("01-12", "03-20").replace("03-27", "06-20"),
            "term: Summer begins on 2026-03-20, before Spring ends on 2026-03-27; terms may not overlap",
        ),
    ],
)
def test_a_term_that_cannot_be_is_refused_with_the_reason(tmp_path: Path, text: str, sentence: str):
    assert any(sentence in problem for problem in problems_of(tmp_path, text)), problems_of(tmp_path, text)


def test_the_older_name_of_a_section_is_good_too(tmp_path: Path):
    old = settings_of(tmp_path, '[retention]\naudit = "50d"\n[privacy]\nmessages = "5d"\n')
    variable = settings_of(tmp_path, ROOMIE_RETENTION__AUDIT="60d")
    both = settings_of(tmp_path, ROOMIE_RETENTION__AUDIT="60d", ROOMIE_PRIVACY__AUDIT="70d")

    assert (old.privacy.audit, old.privacy.messages) == (timedelta(days=50), timedelta(days=5))
    assert variable.privacy.audit == timedelta(days=60)
    assert both.privacy.audit == timedelta(days=70)


def test_a_key_under_both_names_of_a_section_is_refused(tmp_path: Path):
    assert problems_of(tmp_path, '[retention]\naudit = "50d"\n[privacy]\naudit = "5d"\n') == [
        "retention.audit: [retention] is called [privacy] now, which has audit too; leave one of them out"
    ]
