"""Mapping between rows and values.

Rows have the order of their table's columns; lists (a person's groups, a room's aliases) are text with a
value per line.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from core.interval import Interval
from core.localtime import EPOCH, epoch_day
from core.model import (
    AuditEntry,
    Block,
    Booking,
    BookingState,
    BookingType,
    Charge,
    Closure,
    LoginToken,
    MessageState,
    NotificationPreferences,
    Occurrence,
    OutboxMessage,
    Person,
    QuietHours,
    Series,
    Society,
    TimetableEntry,
    UserGroup,
)
from core.names import stored_key
from core.policy.recurrence import read_rule, write_rule
from storage.release_column import release_text, to_release
from storage.sharing_columns import guest_lines, to_guests, to_transfer, transfer_lines

Row = Sequence[Any]
_ANY_ZONE = ZoneInfo("UTC")
"""For rules whose end is a date, as stored ones are."""


def seconds(instant: datetime) -> int:
    return int(instant.timestamp())


def instant(stored: int) -> datetime:
    return datetime.fromtimestamp(stored, UTC)


def join_lines(values: Iterable[str]) -> str:
    return "\n".join(values)


def split_lines(stored: str) -> list[str]:
    return stored.split("\n") if stored else []


def to_person(row: Row, belongs_to_a_society: object) -> Person:
    """Membership implies Group_3, whatever groups are stored. Preferences are the last columns but four."""
    preferences = to_preferences(row[-10:-4])
    same_day_until, blocked_until, reason = row[-4:-1]
    return Person(
        id=row[0],
        username=row[1],
        email=row[3],
        name=row[5],
        groups=_groups(row[6], is_member=bool(belongs_to_a_society)),
        zone=row[7],
        is_admin=bool(row[8]),
        preferences=preferences,
        same_day_until=None if same_day_until is None else instant(same_day_until),
        block=None if blocked_until is None else Block(instant(blocked_until), reason or ""),
    )


@lru_cache(maxsize=256)
def _groups(stored: str, *, is_member: bool) -> frozenset[UserGroup]:
    groups = {UserGroup(name) for name in split_lines(stored)} - {UserGroup.SOCIETY_MEMBER}
    return frozenset(groups | {UserGroup.SOCIETY_MEMBER} if is_member else groups)


def to_preferences(row: Row) -> NotificationPreferences:
    """Columns: reminders, notices, quiet from, quiet until, deliver to, confirmations."""
    reminders, notices, quiet_from, quiet_until, deliver_to, confirmations = row
    quiet = None if quiet_from is None else QuietHours(quiet_from, quiet_until)
    return NotificationPreferences(
        _reminders(reminders), bool(notices), quiet, deliver_to or "", bool(confirmations)
    )


@lru_cache(maxsize=256)
def _reminders(stored: str) -> tuple[int, ...]:
    return tuple(map(int, split_lines(stored)))


def person_values(person: Person) -> dict[str, object]:
    """A row without its id, `same_day_until` and the block, which have methods of their own."""
    return {
        "username": person.username,
        "username_key": stored_key(person.username),
        "email": person.email,
        "email_key": stored_key(person.email),
        "name": person.name,
        "groups": join_lines(sorted(person.groups - {UserGroup.SOCIETY_MEMBER})),
        "zone": person.zone,
        "is_admin": person.is_admin,
        "reminders": join_lines(map(str, person.preferences.reminders)),
        "wants_notices": person.preferences.notices,
        "quiet_from": person.preferences.quiet and person.preferences.quiet.start,
        "quiet_until": person.preferences.quiet and person.preferences.quiet.until,
        "deliver_to": person.preferences.deliver_to or None,
        "wants_confirmations": person.preferences.confirmations,
    }


def to_society(row: Row) -> Society:
    """Columns: id, name, token's generation and issue, limits."""
    return Society(row[0], row[1], row[4], row[5])


def to_booking(row: Row) -> Booking:
    return Booking(
        id=row[0],
        room_id=row[1],
        interval=Interval(instant(row[2]), instant(row[3])),
        booked_by=row[4],
        created_at=instant(row[5]),
        society_id=row[6],
        title=row[7],
        notes=row[8],
        state=BookingState(row[9]),
        checked_in_at=None if row[10] is None else instant(row[10]),
        version=row[11],
        non_refundable=row[12],
        occurrence=None if row[13] is None else Occurrence(row[13], day_of(row[14]), row[15]),
        held_until=None if row[16] is None else instant(row[16]),
        guests=to_guests(row[17]) if row[17] else (),
        transfer=to_transfer(row[18]) if row[18] else None,
        release=to_release(row[19]) if row[19] else None,
        released_at=None if row[20] is None else instant(row[20]),
    )


def day_of(stored: int) -> date:
    """The date of days since 1970-01-01."""
    return EPOCH + timedelta(days=stored)


def booking_values(booking: Booking) -> dict[str, object]:
    return {
        "id": booking.id,
        "room_id": booking.room_id,
        "start": seconds(booking.interval.start),
        "end": seconds(booking.interval.end),
        "booked_by": booking.booked_by,
        "created_at": seconds(booking.created_at),
        "society_id": booking.society_id,
        "title": booking.title,
        "notes": booking.notes,
        "state": booking.state.value,
        "checked_in_at": booking.checked_in_at and seconds(booking.checked_in_at),
        "version": booking.version,
        "non_refundable": booking.non_refundable,
        **_occurrence_values(booking.occurrence),
        "held_until": booking.held_until and seconds(booking.held_until),
        "guests": guest_lines(booking.guests),
        "transfer": transfer_lines(booking.transfer),
        "release": release_text(booking.release),
        "released_at": booking.released_at and seconds(booking.released_at),
    }


def _occurrence_values(occurrence: Occurrence | None) -> dict[str, object]:
    return {
        "series_id": occurrence and occurrence.series_id,
        "series_day": occurrence and epoch_day(occurrence.day),
        "series_version": occurrence and occurrence.version,
    }


def to_series(row: Row) -> Series:
    rule = read_rule(row[8], day_of(row[10]), _ANY_ZONE)
    exceptions = frozenset(map(date.fromisoformat, split_lines(row[9])))
    return Series(
        id=row[0],
        version=row[1],
        room_id=row[2],
        booked_by=row[3],
        created_at=instant(row[4]),
        society_id=row[5],
        title=row[6],
        notes=row[7],
        rule=replace(rule, exceptions=exceptions),
        starts_at=row[11],
        length=row[12],
        ends_at=instant(row[13]),
    )


def series_values(series: Series) -> dict[str, object]:
    return {
        "id": series.id,
        "version": series.version,
        "room_id": series.room_id,
        "booked_by": series.booked_by,
        "created_at": seconds(series.created_at),
        "society_id": series.society_id,
        "title": series.title,
        "notes": series.notes,
        "rule": write_rule(series.rule),
        "exceptions": join_lines(sorted(day.isoformat() for day in series.rule.exceptions)),
        "starts_on": epoch_day(series.rule.starts_on),
        "starts_at": series.starts_at,
        "length": series.length,
        "ends_at": seconds(series.ends_at),
    }


def charge_values(charge: Charge) -> dict[str, object]:
    return {
        "person_id": charge.person_id,
        "booking_id": charge.booking_id,
        "week": charge.week,
        "minutes": charge.minutes,
        "at": seconds(charge.at),
    }


def to_entry(row: Row) -> TimetableEntry:
    """Columns: room, start, end, name, type, source."""
    slot = Interval(instant(row[1]), instant(row[2]))
    return TimetableEntry(row[0], slot, row[3], BookingType(row[4]), row[5])


def entry_values(entry: TimetableEntry) -> dict[str, object]:
    return {
        "room_id": entry.room_id,
        "start": seconds(entry.interval.start),
        "end": seconds(entry.interval.end),
        "name": entry.name,
        "booking_type": entry.booking_type.value,
    }


def to_closure(row: Row) -> Closure:
    """Columns in the order of the table."""
    closure_id, room_id, building_id, start, end, is_yearly, zone, reason, created_by, created_at = row
    return Closure(
        closure_id,
        Interval(instant(start), instant(end)),
        reason,
        instant(created_at),
        created_by,
        zone,
        room_id,
        building_id,
        bool(is_yearly),
    )


def closure_values(closure: Closure) -> dict[str, object]:
    """A row without its id."""
    return {
        "room_id": closure.room_id,
        "building_id": closure.building_id,
        "start": seconds(closure.interval.start),
        "end": seconds(closure.interval.end),
        "is_yearly": closure.is_yearly,
        "zone": closure.zone,
        "reason": closure.reason,
        "created_by": closure.created_by,
        "created_at": seconds(closure.created_at),
    }


def audit_values(entry: AuditEntry) -> dict[str, object]:
    return {
        "at": seconds(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "details": json.dumps(dict(entry.details)) if entry.details else "",
    }


def to_login_token(row: Row) -> LoginToken:
    return LoginToken(row[0], row[1], instant(row[2]), row[3], None if row[4] is None else instant(row[4]))


def login_token_values(login: LoginToken) -> dict[str, object]:
    return {
        "hash": login.hash,
        "person_id": login.person_id,
        "created_at": seconds(login.created_at),
        "label": login.label,
        "last_used_at": login.last_used_at and seconds(login.last_used_at),
    }


MESSAGE_COLUMNS = (
    "key",
    "kind",
    "person_id",
    "identity",
    "booking_id",
    "payload",
    "due_at",
    "expires_at",
    "state",
    "attempts",
    "trouble",
)
"""Columns of a new message; the others are null until a worker claims it."""


def to_message(row: Row) -> OutboxMessage:
    """Columns: key, kind, person, identity, booking, payload, due at, expires at."""
    key, kind, person_id, identity, booking_id, payload, due_at, expires_at = row
    return OutboxMessage(
        key,
        kind,
        instant(due_at),
        payload,
        person_id,
        identity,
        booking_id,
        None if expires_at is None else instant(expires_at),
    )


def message_values(message: OutboxMessage) -> dict[str, object]:
    return {
        "key": message.key,
        "kind": message.kind,
        "person_id": message.person_id,
        "identity": message.identity,
        "booking_id": message.booking_id,
        "payload": message.payload,
        "due_at": seconds(message.due_at),
        "expires_at": message.expires_at and seconds(message.expires_at),
        "state": MessageState.WAITING.value,
        "attempts": 0,
        "trouble": "",
    }
