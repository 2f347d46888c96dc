"""The configuration, section by section, with the default of every setting."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from bot.config.types import (
    BookingRetentionTime,
    CalendarDate,
    DailyHours,
    Days,
    Duration,
    JobSchedule,
    Networks,
    OptionalJobSchedule,
    Port,
    RetentionTime,
    Secret,
    SecretText,
    SeriesReach,
    SlotMinutes,
    TermBreaks,
    TextList,
    TimeZoneName,
    Workspaces,
    host_of,
    is_loopback,
)
from core.model import OpeningHours, Term
from core.policy.schedule import Periodic
from core.policy.terms import break_of_week


class Section(Struct, frozen=True, kw_only=True):
    """A table of the configuration file."""


class CampusSection(Section, frozen=True, kw_only=True):
    """The campus whose rooms are booked."""

    name: str = "Sample Campus"
    timezone: TimeZoneName = "Europe/London"
    contact: str = ""


class DatabaseSection(Section, frozen=True, kw_only=True):
    """The database URL: `sqlite:///path` or `postgresql://…`."""

    url: str = "sqlite:///var/roomie.db"


class HttpSection(Section, frozen=True, kw_only=True):
    """The HTTP server.

    `rate_limit` is requests a minute for each address and account, 0 for no limit. `max_connections` bounds
    open connections, `max_connections_per_address` those of one address (behind a trusted proxy: its requests
    in progress); 0 for no limit. `header_timeout` bounds the arrival of a request's head. `shutdown_delay` is
    how long `/readyz` answers 503 before a stopping process closes its socket. Processes without the role
    `web` serve health checks on `health_port`, unless it is 0. `metrics_from` lists the networks that may
    read `/metrics` and the details of `/readyz`; an empty list allows everybody while Roomie is reachable
    from this machine only, nobody otherwise.
    """

    host: str = "127.0.0.1"
    port: Port = 8000
    health_port: Port = 0
    shutdown_delay: Duration = timedelta(0)
    rate_limit: Annotated[int, Meta(ge=0)] = 600
    max_connections: Annotated[int, Meta(ge=0)] = 4_000
    max_connections_per_address: Annotated[int, Meta(ge=0)] = 200
    header_timeout: Duration = timedelta(seconds=10)
    public_url: str = ""
    trusted_proxies: Networks = field(default_factory=list)
    metrics_from: Networks = field(default_factory=list)


class FreeroomsSection(Section, frozen=True, kw_only=True):
    """The FreeRooms API. `status_shape` is that of `/api/rooms/status`: `flat`, as documented, or `nested`.

    With `ratings`, visitors may rate rooms.
    """

    status_shape: Literal["flat", "nested"] = "flat"
    ratings: bool = True


class BookingSection(Section, frozen=True, kw_only=True):
    """Booking rules: minutes, whole days, and the hour of Monday at which the quota resets.

    Each `display_generation` has other keys for displays, which show the codes for `door_code_rooms`.
    """

    weekday_hours: DailyHours = field(default_factory=lambda: OpeningHours(8 * 60, 21 * 60))
    weekend_hours: DailyHours = field(default_factory=lambda: OpeningHours(9 * 60, 18 * 60))
    slot_minutes: SlotMinutes = 15
    weekly_quota_minutes: Annotated[int, Meta(ge=0, le=7 * 24 * 60)] = 180
    student_days_ahead: Days = 7
    society_days_ahead: Days = 21
    staff_days_ahead: Days = 90
    student_series: SeriesReach = 7
    society_series: SeriesReach = "term"
    staff_series: SeriesReach = "term"
    society_series_hours: Annotated[int, Meta(ge=0, le=7 * 24)] = 0
    quota_reset_hour: Annotated[int, Meta(ge=0, le=23)] = 3
    refund_notice: Duration = timedelta(0)
    hold_minutes: Annotated[int, Meta(ge=1, le=24 * 60)] = 10
    waits_per_person: Annotated[int, Meta(ge=0, le=100)] = 3
    max_guests: Annotated[int, Meta(ge=0, le=200)] = 30
    transfer_hours: Annotated[int, Meta(ge=1, le=30 * 24)] = 24
    check_in_rooms: TextList = field(default_factory=list)
    door_code_rooms: TextList = field(default_factory=list)
    display_generation: Annotated[int, Meta(ge=1, le=1_000_000)] = 1
    release_after: Duration = timedelta(minutes=15)
    release_refunds: bool = False
    no_show_limit: Annotated[int, Meta(ge=0, le=100)] = 0
    check_in_opens_minutes: Annotated[int, Meta(ge=0, le=24 * 60)] = 15
    society_token_days: Annotated[int, Meta(ge=1, le=3660)] = 100
    default_minutes: Annotated[int, Meta(ge=5, le=24 * 60)] = 60
    bookable_rooms: TextList = field(default_factory=list)


class SlackSection(Section, frozen=True, kw_only=True):
    """The Slack app. `mode` is `socket` (needs the app token) or `http` (needs the signing secret).

    `match_email` links an account to the person with the e-mail address that Slack confirmed;
    `trusted_workspaces` lists the domains for which each workspace may confirm addresses, by workspace id.
    """

    mode: Literal["socket", "http"] = "socket"
    bot_token: SecretText = Secret()
    app_token: SecretText = Secret()
    signing_secret: SecretText = Secret()
    client_id: str = ""
    client_secret: SecretText = Secret()
    api_base_url: str = "https://slack.com/api/"
    authorize_url: str = "https://slack.com/oauth/v2/authorize"
    match_email: bool = False
    trusted_workspaces: Workspaces = field(default_factory=dict)


class DiscordSection(Section, frozen=True, kw_only=True):
    """The Discord app. `sync`: when to register commands; `guild_id`: register them for one server only."""

    token: SecretText = Secret()
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
    """The server secret, from which tokens and encryption keys are derived.

    Without `secret` one is generated and stored in `secret_file`, or in `roomie.secret` beside the database.
    `previous_secrets`, separated by commas, only decrypt what was encrypted before the secret was replaced.
    """

    secret: SecretText = Secret()
    previous_secrets: SecretText = Secret()
    secret_file: str = ""


class LoginSection(Section, frozen=True, kw_only=True):
    """Browser logins: by `shibboleth_url`, else by `oidc_issuer`, else by password.

    `required_groups` and `allowed_emails` (addresses, or domains that begin with `@`) restrict who of an
    institution may log in; both empty: everybody. Refusals name `support_contact`. `match_domains` limits
    the domains whose confirmed addresses are matched to people added by hand; empty: all. `dev_user` logs
    everybody on this machine in as one person. A token unused for `token_idle` expires; beyond
    `tokens_per_person` the least recently used ones end.
    """

    shibboleth_url: str = ""
    proxy_secret: SecretText = Secret()
    secret_header: str = "X-Roomie-Proxy-Secret"  # noqa: S105 - its name only
    eppn_header: str = "eppn"
    name_header: str = "cn"
    given_name_header: str = "givenName"
    surname_header: str = "sn"
    groups_header: str = "uclIntranetGroups"
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretText = Secret()
    oidc_scope: str = "openid email profile"
    oidc_subject_claim: str = "sub"
    oidc_groups_claim: str = "groups"
    oidc_redirect_path: Literal["/api/v1/login/oidc", "/login/oidc"] = "/api/v1/login/oidc"
    required_groups: TextList = field(default_factory=list)
    allowed_emails: TextList = field(default_factory=list)
    support_contact: str = ""
    match_domains: TextList = field(default_factory=list)
    dev_user: str = ""
    token_idle: RetentionTime = timedelta(days=90)
    tokens_per_person: Annotated[int, Meta(ge=1, le=200)] = 50


class PrivacySection(Section, frozen=True, kw_only=True):
    """How long things are kept: bookings and waits after their end, notifications after they were due.

    `named_bookings` is how long a booking that is over still says whose it was. `audit_rows` bounds the
    audit log; refused logins are counted separately.
    """

    bookings: BookingRetentionTime = timedelta(days=3 * 366)
    named_bookings: BookingRetentionTime = timedelta(days=3 * 366)
    messages: RetentionTime = timedelta(days=14)
    audit: RetentionTime = timedelta(days=400)
    audit_rows: Annotated[int, Meta(ge=1000)] = 5_000_000
    refused_logins: RetentionTime = timedelta(days=30)
    refusals: RetentionTime = timedelta(days=400)
    waits: RetentionTime = timedelta(days=400)


class TerminalSection(Section, frozen=True, kw_only=True):
    """The username at the terminal of `roomie run`; empty: the operating system's user name."""

    user: str = ""


class JobsSection(Section, frozen=True, kw_only=True):
    """Schedules of background jobs: `6h`, `daily 03:00`, `mon 03:00`.

    Without a schedule, quota notices are sent when a quota week begins.
    """

    purge: JobSchedule = Periodic(timedelta(hours=1))
    quota_notices: OptionalJobSchedule = None


class NotificationsSection(Section, frozen=True, kw_only=True):
    """Delivery of notifications. `concurrency` is sends in progress for each platform.

    `slack_rate` is messages a minute in each workspace, `discord_rate` messages a second, of one worker; 0
    for as many as the platform takes. `confirmations`: a direct message about each booking that was not made
    in the direct messages.
    """

    confirmations: bool = True
    concurrency: Annotated[int, Meta(ge=1, le=100)] = 8
    lease: Duration = timedelta(minutes=2)
    slack_rate: Annotated[int, Meta(ge=0)] = 240
    discord_rate: Annotated[int, Meta(ge=0)] = 15


class WebhooksSection(Section, frozen=True, kw_only=True):
    """Delivery of events. `private_hosts` may lie in private networks; `concurrency` is for each receiver."""

    private_hosts: TextList = field(default_factory=list)
    timeout: Duration = timedelta(seconds=10)
    concurrency: Annotated[int, Meta(ge=1, le=50)] = 4


class BackupSection(Section, frozen=True, kw_only=True):
    """Backups of a SQLite database. Without `folder` they are in `backups` beside it."""

    every: OptionalJobSchedule = None
    keep: Annotated[int, Meta(ge=1, le=10_000)] = 7
    folder: str = ""


class TimetablesSection(Section, frozen=True, kw_only=True):
    """`operators` are the usernames notified of rejected timetables; empty: all administrators."""

    operators: TextList = field(default_factory=list)


class CacheSection(Section, frozen=True, kw_only=True):
    """The in-memory read model; `reload_interval` is how often it is read anew from the database."""

    reload_interval: Duration = timedelta(hours=6)


class LogSection(Section, frozen=True, kw_only=True):
    """Log output on standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class TermSection(Section, frozen=True, kw_only=True):
    """A teaching term. Week 1 is the one of `start`; `weeks` is the number of the last teaching week.

    `breaks` are numbers of weeks, counted from `start`, and ranges of dates; with `count_breaks` they have a
    week number like any other.
    """

    name: str
    start: CalendarDate
    end: CalendarDate
    weeks: Annotated[int, Meta(ge=1, le=53)] | None = None
    breaks: TermBreaks = field(default_factory=list)
    count_breaks: bool = False

    @property
    def term(self) -> Term:
        breaks = tuple(
            break_of_week(self.start, each) if isinstance(each, int) else each for each in self.breaks
        )
        return Term(self.name, self.start, self.end, self.weeks, breaks, self.count_breaks)


class SourceSection(Section, frozen=True, kw_only=True):
    """A published timetable, read every `interval`.

    `rooms` is a table of names that only this source uses, each with our room, several, or none (""); or a
    list, which is the older way to write `room_patterns`.
    """

    name: str
    kind: str
    url: str
    year: int | None = None
    interval: Duration = timedelta(hours=6)
    rooms: list[str] | dict[str, str | list[str]] = field(default_factory=list)
    room_patterns: list[str] = field(default_factory=list)
    allow_private: bool = False
    options: dict[str, str] = field(default_factory=dict)

    @property
    def patterns(self) -> tuple[str, ...]:
        """Patterns of the ids of rooms to read; none means all."""
        return (*self.room_patterns, *(self.rooms if isinstance(self.rooms, list) else ()))

    @property
    def room_names(self) -> dict[str, str | list[str]]:
        return self.rooms if isinstance(self.rooms, dict) else {}


class Config(Section, frozen=True, kw_only=True):
    """The whole configuration."""

    campus: CampusSection = field(default_factory=CampusSection)
    database: DatabaseSection = field(default_factory=DatabaseSection)
    http: HttpSection = field(default_factory=HttpSection)
    freerooms: FreeroomsSection = field(default_factory=FreeroomsSection)
    booking: BookingSection = field(default_factory=BookingSection)
    slack: SlackSection = field(default_factory=SlackSection)
    discord: DiscordSection = field(default_factory=DiscordSection)
    security: SecuritySection = field(default_factory=SecuritySection)
    login: LoginSection = field(default_factory=LoginSection)
    privacy: PrivacySection = field(default_factory=PrivacySection)
    terminal: TerminalSection = field(default_factory=TerminalSection)
    jobs: JobsSection = field(default_factory=JobsSection)
    notifications: NotificationsSection = field(default_factory=NotificationsSection)
    webhooks: WebhooksSection = field(default_factory=WebhooksSection)
    backup: BackupSection = field(default_factory=BackupSection)
    timetables: TimetablesSection = field(default_factory=TimetablesSection)
    cache: CacheSection = field(default_factory=CacheSection)
    log: LogSection = field(default_factory=LogSection)
    source: list[SourceSection] = field(default_factory=list)
    term: list[TermSection] = field(default_factory=list)

    @property
    def has_platform(self) -> bool:
        """Whether a chat platform other than the terminal is configured."""
        return self._has_slack or self._has_discord

    @property
    def has_real_platform(self) -> bool:
        """Whether a configured chat platform is anything but a server on this machine."""
        return (self._has_slack and _is_elsewhere(self.slack.api_base_url)) or (
            self._has_discord and _is_elsewhere(self.discord.api_base_url)
        )

    @property
    def is_reached_by_platform(self) -> bool:
        """Whether a real chat platform sends requests to us, or users' browsers to our installation page."""
        slack, discord = self.slack, self.discord
        is_slack_inbound = self._has_slack and (slack.mode == "http" or bool(slack.client_id))
        is_discord_inbound = self._has_discord and (not discord.gateway or bool(discord.public_key))
        return (is_slack_inbound and _is_elsewhere(slack.api_base_url)) or (
            is_discord_inbound and _is_elsewhere(discord.api_base_url)
        )

    @property
    def _has_slack(self) -> bool:
        return bool(self.slack.bot_token or self.slack.app_token or self.slack.client_id)

    @property
    def _has_discord(self) -> bool:
        return bool(self.discord.token)


def _is_elsewhere(url: str) -> bool:
    return not is_loopback(host_of(url))


class Settings(Struct, frozen=True):
    """A configuration with the file it came from, and the start of a simulated clock (`ROOMIE_NOW`)."""

    config: Config
    path: Path | None
    now: datetime | None = None
