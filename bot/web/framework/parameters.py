"""Parses a request's parameters as its route declares them."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.web.framework.body import FormFields, parse_query, read_form
from bot.web.framework.errors import DuplicateParameter, InvalidParameter
from bot.web.framework.route import Parameter, ParameterLocation, Route
from bot.web.framework.settings import HttpSettings
from core.errors import MissingField, RoomieError

_PATH, _HEADER = ParameterLocation.PATH, ParameterLocation.HEADER
"""Reading a member of an enumeration calls a descriptor in Python 3.11."""
_WITH_BODY = frozenset({"POST", "DELETE"})


async def read_parameters(
    request: web.Request, route: Route, settings: HttpSettings, path_values: Mapping[str, str]
) -> dict[str, object]:
    """Values of the parameters that are given; raises for the first that is missing or invalid."""
    if not route.parameters:
        return {}
    fields = await _fields(request, route, settings)
    values: dict[str, object] = {}
    for parameter in route.parameters:
        text: str | None
        if parameter.location is _PATH:
            text = path_values[parameter.name]
        elif parameter.location is _HEADER:
            text = _text(parameter, _header_fields(request, parameter.name))
        else:
            text = _text(parameter, fields)
        if text is not None:
            values[parameter.name] = _parse(parameter, text)
        elif parameter.required:
            raise MissingField(f"No {parameter.name} supplied")
    return values


def _header_fields(request: web.Request, name: str) -> FormFields:
    found = request.headers.getall(name, [])
    return FormFields({name: found[0]} if found else {}, duplicates={name} if found[1:] else set())


async def _fields(request: web.Request, route: Route, settings: HttpSettings) -> FormFields:
    """A POST's fields are in its body only, so that no password is in a URL; routes with GET accept both."""
    if request.method not in _WITH_BODY:
        return parse_query(request)
    body = await read_form(request, settings.max_body, settings.body_timeout)
    return body.merge(parse_query(request)) if "GET" in route.methods else body


def _text(parameter: Parameter[Any], fields: FormFields) -> str | None:
    """The text of the parameter, or of its aliases if it is absent or empty."""
    if not (parameter.aliases or fields.duplicates or fields.invalid):
        return fields.values.get(parameter.name) or None
    for name in (parameter.name, *parameter.aliases):
        if name in fields.duplicates:
            raise DuplicateParameter(name)
        if parameter.takes_json and name in fields.nested and name not in fields.values:
            return fields.nested[name]
        if name in fields.invalid:
            raise InvalidParameter(name)
        if text := fields.values.get(name):
            return text
    return None


def _parse(parameter: Parameter[Any], text: str) -> object:
    try:
        value: object = parameter.parse(text)
    except RoomieError:
        raise
    except (ValueError, OverflowError) as error:
        raise InvalidParameter(parameter.name) from error
    return value
