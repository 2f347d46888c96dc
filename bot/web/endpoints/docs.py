"""The page at `/docs`: the routes for people. It loads nothing from other servers."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from html import escape
from typing import Any

from bot.web.endpoints.openapi import canonical_paths, location_of, responses_of
from bot.web.framework.route import Access, Api, Parameter, Route

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 3rem; } article { border-top: 1px solid #8886; padding: 1rem 0; }
h3 { margin: 0; font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
h3 b { font-size: .8em; border: 1px solid #8888; border-radius: .3em; padding: 0 .4em; margin-right: .5em; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: .2rem .8rem .2rem 0; vertical-align: top; }
pre { background: #8882; padding: .6rem; border-radius: .4em; overflow-x: auto; } nav a { margin-right: 1em; }
"""
STYLE_HASH = "sha256-" + b64encode(sha256(_STYLE.encode()).digest()).decode()


def docs_page(routes: Sequence[Route]) -> str:
    return "".join(_page(routes))


def _page(routes: Sequence[Route]) -> Iterator[str]:
    yield '<!doctype html><html lang="en"><meta charset="utf-8"><title>Roomie: HTTP APIs</title>'
    yield f"<style>{_STYLE}</style>"
    yield '<meta name="viewport" content="width=device-width"><h1>Roomie: HTTP APIs</h1>'
    yield '<p>The same for programs: <a href="/openapi.json">/openapi.json</a>. Every path works with and '
    yield "without a slash at its end. Roomie McRoomFace is at <code>/api/v1/&lt;name&gt;/</code> and at "
    yield "<code>/&lt;name&gt;/</code>. Log in with <code>user.login/</code>, then send "
    yield "<code>Authorization: Token &lt;40 hex digits&gt;</code> with each request.</p>"
    yield from _contents()
    for api in Api:
        yield f'<h2 id="{api.name.lower()}">{escape(api.value)}</h2>'
        for route in routes:
            if route.api is api:
                yield from _article(route)


def _contents() -> Iterator[str]:
    yield "<nav>"
    for api in Api:
        yield f'<a href="#{api.name.lower()}">{escape(api.value)}</a>'
    yield "</nav>"


def _article(route: Route) -> Iterator[str]:
    paths = [path for _, path in canonical_paths(route)]
    methods = "".join(f"<b>{method}</b>" for method in route.methods)
    yield f"<article><h3>{methods}{escape(' = '.join(paths))}</h3><p>{escape(route.summary)}"
    yield "" if route.access is Access.PUBLIC else f" <em>For {escape(route.access.value)}.</em>"
    yield "</p>"
    if route.description:
        yield f"<p>{escape(route.description)}</p>"
    if route.parameters:
        yield "<table><tr><th>Parameter<th>In<th>Description"
        yield from (_row(each, route.methods[0]) for each in route.parameters)
        yield "</table>"
    statuses = ", ".join(str(status) for status in responses_of(route, route.methods[0]))
    yield f"<p>Responses: {statuses}</p><pre>{escape(_sample(route, paths[0]))}</pre></article>"


def _row(parameter: Parameter[Any], method: str) -> str:
    names = " = ".join((parameter.name, *parameter.aliases)) + ("" if parameter.required else " (optional)")
    place, describes = location_of(parameter, method), escape(parameter.description)
    return f"<tr><td><code>{escape(names)}</code><td>{place}<td>{describes}"


def _sample(route: Route, path: str) -> str:
    """An example with curl."""
    method = route.methods[0]
    given = [each for each in route.parameters if each.example]
    inside = {each.name: each.example for each in given if location_of(each, method) == "path"}
    pairs = "&".join(f"{each.name}={each.example}" for each in given if each.name not in inside)
    for name, value in inside.items():
        path = path.replace(f"{{{name}}}", value)
    token = "" if route.access is Access.PUBLIC else " -H 'Authorization: Token <auth_token_here>'"
    if method == "POST":
        return f"curl http://127.0.0.1:8000{path} --data '{pairs}'{token}"
    return f"curl 'http://127.0.0.1:8000{path}{'?' if pairs else ''}{pairs}'{token}"
