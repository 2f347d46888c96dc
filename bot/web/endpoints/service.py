"""Health, readiness, metrics, API documentation and the text parser."""

from collections.abc import Callable, Sequence

from bot.web.endpoints import schemas
from bot.web.endpoints.converters import parse_query_text
from bot.web.endpoints.docs import STYLE_HASH, docs_page
from bot.web.endpoints.openapi import document
from bot.web.framework.errors import HttpError
from bot.web.framework.metrics_access import is_operator
from bot.web.framework.response import CacheableResponse, RenderedResponse, json_response, with_etag
from bot.web.framework.route import Api, Parameter, RequestContext, Response, Route
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


_ALIVE = json_response({"status": "ok"})


def health(_: RequestContext) -> Response:
    return _ALIVE


async def ready(context: RequestContext) -> Response:
    """Whether requests can be answered; the parts only for those who may read metrics."""
    state = context.state
    parts = dict(await state.readiness.parts())
    parts["accepting_requests"] = {"ok": not state.is_stopping}
    is_ready = all(part["ok"] for part in parts.values())
    content: dict[str, object] = {"ready": is_ready}
    if is_operator(context.request, state.settings):
        content["parts"] = parts
    return json_response(content, status=200 if is_ready else 503)


def metrics(context: RequestContext) -> Response:
    if not is_operator(context.request, context.state.settings):
        raise HttpError(403, "Only the addresses in http.metrics_from may read metrics.")
    kind = "text/plain; version=0.0.4; charset=utf-8"
    return RenderedResponse(
        context.state.metrics.text(), media_type=kind, headers={"Cache-Control": "no-store"}
    )


def openapi(context: RequestContext) -> Response:
    return CacheableResponse(context.state.descriptions["openapi"](), lambda _: True)


def docs(context: RequestContext) -> Response:
    return CacheableResponse(context.state.descriptions["docs"](), lambda _: True)


def descriptions(routes: Sequence[Route], public_url: str) -> dict[str, Callable[[], RenderedResponse]]:
    """Renderers of the API documentation, by format."""

    def html() -> RenderedResponse:
        headers = {
            "Content-Security-Policy": _POLICY,
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-cache",
        }
        return RenderedResponse(
            docs_page(routes).encode(), media_type="text/html; charset=utf-8", headers=headers
        )

    return {"openapi": lambda: with_etag(render_json(document(routes, public_url))), "docs": html}


async def parse(context: RequestContext) -> Response:
    if context.state.parse is None:
        raise Unavailable("The text parser is not available.")
    await context.state.services.prepared_names()
    return with_etag(render_json(context.state.parse(context.require(TEXT))))


SERVICE: tuple[Route, ...] = (
    Route(
        Api.SERVICE,
        "healthz",
        ("GET",),
        health,
        "Whether the process is alive.",
        {200: schemas.HEALTH},
        path="/healthz",
        before_cache_ready=True,
        rate_limited=False,
        is_eager=True,
    ),
    Route(
        Api.SERVICE,
        "readyz",
        ("GET",),
        ready,
        "Whether the service is ready; with its parts for operators.",
        {200: schemas.READY, 503: schemas.READY},
        path="/readyz",
        before_cache_ready=True,
        rate_limited=False,
    ),
    Route(
        Api.SERVICE,
        "metrics",
        ("GET",),
        metrics,
        "Metrics for Prometheus.",
        {200: schemas.TEXT, 403: schemas.DENIED},
        path="/metrics",
        before_cache_ready=True,
        media_type="text/plain",
    ),
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
