"""Tables of the service itself: deliveries, installations, counters, jobs, logins, calendars, sources.

Refusals are here, too. Instants are whole seconds since 1970, UTC. `storage.tables` adds all
others to the same metadata.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_SERIAL = BigInteger().with_variant(Integer, "sqlite")

seen = Table(
    "seen",
    metadata,
    Column("key", Text, primary_key=True),
    Column("at", BigInteger, nullable=False, index=True),
    Column("is_done", Boolean, nullable=False),
)

installation = Table(
    "installation",
    metadata,
    Column("team", Text, primary_key=True),
    Column("token", Text, nullable=False),
    Column("bot_user", Text, nullable=False),
    Column("bot_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("installed_by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

oauth_state = Table(
    "oauth_state",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("until", BigInteger, nullable=False),
)

tally = Table(
    "tally",
    metadata,
    Column("key", Text, primary_key=True),
    Column("amount", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""Unlogged on PostgreSQL: the counters are worthless after a crash."""

channel_notice = Table(
    "channel_notice",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("asked_by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

source_state = Table(
    "source_state",
    metadata,
    Column("source", Text, primary_key=True),
    Column("fingerprints", Text, nullable=False),
    Column("last_good_at", BigInteger),
    Column("last_tried_at", BigInteger),
    Column("trouble", Text, nullable=False),
)

job_run = Table(
    "job_run",
    metadata,
    Column("name", Text, primary_key=True),
    Column("due_at", BigInteger, nullable=False),
    Column("started_at", BigInteger),
    Column("finished_at", BigInteger),
    Column("trouble", Text, nullable=False),
    Column("claimed_by", Text),
    Column("claimed_until", BigInteger),
)

login_session = Table(
    "login_session",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("state", SmallInteger, nullable=False),
    Column("identity", Text),
    Column("asked", Text, nullable=False),
    Column("person_id", ForeignKey("person.id")),
    Column("nonce", LargeBinary),
    Column("sealed", LargeBinary),
    Column("message", Text, nullable=False),
    Column("finished_at", BigInteger),
)

calendar_address = Table(
    "calendar_address",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("society_id", Text, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("salt", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)
"""`society_id` is empty for a person's own calendar."""

draft = Table(
    "draft",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("payload", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
)
"""What was shown to a person: requests that wait for a button, and answers that later words refer to."""

refused_request = Table(
    "refused_request",
    metadata,
    Column("id", _SERIAL, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False, index=True),
    Column("person_id", _SERIAL),
    Column("action", Text, nullable=False),
    Column("room_id", Text),
    Column("start", BigInteger),
    Column("end", BigInteger),
    Column("seats", Integer, nullable=False),
    Column("society_id", Text),
    Column("platform", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("rule", Text, nullable=False),
)
"""Without foreign keys: a refusal may outlive its person and name a room that is gone."""
Index("ix_refused_request_person_id_at", refused_request.c.person_id, refused_request.c.at)
Index("ix_refused_request_room_id_start", refused_request.c.room_id, refused_request.c.start)

quota_grant = Table(
    "quota_grant",
    metadata,
    Column("id", _SERIAL, primary_key=True, autoincrement=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("week", Integer, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("granted_by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)
"""Minutes added to a person's quota of one week, by administrators."""
Index("ix_quota_grant_person_id_week", quota_grant.c.person_id, quota_grant.c.week)
erasure = Table(
    "erasure",
    metadata,
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("requested_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    Column("hand_over_to", BigInteger),
)
"""People who are being erased, and those who were: no repository finds them. Without foreign keys, for they
outlive the account. The one whose account stays is the placeholder that owns erased people's bookings.
"""
