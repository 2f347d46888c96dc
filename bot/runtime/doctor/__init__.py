"""`roomie doctor`: examines an installation, and says what to do about what is wrong."""

from bot.runtime.doctor.examination import examine
from bot.runtime.doctor.findings import Finding, Severity

__all__ = ["Finding", "Severity", "examine"]
