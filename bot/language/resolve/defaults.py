"""Defaults for what the words of a phrase leave open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

DAY_PARTS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "early morning": (7, 9),
        "morning": (9, 12),
        "lunch": (12, 13),
        "afternoon": (13, 17),
        "evening": (17, 20),
        "night": (20, 22),
    }
)


@dataclass(frozen=True, slots=True)
class ParserDefaults:
    """Defaults of the parser. Hours are wall time; `day_parts` has the first and last hour of each part."""

    default_duration: timedelta = timedelta(minutes=60)
    day_first: bool = True
    earliest_hour: int = 7
    latest_hour: int = 22
    day_parts: Mapping[str, tuple[int, int]] = field(default_factory=lambda: DAY_PARTS)
