"""How the service is, what it counts and what it can do: for those who run it or write clients."""

from collections.abc import Callable, Sequence

from bot.web.endpoints import schemas
from bot.web.endpoints.converters import read_question
from bot.web.endpoints.docs import STYLE_HASH, docs_page
from bot.web.endpoints.openapi import document
from bot.web.framework.errors import HttpRefusal
from bot.web.framework.metrics_access import is_operator
from bot.web.framework.response import Lasting, Page, json_page, tagged
from bot.web.framework.route import Answered, Api, Call, Parameter, Route
from bot.web.framework.serializers import rendered
from core.errors import Unavailable

_POLICY = (
    f"default-src 'none'; style-src '{STYLE_HASH}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)

TEXT = Parameter(
    "text",
    read_question,
    {"type": "string"},
    "What somebody would type.",
    required=True,
    example="free now 20 seats",
)


def health(_: Call) -> Answered:
    return json_page({"status": "ok"})


async def ready(call: Call) -> Answered:
    """Whether requests can be answered; how the parts are only for those who may see metrics."""
    house = call.house
    parts = dict(await house.readiness.parts())
    parts["serving"] = {"ok": not house.is_stopping}
    is_ready = all(part["ok"] for part in parts.values())
    content: dict[str, object] = {"ready": is_ready}
    if is_operator(call.request, house.settings):
        content["parts"] = parts
    return json_page(content, status=200 if is_ready else 503)


def metrics(call: Call) -> Answered:
    if not is_operator(call.request, call.house.settings):
        raise HttpRefusal(403, "Metrics are for the addresses in http.metrics_from.")
    kind = "text/plain; version=0.0.4; charset=utf-8"
    return Page(call.house.metrics.text(), media_type=kind, headers={"Cache-Control": "no-store"})


def openapi(call: Call) -> Answered:
    return Lasting(call.house.descriptions["openapi"](), lambda _: True)


def docs(call: Call) -> Answered:
    return Lasting(call.house.descriptions["docs"](), lambda _: True)


def descriptions(routes: Sequence[Route], public_url: str) -> dict[str, Callable[[], Page]]:
    """The ways in which a table of routes is told."""

    def for_people() -> Page:
        headers = {
            "Content-Security-Policy": _POLICY,
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-cache",
        }
        return Page(docs_page(routes).encode(), media_type="text/html; charset=utf-8", headers=headers)

    return {"openapi": lambda: tagged(rendered(document(routes, public_url))), "docs": for_people}


def parse(call: Call) -> Answered:
    if call.house.parse is None:
        raise Unavailable("The language engine is not at hand.")
    return tagged(rendered(call.house.parse(call.need(TEXT))))


SERVICE: tuple[Route, ...] = (
    Route(
        Api.SERVICE,
        "healthz",
        ("GET",),
        health,
        "Whether the process answers.",
        {200: schemas.HEALTH},
        path="/healthz",
        early=True,
        rated=False,
    ),
    Route(
        Api.SERVICE,
        "readyz",
        ("GET",),
        ready,
        "Whether everything that requests need is at hand; part by part for operators.",
        {200: schemas.READY, 503: schemas.READY},
        path="/readyz",
        early=True,
        rated=False,
    ),
    Route(
        Api.SERVICE,
        "metrics",
        ("GET",),
        metrics,
        "Counts and durations, for Prometheus.",
        {200: schemas.TEXT, 403: schemas.DENIED},
        path="/metrics",
        early=True,
        media_type="text/plain",
    ),
    Route(
        Api.SERVICE,
        "openapi",
        ("GET",),
        openapi,
        "This description, for machines.",
        {200: schemas.DOCUMENT},
        path="/openapi.json",
        early=True,
    ),
    Route(
        Api.SERVICE,
        "docs",
        ("GET",),
        docs,
        "This description, for people.",
        {200: schemas.TEXT},
        path="/docs",
        early=True,
        media_type="text/html",
    ),
    Route(
        Api.SERVICE,
        "parse",
        ("GET",),
        parse,
        "What Roomie makes of a line that somebody typed.",
        {200: schemas.PARSED, 400: schemas.ERROR},
        path="/api/v1/parse",
        parameters=(TEXT,),
    ),
)
