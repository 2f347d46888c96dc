"""Usage figures of the campus: counts, never people."""

from bot.usage.service import UsageService

__all__ = ["UsageService"]
