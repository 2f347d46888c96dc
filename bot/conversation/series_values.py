"""Encodes what the buttons of a booked series carry, and makes those buttons."""

from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from bot.chat.actions import Action
from bot.chat.reply import Button, ButtonStyle
from core.errors import Invalid
from core.model import SeriesId
from core.services.series import SeriesScope

_STALE = "This button has expired. Please ask again."
NEXT, DATES, CANCEL = "next", "dates", "cancel"


class SeriesValue(Struct, frozen=True):
    """A series, what to do with it (a view, or a scope), and the date or the page of that."""

    series_id: SeriesId
    what: str
    number: int = 0

    def __str__(self) -> str:
        return f"{self.series_id}~{self.what}~{self.number}"

    @classmethod
    def read(cls, code: str) -> "SeriesValue":
        """Raises `Invalid` for any other text."""
        series_id, what, number = code.split("~") if code.count("~") == 2 else ("", "", "")
        if not series_id or not (number.isascii() and number.isdecimal() and len(number) <= 7):
            raise Invalid(_STALE)
        return cls(SeriesId(series_id), what, int(number))

    @property
    def day(self) -> date | None:
        """The campus date that `number` stands for."""
        return date.fromordinal(self.number) if 0 < self.number <= date.max.toordinal() else None

    @property
    def scope(self) -> SeriesScope:
        try:
            return SeriesScope(self.what)
        except ValueError:
            raise Invalid(_STALE) from None


def series_buttons(series_id: SeriesId, day: date | None = None) -> tuple[Button, ...]:
    """`Next`, `All dates`, `Change`, `Cancel`; the last two begin with `day`, by default the next date."""
    return (
        Button(Action.SERIES, "Next", str(SeriesValue(series_id, NEXT))),
        Button(Action.SERIES, "All dates", str(SeriesValue(series_id, DATES))),
        *change_buttons(series_id, day),
    )


def change_buttons(series_id: SeriesId, day: date | None = None) -> Iterator[Button]:
    number = 0 if day is None else day.toordinal()
    yield Button(Action.SERIES_EDIT, "Change…", str(SeriesValue(series_id, "edit", number)), opens=True)
    yield Button(Action.SERIES, "Cancel…", str(SeriesValue(series_id, CANCEL, number)), ButtonStyle.DANGER)
