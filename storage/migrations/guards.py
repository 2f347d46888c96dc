"""Database guards against double bookings.

On SQLite two triggers: active bookings and holds of a room never overlap, so only the last one that begins
before a new one ends can. On PostgreSQL an exclusion constraint over room and time; it hashes rooms to 64
bits, which compares faster than text, and leaves lookups by room to the ordinary index.

No guard knows the time: a hold that has expired is in the way until a decision ends it.
"""


def _overlap(state: int) -> str:
    return f"""
    SELECT RAISE(ABORT, 'slot taken')
    WHERE (SELECT "end" FROM booking
           WHERE room_id = NEW.room_id AND state = {state} AND start < NEW."end" AND id <> NEW.id
           ORDER BY start DESC LIMIT 1) > NEW.start;
"""  # noqa: S608 - a number


def _sqlite_guards(condition: str, checks: str) -> tuple[str, str]:
    return (
        f"CREATE TRIGGER booking_insert_guard BEFORE INSERT ON booking WHEN {condition} BEGIN {checks} END",
        f"""CREATE TRIGGER booking_update_guard
    BEFORE UPDATE OF room_id, start, "end", state ON booking WHEN {condition} BEGIN {checks} END""",
    )


SQLITE_GUARDS = _sqlite_guards("NEW.state = 1", _overlap(1))

POSTGRESQL_GUARDS = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    """ALTER TABLE booking ADD CONSTRAINT ex_booking_room_id EXCLUDE USING gist
    (hashtextextended(room_id, 0) WITH =, int8range(start, "end") WITH &&) WHERE (state = 1)""",
)

SQLITE_GUARDS_WITH_HOLDS = _sqlite_guards("NEW.state IN (1, 2)", _overlap(1) + _overlap(2))

POSTGRESQL_GUARDS_WITH_HOLDS = (
    """ALTER TABLE booking ADD CONSTRAINT ex_booking_room_id EXCLUDE USING gist
    (hashtextextended(room_id, 0) WITH =, int8range(start, "end") WITH &&) WHERE (state IN (1, 2))""",
)

DROP_SQLITE_GUARDS = ("DROP TRIGGER booking_insert_guard", "DROP TRIGGER booking_update_guard")
DROP_POSTGRESQL_GUARDS = ("ALTER TABLE booking DROP CONSTRAINT ex_booking_room_id",)
