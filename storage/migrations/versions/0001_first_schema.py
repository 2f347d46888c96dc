"""The first schema: rooms, people, societies, bookings, ledger, timetables, tokens, audit."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.guards import POSTGRESQL_GUARDS, SQLITE_GUARDS

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_subject"), "audit", ["subject"], unique=False)
    op.create_table(
        "building",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("aliases", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_building")),
    )
    op.create_table(
        "change",
        sa.Column("seq", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_change")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "person",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("username_key", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("groups", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email_key", name=op.f("uq_person_email_key")),
        sa.UniqueConstraint("username_key", name=op.f("uq_person_username_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "request",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("booking_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_request")),
    )
    op.create_index(op.f("ix_request_at"), "request", ["at"], unique=False)
    op.create_table(
        "setting",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
    )
    op.create_table(
        "society",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_generation", sa.Integer(), nullable=True),
        sa.Column("token_issued_on", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_society")),
    )
    op.create_table(
        "timetable_run",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timetable_run")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_timetable_run_source"), "timetable_run", ["source"], unique=False)
    op.create_table(
        "identity",
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("person_id", _SERIAL, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_identity_person_id_person")),
        sa.PrimaryKeyConstraint("identity", name=op.f("pk_identity")),
    )
    op.create_index(op.f("ix_identity_person_id"), "identity", ["person_id"], unique=False)
    op.create_table(
        "membership",
        sa.Column("person_id", _SERIAL, nullable=False),
        sa.Column("society_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id_person")),
        sa.ForeignKeyConstraint(
            ["society_id"], ["society.id"], name=op.f("fk_membership_society_id_society")
        ),
        sa.PrimaryKeyConstraint("person_id", "society_id", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_society_id"), "membership", ["society_id"], unique=False)
    op.create_table(
        "room",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("building_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("abbr", sa.Text(), nullable=False),
        sa.Column("usage", sa.Text(), nullable=False),
        sa.Column("school", sa.Text(), nullable=False),
        sa.Column("aliases", sa.Text(), nullable=False),
        sa.Column("equipment", sa.Text(), nullable=False),
        sa.Column("individual_access", sa.Boolean(), nullable=False),
        sa.Column("bookable", sa.Boolean(), nullable=False),
        sa.Column("weekday_opens", sa.SmallInteger(), nullable=True),
        sa.Column("weekday_closes", sa.SmallInteger(), nullable=True),
        sa.Column("weekend_opens", sa.SmallInteger(), nullable=True),
        sa.Column("weekend_closes", sa.SmallInteger(), nullable=True),
        sa.Column("granularity", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint("capacity >= 0", name=op.f("ck_room_capacity")),
        sa.ForeignKeyConstraint(["building_id"], ["building.id"], name=op.f("fk_room_building_id_building")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
    )
    op.create_table(
        "token",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", _SERIAL, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_token_person_id_person")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_token")),
    )
    op.create_index(op.f("ix_token_person_id"), "token", ["person_id"], unique=False)
    op.create_table(
        "booking",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("booked_by", _SERIAL, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("society_id", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("checked_in_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint('"end" - start <= 172800', name=op.f("ck_booking_length")),
        sa.CheckConstraint("booked_by IS NOT NULL OR society_id IS NOT NULL", name=op.f("ck_booking_owner")),
        sa.CheckConstraint('start < "end"', name=op.f("ck_booking_order")),
        sa.ForeignKeyConstraint(["booked_by"], ["person.id"], name=op.f("fk_booking_booked_by_person")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_booking_room_id_room")),
        sa.ForeignKeyConstraint(["society_id"], ["society.id"], name=op.f("fk_booking_society_id_society")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
    )
    op.create_index(
        "ix_booking_active",
        "booking",
        ["room_id", "start", "end"],
        unique=False,
        sqlite_where=sa.text("state = 1"),
        postgresql_where=sa.text("state = 1"),
    )
    op.create_index("ix_booking_booked_by_start", "booking", ["booked_by", "start"], unique=False)
    op.create_index("ix_booking_society_id_start", "booking", ["society_id", "start"], unique=False)
    op.create_table(
        "timetable_entry",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("run_id", _SERIAL, nullable=False),
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("booking_type", sa.Text(), nullable=False),
        sa.CheckConstraint('"end" - start <= 2678400', name=op.f("ck_timetable_entry_length")),
        sa.CheckConstraint('start < "end"', name=op.f("ck_timetable_entry_order")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_timetable_entry_room_id_room")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["timetable_run.id"], name=op.f("fk_timetable_entry_run_id_timetable_run")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timetable_entry")),
    )
    op.create_index(
        "ix_timetable_entry_room_id_start_end_run_id",
        "timetable_entry",
        ["room_id", "start", "end", "run_id"],
        unique=False,
    )
    op.create_index(op.f("ix_timetable_entry_run_id"), "timetable_entry", ["run_id"], unique=False)
    op.create_table(
        "charge",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("person_id", _SERIAL, nullable=False),
        sa.Column("booking_id", sa.Text(), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_charge_booking_id_booking")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_charge_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge")),
    )
    op.create_index(op.f("ix_charge_booking_id"), "charge", ["booking_id"], unique=False)
    op.create_index(
        "ix_charge_person_id_week_minutes", "charge", ["person_id", "week", "minutes"], unique=False
    )
    guards = SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_GUARDS
    for guard in guards:
        op.execute(guard)


def downgrade() -> None:
    op.drop_index("ix_charge_person_id_week_minutes", table_name="charge")
    op.drop_index(op.f("ix_charge_booking_id"), table_name="charge")
    op.drop_table("charge")
    op.drop_index(op.f("ix_timetable_entry_run_id"), table_name="timetable_entry")
    op.drop_index("ix_timetable_entry_room_id_start_end_run_id", table_name="timetable_entry")
    op.drop_table("timetable_entry")
    op.drop_index("ix_booking_society_id_start", table_name="booking")
    op.drop_index("ix_booking_booked_by_start", table_name="booking")
    op.drop_index(
        "ix_booking_active",
        table_name="booking",
        sqlite_where=sa.text("state = 1"),
        postgresql_where=sa.text("state = 1"),
    )
    op.drop_table("booking")
    op.drop_index(op.f("ix_token_person_id"), table_name="token")
    op.drop_table("token")
    op.drop_table("room")
    op.drop_index(op.f("ix_membership_society_id"), table_name="membership")
    op.drop_table("membership")
    op.drop_index(op.f("ix_identity_person_id"), table_name="identity")
    op.drop_table("identity")
    op.drop_index(op.f("ix_timetable_run_source"), table_name="timetable_run")
    op.drop_table("timetable_run")
    op.drop_table("society")
    op.drop_table("setting")
    op.drop_index(op.f("ix_request_at"), table_name="request")
    op.drop_table("request")
    op.drop_table("person")
    op.drop_table("change")
    op.drop_table("building")
    op.drop_index(op.f("ix_audit_subject"), table_name="audit")
    op.drop_table("audit")
