"""What presidents do: the society's token, and its members."""

from bot.web.endpoints import schemas
from bot.web.endpoints.converters import parse_boolean, parse_id, parse_name
from bot.web.endpoints.roomie.parameters import DENIED, TEXT
from bot.web.framework.response import json_response
from bot.web.framework.route import Access, Api, Parameter, RequestContext, Response, Route
from core.model import SocietyId

SOCIETY_ID = Parameter(
    "society_id",
    parse_id,
    TEXT,
    "The society; optional for presidents of exactly one.",
    example="SOTECHSOC",
)
REGENERATE = Parameter("regenerate", parse_boolean, {"type": "boolean"}, "Replace the token by a new one.")
MEMBER = Parameter(
    "username", parse_name, TEXT, "A username or an e-mail address.", required=True, example="rema"
)


async def society_token(context: RequestContext) -> Response:
    services, president = context.state.services, context.person.person.id
    renew = context.get(REGENERATE) or context.request.method == "POST"
    society, term = await services.societies.token_term(president, _society_id(context), renew=renew)
    return json_response({"token": services.accounts.society_token(society.id, term)})


async def add_user(context: RequestContext) -> Response:
    added = await context.state.services.societies.add_member(
        context.person.person.id, context.require(MEMBER), _society_id(context)
    )
    return json_response({"success": f"Successfully added {added.person.name} to society access groups!"})


async def delete_user(context: RequestContext) -> Response:
    await context.state.services.societies.remove_member(
        context.person.person.id, context.require(MEMBER), _society_id(context)
    )
    return json_response({"success": True})


def _society_id(context: RequestContext) -> SocietyId | None:
    society_id = context.get(SOCIETY_ID)
    return None if society_id is None else SocietyId(society_id)


SOCIETIES: tuple[Route, ...] = (
    Route(
        Api.ROOMIE,
        "society.token",
        ("GET", "POST"),
        society_token,
        "The token that books for a society; POST replaces it.",
        {200: schemas.TOKEN} | DENIED,
        parameters=(SOCIETY_ID, REGENERATE),
        access=Access.PRESIDENT,
        is_mutating=True,
    ),
    Route(
        Api.ROOMIE,
        "society.addUser",
        ("POST",),
        add_user,
        "Allow a person to book for a society.",
        {200: schemas.MEMBER} | DENIED,
        parameters=(MEMBER, SOCIETY_ID),
        access=Access.PRESIDENT,
        is_mutating=True,
    ),
    Route(
        Api.ROOMIE,
        "society.deleteUser",
        ("POST",),
        delete_user,
        "Stop a person from booking for a society.",
        {200: schemas.MEMBER} | DENIED,
        parameters=(MEMBER, SOCIETY_ID),
        access=Access.PRESIDENT,
        aliases=("society.removeUser",),
        is_mutating=True,
    ),
)
