"""Logging in and out, and the account of the person who is logged in."""

from bot.web.endpoints import schemas
from bot.web.endpoints.converters import parse_name, parse_password
from bot.web.endpoints.password_login import check_password
from bot.web.endpoints.roomie.parameters import DENIED, TEXT
from bot.web.framework import serializers
from bot.web.framework.auth import presented_token
from bot.web.framework.response import json_response, with_etag
from bot.web.framework.route import Access, Api, Parameter, RequestContext, Response, Route
from core.directory import Account
from core.errors import NotAuthenticated

USERNAME = Parameter(
    "username",
    parse_name,
    TEXT,
    "A username or an e-mail address.",
    required=True,
    aliases=("user",),
    example="wil",
)
PASSWORD = Parameter(
    "password",
    parse_password,
    {"type": "string", "format": "password"},
    "The password.",
    required=True,
    example="wilpassword",
)


async def log_in(context: RequestContext) -> Response:
    name, password = context.require(USERNAME), context.require(PASSWORD)
    services = context.state.services
    try:
        login = await check_password(context, name, password)
    except NotAuthenticated as error:
        return json_response({"error": str(error), "code": "wrong_login"})
    granted = await services.accounts.grant(login.person.id, "http")
    account = services.read_model.directory.people.get(granted.person.id) or Account(granted.person)
    content = await _account(context, account) | {"token": granted.token}
    return json_response(content, headers={"Set-Cookie": login.cookie})


async def info(context: RequestContext) -> Response:
    return with_etag(serializers.render_json(await _account(context, context.person)), private=True)


async def _account(context: RequestContext, account: Account) -> dict[str, object]:
    quota = await context.state.services.bookings.quota(account.person.id)
    return serializers.account(account, quota.left)


async def log_out(context: RequestContext) -> Response:
    await context.state.services.accounts.log_out(presented_token(context.request))
    return json_response({"success": True})


ACCOUNTS: tuple[Route, ...] = (
    Route(
        Api.ROOMIE,
        "user.login",
        ("POST",),
        log_in,
        "Log in; the response contains a token.",
        {200: schemas.LOGIN},
        parameters=(USERNAME, PASSWORD),
        is_mutating=True,
    ),
    Route(
        Api.ROOMIE,
        "user.logout",
        ("GET",),
        log_out,
        "Log out: revokes the token of this request.",
        {200: schemas.DONE} | DENIED,
        access=Access.PERSON,
        is_mutating=True,
    ),
    Route(
        Api.ROOMIE,
        "user.info",
        ("GET",),
        info,
        "Your account, your societies and your remaining quota.",
        {200: schemas.ACCOUNT} | DENIED,
        access=Access.PERSON,
        per_user=True,
    ),
)
