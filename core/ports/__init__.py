"""Interfaces that the core expects from storage and password hashing."""

from core.ports.calendars import CalendarRepository
from core.ports.campus import RoomRepository, SocietyRepository
from core.ports.closures import ClosureRepository
from core.ports.decisions import (
    CLOSURE_LOOKAHEAD,
    Decision,
    DecisionKeys,
    Facts,
    JointDecision,
    WriteSet,
)
from core.ports.history import HistoryRepository
from core.ports.passwords import PasswordHasher
from core.ports.privacy import PrivacyRepository
from core.ports.repositories import (
    MAX_KNOWN_ADDRESSES,
    BookingRepository,
    CounterRepository,
    DraftRepository,
    InstallationRepository,
    JobRepository,
    LoginSessionRepository,
    NoticeChannelRepository,
    OutboxRepository,
    PersonRepository,
    ProcessedEventRepository,
    RatingRepository,
    RetentionRepository,
    SeriesRepository,
    TokenRepository,
)
from core.ports.storage import ManagedStorage, Storage, UnitOfWork
from core.ports.timetable import SourceRepository, TimetableRepository, TimetableRunRepository

__all__ = [
    "CLOSURE_LOOKAHEAD",
    "MAX_KNOWN_ADDRESSES",
    "BookingRepository",
    "CalendarRepository",
    "ClosureRepository",
    "CounterRepository",
    "Decision",
    "DecisionKeys",
    "DraftRepository",
    "Facts",
    "HistoryRepository",
    "InstallationRepository",
    "JobRepository",
    "JointDecision",
    "LoginSessionRepository",
    "ManagedStorage",
    "NoticeChannelRepository",
    "OutboxRepository",
    "PasswordHasher",
    "PersonRepository",
    "PrivacyRepository",
    "ProcessedEventRepository",
    "RatingRepository",
    "RetentionRepository",
    "RoomRepository",
    "SeriesRepository",
    "SocietyRepository",
    "SourceRepository",
    "Storage",
    "TimetableRepository",
    "TimetableRunRepository",
    "TokenRepository",
    "UnitOfWork",
    "WriteSet",
]
