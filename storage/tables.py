"""The database schema.

Instants are whole seconds since 1970, UTC. Short lists are text, one value per line. The guard against double
bookings (triggers on SQLite, an exclusion constraint on PostgreSQL) is created by migrations.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    exists,
    func,
    literal_column,
    text,
)

from storage.service_tables import erasure
from storage.timetable_tables import timetable_entry
from storage.webhook_tables import webhook

MAX_BOOKING_LENGTH = 2 * 24 * 60 * 60
"""Seconds. Bounds how far back a search for overlaps must look; opening hours keep bookings far shorter."""

(metadata,) = {timetable_entry.metadata, webhook.metadata}
"""Of all tables, those of other modules included."""

_Serial = BigInteger().with_variant(Integer, "sqlite")

building = Table(
    "building",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("latitude", Float, nullable=False),
    Column("longitude", Float, nullable=False),
    Column("aliases", Text, nullable=False),
    Column("retired_at", BigInteger),
)

room = Table(
    "room",
    metadata,
    Column("id", Text, primary_key=True),
    Column("building_id", ForeignKey("building.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("abbr", Text, nullable=False),
    Column("usage", Text, nullable=False),
    Column("school", Text, nullable=False),
    Column("aliases", Text, nullable=False),
    Column("equipment", Text, nullable=False),
    Column("individual_access", Boolean, nullable=False),
    Column("bookable", Boolean, nullable=False),
    Column("weekday_opens", SmallInteger),
    Column("weekday_closes", SmallInteger),
    Column("weekend_opens", SmallInteger),
    Column("weekend_closes", SmallInteger),
    Column("granularity", SmallInteger),
    Column("check_in", Boolean, nullable=False, server_default=text("false")),
    Column("retired_at", BigInteger),
    CheckConstraint("capacity >= 0", name="capacity"),
)

person = Table(
    "person",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("username", Text, nullable=False),
    Column("username_key", Text, nullable=False, unique=True),
    Column("email", Text, nullable=False),
    Column("email_key", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("groups", Text, nullable=False),
    Column("zone", Text),
    Column("is_admin", Boolean, nullable=False),
    Column("password_hash", Text),
    Column("reminders", Text, nullable=False, server_default="30"),
    Column("wants_notices", Boolean, nullable=False, server_default=text("false")),
    Column("quiet_from", SmallInteger),
    Column("quiet_until", SmallInteger),
    Column("deliver_to", Text),
    Column("wants_confirmations", Boolean, nullable=False, server_default=text("true")),
    Column("same_day_until", BigInteger),
    Column("blocked_until", BigInteger),
    Column("block_reason", Text),
    sqlite_autoincrement=True,
)

is_present: ColumnElement[bool] = ~exists().where(erasure.c.person_id == person.c.id)
"""Whether a person is not being erased."""

identity = Table(
    "identity",
    metadata,
    Column("identity", Text, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
)

known_address = Table(
    "known_address",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
)
"""Networks of successful password logins, as keyed hashes of person and network."""

society = Table(
    "society",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("token_generation", Integer),
    Column("token_issued_on", Integer),
    Column("series_hours", Integer),
    Column("weekly_minutes", Integer),
    Column("dissolved_at", BigInteger),
)

membership = Table(
    "membership",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("society_id", ForeignKey("society.id"), primary_key=True, index=True),
    Column("role", Text, nullable=False),
)

series = Table(
    "series",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("room_id", ForeignKey("room.id"), nullable=False),
    Column("booked_by", ForeignKey("person.id")),
    Column("created_at", BigInteger, nullable=False),
    Column("society_id", ForeignKey("society.id")),
    Column("title", Text, nullable=False),
    Column("notes", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("exceptions", Text, nullable=False),
    Column("starts_on", Integer, nullable=False),
    Column("starts_at", SmallInteger, nullable=False),
    Column("length", SmallInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    CheckConstraint("length > 0", name="length"),
    CheckConstraint("booked_by IS NOT NULL OR society_id IS NOT NULL", name="owner"),
)
"""`rule` is an RRULE from the day `starts_on` (since 1970-01-01) on; `exceptions` are its tombstones, one a
line. `ends_at` is when its last date ends."""

booking = Table(
    "booking",
    metadata,
    Column("id", Text, primary_key=True),
    Column("room_id", ForeignKey("room.id"), nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("end", BigInteger, nullable=False),
    Column("booked_by", ForeignKey("person.id")),
    Column("created_at", BigInteger, nullable=False),
    Column("society_id", ForeignKey("society.id")),
    Column("title", Text, nullable=False),
    Column("notes", Text, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("checked_in_at", BigInteger),
    Column("version", Integer, nullable=False),
    Column("non_refundable", Integer, nullable=False, server_default=text("0")),
    Column("series_id", ForeignKey("series.id")),
    Column("series_day", Integer),
    Column("series_version", Integer),
    Column("held_until", BigInteger),
    Column("guests", Text, nullable=False, server_default=""),
    Column("transfer", Text),
    Column("release", Text),
    Column("released_at", BigInteger),
    CheckConstraint('start < "end"', name="order"),
    CheckConstraint(f'"end" - start <= {MAX_BOOKING_LENGTH}', name="length"),
    CheckConstraint("booked_by IS NOT NULL OR society_id IS NOT NULL", name="owner"),
)
Index(
    "ix_booking_active",
    booking.c.room_id,
    booking.c.start,
    booking.c.end,
    sqlite_where=text("state = 1"),
    postgresql_where=text("state = 1"),
)
Index(
    "ix_booking_held",
    booking.c.room_id,
    booking.c.start,
    sqlite_where=text("state = 2"),
    postgresql_where=text("state = 2"),
)
"""Holds: rows with `held_until` that are no bookings, and count until then. They are few."""
Index("ix_booking_booked_by_start", booking.c.booked_by, booking.c.start)
Index("ix_booking_society_id_start", booking.c.society_id, booking.c.start)

Index(
    "ix_booking_series_id_series_day",
    booking.c.series_id,
    booking.c.series_day,
    unique=True,
    sqlite_where=text("state = 1 AND series_id IS NOT NULL"),
    postgresql_where=text("state = 1 AND series_id IS NOT NULL"),
)
"""Unique: no date of a series is ever booked twice."""

closure = Table(
    "closure",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("room_id", ForeignKey("room.id")),
    Column("building_id", ForeignKey("building.id")),
    Column("start", BigInteger, nullable=False),
    Column("end", BigInteger, nullable=False),
    Column("is_yearly", Boolean, nullable=False),
    Column("zone", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    CheckConstraint('start < "end"', name="order"),
    CheckConstraint("room_id IS NULL OR building_id IS NULL", name="place"),
    sqlite_autoincrement=True,
)
"""Without room and building it is the whole campus that is closed."""

Index(
    "ix_booking_cancelled",
    booking.c.room_id,
    booking.c.start,
    sqlite_where=text("state = 0"),
    postgresql_where=text("state = 0"),
)

is_active: ColumnElement[bool] = booking.c.state == literal_column("1")
"""A literal, not a parameter: SQLite uses the partial index above only then."""

is_held: ColumnElement[bool] = booking.c.state == literal_column("2")

wait = Table(
    "wait",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("end", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("room_id", ForeignKey("room.id")),
    Column("query", Text, nullable=False),
    Column("society_id", ForeignKey("society.id")),
    Column("is_watch", Boolean, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("ended", Text),
    Column("hold_id", Text),
    Column("offered_until", BigInteger),
    CheckConstraint('start < "end"', name="order"),
    sqlite_autoincrement=True,
)
Index(
    "ix_wait_open",
    wait.c.person_id,
    sqlite_where=text("state < 2"),
    postgresql_where=text("state < 2"),
)

Index("ix_wait_person_id_start", wait.c.person_id, wait.c.start)

charge = Table(
    "charge",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("booking_id", ForeignKey("booking.id"), nullable=False, index=True),
    Column("week", Integer, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
)
Index("ix_charge_person_id_week_minutes", charge.c.person_id, charge.c.week, charge.c.minutes)

token = Table(
    "token",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False),
    Column("label", Text, nullable=False),
    Column("last_used_at", BigInteger),
)
token_alive_at: ColumnElement[int] = func.coalesce(token.c.last_used_at, token.c.created_at)
Index("ix_token_person_id_alive_at", token.c.person_id, token_alive_at)

audit = Table(
    "audit",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False, index=True),
    Column("details", Text, nullable=False),
)

request = Table(
    "request",
    metadata,
    Column("key", Text, primary_key=True),
    Column("booking_id", Text, nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
)

change = Table(
    "change",
    metadata,
    Column("seq", _Serial, primary_key=True, autoincrement=True),
    Column("origin", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

setting = Table(
    "setting",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

rating = Table(
    "rating",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("room_id", ForeignKey("room.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("cleanliness", Float, nullable=False),
    Column("location", Float, nullable=False),
    Column("quietness", Float, nullable=False),
    Column("overall", Float, nullable=False),
)
"""Anonymous: the key is a keyed hash of the visitor's network, the room and the day."""
Index("ix_rating_room_id_at", rating.c.room_id, rating.c.at)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("person_id", ForeignKey("person.id")),
    Column("identity", Text),
    Column("booking_id", ForeignKey("booking.id"), index=True),
    Column("payload", Text, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("state", SmallInteger, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("claimed_by", Text),
    Column("claimed_at", BigInteger),
    Column("claimed_until", BigInteger),
    Column("trouble", Text, nullable=False),
)
Index(
    "ix_outbox_due_at",
    outbox.c.due_at,
    sqlite_where=text("state < 2"),
    postgresql_where=text("state < 2"),
)
Index(
    "ix_outbox_given_up",
    outbox.c.person_id,
    sqlite_where=text("state = 3"),
    postgresql_where=text("state = 3"),
)
