"""Any input to any route gets a response that the OpenAPI document describes."""

import string
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from yarl import URL

from bot.web.endpoints.openapi import canonical_paths, location_of, responses_of
from bot.web.framework.route import Access, Route
from bot.web.routes import ROUTES
from tests.api.http_client import HttpClient, HttpResponse

_RELAXED = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
_NASTY = (
    "",
    " ",
    "0",
    "-1",
    "1" * 400,
    "RO-POO",
    "20160808",
    "20160230",
    "99991231",
    "15:00",
    "17:00",
    "24:00",
    "2016-08-08T10:00:00Z",
    "9999-12-31T23:59:59Z",
    "2016-03-27T01:30:00+01:00",
    "true",
    "nested",
    "SOTECHSOC",
    "wil",
    "rema",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "\x00\x1b[2J",
    "\u202eevil",
    "\U0001f4a9",
    "../../etc/passwd",
    "%00",
    "é" * 200,
    "00000000-0000-0000-0000-000000000000",
)
_texts = st.one_of(
    st.sampled_from(_NASTY), st.text(max_size=40, alphabet=st.characters(exclude_categories=["Cs"]))
)
_raw = st.text(alphabet=string.printable + "%&=+;é\x00", max_size=60)
_bodies = st.one_of(st.binary(max_size=200), _raw.map(str.encode))
_kinds = st.sampled_from(
    [
        "application/x-www-form-urlencoded",
        "application/json",
        "multipart/form-data; boundary=x",
        "text/xml",
        "a/b;;",
    ]
)


def _rows() -> Iterator[tuple[Route, str, str]]:
    for route in ROUTES:
        if route.media_type != "application/json":
            continue
        for _, path in canonical_paths(route):
            for method in route.methods:
                yield route, path, method


_ALL = [pytest.param(*row, id=f"{row[2]} {row[1]}") for row in _rows()]


@pytest.mark.parametrize(("route", "path", "method"), _ALL)
@_RELAXED
@given(data=st.data())
async def test_any_value_of_any_parameter_gets_a_documented_answer(
    http_client: HttpClient, tokens: list[str], route: Route, path: str, method: str, data: st.DataObject
):
    given_values = {
        parameter.name: data.draw(_texts, parameter.name)
        for parameter in route.parameters
        if data.draw(st.booleans())
    }
    client = http_client.as_(data.draw(st.sampled_from(tokens)))
    where = {place: {} for place in ("path", "query", "body", "header")}
    for parameter in route.parameters:
        if parameter.name in given_values:
            where[location_of(parameter, method)][parameter.name] = given_values[parameter.name]
    for name, value in where["path"].items():
        path = path.replace(f"{{{name}}}", quote(value or "x", safe=""))
    url = URL(f"{client.url}{path}?{urlencode(where['query'])}", encoded=True)
    body = {"data": urlencode(where["body"]), "headers": dict(_FORM)} if where["body"] else {"headers": {}}
    for name, value in where["header"].items():
        body["headers"][name] = quote(value, safe=" :;,=()")

    response = await client.ask(method, "", url=url, **body)

    _check(response, route, method)


@pytest.mark.parametrize(("route", "path", "method"), [each for each in _ALL if each.values[2] == "POST"])
@_RELAXED
@given(kind=_kinds, body=_bodies)
async def test_any_body_gets_a_documented_answer(
    http_client: HttpClient, tokens: list[str], route: Route, path: str, method: str, kind: str, body: bytes
):
    response = await http_client.as_(tokens[0]).ask(method, path, data=body, headers={"Content-Type": kind})

    _check(response, route, method)


@pytest.mark.parametrize("path", ["/api/rooms/status", "/api/rooms/search", "/rooms.bookings/"])
@_RELAXED
@given(query=_raw)
async def test_any_query_gets_a_documented_answer(
    http_client: HttpClient, tokens: list[str], path: str, query: str
):
    url = URL(f"{http_client.url}{path}?{quote(query, safe='%&=+;')}", encoded=True)

    response = await http_client.as_(tokens[0]).get("", url=url)

    route = next(each for each in ROUTES if path in each.paths)
    _check(response, route, "GET")


_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
async def tokens(wil: HttpClient, rema: HttpClient, society: HttpClient) -> list[str]:
    """A president's, a student's, a society's, an invented one, and none."""
    return [wil.token, rema.token, society.token, "f" * 40, ""]


def _check(response: HttpResponse, route: Route, method: str) -> None:
    answers = responses_of(route, method)
    assert response.status in answers, response
    assert response.status != 500, response
    schema = answers[response.status]
    if schema is not None:
        Draft202012Validator(schema).validate(response.json)
    if response.status == 401:
        assert route.access is not Access.PUBLIC
