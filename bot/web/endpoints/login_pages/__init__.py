"""The pages of a login in the browser: proving who you are, then confirming who gets the login."""

from aiohttp import web

from bot.login.links import Links
from bot.login.settings import LoginMethod
from bot.web.endpoints import schemas
from bot.web.endpoints.login_api import base_url
from bot.web.endpoints.login_pages import browser, confirm, oidc, password, shibboleth
from bot.web.endpoints.login_responses import (
    SID,
    PageHandler,
    html_errors,
    html_response,
    page_context,
    redirect,
    requester_details,
    sid_token_in,
)
from bot.web.framework.route import Api, Parameter, RequestContext, Route
from bot.web.pages import login as pages


async def show_login(context: RequestContext) -> web.Response:
    """Shows our own login page, or redirects to the institution's; without a sid this browser logs in."""
    if context.get(SID) is None:
        return await browser.begin(context)
    token, login = sid_token_in(context), context.state.login
    session = await context.state.services.logins.login_status(token)
    settings = login.settings
    if settings.method is LoginMethod.SHIBBOLETH:
        return redirect(context, Links(base_url(context), token).shibboleth(settings))
    if login.oidc is not None and settings.method is LoginMethod.OIDC:
        return await oidc.redirect_to_provider(context, login.oidc, token)
    page, requester = page_context(context, token), requester_details(context, session)
    if settings.development is not None:
        return html_response(
            context, pages.confirm_identity_page(page, requester, settings.development.email)
        )
    return html_response(context, pages.login_page(page, requester))


async def _login(context: RequestContext) -> web.Response:
    return await (password.log_in if context.request.method == "POST" else show_login)(context)


async def _confirm(context: RequestContext) -> web.Response:
    handle = confirm.complete if context.request.method == "POST" else confirm.show_confirmation
    return await handle(context)


def _page_route(
    name: str,
    methods: tuple[str, ...],
    handler: PageHandler,
    summary: str,
    *,
    api: Api = Api.SERVICE,
    parameters: tuple[Parameter[str], ...],
) -> Route:
    return Route(
        api,
        name,
        methods,
        html_errors(handler),
        summary,
        {303: None, **dict.fromkeys((200, 403, 409, 410, 503), schemas.TEXT)},
        parameters=parameters,
        is_mutating=True,
        uses_session=True,
        media_type="text/html",
    )


LOGIN_PAGES: tuple[Route, ...] = (
    _page_route(
        "user.login.callback",
        ("GET", "POST"),
        shibboleth.callback,
        "Callback of the institution's login (Shibboleth).",
        api=Api.ROOMIE,
        parameters=(SID,),
    ),
    _page_route(
        "login",
        ("GET", "POST"),
        _login,
        "Log in with the browser.",
        parameters=(SID, browser.NEXT, password.NAME, password.PASSWORD),
    ),
    _page_route(
        "login/confirm",
        ("GET", "POST"),
        _confirm,
        "Confirm a login, or refuse it.",
        parameters=(SID, confirm.NONCE, confirm.ANSWER),
    ),
    _page_route(
        "login/oidc",
        ("GET",),
        oidc.provider_callback,
        "Callback of an OpenID provider.",
        parameters=oidc.FROM_PROVIDER,
    ),
)
