"""Interfaces that the core expects from storage and password hashing."""

from core.ports.decisions import Decision, DecisionKeys, Facts, WriteSet
from core.ports.passwords import PasswordHasher
from core.ports.repositories import (
    MAX_KNOWN_ADDRESSES,
    BookingRepository,
    CounterRepository,
    InstallationRepository,
    JobRepository,
    LoginSessionRepository,
    NoticeChannelRepository,
    OutboxRepository,
    PersonRepository,
    ProcessedEventRepository,
    RatingRepository,
    RetentionRepository,
    RoomRepository,
    SocietyRepository,
    SourceRepository,
    TimetableRepository,
    TimetableRunRepository,
    TokenRepository,
)
from core.ports.storage import ManagedStorage, Storage, UnitOfWork

__all__ = [
    "MAX_KNOWN_ADDRESSES",
    "BookingRepository",
    "CounterRepository",
    "Decision",
    "DecisionKeys",
    "Facts",
    "InstallationRepository",
    "JobRepository",
    "LoginSessionRepository",
    "ManagedStorage",
    "NoticeChannelRepository",
    "OutboxRepository",
    "PasswordHasher",
    "PersonRepository",
    "ProcessedEventRepository",
    "RatingRepository",
    "RetentionRepository",
    "RoomRepository",
    "SocietyRepository",
    "SourceRepository",
    "Storage",
    "TimetableRepository",
    "TimetableRunRepository",
    "TokenRepository",
    "UnitOfWork",
    "WriteSet",
]
