"""Tables of webhooks: endpoints, the log of events, and deliveries.

Instants are whole seconds since 1970, UTC.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    text,
)

from storage.service_tables import metadata

_Serial = BigInteger().with_variant(Integer, "sqlite")

webhook = Table(
    "webhook",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("url", Text, nullable=False),
    Column("events", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("is_personal", Boolean, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("previous_secret", Text),
    Column("previous_until", BigInteger),
    Column("failures", Integer, nullable=False),
    Column("failing_since", BigInteger),
    Column("retry_at", BigInteger),
    Column("succeeded_at", BigInteger),
    sqlite_autoincrement=True,
)
"""Secrets are sealed."""

webhook_event = Table(
    "webhook_event",
    metadata,
    Column("number", _Serial, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
    Column("subject", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("booking_id", Text),
    Column("person_id", BigInteger),
    Column("is_new", Boolean, nullable=False),
    sqlite_autoincrement=True,
)
"""Numbered in the order of the commits of each subject, whose rows are locked."""
Index(
    "ix_webhook_event_new",
    webhook_event.c.number,
    sqlite_where=text("is_new"),
    postgresql_where=text("is_new"),
)

webhook_delivery = Table(
    "webhook_delivery",
    metadata,
    Column("webhook_id", ForeignKey("webhook.id"), primary_key=True),
    Column("number", ForeignKey("webhook_event.number"), primary_key=True, index=True),
    Column("subject", Text, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("status", SmallInteger),
    Column("error", Text, nullable=False),
    Column("claimed_by", Text),
    Column("claimed_until", BigInteger),
)
Index(
    "ix_webhook_delivery_due",
    webhook_delivery.c.webhook_id,
    webhook_delivery.c.due_at,
    sqlite_where=text("state = 0"),
    postgresql_where=text("state = 0"),
)
Index(
    "ix_webhook_delivery_order",
    webhook_delivery.c.webhook_id,
    webhook_delivery.c.subject,
    webhook_delivery.c.number,
    sqlite_where=text("state = 0"),
    postgresql_where=text("state = 0"),
)
