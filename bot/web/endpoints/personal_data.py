"""What is known about a person, under a signed link from chat."""

from aiohttp import web

from bot.exporting.links import PATH, ExpiredLink, read_link
from bot.exporting.personal import to_json, to_text
from bot.web.endpoints import schemas
from bot.web.endpoints.login_api import base_url
from bot.web.endpoints.login_responses import check_site, html_errors, html_response, page_context
from bot.web.framework.route import Api, Parameter, ParameterLocation, RequestContext, Route
from bot.web.pages.personal_data import download_page
from bot.web.pages.security_headers import security_headers
from core.errors import UnknownPerson
from core.model import AuditEntry

_TEXT = {"type": "string"}
LINK = Parameter(
    "link",
    str,
    _TEXT,
    "The signed part of a link that `/privacy export` shows in chat.",
    required=True,
    location=ParameterLocation.PATH,
)
AS = Parameter("as", str, {"type": "string", "enum": ["json", "text"]}, "`json` or `text`.")


async def personal_data(context: RequestContext) -> web.Response:
    """A page with a button; the button downloads the file."""
    services = context.state.services
    token = context.require(LINK)
    person_id = read_link(token, services.accounts.secrets, context.now)
    if context.request.method != "POST":
        return html_response(context, download_page(f"{PATH}/{token}", page_context(context).campus))
    check_site(context)
    try:
        known = await services.erasures.export(person_id)
    except UnknownPerson as gone:
        raise ExpiredLink from gone
    entry = AuditEntry(context.now, f"person:{person_id}", "export own data", f"person:{person_id}")
    await services.storage.write(lambda unit: unit.audit(entry))
    is_text = context.get(AS) == "text"
    return web.Response(
        text=(to_text if is_text else to_json)(known, context.now),
        content_type="text/plain" if is_text else "application/json",
        charset="utf-8",
        headers={
            **security_headers(is_secure=base_url(context).startswith("https:")),
            "Content-Disposition": f'attachment; filename="roomie.{"txt" if is_text else "json"}"',
            "X-Content-Type-Options": "nosniff",
            "X-Request-ID": context.id,
        },
    )


PERSONAL_DATA: tuple[Route, ...] = (
    Route(
        Api.SERVICE,
        "personal data",
        ("GET", "POST"),
        html_errors(personal_data),
        "What is known about a person, under a link that expires.",
        dict.fromkeys((200, 403, 410, 503), schemas.TEXT),
        path=f"{PATH}/{{link}}",
        parameters=(LINK, AS),
        is_mutating=True,
        media_type="text/html",
    ),
)
