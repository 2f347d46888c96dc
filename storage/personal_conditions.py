"""Conditions for rows about a person."""

import json
from collections.abc import Callable
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, and_, false, literal_column, or_, select

from core.model import DataSubject
from storage.service_tables import installation
from storage.tables import audit, booking, outbox, request, setting

Condition: TypeAlias = Callable[[DataSubject], ColumnElement[bool]]


def mentions(subject: DataSubject, *columns: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a text may mention the person: as it was typed, or as JSON spells it."""
    spelled = {form for each in subject.mentions for form in (each, json.dumps(each)[1:-1])}
    found = [column.icontains(each, autoescape=True) for column in columns for each in sorted(spelled)]
    return or_(false(), *found)


def is_of(column: ColumnElement[Any]) -> Condition:
    return lambda subject: column == subject.person_id


def is_own_account(subject: DataSubject, column: ColumnElement[str]) -> ColumnElement[bool]:
    return column.in_(subject.identities)


def is_actor(subject: DataSubject, column: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether an actor of the audit trail is the person."""
    return column.in_((subject.actor, *subject.identities))


def _in_lines(column: ColumnElement[str], line: str) -> ColumnElement[bool]:
    """Whether a column of lines has one that is `line`, or begins with it and a space."""
    lines = literal_column("'\n'").concat(column).concat(literal_column("'\n'"))
    return or_(lines.contains(f"\n{line}\n", autoescape=True), lines.contains(f"\n{line} ", autoescape=True))


def is_guest(subject: DataSubject) -> ColumnElement[bool]:
    return or_(
        _in_lines(booking.c.guests, str(subject.person_id)),
        *(_in_lines(booking.c.guests, each) for each in subject.identities),
    )


def is_offered_to(subject: DataSubject) -> ColumnElement[bool]:
    """The second line of a transfer is to whom the booking is offered."""
    return booking.c.transfer.like(f"%\n{subject.person_id}\n%")


def is_audited(subject: DataSubject) -> ColumnElement[bool]:
    who = (subject.actor, *subject.identities)
    return or_(
        audit.c.actor.in_(who),
        audit.c.subject.in_(who),
        audit.c.details.contains(f'"{subject.actor}"', autoescape=True),
        audit.c.details.contains(f'"person": {subject.person_id}', autoescape=True),
        audit.c.details.icontains(json.dumps(subject.username), autoescape=True),
        mentions(subject, audit.c.actor, audit.c.subject, audit.c.details),
    )


def is_message_about(subject: DataSubject) -> ColumnElement[bool]:
    """Messages to the person, and those that name them: an answer's payload is `accepted 5 give …`."""
    number = subject.person_id
    named = [outbox.c.payload.like(f"% {number} {kind} %") for kind in ("give", "swap")]
    return or_(
        outbox.c.person_id == number,
        is_own_account(subject, outbox.c.identity),
        *named,
        mentions(subject, outbox.c.payload, outbox.c.key, outbox.c.trouble),
    )


def is_request_of(subject: DataSubject) -> ColumnElement[bool]:
    """Keys begin with the chat account, or contain the holder of a token."""
    own = select(booking.c.id).where(booking.c.booked_by == subject.person_id)
    return or_(
        request.c.booking_id.in_(own),
        request.c.key.contains(f"{subject.actor}:", autoescape=True),
        *(request.c.key.startswith(f"{each} ", autoescape=True) for each in subject.identities),
    )


def has_closed_messages(subject: DataSubject) -> ColumnElement[bool]:
    """Notes that a chat account takes no direct messages, by its number."""
    accounts = (each.partition(":") for each in subject.identities)
    return setting.c.key.in_([f"{platform} closed.{number}" for platform, _, number in accounts])


def has_installed(subject: DataSubject) -> ColumnElement[bool]:
    names = [each.split(":") for each in subject.identities if each.startswith("slack:")]
    return or_(
        false(),
        *(
            and_(installation.c.team == each[1], installation.c.installed_by == each[2])
            for each in names
            if len(each) == 3
        ),
    )
