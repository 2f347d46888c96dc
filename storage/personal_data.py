"""What is stored about people: which rows of which tables, how the export shows them and erasing treats them.

`tests/privacy/test_coverage.py` compares the list with the schema: a column that can hold text or refers to a
person is either here, or in `IMPERSONAL` with the reason.
"""

from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Table, or_

from storage.personal_conditions import (
    Condition,
    has_closed_messages,
    has_installed,
    is_actor,
    is_audited,
    is_guest,
    is_message_about,
    is_of,
    is_offered_to,
    is_own_account,
    is_request_of,
    mentions,
)
from storage.personal_rewrites import (
    ERASED,
    Rewrite,
    audit_without,
    booking_without_owner,
    charge_of_placeholder,
    series_without_owner,
    set_values,
    without_guest,
    without_mentions,
    without_transfer,
)
from storage.service_tables import (
    calendar_address,
    channel_notice,
    draft,
    installation,
    login_session,
    quota_grant,
    refused_request,
)
from storage.tables import (
    audit,
    booking,
    charge,
    closure,
    identity,
    known_address,
    membership,
    outbox,
    person,
    request,
    series,
    setting,
    token,
    wait,
)
from storage.webhook_tables import webhook, webhook_event


class PersonalRows(Struct, frozen=True):
    """Rows of one table about a person.

    `columns` are those that can tell who it is. `rewrite` gives the new values of a row; None deletes it.
    `shown` are the columns of the export; empty: the section is about others too and is left out.
    """

    section: str
    table: Table
    key: ColumnElement[Any]
    find: Condition
    columns: tuple[str, ...]
    shown: tuple[str, ...] = ()
    rewrite: Rewrite | None = None


_BOOKING = (
    "id",
    "room_id",
    "start",
    "end",
    "created_at",
    "society_id",
    "title",
    "notes",
    "state",
    "checked_in_at",
    "non_refundable",
    "series_id",
    "guests",
    "transfer",
    "released_at",
)
_PLACE = ("id", "room_id", "start", "end", "society_id")
"""What a guest may know of somebody else's booking."""

ACCOUNT = PersonalRows(
    "account",
    person,
    person.c.id,
    is_of(person.c.id),
    (
        "username",
        "username_key",
        "email",
        "email_key",
        "name",
        "groups",
        "zone",
        "password_hash",
        "block_reason",
    ),
    (
        "id",
        "username",
        "email",
        "name",
        "groups",
        "zone",
        "is_admin",
        "reminders",
        "wants_notices",
        "quiet_from",
        "quiet_until",
        "deliver_to",
        "wants_confirmations",
        "same_day_until",
        "blocked_until",
        "block_reason",
    ),
)
IDENTITIES = PersonalRows(
    "chat accounts",
    identity,
    identity.c.identity,
    is_of(identity.c.person_id),
    ("identity", "person_id"),
    ("identity",),
)
"""These two go last: by them everything else is found."""

ROWS: tuple[PersonalRows, ...] = (
    PersonalRows(
        "remembered answers and drafts",
        draft,
        draft.c.id,
        is_of(draft.c.person_id),
        ("id", "person_id", "payload"),
        ("payload", "expires_at"),
    ),
    PersonalRows(
        "logins in progress",
        login_session,
        login_session.c.hash,
        lambda each: or_(
            login_session.c.person_id == each.person_id, is_own_account(each, login_session.c.identity)
        ),
        ("identity", "asked", "person_id", "sealed", "message", "nonce"),
        ("state", "identity", "asked", "message", "expires_at", "finished_at"),
    ),
    PersonalRows(
        "messages",
        outbox,
        outbox.c.id,
        is_message_about,
        ("key", "person_id", "identity", "payload", "trouble"),
        ("kind", "identity", "booking_id", "payload", "due_at", "state"),
    ),
    PersonalRows(
        "waiting list",
        wait,
        wait.c.id,
        is_of(wait.c.person_id),
        ("person_id", "query"),
        ("room_id", "start", "end", "created_at", "query", "society_id", "is_watch", "state", "ended"),
    ),
    PersonalRows(
        "refused requests",
        refused_request,
        refused_request.c.id,
        is_of(refused_request.c.person_id),
        ("person_id", "rule"),
        ("at", "action", "room_id", "start", "end", "seats", "society_id", "platform", "code", "rule"),
        set_values(person_id=None, rule=""),
    ),
    PersonalRows(
        "connected apps",
        token,
        token.c.hash,
        is_of(token.c.person_id),
        ("hash", "person_id", "label"),
        ("label", "created_at", "last_used_at"),
    ),
    PersonalRows(
        "known networks",
        known_address,
        known_address.c.key,
        is_of(known_address.c.person_id),
        ("key", "person_id"),
        ("key", "at"),
    ),
    PersonalRows(
        "calendar addresses",
        calendar_address,
        calendar_address.c.society_id,
        is_of(calendar_address.c.person_id),
        ("person_id", "hash", "salt"),
        ("society_id", "created_at"),
    ),
    PersonalRows(
        "societies",
        membership,
        membership.c.society_id,
        is_of(membership.c.person_id),
        ("person_id",),
        ("society_id", "role"),
    ),
    PersonalRows(
        "requests",
        request,
        request.c.key,
        is_request_of,
        ("key",),
        ("booking_id", "at"),
    ),
    PersonalRows(
        "charges",
        charge,
        charge.c.id,
        is_of(charge.c.person_id),
        ("person_id",),
        ("booking_id", "week", "minutes", "at"),
        charge_of_placeholder,
    ),
    PersonalRows(
        "quota granted",
        quota_grant,
        quota_grant.c.id,
        is_of(quota_grant.c.person_id),
        ("person_id", "reason"),
        ("week", "minutes", "reason", "at"),
    ),
    PersonalRows(
        "quota granted to others",
        quota_grant,
        quota_grant.c.id,
        lambda each: is_actor(each, quota_grant.c.granted_by),
        ("granted_by",),
        ("week", "minutes", "at"),
        set_values(granted_by=ERASED),
    ),
    PersonalRows(
        "events for webhooks",
        webhook_event,
        webhook_event.c.number,
        is_of(webhook_event.c.person_id),
        ("person_id",),
        ("type", "at", "booking_id", "data"),
        set_values(person_id=None),
    ),
    PersonalRows(
        "webhooks made",
        webhook,
        webhook.c.id,
        lambda each: is_actor(each, webhook.c.created_by),
        ("created_by",),
        ("url", "events", "created_at"),
        set_values(created_by=ERASED),
    ),
    PersonalRows(
        "bookings",
        booking,
        booking.c.id,
        is_of(booking.c.booked_by),
        ("booked_by", "title", "notes", "guests", "transfer"),
        _BOOKING,
        booking_without_owner,
    ),
    PersonalRows(
        "series",
        series,
        series.c.id,
        is_of(series.c.booked_by),
        ("booked_by", "title", "notes"),
        ("id", "room_id", "created_at", "society_id", "title", "notes", "rule", "starts_on", "ends_at"),
        series_without_owner,
    ),
    PersonalRows(
        "bookings one is invited to",
        booking,
        booking.c.id,
        is_guest,
        ("guests",),
        _PLACE,
        without_guest,
    ),
    PersonalRows(
        "bookings offered to one",
        booking,
        booking.c.id,
        is_offered_to,
        ("transfer",),
        _PLACE,
        without_transfer,
    ),
    PersonalRows(
        "closures made",
        closure,
        closure.c.id,
        lambda each: is_actor(each, closure.c.created_by),
        ("created_by",),
        ("room_id", "building_id", "start", "end", "reason", "created_at"),
        set_values(created_by=ERASED),
    ),
    PersonalRows(
        "channels with notices that one asked for",
        channel_notice,
        channel_notice.c.channel,
        lambda each: is_own_account(each, channel_notice.c.asked_by),
        ("asked_by",),
        ("channel", "at"),
        set_values(asked_by=ERASED),
    ),
    PersonalRows(
        "workspaces connected",
        installation,
        installation.c.team,
        has_installed,
        ("installed_by",),
        ("team", "name", "at"),
        set_values(installed_by=""),
    ),
    PersonalRows(
        "chat accounts that take no messages",
        setting,
        setting.c.key,
        has_closed_messages,
        ("key",),
        ("value",),
    ),
    PersonalRows(
        "audit trail",
        audit,
        audit.c.id,
        is_audited,
        ("actor", "subject", "details"),
        ("at", "actor", "action", "subject", "details"),
        audit_without,
    ),
    PersonalRows(
        "mentions in others' bookings",
        booking,
        booking.c.id,
        lambda each: mentions(each, booking.c.title, booking.c.notes),
        ("title", "notes"),
        rewrite=without_mentions("title", "notes"),
    ),
    PersonalRows(
        "mentions in others' series",
        series,
        series.c.id,
        lambda each: mentions(each, series.c.title, series.c.notes),
        ("title", "notes"),
        rewrite=without_mentions("title", "notes"),
    ),
    PersonalRows(
        "mentions in refusals of others",
        refused_request,
        refused_request.c.id,
        lambda each: mentions(each, refused_request.c.rule),
        ("rule",),
        rewrite=without_mentions("rule"),
    ),
    PersonalRows(
        "mentions in closures",
        closure,
        closure.c.id,
        lambda each: mentions(each, closure.c.reason),
        ("reason",),
        rewrite=without_mentions("reason"),
    ),
)

INSTANTS = frozenset({"start", "end", "at", "due_at", "ends_at", "finished_at", "expires_at", "created_at"})
