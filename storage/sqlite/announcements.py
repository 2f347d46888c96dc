"""Stores the events of decisions for webhooks, in the same transaction."""

import sqlite3
from collections.abc import Iterable
from functools import cache

from sqlalchemy import bindparam
from sqlalchemy.dialects.sqlite import insert

from core.policy.webhook_events import events_of
from core.ports import WriteSet
from storage.mapping import instant
from storage.sqlite.compiled_statement import CompiledStatement
from storage.webhook_rows import event_values
from storage.webhook_tables import webhook_event


def announce(connection: sqlite3.Connection, writes: Iterable[WriteSet], at: int) -> None:
    """Stores what one decision writes as events. `at` is now, in seconds."""
    for event in events_of(writes, instant(at)):
        _insertion().run(connection, event_values(event))


@cache
def _insertion() -> CompiledStatement:
    columns = [each.name for each in webhook_event.c if not each.primary_key]
    return CompiledStatement(
        insert(webhook_event).values({name: bindparam(name) for name in columns}).on_conflict_do_nothing()
    )
