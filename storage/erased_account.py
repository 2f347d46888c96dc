"""The account that owns the bookings of people who are gone."""

import secrets
from datetime import datetime

from sqlalchemy import Connection, insert, select

from storage.mapping import seconds
from storage.service_tables import erasure
from storage.tables import person, setting
from storage.upsert import upsert

_SETTING = "account of erased people"
"""Its number."""


def erased_account(connection: Connection, now: datetime) -> int:
    """The account's number; it is made when it is needed first, and no repository finds it."""
    stored = select(setting.c.value).where(setting.c.key == _SETTING)
    known = connection.execute(stored).scalar()
    if known is not None:
        return int(known)
    name = f"erased-{secrets.token_hex(4)}"
    values = {"username": name, "username_key": name, "email": name, "email_key": name, "name": "Erased"}
    new = insert(person).values(**values, groups="", is_admin=False).returning(person.c.id)
    added: int = connection.execute(new).scalar_one()
    upsert(connection, setting, [{"key": _SETTING, "value": str(added)}])
    at = seconds(now)
    connection.execute(insert(erasure).values(person_id=added, requested_at=at, finished_at=at))
    return added
