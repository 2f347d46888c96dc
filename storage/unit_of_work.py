"""Everything that is kept, seen through one connection inside one transaction."""

from collections.abc import Iterable

from sqlalchemy import Connection, func, insert, select

from core.model.entities import AuditEntry
from core.ports.storage import Change
from core.read_model import EVERYTHING
from storage.mapping import audit_row
from storage.repositories.bookings import BookingRows
from storage.repositories.counters import TallyRows
from storage.repositories.installations import InstallationRows
from storage.repositories.jobs import JobRows
from storage.repositories.login_sessions import LoginRows
from storage.repositories.notice_channels import ChannelRows
from storage.repositories.outbox import OutboxRows
from storage.repositories.people import PeopleRows
from storage.repositories.processed_events import SeenRows
from storage.repositories.retention import RetentionRows
from storage.repositories.rooms import RoomRows
from storage.repositories.societies import SocietyRows
from storage.repositories.timetable import TimetableRows
from storage.repositories.timetable_runs import RunRows, SourceRows
from storage.repositories.tokens import TokenRows
from storage.tables import audit, change, setting
from storage.upsert import upsert


class ConnectionUnit:
    """The core's `Unit` over a synchronous SQLAlchemy connection. `changes` fills as the work goes on."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.changes: set[Change] = set()
        self.rooms = RoomRows(connection, self.changes)
        self.people = PeopleRows(connection, self.changes)
        self.societies = SocietyRows(connection, self.changes)
        self.bookings = BookingRows(connection)
        self.timetable = TimetableRows(connection, self.changes)
        self.tokens = TokenRows(connection, self.changes)
        self.seen = SeenRows(connection)
        self.installations = InstallationRows(connection)
        self.outbox = OutboxRows(connection)
        self.jobs = JobRows(connection)
        self.channels = ChannelRows(connection)
        self.runs = RunRows(connection, self.changes)
        self.sources = SourceRows(connection, self.changes)
        self.logins = LoginRows(connection, self.changes)
        self.tallies = TallyRows(connection)
        self.retention = RetentionRows(connection, self.changes)

    def audit(self, entry: AuditEntry) -> None:
        self._connection.execute(insert(audit).values(audit_row(entry)))

    def setting(self, key: str) -> str | None:
        return self._connection.execute(select(setting.c.value).where(setting.c.key == key)).scalar()

    def set_setting(self, key: str, value: str) -> None:
        upsert(self._connection, setting, [{"key": key, "value": value}])

    def write_changes(self, origin: str, at: int) -> None:
        """Put down what this unit changed, for other processes to find."""
        rows = [
            {"origin": origin, "kind": each.kind, "key": each.key, "at": at} for each in sorted(self.changes)
        ]
        if rows:
            self._connection.execute(insert(change), rows)

    def changes_after(self, seq: int, but_not: str) -> tuple[int, Iterable[Change]]:
        """The newest sequence number, and what others than `but_not` changed after `seq`.

        Everything counts as changed when rows after `seq` have been purged already.
        """
        oldest = self._connection.execute(select(func.min(change.c.seq))).scalar()
        rows = self._connection.execute(select(change).where(change.c.seq > seq).order_by(change.c.seq)).all()
        newest = max((row.seq for row in rows), default=seq)
        if oldest is not None and oldest > seq + 1:
            return newest, EVERYTHING
        return newest, {Change(row.kind, row.key) for row in rows if row.origin != but_not}
