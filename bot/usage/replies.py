"""Usage figures as a reply."""

from bot.chat.reply import Button, Reply, ReplyField, Table
from bot.usage.figures import HOURS, WEEKDAYS, UsageFigures
from bot.usage.tables import NOTE, UsageRow, usage_rows

_LINES = ("bookings", "waiting list", "refusals", "wanted sizes", "societies")
_MAX_ROWS = 8
"""Of each kind; the page and the files have all of them."""


def usage_reply(figures: UsageFigures, page: str = "") -> Reply:
    """The main figures in lines, and the occupancy by hour and weekday; `page` is a URL with all of it."""
    rows = usage_rows(figures)
    actions = (Button("", "All figures", url=page),) if page else ()
    return Reply(
        (f"{figures.period.label}, {figures.building or 'whole campus'}, {figures.rooms} rooms.",),
        title="Usage",
        fields=tuple(
            ReplyField(each.capitalize(), (_line(rows, each),)) for each in _LINES if _line(rows, each)
        ),
        table=occupancy_table(figures),
        actions=actions,
        footer=(f"The table is occupancy in per cent of opening hours. {NOTE}",),
    )


def _line(rows: tuple[UsageRow, ...], table: str) -> str:
    found = [each for each in rows if each.table == table]
    shown = ", ".join(f"{each.name} {each.text}" for each in found[:_MAX_ROWS])
    return f"{shown} …" if len(found) > _MAX_ROWS else shown


def occupancy_table(figures: UsageFigures) -> Table:
    """Hours against weekdays, for hours at which any room is open."""
    hours = sorted({hour for _, hour in figures.occupancy})
    rows = tuple(
        ((f"{hour:02}:00",), *((_percent(figures, weekday, hour),) for weekday in range(len(WEEKDAYS))))
        for hour in range(HOURS)
        if hour in hours
    )
    return Table(("Hour", *WEEKDAYS), rows)


def _percent(figures: UsageFigures, weekday: int, hour: int) -> str:
    cell = figures.occupancy.get((weekday, hour))
    return "–" if cell is None or cell.share is None else f"{round(100 * cell.share)}"
