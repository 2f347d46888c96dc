"""API documentation and the text parser; with the health checks, all routes for operators and tools."""

from bot.web.endpoints import schemas
from bot.web.endpoints.converters import parse_query_text
from bot.web.endpoints.docs import STYLE_HASH, docs_page
from bot.web.endpoints.health import HEALTH
from bot.web.endpoints.openapi import document
from bot.web.framework.response import CacheableResponse, RenderedResponse, with_etag
from bot.web.framework.route import Api, Parameter, RequestContext, Response, Route
from bot.web.framework.routing import ROUTING
from bot.web.framework.serializers import render_json
from core.errors import Unavailable

_POLICY = (
    f"default-src 'none'; style-src '{STYLE_HASH}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)

TEXT = Parameter(
    "text",
    parse_query_text,
    {"type": "string"},
    "A text as you would type it in chat.",
    required=True,
    example="free now 20 seats",
)


def openapi(context: RequestContext) -> Response:
    routes = context.request.app[ROUTING].documented
    content = render_json(document(routes, context.state.settings.public_url))
    return CacheableResponse(with_etag(content), lambda _: True)


def docs(context: RequestContext) -> Response:
    headers = {
        "Content-Security-Policy": _POLICY,
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }
    page = docs_page(context.request.app[ROUTING].documented).encode()
    response = RenderedResponse(page, media_type="text/html; charset=utf-8", headers=headers)
    return CacheableResponse(response, lambda _: True)


async def parse(context: RequestContext) -> Response:
    if context.state.parse is None:
        raise Unavailable("The text parser is not available.")
    await context.state.services.prepared_names()
    return with_etag(render_json(context.state.parse(context.require(TEXT))))


SERVICE: tuple[Route, ...] = (
    *HEALTH,
    Route(
        Api.SERVICE,
        "openapi",
        ("GET",),
        openapi,
        "This documentation, for programs.",
        {200: schemas.DOCUMENT},
        path="/openapi.json",
        before_cache_ready=True,
    ),
    Route(
        Api.SERVICE,
        "docs",
        ("GET",),
        docs,
        "This documentation, for people.",
        {200: schemas.TEXT},
        path="/docs",
        before_cache_ready=True,
        media_type="text/html",
    ),
    Route(
        Api.SERVICE,
        "parse",
        ("GET",),
        parse,
        "How Roomie understands a text.",
        {200: schemas.PARSED, 400: schemas.ERROR},
        path="/api/v1/parse",
        parameters=(TEXT,),
    ),
)
