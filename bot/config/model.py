"""What this Roomie is set up to be: a file, the environment over it, and every mistake named at once.

Keys come from `config.toml`, then from `ROOMIE_SECTION__KEY`; a few usual names (`PORT`, `DATABASE_URL`,
`SLACK_BOT_TOKEN`, …) are understood too and give way to `ROOMIE_*`. Secrets come from the environment only,
or from a file that `…_FILE` names there.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, TypeVar, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct, field
from msgspec.structs import FieldInfo

from core.model.entities import OpeningHours
from core.policy.retention import MIN_KEPT_BOOKINGS
from core.policy.rules import Rules
from core.policy.schedule import WEEKDAYS, DailyAt, Periodic, Schedule
from core.time_zones import find_time_zone

Environment: TypeAlias = Mapping[str, str]

_PREFIX = "ROOMIE_"
_LISTS = {
    "trusted_proxies",
    "metrics_from",
    "required_groups",
    "allowed",
    "match_domains",
    "operators",
    "bookable",
}
"""Settings that hold several things, with commas between them in the environment."""

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
    if find_time_zone(str(name)) is None:
        raise ValueError(f"{name!r} is no time zone; use an IANA name such as Europe/London")
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


def _grid(given: object) -> int:
    if str(given) not in {"5", "10", "15", "20", "30", "60"}:
        raise ValueError(f"{given!r} minutes do not make a grid; try 5, 10, 15, 20, 30 or 60")
    return int(str(given))


_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def _duration(text: object) -> timedelta:
    if isinstance(text, timedelta):
        return text
    number, unit = str(text)[:-1], str(text)[-1:]
    if not number.isdecimal() or unit not in _UNITS:
        raise ValueError(f"{text!r} is no duration; write 30s, 15m, 6h or 1d")
    return timedelta(seconds=int(number) * _UNITS[unit])


def _kept(text: object, least: timedelta = timedelta(days=1)) -> timedelta:
    if (kept := _duration(text)) < least:
        raise ValueError(f"{text!r} is too short; at least {least.days}d")
    return kept


def _kept_bookings(text: object) -> timedelta:
    return _kept(text, MIN_KEPT_BOOKINGS)


def _timing(text: object) -> Schedule:
    if isinstance(text, Periodic | DailyAt):
        return text
    day, _, clock = str(text).strip().lower().partition(" ")
    try:
        if day == "daily" or day in WEEKDAYS:
            return DailyAt(_time_of_day(clock), None if day == "daily" else WEEKDAYS.index(day))
        return Periodic(max(_duration(text), _MIN_INTERVAL))
    except ValueError:
        raise ValueError(f"{text!r} is no time for a job; write 6h, daily 03:00 or mon 03:00") from None


_MIN_INTERVAL = timedelta(seconds=1)


def _time_of_day(clock: str) -> int:
    if (minutes := _minutes(clock)) >= 24 * 60:
        raise ValueError(clock)
    return minutes


class Secret(str):
    """Something that no log line and no message may show."""

    def __repr__(self) -> str:
        return "Secret(…)"


def _secret(text: object) -> Secret:
    return Secret(text)


def _network(text: object) -> str:
    try:
        ip_network(str(text), strict=False)
    except ValueError:
        raise ValueError(f"{text!r} is no address or network; write 10.0.0.5 or 10.0.0.0/8") from None
    return str(text)


def _networks(given: object) -> list[str]:
    return [_network(each) for each in (given if isinstance(given, list) else [given])]


def _workspaces(given: object) -> dict[str, list[str]]:
    """Lists of domains by workspace; in the environment `T012=ucl.ac.uk cs.ucl.ac.uk, T345=kcl.ac.uk`."""
    if isinstance(given, str):
        listed: dict[str, list[str]] = {}
        for team, _, domains in (each.partition("=") for each in given.split(",") if each.strip()):
            listed.setdefault(team.strip(), []).extend(domains.split())
        return listed
    if isinstance(given, dict) and all(_is_list_of_texts(domains) for domains in given.values()):
        return given
    raise ValueError("write a list of domains for each workspace, such as T012ABCDEF = ['ucl.ac.uk']")


def _is_list_of_texts(given: object) -> bool:
    return isinstance(given, list) and all(isinstance(each, str) for each in given)


Zone = Annotated[str, Meta(extra={"read": _zone})]
HoursOfDay = Annotated[OpeningHours, Meta(extra={"read": _hours})]
Duration = Annotated[timedelta, Meta(extra={"read": _duration})]
KeptDays = Annotated[timedelta, Meta(extra={"read": _kept})]
KeptBookings = Annotated[timedelta, Meta(extra={"read": _kept_bookings})]
ScheduleText = Annotated[Schedule, Meta(extra={"read": _timing})]
Grid = Annotated[int, Meta(extra={"read": _grid})]
Port = Annotated[int, Meta(ge=0, le=65535)]
Days = Annotated[int, Meta(ge=0, le=366)]
Workspaces = Annotated[dict[str, list[str]], Meta(extra={"read": _workspaces})]
SecretToken = Annotated[Secret, Meta(extra={"read": _secret})]


class Section(Struct, frozen=True, kw_only=True):
    """Settings that belong together."""


class CampusSection(Section, frozen=True, kw_only=True):
    """The campus that this Roomie serves."""

    name: str = "Sample Campus"
    timezone: Zone = "Europe/London"


class DatabaseSection(Section, frozen=True, kw_only=True):
    """Where everything is kept: `sqlite:///path` or `postgresql://…`."""

    url: str = "sqlite:///var/roomie.db"


class HttpSection(Section, frozen=True, kw_only=True):
    """The HTTP API. `rate_limit` is requests a minute for each address and account, 0 for none.

    `max_connections` are open at once, `max_connections_per_address` by each address (behind a trusted proxy
    requests under way count), 0 for any number; a request's head arrives within `header_timeout`.
    `linger` is how long a process that is to stop says so on `/readyz` before it stops answering, and
    `health_port` where processes without the API tell how they are; 0 for nowhere. `metrics_from` may see
    `/metrics` and the parts of `/readyz`; empty: everybody until others can reach Roomie, then nobody.
    """

    host: str = "127.0.0.1"
    port: Port = 8000
    health_port: Port = 0
    linger: Duration = timedelta(0)
    rate_limit: Annotated[int, Meta(ge=0)] = 600
    max_connections: Annotated[int, Meta(ge=0)] = 4_000
    max_connections_per_address: Annotated[int, Meta(ge=0)] = 200
    header_timeout: Duration = timedelta(seconds=10)
    public_url: str = ""
    trusted_proxies: list[str] = field(default_factory=list)
    metrics_from: list[str] = field(default_factory=list)


class BookingSection(Section, frozen=True, kw_only=True):
    """The rules of booking; minutes and whole days."""

    weekday_hours: HoursOfDay = field(default_factory=lambda: OpeningHours(8 * 60, 21 * 60))
    weekend_hours: HoursOfDay = field(default_factory=lambda: OpeningHours(9 * 60, 18 * 60))
    granularity: Grid = 15
    allowance: Annotated[int, Meta(ge=0, le=7 * 24 * 60)] = 180
    student_days_ahead: Days = 7
    society_days_ahead: Days = 21
    staff_days_ahead: Days = 90
    quota_resets_at: Annotated[int, Meta(ge=0, le=23)] = 3
    refund_notice: Duration = timedelta(0)
    check_in_opens: Annotated[int, Meta(ge=0, le=24 * 60)] = 15
    society_token_days: Annotated[int, Meta(ge=1, le=3660)] = 100
    default_minutes: Annotated[int, Meta(ge=5, le=24 * 60)] = 60
    bookable: list[str] = field(default_factory=list)


class SlackSection(Section, frozen=True, kw_only=True):
    """The Slack app. `mode` is `socket` (needs the app token) or `http` (needs the signing secret).

    `trusted_workspaces` are the domains for which a workspace may vouch, by its id.
    """

    mode: Literal["socket", "http"] = "socket"
    bot_token: SecretToken = Secret()
    app_token: SecretToken = Secret()
    signing_secret: SecretToken = Secret()
    client_id: str = ""
    client_secret: SecretToken = Secret()
    api_base_url: str = "https://slack.com/api/"
    authorize_url: str = "https://slack.com/oauth/v2/authorize"
    match_email: bool = False
    trusted_workspaces: Workspaces = field(default_factory=dict)


class DiscordSection(Section, frozen=True, kw_only=True):
    """The Discord app. `sync` says when commands are announced, `guild_id` to which one server only."""

    token: SecretToken = Secret()
    public_key: str = ""
    application_id: str = ""
    api_base_url: str = "https://discord.com/api/v10"
    gateway_url: str = ""
    gateway: bool = True
    interactions_path: str = "/discord/interactions"
    sync: Literal["changed", "always", "never"] = "changed"
    guild_id: str = ""
    message_content: bool = False
    sharded: bool = False


class SecuritySection(Section, frozen=True, kw_only=True):
    """What proves that tokens are ours. Without `secret`, one is made and kept in a file.

    The file is `secret_file`, or `roomie.secret` beside the database. `previous_secrets`, with commas
    between them, were the secret, and still open what was sealed then.
    """

    secret: SecretToken = Secret()
    previous_secrets: SecretToken = Secret()
    secret_file: str = ""


class LoginSection(Section, frozen=True, kw_only=True):
    """How people prove who they are at a browser: by `shibboleth_url`, `oidc_issuer`, or else a password.

    `required_groups` and `allowed` (addresses, or domains that begin with `@`) say who of an institution may
    come in; without either, everybody. `contact` is whom a refusal says to ask. `match_domains` are those for
    which the institution's addresses stand for people entered by hand; empty: all. `development` takes
    everybody on this machine for one person. A token that nobody used for `token_idle` is over; of more than
    `tokens_per_person` those unused for longest end.
    """

    shibboleth_url: str = ""
    proxy_secret: SecretToken = Secret()
    secret_header: str = "X-Roomie-Proxy-Secret"  # noqa: S105 - its name only
    eppn_header: str = "eppn"
    name_header: str = "cn"
    given_name_header: str = "givenName"
    surname_header: str = "sn"
    groups_header: str = "uclIntranetGroups"
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretToken = Secret()
    oidc_scope: str = "openid email profile"
    oidc_key: str = "sub"
    oidc_groups: str = "groups"
    required_groups: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)
    contact: str = ""
    match_domains: list[str] = field(default_factory=list)
    development: str = ""
    token_idle: KeptDays = timedelta(days=90)
    tokens_per_person: Annotated[int, Meta(ge=1, le=200)] = 50


class RetentionSection(Section, frozen=True, kw_only=True):
    """How long what is over is kept: bookings after their end, messages after they were due.

    `audit_rows` is how many entries the audit may have; refused logins are apart from them.
    """

    bookings: KeptBookings = timedelta(days=3 * 366)
    messages: KeptDays = timedelta(days=14)
    audit: KeptDays = timedelta(days=400)
    audit_rows: Annotated[int, Meta(ge=1000)] = 5_000_000
    refused_logins: KeptDays = timedelta(days=30)


class TerminalSection(Section, frozen=True, kw_only=True):
    """Who sits at the terminal of `roomie run`, by username; empty finds out by the system's user name."""

    person: str = ""


class JobsSection(Section, frozen=True, kw_only=True):
    """When things happen by themselves: `6h`, `daily 03:00`, `mon 03:00`.

    Without a time of their own, notices of quota come when a quota week begins.
    """

    refresh_picture: Duration = timedelta(hours=6)
    purge: ScheduleText = Periodic(timedelta(hours=1))
    quota_notices: Annotated[Schedule | None, Meta(extra={"read": _timing})] = None


class NotificationsSection(Section, frozen=True, kw_only=True):
    """What Roomie says unasked. `operators` are usernames; without any, administrators are told."""

    confirmations: bool = False
    operators: list[str] = field(default_factory=list)
    at_once: Annotated[int, Meta(ge=1, le=100)] = 8
    lease: Duration = timedelta(minutes=2)


class LogSection(Section, frozen=True, kw_only=True):
    """`level` as Python names it; `format` is `text` or `json`."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class SourceSection(Section, frozen=True, kw_only=True):
    """A published timetable that is read regularly."""

    name: str
    kind: str
    address: str
    year: int | None = None
    every: Duration = timedelta(hours=6)
    rooms: list[str] = field(default_factory=list)
    allow_private: bool = False
    options: dict[str, str] = field(default_factory=dict)


class Config(Section, frozen=True, kw_only=True):
    """Everything, section by section."""

    campus: CampusSection = field(default_factory=CampusSection)
    database: DatabaseSection = field(default_factory=DatabaseSection)
    http: HttpSection = field(default_factory=HttpSection)
    booking: BookingSection = field(default_factory=BookingSection)
    slack: SlackSection = field(default_factory=SlackSection)
    discord: DiscordSection = field(default_factory=DiscordSection)
    security: SecuritySection = field(default_factory=SecuritySection)
    login: LoginSection = field(default_factory=LoginSection)
    retention: RetentionSection = field(default_factory=RetentionSection)
    terminal: TerminalSection = field(default_factory=TerminalSection)
    jobs: JobsSection = field(default_factory=JobsSection)
    messages: NotificationsSection = field(default_factory=NotificationsSection)
    log: LogSection = field(default_factory=LogSection)
    source: list[SourceSection] = field(default_factory=list)

    @property
    def rules(self) -> Rules:
        booking = self.booking
        return Rules(
            zone=ZoneInfo(self.campus.timezone),
            weekday_hours=booking.weekday_hours,
            weekend_hours=booking.weekend_hours,
            slot_length=booking.granularity,
            weekly_quota=booking.allowance,
            student_horizon=booking.student_days_ahead,
            society_horizon=booking.society_days_ahead,
            staff_horizon=booking.staff_days_ahead,
            quota_reset_hour=booking.quota_resets_at,
            refund_notice=booking.refund_notice,
            check_in_opens_before=booking.check_in_opens,
            society_token_days=booking.society_token_days,
            token_idle=self.login.token_idle,
            tokens_per_person=self.login.tokens_per_person,
        )

    @property
    def has_platform(self) -> bool:
        """Whether any chat platform but the terminal is wanted."""
        slack = self.slack
        return bool(slack.bot_token or slack.app_token or slack.client_id or self.discord.token)

    @property
    def has_real_platform(self) -> bool:
        """Whether a chat platform's own address is in use, with a token that opens it."""
        slack = bool(self.slack.bot_token) and "slack.com" in self.slack.api_base_url
        discord = bool(self.discord.token) and "discord.com" in self.discord.api_base_url
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


_Model = TypeVar("_Model", bound=Section)


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
    for section, model in sections().items():
        for each in _settings(model):
            if _is_secret(each) and isinstance(values.get(section), dict) and each.name in values[section]:
                del values[section][each.name]
                name = f"{_PREFIX}{section}__{each.name}".upper()
                problems.append(
                    f"{section}.{each.name}: secrets stay out of the file; set {name} or {name}_FILE"
                )


def sections() -> dict[str, type[Section]]:
    """The model of each section that stands alone; `source` is a list of its own."""
    hints = get_type_hints(Config)
    return {
        name: hint for name, hint in hints.items() if isinstance(hint, type) and issubclass(hint, Section)
    }


def _settings(model: type[Section]) -> tuple[FieldInfo, ...]:
    return msgspec.structs.fields(model)


def _is_secret(setting: FieldInfo) -> bool:
    return Secret in get_args(setting.type)


def _from_environment(values: dict[str, Any], environment: Environment, problems: list[str]) -> None:
    for name, (section, key) in _USUAL_NAMES.items():
        _put(values, section, key, name, environment, problems)
    models = sections()
    known = {
        f"{_PREFIX}{section}__{each.name}".upper(): (section, each.name)
        for section, model in models.items()
        for each in _settings(model)
    }
    for name, (section, key) in known.items():
        _put(values, section, key, name, environment, problems)
    for name in environment:
        if name.startswith(_PREFIX) and "__" in name and name.removesuffix("_FILE") not in known:
            section, _, key = name.removeprefix(_PREFIX).lower().partition("__")
            problems.append(f"{name}: there is no setting {section}.{key}")


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
    if key in _LISTS:
        given = [each.strip() for each in given.split(",") if each.strip()]
    target = values.setdefault(section, {})
    if isinstance(target, dict):
        target[key] = given


def _validated(values: dict[str, Any], problems: list[str]) -> Config:
    models = sections()
    problems += [f"{name}: there is no such section" for name in values.keys() - models.keys() - {"source"}]
    read: dict[str, Any] = {
        name: _section(name, model, values.get(name, {}), problems) for name, model in models.items()
    }
    return Config(**read, source=_sources(values.get("source", []), problems))


def _sources(given: object, problems: list[str]) -> list[SourceSection]:
    if not isinstance(given, list):
        problems.append("source: write each source as a table of its own, [[source]]")
        return []
    made = (_section(f"source.{place}", SourceSection, each, problems) for place, each in enumerate(given))
    return [each for each in made if each is not None]


def _section(name: str, model: type[_Model], given: object, problems: list[str]) -> _Model | None:
    """One section; each setting that is wrong is named, and the others still count."""
    if not isinstance(given, dict):
        problems.append(f"{name}: must be a section, [{name}]")
        given = {}
    settings = {each.name: each for each in _settings(model)}
    problems += [f"{name}.{key}: there is no such setting" for key in given if key not in settings]
    missing = [key for key, each in settings.items() if each.required and key not in given]
    problems += [f"{name}.{key}: is missing" for key in missing]
    read = {
        key: value
        for key, each in settings.items()
        if key in given and (value := _value(f"{name}.{key}", each, given[key], problems)) is not None
    }
    return None if missing else model(**read)


def _value(place: str, setting: FieldInfo, given: object, problems: list[str]) -> object:
    """A setting as its type wants it; None, with the problem named, when that cannot be."""
    try:
        reader = _reader(setting)
        return reader(given) if reader else msgspec.convert(given, setting.type, strict=False)
    except (ValueError, msgspec.ValidationError) as error:
        if get_origin(setting.type) is Literal:
            problems.append(f"{place}: {given!r} is none of {', '.join(get_args(setting.type))}")
            return None
        problems.append(f"{place}: {str(error)[:1].lower()}{str(error)[1:].replace('`', '')}")
        return None


def _reader(setting: FieldInfo) -> Callable[[object], object] | None:
    if setting.name in {"trusted_proxies", "metrics_from"}:
        return _networks
    meta = next((each for each in get_args(setting.type) if isinstance(each, Meta)), None)
    return meta.extra.get("read") if meta and meta.extra else None


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
