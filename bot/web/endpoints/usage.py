"""The page of usage figures, for administrators, and its file."""

import io
from urllib.parse import urlencode

from markupsafe import Markup

from bot.pictures.heat_map import HeatMap, lay_out_heat_map
from bot.pictures.svg import to_svg
from bot.usage import UsageService
from bot.usage.figures import HOURS, WEEKDAYS, UsageFigures
from bot.usage.output import rows_of, write_usage
from bot.usage.tables import NOTE, wanted_rows
from bot.web.endpoints.downloads import download, download_route
from bot.web.framework.page_response import page
from bot.web.framework.page_route import page_route
from bot.web.framework.route import Access, Parameter, RequestContext, Response, Route
from core.services.administration import Administrator

_PATH = "/admin/usage"
_TABLES, _WANTED = ("bookings", "waiting list", "refusals", "societies"), ("wanted sizes", "wanted hours")
_COST = 20.0
"""A term of a large campus is read and counted in seconds."""
PERIOD = Parameter(
    "period",
    str,
    {"type": "string", "maxLength": 200},
    "The period as in chat (`last week`, `term`, `march`, two days), and a building.",
    example="last week",
)


async def show_usage(context: RequestContext) -> Response:
    """The figures of a period, with the occupancy as a picture."""
    period, figures = await _figures(context)
    return page(
        context,
        "usage.html",
        period=period,
        figures=figures,
        heat_map=Markup(to_svg(lay_out_heat_map(heat_map(figures)), is_standalone=False)),  # noqa: S704 - drawn here
        tables=[(name, rows) for name in _TABLES if (rows := rows_of(figures, name))],
        wanted=[(name, shown) for name in _WANTED if (shown := wanted_rows(figures, name))],
        note=NOTE,
        file=f"{_PATH}.csv?{urlencode({'period': period})}",
    )


async def download_usage(context: RequestContext) -> Response:
    _, figures = await _figures(context)
    file = io.BytesIO()
    write_usage(file, "csv", figures)
    return download("usage.csv", file.getvalue(), "text/csv; charset=utf-8")


async def _figures(context: RequestContext) -> tuple[str, UsageFigures]:
    """The period in words and its figures; the service checks the right."""
    service, by = UsageService(context.state.services), Administrator(context.person.person.id)
    period = context.get(PERIOD) or "last week"
    return period, await service.figures(by, *service.read_request(period))


def heat_map(figures: UsageFigures) -> HeatMap:
    """Occupancy by hour and weekday, for hours at which any room is open."""
    hours = [hour for hour in range(HOURS) if any((day, hour) in figures.occupancy for day in range(7))]
    values = tuple(
        tuple(
            cell.share if (cell := figures.occupancy.get((day, hour))) is not None else None
            for day in range(len(WEEKDAYS))
        )
        for hour in hours
    )
    rows = tuple(f"{hour:02}:00" for hour in hours)
    where = figures.building or "Whole campus"
    return HeatMap(f"Occupancy: {where}", figures.period.label, rows, WEEKDAYS, values, "of opening hours")


USAGE: tuple[Route, ...] = (
    page_route(
        "usage",
        show_usage,
        "How the rooms are used, for administrators.",
        path=_PATH,
        access=Access.ADMINISTRATOR,
        parameters=(PERIOD,),
        cost=_COST,
    ),
    download_route(
        "usage file",
        download_usage,
        "The figures of usage as CSV, for administrators.",
        path=f"{_PATH}.csv",
        parameters=(PERIOD,),
    ),
)
