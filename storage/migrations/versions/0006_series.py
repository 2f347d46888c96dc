"""Series, the bookings that are their dates, closures, drafts, and who wants a message for each booking.

One revision for one release; closures are of rooms, buildings and the campus, drafts are requests that were
shown to a person and wait for the press of a button.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_IS_ACTIVE_DATE = sa.text("state = 1 AND series_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "series",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("booked_by", _SERIAL, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("society_id", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("exceptions", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.SmallInteger(), nullable=False),
        sa.Column("length", sa.SmallInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("booked_by IS NOT NULL OR society_id IS NOT NULL", name=op.f("ck_series_owner")),
        sa.CheckConstraint("length > 0", name=op.f("ck_series_length")),
        sa.ForeignKeyConstraint(["booked_by"], ["person.id"], name=op.f("fk_series_booked_by_person")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_series_room_id_room")),
        sa.ForeignKeyConstraint(["society_id"], ["society.id"], name=op.f("fk_series_society_id_society")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
    )
    # Alembic cannot add a column with its foreign key on SQLite; both databases understand this.
    op.execute(
        "ALTER TABLE booking ADD COLUMN series_id TEXT "
        "CONSTRAINT fk_booking_series_id_series REFERENCES series (id)"
    )
    op.add_column("booking", sa.Column("series_day", sa.Integer(), nullable=True))
    op.add_column("booking", sa.Column("series_version", sa.Integer(), nullable=True))
    op.create_index(
        "ix_booking_series_id_series_day",
        "booking",
        ["series_id", "series_day"],
        unique=True,
        sqlite_where=_IS_ACTIVE_DATE,
        postgresql_where=_IS_ACTIVE_DATE,
    )
    op.add_column(
        "person",
        sa.Column("wants_confirmations", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    )
    op.create_table(
        "closure",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("room_id", sa.Text(), nullable=True),
        sa.Column("building_id", sa.Text(), nullable=True),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("is_yearly", sa.Boolean(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint('start < "end"', name=op.f("ck_closure_order")),
        sa.CheckConstraint("room_id IS NULL OR building_id IS NULL", name=op.f("ck_closure_place")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_closure_room_id_room")),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_closure_building_id_building")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "draft",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person_id", _SERIAL, nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_draft_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
    )
    op.create_index(op.f("ix_draft_person_id"), "draft", ["person_id"])
    op.create_index(op.f("ix_draft_expires_at"), "draft", ["expires_at"])


def downgrade() -> None:
    op.drop_table("draft")
    op.drop_table("closure")
    op.drop_column("person", "wants_confirmations")
    op.drop_index("ix_booking_series_id_series_day", table_name="booking")
    op.drop_column("booking", "series_version")
    op.drop_column("booking", "series_day")
    op.execute("ALTER TABLE booking DROP COLUMN series_id")
    op.drop_table("series")
