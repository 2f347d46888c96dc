"""What this Roomie is set up to be: a file, the environment over it, and every mistake named at once.

Keys come from `config.toml`, then from `ROOMIE_SECTION__KEY`; a few usual names (`PORT`, `DATABASE_URL`,
`SLACK_BOT_TOKEN`, …) are understood too and give way to `ROOMIE_*`. Secrets come from the environment only,
or from a file that `…_FILE` names there.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    SecretStr,
    ValidationError,
)

from core.model import OpeningHours
from core.policy.rules import Rules

Environment = Mapping[str, str]

_PREFIX = "ROOMIE_"

_USUAL_NAMES = {
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


class ConfigError(Exception):
    """The configuration cannot be used; `problems` names everything that is wrong with it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _zone(name: object) -> str:
    try:
        ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone; use an IANA name such as Europe/London") from None
    return str(name)


def _hours(text: object) -> OpeningHours:
    if isinstance(text, OpeningHours):
        return text
    opens, _, closes = str(text).partition("-")
    try:
        return OpeningHours(_minutes(opens), _minutes(closes))
    except ValueError:
        raise ValueError(f"{text!r} are no opening hours; write 08:00-21:00") from None


def _minutes(clock: str) -> int:
    hours, _, minutes = clock.strip().partition(":")
    if not (hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2 and int(minutes) < 60):
        raise ValueError(clock)
    return int(hours) * 60 + int(minutes)


def _grid(minutes: int) -> int:
    if 24 * 60 % minutes:
        raise ValueError("a day must be a whole number of steps: try 5, 10, 15, 20, 30 or 60")
    return minutes


_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def _duration(text: object) -> timedelta:
    if isinstance(text, timedelta):
        return text
    number, unit = str(text)[:-1], str(text)[-1:]
    if not number.isdecimal() or unit not in _UNITS:
        raise ValueError(f"{text!r} is no duration; write 30s, 15m, 6h or 1d")
    return timedelta(seconds=int(number) * _UNITS[unit])


def _network(text: str) -> str:
    try:
        ip_network(text, strict=False)
    except ValueError:
        raise ValueError(f"{text!r} is no address or network; write 10.0.0.5 or 10.0.0.0/8") from None
    return text


Network = Annotated[str, AfterValidator(_network)]
Zone = Annotated[str, AfterValidator(_zone)]
Hours = Annotated[OpeningHours, BeforeValidator(_hours), PlainSerializer(str)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
Grid = Annotated[int, Field(ge=5, le=60), AfterValidator(_grid)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class CampusSection(Section):
    """The campus that this Roomie serves."""

    name: str = "Sample Campus"
    timezone: Zone = "Europe/London"


class DatabaseSection(Section):
    """Where everything is kept: `sqlite:///path` or `postgresql://…`."""

    url: str = "sqlite:///var/roomie.db"


class HttpSection(Section):
    """The HTTP API. `rate_limit` is requests a minute for each address and account, 0 for none."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    rate_limit: Annotated[int, Field(ge=0)] = 600
    public_url: str = ""
    trusted_proxies: list[Network] = []


class BookingSection(Section):
    """The rules of booking; minutes and whole days."""

    weekday_hours: Hours = OpeningHours(8 * 60, 21 * 60)
    weekend_hours: Hours = OpeningHours(9 * 60, 18 * 60)
    granularity: Grid = 15
    allowance: Annotated[int, Field(ge=0, le=7 * 24 * 60)] = 180
    student_days_ahead: Annotated[int, Field(ge=0, le=366)] = 7
    society_days_ahead: Annotated[int, Field(ge=0, le=366)] = 21
    staff_days_ahead: Annotated[int, Field(ge=0, le=366)] = 90
    quota_resets_at: Annotated[int, Field(ge=0, le=23)] = 3
    refund_notice: Duration = timedelta(0)
    check_in_opens: Annotated[int, Field(ge=0, le=24 * 60)] = 15
    society_token_days: Annotated[int, Field(ge=1, le=3660)] = 100
    default_minutes: Annotated[int, Field(ge=5, le=24 * 60)] = 60


class SlackSection(Section):
    """The Slack app. `mode` is `socket` (needs the app token) or `http` (needs the signing secret)."""

    mode: Literal["socket", "http"] = "socket"
    bot_token: SecretStr = SecretStr("")
    app_token: SecretStr = SecretStr("")
    signing_secret: SecretStr = SecretStr("")
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    api_base_url: str = "https://slack.com/api/"
    authorize_url: str = "https://slack.com/oauth/v2/authorize"
    match_email: bool = False


class DiscordSection(Section):
    """The Discord app."""

    token: SecretStr = SecretStr("")
    public_key: str = ""
    application_id: str = ""
    api_base_url: str = "https://discord.com/api/v10"
    gateway_url: str = ""
    gateway: bool = True
    message_content: bool = False
    sharded: bool = False


class SecuritySection(Section):
    """What proves that tokens are ours. Without `secret`, one is made and kept in a file.

    The file is `secret_file`, or `roomie.secret` beside the database.
    """

    secret: SecretStr = SecretStr("")
    secret_file: str = ""


class TerminalSection(Section):
    """Who sits at the terminal of `roomie run`, by username; empty finds out by the system's user name."""

    person: str = ""


class JobsSection(Section):
    """How often things happen by themselves."""

    refresh_picture: Duration = timedelta(hours=6)
    purge: Duration = timedelta(hours=1)


class LogSection(Section):
    """`level` as Python names it; `format` is `text` or `json`."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class SourceSection(Section):
    """A published timetable that is read regularly."""

    name: str
    kind: str
    address: str
    year: int | None = None
    every: Duration = timedelta(hours=6)
    rooms: list[str] = []
    allow_private: bool = False
    options: dict[str, str] = {}


class Config(Section):
    """Everything, section by section."""

    campus: CampusSection = CampusSection()
    database: DatabaseSection = DatabaseSection()
    http: HttpSection = HttpSection()
    booking: BookingSection = BookingSection()
    slack: SlackSection = SlackSection()
    discord: DiscordSection = DiscordSection()
    security: SecuritySection = SecuritySection()
    terminal: TerminalSection = TerminalSection()
    jobs: JobsSection = JobsSection()
    log: LogSection = LogSection()
    source: list[SourceSection] = []

    @property
    def rules(self) -> Rules:
        booking = self.booking
        return Rules(
            zone=ZoneInfo(self.campus.timezone),
            weekday_hours=booking.weekday_hours,
            weekend_hours=booking.weekend_hours,
            granularity=booking.granularity,
            allowance=booking.allowance,
            student_horizon=booking.student_days_ahead,
            society_horizon=booking.society_days_ahead,
            staff_horizon=booking.staff_days_ahead,
            quota_resets_at=booking.quota_resets_at,
            refund_notice=booking.refund_notice,
            check_in_opens=booking.check_in_opens,
            society_token_days=booking.society_token_days,
        )

    @property
    def has_real_platform(self) -> bool:
        """Whether a chat platform's own address is in use, with a token that opens it."""
        slack = bool(self.slack.bot_token.get_secret_value()) and "slack.com" in self.slack.api_base_url
        discord = bool(self.discord.token.get_secret_value()) and "discord.com" in self.discord.api_base_url
        return slack or discord


@dataclass(frozen=True, slots=True)
class Settings:
    """A configuration that was read, where from, and the instant its clock starts at when that was set."""

    config: Config
    path: Path | None
    now: datetime | None = None


def read_settings(path: Path | None, environment: Environment) -> Settings:
    """Read the file (when there is one) and the environment. `ConfigError` names every problem."""
    problems: list[str] = []
    path = path or (Path(environment["ROOMIE_CONFIG"]) if environment.get("ROOMIE_CONFIG") else None)
    values = _from_file(path, problems)
    _forbid_secrets(values, problems)
    _from_environment(values, environment, problems)
    config = _validated(values, problems)
    now = _starting_clock(environment, config, problems)
    if problems:
        raise ConfigError(problems)
    return Settings(config, path, now)


def _from_file(path: Path | None, problems: list[str]) -> dict[str, Any]:
    chosen = path or Path("config.toml")
    if path is None and not chosen.exists():
        return {}
    try:
        return tomllib.loads(chosen.read_text(encoding="utf-8"))
    except OSError as error:
        problems.append(f"{chosen}: cannot be read ({error.strerror})")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{chosen}: is not valid TOML ({error})")
    return {}


def _forbid_secrets(values: dict[str, Any], problems: list[str]) -> None:
    for section, key in _secrets():
        if isinstance(values.get(section), dict) and key in values[section]:
            del values[section][key]
            name = f"{_PREFIX}{section}__{key}".upper()
            problems.append(f"{section}.{key}: secrets stay out of the file; set {name} or {name}_FILE")


def _secrets() -> list[tuple[str, str]]:
    return [
        (section, key)
        for section, model in _section_models().items()
        for key, field in model.model_fields.items()
        if field.annotation is SecretStr
    ]


def _section_models() -> dict[str, type[Section]]:
    return {
        name: field.annotation
        for name, field in Config.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section)
    }


def _from_environment(values: dict[str, Any], environment: Environment, problems: list[str]) -> None:
    for name, (section, key) in _USUAL_NAMES.items():
        _put(values, section, key, name, environment, problems)
    models = _section_models()
    for section, model in models.items():
        for key in model.model_fields:
            _put(values, section, key, f"{_PREFIX}{section}__{key}".upper(), environment, problems)
    for name in environment:
        section, found, key = name.removeprefix(_PREFIX).lower().partition("__")
        if name.startswith(_PREFIX) and found and not _is_known(models, section, key):
            problems.append(f"{name}: there is no setting {section}.{key}")


def _is_known(models: dict[str, type[Section]], section: str, key: str) -> bool:
    return section in models and key.removesuffix("_file") in models[section].model_fields


def _put(
    values: dict[str, Any],
    section: str,
    key: str,
    name: str,
    environment: Environment,
    problems: list[str],
) -> None:
    given: Any = environment.get(name)
    if file := environment.get(f"{name}_FILE"):
        try:
            given = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            problems.append(f"{name}_FILE: {file} cannot be read")
    if not given:
        return
    if key == "trusted_proxies":
        given = [each.strip() for each in given.split(",") if each.strip()]
    target = values.setdefault(section, {})
    if isinstance(target, dict):
        target[key] = given


def _validated(values: dict[str, Any], problems: list[str]) -> Config:
    try:
        return Config.model_validate(values)
    except ValidationError as invalid:
        problems += [_sentence(error["loc"], error["msg"], error["type"]) for error in invalid.errors()]
        return Config()


def _sentence(place: tuple[int | str, ...], message: str, kind: str) -> str:
    where = ".".join(str(each) for each in place)
    if kind == "extra_forbidden":
        return f"{where}: there is no such setting"
    return f"{where}: {message.removeprefix('Value error, ')}"


def _starting_clock(environment: Environment, config: Config, problems: list[str]) -> datetime | None:
    text = environment.get("ROOMIE_NOW")
    if not text:
        return None
    if config.has_real_platform:
        problems.append("ROOMIE_NOW: a made-up clock is refused while a real chat platform is configured")
    try:
        now = datetime.fromisoformat(text)
    except ValueError:
        problems.append(f"ROOMIE_NOW: {text!r} is no instant; write 2026-03-11T10:20:00+00:00")
        return None
    if now.tzinfo is None:
        problems.append("ROOMIE_NOW: the instant needs an offset, such as +00:00")
        return None
    return now.astimezone(UTC)
