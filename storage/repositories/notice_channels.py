"""Channels subscribed to quota notices."""

from datetime import datetime

from sqlalchemy import Connection, delete, select

from core.model import Identity
from storage.mapping import seconds
from storage.service_tables import channel_notice
from storage.upsert import insert_new

_col = channel_notice.c


class SqlNoticeChannelRepository:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> list[Identity]:
        return list(self._connection.execute(select(_col.channel).order_by(_col.channel)).scalars())

    def add(self, channel: Identity, requested_by: Identity, now: datetime) -> bool:
        row: dict[str, object] = {"channel": channel, "asked_by": requested_by, "at": seconds(now)}
        return insert_new(self._connection, channel_notice, [row]) == 1

    def remove(self, channel: Identity) -> bool:
        return self._connection.execute(delete(channel_notice).where(_col.channel == channel)).rowcount == 1
