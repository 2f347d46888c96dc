"""Audit trail."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One action of an actor on a subject.

    `details` holds ids, numbers and what an administrator changed (`capacity: 30 → 40`), with the reason that
    they gave; never secrets or other free text.
    """

    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, str | int] = field(default_factory=dict)
