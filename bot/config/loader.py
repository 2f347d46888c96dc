"""Reads the configuration from a TOML file and environment variables, collecting every problem.

`ROOMIE_SECTION__KEY` overrides the file; a few common names (`PORT`, `DATABASE_URL`, `SLACK_BOT_TOKEN`, …)
are accepted too, with lower precedence. Secrets come from the environment only, or from a file that `…_FILE`
names.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias, TypeVar, get_type_hints

import msgspec
from msgspec.structs import FieldInfo

from bot.config.sections import Config, Section, Settings, SourceSection, TermSection
from bot.config.types import convert, is_list, is_secret
from core.policy.terms import find_term_problems

Environment: TypeAlias = Mapping[str, str]
_Model = TypeVar("_Model", bound=Section)

_PREFIX = "ROOMIE_"
_DEFAULT_PATH = Path("config.toml")
_COMMON_NAMES = {
    "PORT": ("http", "port"),
    "DATABASE_URL": ("database", "url"),
    "SLACK_BOT_TOKEN": ("slack", "bot_token"),
    "SLACK_APP_TOKEN": ("slack", "app_token"),
    "SLACK_SIGNING_SECRET": ("slack", "signing_secret"),
    "SLACK_CLIENT_ID": ("slack", "client_id"),
    "SLACK_CLIENT_SECRET": ("slack", "client_secret"),
    "SLACK_API_BASE_URL": ("slack", "api_base_url"),
    "SLACK_AUTHORIZE_URL": ("slack", "authorize_url"),
    "SLACK_MODE": ("slack", "mode"),
    "DISCORD_TOKEN": ("discord", "token"),
    "DISCORD_PUBLIC_KEY": ("discord", "public_key"),
    "DISCORD_APPLICATION_ID": ("discord", "application_id"),
    "DISCORD_API_BASE_URL": ("discord", "api_base_url"),
    "DISCORD_GATEWAY_URL": ("discord", "gateway_url"),
}
RENAMED = {
    "http.linger": "http.shutdown_delay",
    "booking.allowance": "booking.weekly_quota_minutes",
    "booking.granularity": "booking.slot_minutes",
    "booking.quota_resets_at": "booking.quota_reset_hour",
    "booking.check_in_opens": "booking.check_in_opens_minutes",
    "booking.bookable": "booking.bookable_rooms",
    "messages.confirmations": "notifications.confirmations",
    "messages.at_once": "notifications.concurrency",
    "messages.lease": "notifications.lease",
    "messages.operators": "timetables.operators",
    "jobs.refresh_picture": "cache.reload_interval",
    "login.allowed": "login.allowed_emails",
    "login.contact": "login.support_contact",
    "login.development": "login.dev_user",
    "login.oidc_key": "login.oidc_subject_claim",
    "login.oidc_groups": "login.oidc_groups_claim",
    "terminal.person": "terminal.user",
    "source.address": "source.url",
    "source.every": "source.interval",
}
"""Keys of release 0.1 and what they are called now. An old key is an error that names the new one."""


OLD_SECTIONS = {"retention": "privacy"}
"""Sections of earlier releases and what they are called now. Both names are good, but not for one key."""


class ConfigError(Exception):
    """The configuration is unusable; `problems` lists all reasons."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read_settings(path: Path | None, environment: Environment) -> Settings:
    """Reads the file, if there is one, and the environment. Raises `ConfigError` with every problem."""
    problems: list[str] = []
    path = path or _path_of(environment)
    values = {} if path is None else _read_file(path, problems)
    _reject_renamed(values, problems)
    _reject_secrets(values, problems)
    _merge_old_sections(values, problems)
    _merge_environment(values, environment, problems)
    config = _validate(values, problems)
    now = _read_start_time(environment, config, problems)
    if problems:
        raise ConfigError(problems)
    return Settings(config, path, now)


def sections() -> dict[str, type[Section]]:
    """Section classes by name, without `source` and `term`, which are arrays of tables."""
    hints = get_type_hints(Config)
    return {
        name: hint for name, hint in hints.items() if isinstance(hint, type) and issubclass(hint, Section)
    }


# The file


def _path_of(environment: Environment) -> Path | None:
    """The file that the environment names, else `config.toml` if there is one."""
    if named := environment.get("ROOMIE_CONFIG"):
        return Path(named)
    return _DEFAULT_PATH if _DEFAULT_PATH.exists() else None


def _read_file(path: Path, problems: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        problems.append(f"{path}: cannot be read ({error.strerror})")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{path}: is not valid TOML ({error})")
    return {}


def _reject_renamed(values: dict[str, Any], problems: list[str]) -> None:
    """Takes old keys out, so that each is reported once, by its new name."""
    for old, new in RENAMED.items():
        section, _, key = old.partition(".")
        for place, table in _tables(section, values.get(section)):
            if key in table:
                value = table.pop(key)
                if new.startswith(f"{section}."):
                    table.setdefault(new.partition(".")[2], value)
                problems.append(f"{place}.{key}: is called {new} now")
    for section in {old.partition(".")[0] for old in RENAMED} - sections().keys() - {"source"}:
        if values.get(section) == {}:
            del values[section]


def _merge_old_sections(values: dict[str, Any], problems: list[str]) -> None:
    for old, new in OLD_SECTIONS.items():
        given, table = values.get(old), values.get(new, {})
        if not isinstance(given, dict) or not isinstance(table, dict):
            continue
        problems += [
            f"{old}.{key}: [{old}] is called [{new}] now, which has {key} too; leave one of them out"
            for key in sorted(given.keys() & table.keys())
        ]
        values[new] = given | table
        del values[old]


def _tables(section: str, given: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """The table of a section, or each table of an array, with its place for messages."""
    if isinstance(given, dict):
        yield section, given
    elif isinstance(given, list):
        yield from (
            (f"{section}.{index}", each) for index, each in enumerate(given) if isinstance(each, dict)
        )


def _reject_secrets(values: dict[str, Any], problems: list[str]) -> None:
    for section, model in sections().items():
        for each in _fields(model):
            if is_secret(each) and isinstance(values.get(section), dict) and each.name in values[section]:
                del values[section][each.name]
                name = _variable(section, each.name)
                problems.append(
                    f"{section}.{each.name}: secrets stay out of the file; set {name} or {name}_FILE"
                )


# The environment


def _merge_environment(values: dict[str, Any], environment: Environment, problems: list[str]) -> None:
    settings = {
        (section, each.name): each for section, model in sections().items() for each in _fields(model)
    }
    old_names = {
        _variable(old, key): (new, key)
        for old, new in OLD_SECTIONS.items()
        for section, key in settings
        if section == new
    }
    variables = old_names | {_variable(*place): place for place in settings}
    for name, place in (_COMMON_NAMES | variables).items():
        given = _variable_value(name, environment, problems)
        table = values.setdefault(place[0], {}) if given else None
        if isinstance(table, dict):
            table[place[1]] = _split(given) if is_list(settings[place]) else given
    problems += _unknown_variables(environment, variables)


def _variable(section: str, key: str) -> str:
    return f"{_PREFIX}{section}__{key}".upper()


def _variable_value(name: str, environment: Environment, problems: list[str]) -> str:
    """A variable's value, or the content of the file that `NAME_FILE` names; empty if neither is set."""
    if file := environment.get(f"{name}_FILE"):
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            problems.append(f"{name}_FILE: {file} cannot be read")
    return environment.get(name, "")


def _split(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def _unknown_variables(environment: Environment, known: Iterable[str]) -> Iterator[str]:
    known = set(known)
    for name in environment:
        if not name.startswith(_PREFIX) or "__" not in name or name.removesuffix("_FILE") in known:
            continue
        section, _, key = name.removeprefix(_PREFIX).lower().partition("__")
        if new := RENAMED.get(f"{section}.{key.removesuffix('_file')}"):
            yield f"{name}: is called {_variable(*new.split('.'))} now"
        else:
            yield f"{name}: there is no setting {section}.{key}"


# Values to sections


def _validate(values: dict[str, Any], problems: list[str]) -> Config:
    models = sections()
    unknown = values.keys() - models.keys() - {"source", "term"}
    problems += [f"{name}: there is no such section" for name in unknown]
    validated: dict[str, Any] = {
        name: _section(name, model, values.get(name, {}), problems) for name, model in models.items()
    }
    sources = _tables_of("source", SourceSection, values.get("source", []), problems)
    return Config(**validated, source=sources, term=_terms(values.get("term", []), problems))


def _tables_of(name: str, model: type[_Model], given: object, problems: list[str]) -> list[_Model]:
    """The sections of an array of tables."""
    if not isinstance(given, list):
        problems.append(f"{name}: write each {name} as a table of its own, [[{name}]]")
        return []
    made = (_section(f"{name}.{index}", model, each, problems) for index, each in enumerate(given))
    return [each for each in made if each is not None]


def _terms(given: object, problems: list[str]) -> list[TermSection]:
    found: list[str] = []
    sections = _tables_of("term", TermSection, given, found)
    found += (
        [] if found else [f"term: {each}" for each in find_term_problems([each.term for each in sections])]
    )
    problems += found
    return sections


def _section(name: str, model: type[_Model], given: object, problems: list[str]) -> _Model | None:
    """Builds one section. Invalid settings are reported and fall back to their defaults."""
    if not isinstance(given, dict):
        problems.append(f"{name}: must be a section, [{name}]")
        given = {}
    settings = {each.name: each for each in _fields(model)}
    problems += [f"{name}.{key}: there is no such setting" for key in given if key not in settings]
    missing = [key for key, each in settings.items() if each.required and key not in given]
    problems += [f"{name}.{key}: is missing" for key in missing]
    converted = {
        key: value
        for key, each in settings.items()
        if key in given and (value := _value(f"{name}.{key}", each, given[key], problems)) is not None
    }
    is_usable = all(key in converted for key, each in settings.items() if each.required)
    return model(**converted) if is_usable else None


def _value(place: str, setting: FieldInfo, given: object, problems: list[str]) -> object:
    """The value as the setting's type; None, with a problem reported, if it cannot be converted."""
    try:
        return convert(setting, given)
    except ValueError as error:
        problems.append(f"{place}: {error}")
        return None


def _fields(model: type[Section]) -> tuple[FieldInfo, ...]:
    return msgspec.structs.fields(model)


# The clock


def _read_start_time(environment: Environment, config: Config, problems: list[str]) -> datetime | None:
    """The instant in `ROOMIE_NOW`, from which a simulated clock runs; None if it is not set."""
    text = environment.get("ROOMIE_NOW")
    if not text:
        return None
    if config.has_real_platform:
        problems.append("ROOMIE_NOW: a simulated clock cannot be used with a real chat platform")
    try:
        now = datetime.fromisoformat(text)
    except ValueError:
        problems.append(f"ROOMIE_NOW: {text!r} is not a date and time; write 2026-03-11T10:20:00+00:00")
        return None
    if now.tzinfo is None:
        problems.append("ROOMIE_NOW: the time needs a UTC offset, such as +00:00")
        return None
    return now.astimezone(UTC)
