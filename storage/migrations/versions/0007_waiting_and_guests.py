"""The waiting list with holds, guests of bookings, hand-overs, releases, and addresses of calendars.

A hold keeps a slot for a person until an offer is answered or expires.
"""

import sqlalchemy as sa
from alembic import op

from storage.migrations.guards import (
    DROP_POSTGRESQL_GUARDS,
    DROP_SQLITE_GUARDS,
    POSTGRESQL_GUARDS,
    POSTGRESQL_GUARDS_WITH_HOLDS,
    SQLITE_GUARDS,
    SQLITE_GUARDS_WITH_HOLDS,
)

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_IS_HELD = sa.text("state = 2")
_IS_OPEN = sa.text("state < 2")


def upgrade() -> None:
    op.add_column("booking", sa.Column("held_until", sa.BigInteger(), nullable=True))
    op.add_column("booking", sa.Column("guests", sa.Text(), server_default="", nullable=False))
    op.add_column("booking", sa.Column("transfer", sa.Text(), nullable=True))
    op.add_column("booking", sa.Column("release", sa.Text(), nullable=True))
    op.add_column("booking", sa.Column("released_at", sa.BigInteger(), nullable=True))
    op.add_column("room", sa.Column("check_in", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("person", sa.Column("same_day_until", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_booking_held",
        "booking",
        ["room_id", "start"],
        sqlite_where=_IS_HELD,
        postgresql_where=_IS_HELD,
    )
    if op.get_bind().dialect.name == "sqlite":
        _execute(*DROP_SQLITE_GUARDS, *SQLITE_GUARDS_WITH_HOLDS)
    else:
        _execute(*DROP_POSTGRESQL_GUARDS, *POSTGRESQL_GUARDS_WITH_HOLDS)
    op.create_table(
        "wait",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("person_id", _SERIAL, nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("room_id", sa.Text(), nullable=True),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("society_id", sa.Text(), nullable=True),
        sa.Column("is_watch", sa.Boolean(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("ended", sa.Text(), nullable=True),
        sa.Column("hold_id", sa.Text(), nullable=True),
        sa.Column("offered_until", sa.BigInteger(), nullable=True),
        sa.CheckConstraint('start < "end"', name=op.f("ck_wait_order")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_wait_person_id_person")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_wait_room_id_room")),
        sa.ForeignKeyConstraint(["society_id"], ["society.id"], name=op.f("fk_wait_society_id_society")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wait")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_wait_open", "wait", ["person_id"], sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN)
    op.create_table(
        "calendar_address",
        sa.Column("person_id", _SERIAL, nullable=False),
        sa.Column("society_id", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_calendar_address_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", "society_id", name=op.f("pk_calendar_address")),
        sa.UniqueConstraint("hash", name=op.f("uq_calendar_address_hash")),
    )


def downgrade() -> None:
    op.drop_table("calendar_address")
    op.drop_table("wait")
    op.execute("UPDATE booking SET state = 0 WHERE state = 2")
    if op.get_bind().dialect.name == "sqlite":
        _execute(*DROP_SQLITE_GUARDS, *SQLITE_GUARDS)
    else:
        _execute(*DROP_POSTGRESQL_GUARDS, *POSTGRESQL_GUARDS[1:])
    op.drop_index("ix_booking_held", table_name="booking")
    op.drop_column("person", "same_day_until")
    op.drop_column("room", "check_in")
    op.drop_column("booking", "released_at")
    op.drop_column("booking", "release")
    op.drop_column("booking", "transfer")
    op.drop_column("booking", "guests")
    op.drop_column("booking", "held_until")


def _execute(*statements: str) -> None:
    for statement in statements:
        op.execute(statement)
