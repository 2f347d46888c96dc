"""Series of bookings: previews, bookings, changes and cancellations of many dates at once."""

from core.services.series.service import SeriesService
from core.services.series.values import (
    BookedSeries,
    ChangedSeries,
    Choices,
    SeriesChange,
    SeriesChangePreview,
    SeriesDate,
    SeriesOverview,
    SeriesPreview,
    SeriesRequest,
    SeriesScope,
    Verdict,
)

__all__ = [
    "BookedSeries",
    "ChangedSeries",
    "Choices",
    "SeriesChange",
    "SeriesChangePreview",
    "SeriesDate",
    "SeriesOverview",
    "SeriesPreview",
    "SeriesRequest",
    "SeriesScope",
    "SeriesService",
    "Verdict",
]
