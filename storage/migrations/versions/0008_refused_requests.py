"""Requests that were refused, for usage figures and explanations; and indexes of what explanations read."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "refused_request",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("person_id", _SERIAL, nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("room_id", sa.Text(), nullable=True),
        sa.Column("start", sa.BigInteger(), nullable=True),
        sa.Column("end", sa.BigInteger(), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("society_id", sa.Text(), nullable=True),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_request")),
    )
    op.create_index("ix_refused_request_at", "refused_request", ["at"])
    op.create_index("ix_refused_request_person_id_at", "refused_request", ["person_id", "at"])
    op.create_index("ix_refused_request_room_id_start", "refused_request", ["room_id", "start"])
    op.create_index("ix_wait_person_id_start", "wait", ["person_id", "start"])
    _create_partial_index("ix_booking_cancelled", "booking", ["room_id", "start"], state=0)
    _create_partial_index("ix_outbox_given_up", "outbox", ["person_id"], state=3)


def downgrade() -> None:
    op.drop_index("ix_outbox_given_up", "outbox")
    op.drop_index("ix_booking_cancelled", "booking")
    op.drop_index("ix_wait_person_id_start", "wait")
    op.drop_table("refused_request")


def _create_partial_index(name: str, table: str, columns: list[str], state: int) -> None:
    only = sa.text(f"state = {state}")
    op.create_index(name, table, columns, sqlite_where=only, postgresql_where=only)
