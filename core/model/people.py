"""People, their logins and notification preferences, and the societies they belong to."""

from datetime import datetime
from enum import StrEnum
from typing import NewType

from msgspec import Struct

PersonId = NewType("PersonId", int)
SocietyId = NewType("SocietyId", str)
Identity = NewType("Identity", str)
"""An account on a platform: `slack:T1:U1`, `discord:2`, `terminal:wil`."""


class UserGroup(StrEnum):
    """Permission groups, with the names of the Roomie McRoomFace API."""

    STAFF = "Group_1"
    STUDENT = "Group_2"
    SOCIETY_MEMBER = "Group_3"
    PRESIDENT = "Group_4"


class Role(StrEnum):
    """Role of a member in a society."""

    PRESIDENT = "president"
    MEMBER = "member"


class QuietHours(Struct, frozen=True):
    """Daily hours without notifications, in minutes after midnight, local time.

    `until` before `start` means the next morning.
    """

    start: int
    until: int

    def __post_init__(self) -> None:
        if self.start == self.until or not (0 <= self.start < 24 * 60 and 0 <= self.until < 24 * 60):
            raise ValueError(
                f"quiet hours must begin and end on one day's clock: {self.start} to {self.until}"
            )


class NotificationPreferences(Struct, frozen=True):
    """A person's notification settings.

    `reminders` are minutes before a booking. `deliver_to` is a platform's name; empty means automatic.
    `confirmations`: a direct message about each booking, so that it can be found again.
    """

    reminders: tuple[int, ...] = (30,)
    notices: bool = False
    quiet: QuietHours | None = None
    deliver_to: str = ""
    confirmations: bool = True


class Block(Struct, frozen=True):
    """Set by an administrator: the person may not book until then."""

    until: datetime
    reason: str = ""


class QuotaGrant(Struct, frozen=True):
    """Minutes that an administrator added to (negative: took from) a person's quota of one week."""

    person_id: PersonId
    week: int
    minutes: int
    reason: str
    granted_by: str
    at: datetime


class Person(Struct, frozen=True):
    """A human with one account. `zone` is an IANA name; None means the campus's time zone.

    Until `same_day_until` they may book for the same day only, because of their no-shows.
    """

    id: PersonId
    username: str
    email: str
    name: str
    groups: frozenset[UserGroup] = frozenset({UserGroup.STUDENT})
    zone: str | None = None
    is_admin: bool = False
    preferences: NotificationPreferences = NotificationPreferences()
    same_day_until: datetime | None = None
    block: Block | None = None


class LoginToken(Struct, frozen=True):
    """Login token; only its hash is stored."""

    hash: bytes
    person_id: PersonId
    created_at: datetime
    label: str = ""
    last_used_at: datetime | None = None

    @property
    def alive_at(self) -> datetime:
        """When it was last used, or created if never used."""
        return self.last_used_at or self.created_at


class Society(Struct, frozen=True):
    """A student society.

    `series_hours` a week for its series, in place of the campus-wide limit, and `weekly_minutes` for all its
    bookings; None: no limit of its own.
    """

    id: SocietyId
    name: str
    series_hours: int | None = None
    weekly_minutes: int | None = None


class TokenTerm(Struct, frozen=True):
    """The valid society token: its generation, and its day of issue (days since 1970-01-01)."""

    generation: int
    issued_on: int


class Membership(Struct, frozen=True):
    """Membership of a person in a society."""

    society: Society
    person_id: PersonId
    role: Role
