"""Values of the domain: frozen dataclasses, enums and ids, without behaviour of their own."""

from core.model.audit import AuditEntry
from core.model.booking import (
    Booking,
    BookingId,
    BookingState,
    Busy,
    Charge,
    Guest,
    ReleaseNotice,
    Transfer,
    TransferState,
    busy_for,
)
from core.model.calendar import CalendarAddress
from core.model.campus import (
    BookingRules,
    Building,
    BuildingId,
    Equipment,
    Location,
    OpeningHours,
    Room,
    RoomId,
    Usage,
)
from core.model.change import Change
from core.model.closure import Closure, ClosureId, closed_times, closure_source
from core.model.counters import CounterIncrement, CounterValue
from core.model.delivery import Delivery
from core.model.draft import Draft
from core.model.installation import Installation
from core.model.jobs import JobState
from core.model.login_session import LoginSession, LoginState
from core.model.outbox import (
    Backlog,
    ClaimedMessage,
    DeliveryOutcome,
    MessageState,
    OutboxEntry,
    OutboxMessage,
)
from core.model.people import (
    Block,
    Identity,
    LoginToken,
    Membership,
    NotificationPreferences,
    Person,
    PersonId,
    QuietHours,
    QuotaGrant,
    Role,
    Society,
    SocietyId,
    TokenTerm,
    UserGroup,
)
from core.model.privacy import DataSubject, Erasure, PersonalData, PersonalFact
from core.model.rating import MAX_STARS, MIN_STARS, Rating, RatingSummary, Stars
from core.model.refused_request import AttemptedRequest, RefusedRequest, RequestedAction
from core.model.retention import Expired, Expiring, Limit
from core.model.series import (
    MAX_SERIES_DATES,
    Occurrence,
    Series,
    SeriesFrequency,
    SeriesId,
    SeriesRule,
)
from core.model.term import CalendarDays, Term
from core.model.timetable import MAX_ENTRY_LENGTH, BookingType, TimetableEntry
from core.model.timetable_run import PublishedEntry, RunState, SourceState, TimetableRun, TimetableSlot
from core.model.wait import Wait, WaitEnd, WaitId, WaitState

__all__ = [
    "MAX_ENTRY_LENGTH",
    "MAX_SERIES_DATES",
    "MAX_STARS",
    "MIN_STARS",
    "AttemptedRequest",
    "AuditEntry",
    "Backlog",
    "Block",
    "Booking",
    "BookingId",
    "BookingRules",
    "BookingState",
    "BookingType",
    "Building",
    "BuildingId",
    "Busy",
    "CalendarAddress",
    "CalendarDays",
    "Change",
    "Charge",
    "ClaimedMessage",
    "Closure",
    "ClosureId",
    "CounterIncrement",
    "CounterValue",
    "DataSubject",
    "Delivery",
    "DeliveryOutcome",
    "Draft",
    "Equipment",
    "Erasure",
    "Expired",
    "Expiring",
    "Guest",
    "Identity",
    "Installation",
    "JobState",
    "Limit",
    "Location",
    "LoginSession",
    "LoginState",
    "LoginToken",
    "Membership",
    "MessageState",
    "NotificationPreferences",
    "Occurrence",
    "OpeningHours",
    "OutboxEntry",
    "OutboxMessage",
    "Person",
    "PersonId",
    "PersonalData",
    "PersonalFact",
    "PublishedEntry",
    "QuietHours",
    "QuotaGrant",
    "Rating",
    "RatingSummary",
    "RefusedRequest",
    "ReleaseNotice",
    "RequestedAction",
    "Role",
    "Room",
    "RoomId",
    "RunState",
    "Series",
    "SeriesFrequency",
    "SeriesId",
    "SeriesRule",
    "Society",
    "SocietyId",
    "SourceState",
    "Stars",
    "Term",
    "TimetableEntry",
    "TimetableRun",
    "TimetableSlot",
    "TokenTerm",
    "Transfer",
    "TransferState",
    "Usage",
    "UserGroup",
    "Wait",
    "WaitEnd",
    "WaitId",
    "WaitState",
    "busy_for",
    "closed_times",
    "closure_source",
]
