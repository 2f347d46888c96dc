"""Redirect to an OpenID provider, and its callback."""

from typing import TYPE_CHECKING

from aiohttp import web

from bot.login.oidc_provider import IdentityRejected
from bot.web.endpoints.login_api import base_url
from bot.web.endpoints.login_pages.confirm import prove_and_confirm
from bot.web.endpoints.login_responses import redirect, refusal_page
from bot.web.framework.route import Parameter, ParameterLocation, RequestContext
from core.errors import RoomieError
from core.policy.login import StaleLink

if TYPE_CHECKING:
    from bot.login.oidc import OidcClient

_AUTHORIZATION_LIFETIME_SECONDS = 600
FROM_PROVIDER = tuple(
    Parameter(name, str, {"type": "string"}, "From the provider.", location=ParameterLocation.QUERY)
    for name in ("state", "code", "iss", "error")
)


async def redirect_to_provider(context: RequestContext, oidc: "OidcClient", token: str) -> web.Response:
    authorization = await oidc.start(
        token, f"{base_url(context)}{context.state.login.settings.oidc.redirect_path}"
    )
    response = redirect(context, authorization.url)
    response.set_cookie(
        _cookie_name(context),
        authorization.cookie,
        max_age=_AUTHORIZATION_LIFETIME_SECONDS,
        path="/",
        secure=base_url(context).startswith("https:"),
        httponly=True,
        samesite="Lax",
    )
    return response


async def provider_callback(context: RequestContext) -> web.Response:
    oidc, name = context.state.login.oidc, _cookie_name(context)
    if oidc is None:
        raise StaleLink
    parameters = {parameter.name: context.get(parameter) or "" for parameter in FROM_PROVIDER}
    try:
        if parameters["error"]:
            raise IdentityRejected
        token, claims = await oidc.finish(parameters, context.request.cookies.get(name, ""))
        response = await prove_and_confirm(context, token, claims)
    except RoomieError as refusal:
        response = refusal_page(context, refusal)
    response.del_cookie(name, path="/", secure=name.startswith("__Host-"), httponly=True, samesite="Lax")
    return response


def _cookie_name(context: RequestContext) -> str:
    return "__Host-roomie-login" if base_url(context).startswith("https:") else "roomie-login"
