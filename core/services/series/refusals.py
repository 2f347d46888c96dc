"""Puts into a preview what only the transaction found."""

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from msgspec.structs import replace

from core.errors import RoomieError
from core.services.series.values import SeriesChangePreview, SeriesDate, SeriesPreview
from core.services.series.verdicts import verdict_of

Preview = TypeVar("Preview", SeriesPreview, SeriesChangePreview)


def with_refusals(preview: Preview, refusals: Mapping[date, RoomieError]) -> Preview:
    """The preview with the dates that were refused, which the read model does not know yet."""
    return replace(preview, dates=tuple(_refuse(each, refusals) for each in preview.dates))


def _refuse(date_: SeriesDate, refusals: Mapping[date, RoomieError]) -> SeriesDate:
    refusal = refusals.get(date_.day)
    if refusal is None or not date_.is_free:
        return date_
    return replace(
        date_,
        verdict=verdict_of(refusal),
        refusal=refusal,
        holders=getattr(refusal, "holders", ()),
    )
