"""Unit of work over a SQLAlchemy connection."""

from collections.abc import Iterable

from sqlalchemy import Connection, func, insert, select

from core.model import AuditEntry, Change
from core.read_model import EVERYTHING
from storage.mapping import audit_values
from storage.repositories.bookings import SqlBookingRepository
from storage.repositories.calendars import SqlCalendarRepository
from storage.repositories.closures import SqlClosureRepository
from storage.repositories.counters import SqlCounterRepository
from storage.repositories.drafts import SqlDraftRepository
from storage.repositories.history import SqlHistoryRepository
from storage.repositories.installations import SqlInstallationRepository
from storage.repositories.jobs import SqlJobRepository
from storage.repositories.login_sessions import SqlLoginSessionRepository
from storage.repositories.notice_channels import SqlNoticeChannelRepository
from storage.repositories.outbox import SqlOutboxRepository
from storage.repositories.people import SqlPersonRepository
from storage.repositories.privacy import SqlPrivacyRepository
from storage.repositories.processed_events import SqlProcessedEventRepository
from storage.repositories.ratings import SqlRatingRepository
from storage.repositories.refusals import SqlRefusalRepository
from storage.repositories.retention import SqlRetentionRepository
from storage.repositories.rooms import SqlRoomRepository
from storage.repositories.series import SqlSeriesRepository
from storage.repositories.societies import SqlSocietyRepository
from storage.repositories.timetable import SqlTimetableRepository
from storage.repositories.timetable_runs import SqlSourceRepository, SqlTimetableRunRepository
from storage.repositories.tokens import SqlTokenRepository
from storage.repositories.waits import SqlWaitRepository
from storage.repositories.webhooks import SqlWebhookRepository
from storage.tables import audit, change, setting
from storage.upsert import upsert


class SqlUnitOfWork:
    """`UnitOfWork` over one transaction of a synchronous connection; `changes` collects what was written."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.changes: set[Change] = set()
        self.rooms = SqlRoomRepository(connection, self.changes)
        self.people = SqlPersonRepository(connection, self.changes)
        self.societies = SqlSocietyRepository(connection, self.changes)
        self.bookings = SqlBookingRepository(connection, self.changes)
        self.series = SqlSeriesRepository(connection)
        self.drafts = SqlDraftRepository(connection)
        self.timetable = SqlTimetableRepository(connection, self.changes)
        self.closures = SqlClosureRepository(connection, self.changes)
        self.history = SqlHistoryRepository(connection)
        self.tokens = SqlTokenRepository(connection, self.changes)
        self.processed_events = SqlProcessedEventRepository(connection)
        self.installations = SqlInstallationRepository(connection)
        self.outbox = SqlOutboxRepository(connection)
        self.jobs = SqlJobRepository(connection)
        self.notice_channels = SqlNoticeChannelRepository(connection)
        self.timetable_runs = SqlTimetableRunRepository(connection, self.changes)
        self.sources = SqlSourceRepository(connection, self.changes)
        self.login_sessions = SqlLoginSessionRepository(connection, self.changes)
        self.counters = SqlCounterRepository(connection)
        self.ratings = SqlRatingRepository(connection)
        self.waits = SqlWaitRepository(connection)
        self.calendars = SqlCalendarRepository(connection)
        self.refusals = SqlRefusalRepository(connection)
        self.privacy = SqlPrivacyRepository(connection, self.changes)
        self.webhooks = SqlWebhookRepository(connection, self.changes)
        self.retention = SqlRetentionRepository(connection, self.changes)

    def audit(self, entry: AuditEntry) -> None:
        self._connection.execute(insert(audit).values(audit_values(entry)))

    def setting(self, key: str) -> str | None:
        return self._connection.execute(select(setting.c.value).where(setting.c.key == key)).scalar()

    def set_setting(self, key: str, value: str) -> None:
        upsert(self._connection, setting, [{"key": key, "value": value}])

    def write_changes(self, origin: str, at: int) -> None:
        """Appends the changes to the change log, for other processes."""
        rows = [
            {"origin": origin, "kind": each.kind, "key": each.key, "at": at} for each in sorted(self.changes)
        ]
        if rows:
            self._connection.execute(insert(change), rows)

    def changes_after(self, seq: int, own_origin: str) -> tuple[int, Iterable[Change]]:
        """Reads the changes of other origins after `seq`; returns the newest sequence number and them.

        Everything counts as changed when rows after `seq` were purged already.
        """
        oldest = self._connection.execute(select(func.min(change.c.seq))).scalar()
        rows = self._connection.execute(select(change).where(change.c.seq > seq).order_by(change.c.seq)).all()
        newest = max((row.seq for row in rows), default=seq)
        if oldest is not None and oldest > seq + 1:
            return newest, EVERYTHING
        return newest, {Change(row.kind, row.key) for row in rows if row.origin != own_origin}
