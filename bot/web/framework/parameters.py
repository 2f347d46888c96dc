"""A request's parameters, read as its route says."""

from typing import Any

from aiohttp import web

from bot.web.framework.body import FormFields, parse_query, read_form
from bot.web.framework.errors import DuplicateParameter, InvalidParameter
from bot.web.framework.route import Parameter, ParameterLocation, Route
from bot.web.framework.settings import HttpSettings
from core.errors import MissingField, RoomieError

_OUTSIDE_FIELDS = frozenset({ParameterLocation.PATH, ParameterLocation.HEADER})
_WITH_BODY = frozenset({"POST", "DELETE"})


async def read_parameters(request: web.Request, route: Route, settings: HttpSettings) -> dict[str, object]:
    """The values of all parameters that are there; a refusal for the first that is missing or unreadable."""
    if not route.parameters:
        return {}
    fields = await _fields(request, route, settings)
    values: dict[str, object] = {}
    for parameter in route.parameters:
        source = _apart(request, parameter) if parameter.location in _OUTSIDE_FIELDS else fields
        if (text := _text(parameter, source)) is not None:
            values[parameter.name] = _read(parameter, text)
        elif parameter.required:
            raise MissingField(f"No {parameter.name} supplied")
    return values


def _apart(request: web.Request, parameter: Parameter[Any]) -> FormFields:
    """What stands neither in the query nor in the body."""
    if parameter.location is ParameterLocation.PATH:
        return FormFields(dict(request.match_info))
    found = request.headers.getall(parameter.name, [])
    return FormFields(
        {parameter.name: found[0]} if found else {}, duplicates={parameter.name} if found[1:] else set()
    )


async def _fields(request: web.Request, route: Route, settings: HttpSettings) -> FormFields:
    """A POST speaks in its body alone, so that no password is in a URL; routes that also GET hear both."""
    if request.method not in _WITH_BODY:
        return parse_query(request)
    body = await read_form(request, settings.max_body, settings.body_timeout)
    return body.merge(parse_query(request)) if "GET" in route.methods else body


def _text(parameter: Parameter[Any], fields: FormFields) -> str | None:
    """What stands under the parameter's name, or under its other names when that is absent or empty."""
    for name in (parameter.name, *parameter.aliases):
        if name in fields.duplicates:
            raise DuplicateParameter(name)
        if name in fields.invalid:
            raise InvalidParameter(name)
        if text := fields.values.get(name):
            return text
    return None


def _read(parameter: Parameter[Any], text: str) -> object:
    try:
        value: object = parameter.parse(text)
    except RoomieError:
        raise
    except (ValueError, OverflowError) as error:
        raise InvalidParameter(parameter.name) from error
    return value
