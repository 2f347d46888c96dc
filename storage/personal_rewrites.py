"""New values of rows from which a person is taken out."""

import json
import re
from collections.abc import Callable
from typing import Any, TypeAlias

from msgspec import Struct

from core.model import DataSubject

ERASED = "erased"
"""Stands where a person was named."""
Values: TypeAlias = dict[str, Any]


class ErasureContext(Struct, frozen=True):
    """`placeholder` is the account that owns the bookings of people who are gone; `at` is now, in seconds."""

    subject: DataSubject
    placeholder: int
    at: int


Rewrite: TypeAlias = Callable[[Any, ErasureContext], Values]
"""From a row to the columns that change."""


def replace_mentions(text: str, subject: DataSubject) -> str:
    """Takes e-mail address, full name and chat accounts out of a text."""
    for each in subject.mentions:
        text = re.sub(rf"(?<!\w){re.escape(each)}(?!\w)", ERASED, text, flags=re.IGNORECASE)
    return text


def _without_owner(row: Any, context: ErasureContext) -> Values:  # noqa: ANN401 - a row of any table
    """A society's booking is the society's alone; a personal one counts as that of somebody who is gone."""
    owner = None if row.society_id is not None else context.placeholder
    return {"booked_by": owner, "title": "", "notes": ""}


def booking_without_owner(row: Any, context: ErasureContext) -> Values:  # noqa: ANN401
    values = _without_owner(row, context) | {"version": row.version + 1, "transfer": None, "release": None}
    if row.society_id is not None and row.end > context.at and row.state == 1:
        title, notes = (replace_mentions(each, context.subject) for each in (row.title, row.notes))
        return values | {"title": title, "notes": notes}
    is_open = row.state != 0 and row.end > context.at
    return values | {"guests": "", "state": 0 if is_open else row.state}


def series_without_owner(row: Any, context: ErasureContext) -> Values:  # noqa: ANN401
    values = _without_owner(row, context) | {"version": row.version + 1}
    return values | {"title": replace_mentions(row.title, context.subject)} if row.society_id else values


def without_guest(row: Any, context: ErasureContext) -> Values:  # noqa: ANN401
    keys = {str(context.subject.person_id), *context.subject.identities}
    kept = [each for each in row.guests.split("\n") if each.partition(" ")[0] not in keys]
    return {"guests": "\n".join(kept), "version": row.version + 1}


def without_transfer(row: Any, context: ErasureContext) -> Values:  # noqa: ANN401
    is_theirs = row.transfer.split("\n")[1] == str(context.subject.person_id)
    return {"transfer": None, "version": row.version + 1} if is_theirs else {"transfer": row.transfer}


def without_mentions(*columns: str) -> Callable[[Any, ErasureContext], Values]:
    def rewrite(row: Any, context: ErasureContext) -> Values:  # noqa: ANN401
        return {each: replace_mentions(getattr(row, each), context.subject) for each in columns}

    return rewrite


_TELLING_SUBJECTS = frozenset({"arrive", "link", "unlink", "log in"})
"""Actions whose subject is a chat account, a login's key or a device."""


def audit_without(row: Any, context: ErasureContext) -> Values:  # noqa: ANN401
    subject = context.subject
    who = {subject.actor, *subject.identities}
    is_actor = row.actor in who
    is_telling = row.subject in who or (is_actor and row.action in _TELLING_SUBJECTS)
    details = json.loads(row.details) if row.details else {}
    cleaned = {key: _clean(key, value, subject) for key, value in details.items()}
    return {
        "actor": ERASED if is_actor else replace_mentions(row.actor, subject),
        "subject": ERASED if is_telling else replace_mentions(row.subject, subject),
        "details": json.dumps(cleaned) if cleaned else "",
    }


def _clean(key: str, value: Any, subject: DataSubject) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {each: _clean(each, inner, subject) for each, inner in value.items()}
    if isinstance(value, list):
        return [_clean(key, each, subject) for each in value]
    if key == "person" and value == subject.person_id:
        return ERASED
    if not isinstance(value, str):
        return value
    is_theirs = value == subject.actor or value.casefold() == subject.username.casefold()
    return ERASED if is_theirs else replace_mentions(value, subject)


def set_values(**values: object) -> Callable[[Any, ErasureContext], Values]:
    return lambda _row, _context: dict(values)


def charge_of_placeholder(_row: Any, context: ErasureContext) -> Values:  # noqa: ANN401
    return {"person_id": context.placeholder}
