"""The page of administrators, and the files of what is stored."""

import io
from datetime import timedelta

from bot.exporting.exports import DATED, KINDS, export
from bot.web.endpoints.converters import parse_date
from bot.web.endpoints.downloads import download, download_route
from bot.web.framework.errors import HttpError
from bot.web.framework.page_response import page
from bot.web.framework.page_route import page_route
from bot.web.framework.route import Access, Parameter, ParameterLocation, RequestContext, Response, Route
from core.errors import Invalid
from core.interval import Interval
from core.localtime import local_instant
from core.services.administration import Administrator

_PATH = "/admin"
_FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ics": "text/calendar; charset=utf-8",
}
_DAYS = 31
"""Of what has dates, unless others are asked for."""
_MAX_DAYS = 400


_DAY = {"type": "string", "format": "date"}
FILE = Parameter(
    "file",
    str,
    {"type": "string", "maxLength": 40},
    "A kind of table and a format: `rooms.csv`, `bookings.xlsx`.",
    required=True,
    location=ParameterLocation.PATH,
    example="rooms.csv",
)
FIRST = Parameter("from", parse_date, _DAY, "The first day, of what has dates.", example="2026-03-01")
LAST = Parameter("to", parse_date, _DAY, "The last day, likewise.", example="2026-03-31")


async def show_administration(context: RequestContext) -> Response:
    """Links to usage and to the files; the service checks the right."""
    services, by = context.state.services, Administrator(context.person.person.id)
    administrators = await services.administration.people.administrators(by)
    today = context.now.astimezone(services.rules.zone).date()
    return page(
        context,
        "administration.html",
        administrators=[each.name for each in administrators],
        kinds=[(kind, kind in DATED, _formats_of(kind)) for kind in KINDS],
        first=today - timedelta(days=_DAYS),
        last=today,
        max_days=_MAX_DAYS,
    )


def _formats_of(kind: str) -> list[str]:
    return [each for each in _FORMATS if each != "ics" or kind == "bookings"]


async def download_table(context: RequestContext) -> Response:
    """A table as a file; at most 400 days of what has dates."""
    kind, _, form = context.require(FILE).partition(".")
    if kind not in KINDS or form not in _formats_of(kind):
        raise HttpError(404, "There is no such file. /admin lists them.")
    window = _window(context) if kind in DATED else None
    file, by = io.BytesIO(), Administrator(context.person.person.id)
    await export(context.state.services, kind, form, file, window, by)
    return download(f"{kind}.{form}", file.getvalue(), _FORMATS[form])


def _window(context: RequestContext) -> Interval:
    """From the first day to the last, both included, in campus time."""
    zone = context.state.services.rules.zone
    today = context.now.astimezone(zone).date()
    last = context.get(LAST) or max(today, (context.get(FIRST) or today) + timedelta(days=_DAYS))
    first = context.get(FIRST) or last - timedelta(days=_DAYS)
    if not 0 <= (last - first).days <= _MAX_DAYS:
        raise Invalid(
            f"Ask for 1 to {_MAX_DAYS} days, the first before the last. roomie export has no limit."
        )
    return Interval(local_instant(first, 0, zone), local_instant(last + timedelta(days=1), 0, zone))


ADMINISTRATION: tuple[Route, ...] = (
    page_route(
        "administration",
        show_administration,
        "Links for administrators.",
        path=_PATH,
        access=Access.ADMINISTRATOR,
    ),
    download_route(
        "exported file",
        download_table,
        "A table of what is stored as a file, for administrators.",
        path=f"{_PATH}/export/{{file}}",
        parameters=(FILE, FIRST, LAST),
    ),
)
