"""Tables of timetables: runs of their sources, and the entries of each.

Instants are whole seconds since 1970, UTC.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
)

from storage.service_tables import metadata

MAX_ENTRY_LENGTH = 31 * 24 * 60 * 60
"""Seconds. Bounds how far back a search for overlaps must look; imports split longer entries."""
_Serial = BigInteger().with_variant(Integer, "sqlite")

timetable_run = Table(
    "timetable_run",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False, index=True),
    Column("is_current", Boolean, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("state", Text, nullable=False, server_default="current"),
    Column("report", Text, nullable=False, server_default=""),
    sqlite_autoincrement=True,
)

timetable_entry = Table(
    "timetable_entry",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("run_id", ForeignKey("timetable_run.id"), nullable=False, index=True),
    Column("room_id", ForeignKey("room.id"), nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("end", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("booking_type", Text, nullable=False),
    CheckConstraint('start < "end"', name="order"),
    CheckConstraint(f'"end" - start <= {MAX_ENTRY_LENGTH}', name="length"),
)
Index(
    "ix_timetable_entry_room_id_start_end_run_id",
    timetable_entry.c.room_id,
    timetable_entry.c.start,
    timetable_entry.c.end,
    timetable_entry.c.run_id,
)
