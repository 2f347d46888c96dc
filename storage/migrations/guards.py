"""Database guards against double bookings.

On SQLite two triggers: active bookings of a room never overlap, so only the last one that begins before a new
one ends can. On PostgreSQL an exclusion constraint over room and time; it hashes rooms to 64 bits, which
compares faster than text, and leaves lookups by room to the ordinary index.
"""

_OVERLAP = """
    SELECT RAISE(ABORT, 'slot taken')
    WHERE (SELECT "end" FROM booking
           WHERE room_id = NEW.room_id AND state = 1 AND start < NEW."end" AND id <> NEW.id
           ORDER BY start DESC LIMIT 1) > NEW.start;
"""

SQLITE_GUARDS = (
    f"""CREATE TRIGGER booking_insert_guard BEFORE INSERT ON booking WHEN NEW.state = 1
    BEGIN {_OVERLAP} END""",
    f"""CREATE TRIGGER booking_update_guard
    BEFORE UPDATE OF room_id, start, "end", state ON booking WHEN NEW.state = 1
    BEGIN {_OVERLAP} END""",
)

POSTGRESQL_GUARDS = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    """ALTER TABLE booking ADD CONSTRAINT ex_booking_room_id EXCLUDE USING gist
    (hashtextextended(room_id, 0) WITH =, int8range(start, "end") WITH &&) WHERE (state = 1)""",
)
