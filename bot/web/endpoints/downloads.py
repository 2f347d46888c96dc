"""Files for administrators: never stored, and for no script of another site."""

from typing import Any

from bot.web.endpoints import schemas
from bot.web.framework.response import RenderedResponse
from bot.web.framework.route import Access, Api, Handler, Parameter, Route

_COST = 20.0
"""A file is read and written in one piece; a term of a large campus takes seconds."""


def download(file_name: str, body: bytes, media_type: str) -> RenderedResponse:
    headers = {
        "Content-Disposition": f'attachment; filename="{file_name}"',
        "Cache-Control": "no-store",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return RenderedResponse(body, media_type=media_type, headers=headers, is_shared=False)


def download_route(
    name: str, handler: Handler, summary: str, *, path: str, parameters: tuple[Parameter[Any], ...]
) -> Route:
    """A file behind a link of a page; refusals are pages where a browser asks."""
    return Route(
        Api.PAGES,
        name,
        ("GET",),
        handler,
        summary,
        {200: schemas.TEXT, 403: schemas.ERROR, 404: schemas.ERROR},
        path=path,
        parameters=parameters,
        access=Access.ADMINISTRATOR,
        per_user=True,
        cost=_COST,
        uses_session=True,
        is_page_if_accepted=True,
        media_type="text/csv",
    )
