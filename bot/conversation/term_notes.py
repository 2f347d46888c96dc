"""Weeks of the term beside dates."""

from datetime import datetime

from bot.services import Services


def week_note(services: Services, instant: datetime) -> str:
    """` (week 3)` for an instant in a term; empty outside of terms, and where none are configured."""
    week = services.rules.terms.describe_week(instant.astimezone(services.rules.zone).date())
    return f" ({week})" if week else ""
