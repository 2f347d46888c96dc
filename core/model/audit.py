"""Audit trail."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field


class AuditEntry(Struct, frozen=True):
    """One action of an actor on a subject.

    `details` holds ids, numbers and what an administrator changed (`capacity: 30 → 40`), with the reason that
    they gave; never secrets or other free text.
    """

    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, str | int] = field(default_factory=dict)
