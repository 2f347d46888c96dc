"""Health, readiness and metrics: the routes of every process, workers among them."""

from bot.web.endpoints import schemas
from bot.web.framework.errors import HttpError
from bot.web.framework.metrics_access import is_operator
from bot.web.framework.response import RenderedResponse, json_response
from bot.web.framework.route import Api, RequestContext, Response, Route

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


HEALTH: tuple[Route, ...] = (
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
)
