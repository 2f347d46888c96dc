"""The outbox, as rows."""

from collections.abc import Iterable

from sqlalchemy import Connection

from core.outbox import Message, MessageState
from storage.rows import seconds
from storage.tables import outbox
from storage.upsert import insert_new


class OutboxRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, messages: Iterable[Message]) -> int:
        """Queue messages; those whose key is there already are left out. How many are new."""
        return insert_new(self._connection, outbox, [message_row(each) for each in messages])


def message_row(message: Message) -> dict[str, object]:
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
