"""Counters shared by processes: rows of the table `tally`."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, case
from sqlalchemy.dialects import postgresql, sqlite

from core.model import CounterIncrement, CounterValue
from storage.mapping import seconds
from storage.service_tables import tally


class SqlCounterRepository:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, increments: Sequence[CounterIncrement], now: datetime) -> Mapping[str, CounterValue]:
        """In key order, against deadlocks."""
        return {each.key: self._add(each, seconds(now)) for each in sorted(increments)}

    def _add(self, increment: CounterIncrement, now: int) -> CounterValue:
        insert = sqlite.insert if self._connection.dialect.name == "sqlite" else postgresql.insert
        amount = tally.c.amount
        current = case(
            (amount < increment.floor, increment.floor),
            (amount > increment.ceiling, increment.ceiling),
            else_=amount,
        )
        statement = insert(tally).values(key=increment.key, amount=increment.floor + increment.amount, at=now)
        statement = statement.on_conflict_do_update(
            index_elements=[tally.c.key], set_={"amount": current + increment.amount, "at": now}
        )
        row = self._connection.execute(statement.returning(tally.c.amount, tally.c.at)).one()
        return CounterValue(row.amount, row.at)
