"""Usage figures as CSV, JSON and plain text."""

from typing import IO

from bot.exporting.writers import write_rows
from bot.usage.figures import HOURS, WEEKDAYS, UsageFigures
from bot.usage.tables import NOTE, UsageRow, usage_rows, wanted_rows

FORMATS = ("table", "csv", "json")
_SIDE_BY_SIDE = ("wanted sizes", "wanted hours")
_HEADINGS = ("period", "building", "table", "name", "value", "unit")


def write_usage(out: IO[bytes], form: str, figures: UsageFigures) -> None:
    """Writes the figures in one of the `FORMATS`. Hidden values are empty in CSV, null in JSON."""
    if form == "table":
        out.write(usage_text(figures).encode())
        return
    label, building = figures.period.label, figures.building or "all"
    rows = (
        (label, building, each.table, each.name, _whole(each.value), each.unit)
        for each in usage_rows(figures)
    )
    write_rows(out, form, "usage", _HEADINGS, rows)


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def usage_text(figures: UsageFigures) -> str:
    """All tables below each other; the occupancy as hours against weekdays."""
    lines = [f"{figures.period.label}, {figures.building or 'whole campus'} ({figures.rooms} rooms)"]
    table = ""
    for row in usage_rows(figures):
        if row.table in {"occupancy", *_SIDE_BY_SIDE}:
            continue
        if row.table != table:
            table = row.table
            lines += ["", table.capitalize()]
        lines.append(f"  {row.name:<40} {row.text:>14}")
    for name in _SIDE_BY_SIDE:
        lines += wanted_lines(figures, name)
    lines += ["", "Occupancy in per cent of the opening hours", *occupancy_lines(figures), "", NOTE, ""]
    return "\n".join(lines)


def wanted_lines(figures: UsageFigures, table: str) -> list[str]:
    rows = wanted_rows(figures, table)
    head = f"{table.capitalize():<22}{'booked':>14}{'waited for':>14}{'refused':>14}"
    body = (f"  {each.name:<20}{each.booked:>14}{each.waited:>14}{each.refused:>14}" for each in rows)
    return ["", head, *body] if rows else []


def occupancy_lines(figures: UsageFigures) -> list[str]:
    lines = ["         " + "".join(f"{name:>6}" for name in WEEKDAYS)]
    for hour in range(HOURS):
        shares = [_share(figures, weekday, hour) for weekday in range(len(WEEKDAYS))]
        if any(each is not None for each in shares):
            cells = "".join(f"{'–' if each is None else round(100 * each):>6}" for each in shares)
            lines.append(f"  {hour:02}:00  {cells}")
    return lines


def _share(figures: UsageFigures, weekday: int, hour: int) -> float | None:
    cell = figures.occupancy.get((weekday, hour))
    return None if cell is None else cell.share


def rows_of(figures: UsageFigures, table: str) -> list[UsageRow]:
    """One of the tables."""
    return [each for each in usage_rows(figures) if each.table == table]
