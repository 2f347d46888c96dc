"""What several processes count together, as rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, case
from sqlalchemy.dialects import postgresql, sqlite

from core.model import CounterIncrement, CounterValue
from storage.mapping import seconds
from storage.tables import tally


class SqlCounterRepository:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, counted: Sequence[CounterIncrement], now: datetime) -> Mapping[str, CounterValue]:
        """In the order of their keys, so that two processes never wait for each other."""
        return {each.key: self._add(each, seconds(now)) for each in sorted(counted)}

    def _add(self, counted: CounterIncrement, now: int) -> CounterValue:
        insert = sqlite.insert if self._connection.dialect.name == "sqlite" else postgresql.insert
        amount = tally.c.amount
        known = case(
            (amount < counted.floor, counted.floor), (amount > counted.ceiling, counted.ceiling), else_=amount
        )
        statement = insert(tally).values(key=counted.key, amount=counted.floor + counted.amount, at=now)
        statement = statement.on_conflict_do_update(
            index_elements=[tally.c.key], set_={"amount": known + counted.amount, "at": now}
        )
        row = self._connection.execute(statement.returning(tally.c.amount, tally.c.at)).one()
        return CounterValue(row.amount, row.at)
