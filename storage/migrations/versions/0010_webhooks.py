"""Addresses that are told of events."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_webhooks()
    _create_events()
    _create_deliveries()


def downgrade() -> None:
    for table in ("webhook_delivery", "webhook_event", "webhook"):
        op.drop_table(table)


def _create_webhooks() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", _Serial, autoincrement=True, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("is_personal", sa.Boolean(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("previous_secret", sa.Text()),
        sa.Column("previous_until", sa.BigInteger()),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.BigInteger()),
        sa.Column("retry_at", sa.BigInteger()),
        sa.Column("succeeded_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
        sqlite_autoincrement=True,
    )


def _create_events() -> None:
    op.create_table(
        "webhook_event",
        sa.Column("number", _Serial, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("booking_id", sa.Text()),
        sa.Column("person_id", sa.BigInteger()),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_webhook_event")),
        sa.UniqueConstraint("id", name=op.f("uq_webhook_event_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_webhook_event_at", "webhook_event", ["at"])
    _create_partial_index("ix_webhook_event_new", "webhook_event", ["number"], "is_new")


def _create_deliveries() -> None:
    op.create_table(
        "webhook_delivery",
        sa.Column("webhook_id", _Serial, nullable=False),
        sa.Column("number", _Serial, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.SmallInteger()),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("claimed_by", sa.Text()),
        sa.Column("claimed_until", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_delivery_webhook_id_webhook")
        ),
        sa.ForeignKeyConstraint(
            ["number"], ["webhook_event.number"], name=op.f("fk_webhook_delivery_number_webhook_event")
        ),
        sa.PrimaryKeyConstraint("webhook_id", "number", name=op.f("pk_webhook_delivery")),
    )
    op.create_index("ix_webhook_delivery_number", "webhook_delivery", ["number"])
    for name, columns in (
        ("ix_webhook_delivery_due", ["webhook_id", "due_at"]),
        ("ix_webhook_delivery_order", ["webhook_id", "subject", "number"]),
    ):
        _create_partial_index(name, "webhook_delivery", columns, "state = 0")


def _create_partial_index(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
