"""Generates the OpenAPI 3.1 document from the routes."""

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from bot.web.endpoints import schemas
from bot.web.framework.body import FORM, JSON, MULTIPART
from bot.web.framework.route import Access, Api, Parameter, ParameterLocation, Route, Schema
from bot.webhooks.schemas import openapi_webhooks

HTML = "text/html"

VERSION = "1.0.0"
_TITLE = "Roomie"
_ABOUT = (
    "Find and book rooms on campus. Roomie McRoomFace is at `/api/v1/<name>/` and at `/<name>/`; every path "
    "works with and without a slash at its end. Its errors have status 200 with `error` and `code`."
)
_PHRASES = {
    200: "The result, or an error.",
    303: "Continue at the given address.",
    304: "Not modified.",
    400: "The request is not valid.",
    401: "Not logged in.",
    403: "Not allowed.",
    404: "Not found.",
    405: "Method not allowed.",
    408: "The request took too long to arrive.",
    409: "Conflicts with the current state.",
    410: "No longer available.",
    413: "The request is too large.",
    415: "The body's media type is not supported.",
    429: "Too many requests.",
    500: "An unexpected error, logged under the given id.",
    503: "Temporarily unavailable.",
}


def document(routes: Sequence[Route], public_url: str = "") -> dict[str, object]:
    paths: dict[str, dict[str, object]] = {}
    for route in routes:
        for name, path in canonical_paths(route):
            paths[path] = {method.lower(): _operation(route, name, method) for method in route.methods}
    return {
        "openapi": "3.1.0",
        "info": {"title": _TITLE, "version": VERSION, "description": _ABOUT},
        "servers": [{"url": public_url or "/"}],
        "tags": [{"name": api.value} for api in Api],
        "paths": paths,
        "webhooks": openapi_webhooks(),
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "`Token` and 40 hex digits, from `user.login/` or `society.token/`.",
                }
            }
        },
    }


def canonical_paths(route: Route) -> list[tuple[str, str]]:
    """Each of a route's names with its documented path."""
    if route.path:
        return [(route.name, route.path)]
    return [(name, f"/api/v1/{name}/") for name in (route.name, *route.aliases)]


def _operation(route: Route, name: str, method: str) -> dict[str, object]:
    operation: dict[str, object] = {
        "operationId": f"{name}.{method.lower()}",
        "summary": route.summary,
        "tags": [route.api.value],
        "parameters": [
            _parameter(each, where)
            for each in route.parameters
            if (where := location_of(each, method)) != "body"
        ],
        "responses": {
            str(status): _response(route, status, schema)
            for status, schema in responses_of(route, method).items()
        },
    }
    if route.access is not Access.PUBLIC:
        operation["security"] = [{"token": []}]
        operation["description"] = f"For {route.access.value}."
    if route.description:
        operation["description"] = f"{operation.get('description', '')} {route.description}".strip()
    if fields := [each for each in route.parameters if location_of(each, method) == "body"]:
        operation["requestBody"] = _body(fields)
    return operation


def location_of(parameter: Parameter[Any], method: str) -> str:
    if parameter.location is not None:
        return parameter.location.value
    return ParameterLocation.BODY.value if method == "POST" else ParameterLocation.QUERY.value


def _parameter(parameter: Parameter[Any], place: str) -> dict[str, object]:
    documented: dict[str, object] = {
        "name": parameter.name,
        "in": place,
        "required": parameter.required or place == ParameterLocation.PATH.value,
        "description": parameter.description,
        "schema": dict(parameter.schema),
    }
    if place == ParameterLocation.QUERY.value:
        documented["allowEmptyValue"] = True
    if parameter.example:
        documented["example"] = parameter.example
    return documented


def _body(fields: Sequence[Parameter[Any]]) -> dict[str, object]:
    properties = {each.name: _property(each) for each in fields}
    schema = {
        "type": "object",
        "properties": properties,
        "required": [each.name for each in fields if each.required],
    }
    if not schema["required"]:
        del schema["required"]
    return {"content": {kind: {"schema": schema} for kind in (FORM, MULTIPART, JSON)}}


def _property(parameter: Parameter[Any]) -> dict[str, object]:
    example = {"examples": [parameter.example]} if parameter.example else {}
    return dict(parameter.schema) | {"description": parameter.description} | example


def responses_of(route: Route, method: str) -> Mapping[int, Schema | None]:
    """Status and schema of all responses that a route may give; None for those without a body."""
    answers: dict[int, Schema | None] = dict(route.responses)
    refusal, fault = (schemas.TEXT, schemas.TEXT) if route.is_page else (schemas.ERROR, schemas.FAULT)
    if route.api is not Api.SERVICE and method == "GET" and route.media_type != HTML:
        answers[304] = None
    answers.setdefault(400, refusal)
    if route.takes_body:
        answers |= dict.fromkeys((408, 413, 415), refusal)
    if route.rate_limited:
        answers[429] = refusal
    if route.access is not Access.PUBLIC:
        answers.setdefault(401, refusal)
    answers[500] = fault
    answers.setdefault(503, refusal)
    return dict(sorted(answers.items()))


def _response(route: Route, status: int, schema: Schema | None) -> dict[str, object]:
    if schema is None:
        return {"description": _PHRASES[status]}
    content = {kind: {"schema": dict(each)} for kind, each in _content(route, status, schema)}
    return {"description": _PHRASES[status], "content": content}


def _content(route: Route, status: int, schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Media types of a response with their schemas; some refusals are pages where a browser asks."""
    if status == HTTPStatus.OK:
        yield route.media_type, schema
        return
    yield HTML if route.is_page else JSON, schema
    if route.is_page_if_accepted:
        yield HTML, schemas.TEXT
