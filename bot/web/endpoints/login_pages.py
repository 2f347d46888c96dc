"""What a person meets on the way through a login: proving who they are, and saying yes or no."""

import logging
from urllib.parse import urlencode

import orjson
from aiohttp import web

from bot.login import requester as asking
from bot.login.chat_link import continue_request, linked_message
from bot.login.encryption import encrypt
from bot.login.links import Links
from bot.login.oidc_provider import IdentityRejected
from bot.login.public_access import host_of, is_loopback
from bot.login.settings import LoginMethod
from bot.login.shibboleth import UntrustedAttributes, claims_of
from bot.web.endpoints import schemas
from bot.web.endpoints.converters import parse_name, parse_password
from bot.web.endpoints.login_api import base_url
from bot.web.endpoints.login_responses import (
    SID,
    PageHandler,
    check_site,
    html_errors,
    html_response,
    page_context,
    redirect,
    refusal_page,
    requester_details,
    sid_token_in,
)
from bot.web.endpoints.password_login import check_password
from bot.web.framework import serializers as wire
from bot.web.framework.errors import TooManyRequests
from bot.web.framework.login_subscriptions import RESULT
from bot.web.framework.rate_limit import in_networks
from bot.web.framework.route import Api, Parameter, ParameterLocation, RequestContext, Route
from bot.web.pages import login as pages
from core.directory import Account
from core.errors import NotAuthenticated, RoomieError, Unavailable
from core.model.entities import AuditEntry, Person, PersonId
from core.model.login_session import LoginSession
from core.policy.login import StaleLink
from core.services.login import PendingConfirmation
from core.services.provisioning import IdentityClaims

logger = logging.getLogger(__name__)

_TEXT = {"type": "string"}
_AUTHORIZATION_LIFETIME = 600
_FORWARDING = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")

NAME = Parameter("username", parse_name, _TEXT, "A username or an e-mail address.")
PASSWORD = Parameter("password", parse_password, _TEXT, "The password.")
NONCE = Parameter("nonce", str, _TEXT, "What the page that asks carries.")
ANSWER = Parameter("answer", str, _TEXT, "`yes`, or anything else for no.")
_FROM_PROVIDER = tuple(
    Parameter(name, str, _TEXT, "From the provider.", location=ParameterLocation.QUERY)
    for name in ("state", "code", "iss", "error")
)


async def show_login(context: RequestContext) -> web.Response:
    """The way in: our own page, or on to whoever knows people here."""
    letters, login = sid_token_in(context), context.state.login
    session = await context.state.services.logins.login_status(letters)
    settings = login.settings
    if settings.method is LoginMethod.SHIBBOLETH:
        return redirect(context, Links(base_url(context), letters).shibboleth(settings))
    if login.oidc is not None and settings.method is LoginMethod.OIDC:
        return await _redirect_to_provider(context, letters)
    if settings.development is not None:
        html = pages.confirm_identity_page(
            page_context(context, letters), requester_details(context, session), settings.development.email
        )
        return html_response(context, html)
    return html_response(
        context, pages.login_page(page_context(context, letters), requester_details(context, session))
    )


async def _redirect_to_provider(context: RequestContext, letters: str) -> web.Response:
    oidc = context.state.login.oidc
    if oidc is None:
        raise StaleLink
    departure = await oidc.start(letters, f"{base_url(context)}/login/oidc")
    response = redirect(context, departure.url)
    is_secure = base_url(context).startswith("https:")
    response.set_cookie(
        _cookie(context),
        departure.cookie,
        max_age=_AUTHORIZATION_LIFETIME,
        path="/",
        secure=is_secure,
        httponly=True,
        samesite="Lax",
    )
    return response


def _cookie(context: RequestContext) -> str:
    return "__Host-roomie-login" if base_url(context).startswith("https:") else "roomie-login"


async def log_in(context: RequestContext) -> web.Response:
    """Name and password; wrong ones cost a while, for whomever they were tried."""
    check_site(context)
    letters, settings = sid_token_in(context), context.state.login.settings
    session = await context.state.services.logins.login_status(letters)
    if settings.development is not None:
        _check_is_local_request(context)
        logger.warning("DEVELOPMENT: somebody on this machine is taken for %s", settings.development.key)
        return await _confirm(context, letters, settings.development)
    if settings.method is not LoginMethod.PASSWORD:
        raise UntrustedAttributes
    name, password = context.get(NAME) or "", context.get(PASSWORD) or ""
    place, who = page_context(context, letters), requester_details(context, session)
    try:
        recognised = await check_password(context, name, password)
    except TooManyRequests as refusal:
        wait = refusal.headers["Retry-After"]
        trouble = f"Too many tries. Please wait {wait} seconds."
        response = html_response(context, pages.login_page(place, who, trouble, name[:254]), 429)
        response.headers["Retry-After"] = wait
        return response
    except NotAuthenticated as refusal:
        return html_response(context, pages.login_page(place, who, str(refusal), name[:254]), 403)
    proved = await _prove(context, letters, recognised.person.id)
    query = urlencode({SID.name: letters, NONCE.name: proved.nonce})
    response = redirect(context, f"/login/confirm?{query}")  # so that no page sets a cookie or is sent again
    response.headers.add("Set-Cookie", recognised.cookie)
    return response


def _check_is_local_request(context: RequestContext) -> None:
    """Not by way of a proxy either, which would make everybody look like us."""
    request = context.request
    is_forwarded = any(each in request.headers for each in _FORWARDING)
    is_near = is_loopback(request.remote or "") and is_loopback(host_of(f"http://{request.host}"))
    if is_forwarded or not is_near:
        raise UntrustedAttributes


async def callback(context: RequestContext) -> web.Response:
    """Where a Shibboleth service provider brings people, with what it knows of them in headers."""
    letters, settings = sid_token_in(context), context.state.login.settings
    await context.state.services.logins.login_status(letters)
    if settings.method is not LoginMethod.SHIBBOLETH:
        return redirect(context, Links(base_url(context), letters).page)
    try:
        claims = _authenticated_claims(context)
    except UntrustedAttributes:
        await _log_forgery(context)
        raise
    return await _confirm(context, letters, claims)


def _authenticated_claims(context: RequestContext) -> IdentityClaims:
    """Whom one of our own proxies speaks of."""
    if not in_networks(context.request.remote or "", context.state.settings.trusted_proxies):
        raise UntrustedAttributes
    return claims_of(context.request.headers, context.state.login.settings.shibboleth)


async def _log_forgery(context: RequestContext) -> None:
    """Attributes without proof are somebody's attempt, or a proxy that is set up wrong: tell either way."""
    shibboleth, headers = context.state.login.settings.shibboleth, context.request.headers
    if shibboleth.eppn not in headers and shibboleth.secret_header not in headers:
        return
    logger.warning("attributes without proof from %s were refused", context.request.remote)
    entry = AuditEntry(context.now, f"address:{context.request.remote}", "log in", "unproved attributes")
    await context.state.services.storage.write(lambda unit: unit.audit(entry))


async def provider_callback(context: RequestContext) -> web.Response:
    """Where an OpenID provider sends browsers back to."""
    oidc, name = context.state.login.oidc, _cookie(context)
    if oidc is None:
        raise StaleLink
    answer = {each.name: context.get(each) or "" for each in _FROM_PROVIDER}
    try:
        if answer["error"]:
            raise IdentityRejected
        letters, claims = await oidc.finish(answer, context.request.cookies.get(name, ""))
        response = await _confirm(context, letters, claims)
    except RoomieError as refusal:
        response = refusal_page(context, refusal)
    response.del_cookie(name, path="/", secure=name.startswith("__Host-"), httponly=True, samesite="Lax")
    return response


async def _confirm(context: RequestContext, letters: str, who: PersonId | IdentityClaims) -> web.Response:
    """Ask whoever just proved who they are whether they mean it."""
    proved = await _prove(context, letters, who)
    return _confirmation_page(context, letters, proved)


async def _prove(
    context: RequestContext, letters: str, who: PersonId | IdentityClaims
) -> PendingConfirmation:
    state = context.state
    try:
        return await state.services.logins.prove_identity(letters, who, state.login.settings.rule)
    finally:
        await state.subscriptions.poll()


def _confirmation_page(context: RequestContext, letters: str, proved: PendingConfirmation) -> web.Response:
    requester, name = requester_details(context, proved.session), _display_name(proved.person)
    html = pages.confirm_page(page_context(context, letters), requester, name, proved.nonce)
    return html_response(context, html)


async def show_confirmation(context: RequestContext) -> web.Response:
    """The same, for a browser that was sent on from the password page."""
    letters, nonce = sid_token_in(context), context.get(NONCE) or ""
    session, person = await context.state.services.logins.request_for(letters, nonce)
    return _confirmation_page(context, letters, PendingConfirmation(session, person, nonce))


async def confirm(context: RequestContext) -> web.Response:
    """The answer to that: only yes binds anything."""
    check_site(context)
    letters, nonce = sid_token_in(context), context.get(NONCE) or ""
    services = context.state.services
    if context.get(ANSWER) != "yes":
        await services.logins.decline(letters, nonce)
        await context.state.subscriptions.poll()
        return html_response(context, pages.declined_page(page_context(context)))
    session, person = await services.logins.request_for(letters, nonce)
    if session.identity is None:
        await _complete_for_program(context, session, person, letters)
    else:
        await _complete_for_chat(context, session, person)
    requester = requester_details(context, session)
    return html_response(context, pages.done_page(page_context(context), requester, _display_name(person)))


async def _complete_for_program(
    context: RequestContext, session: LoginSession, person: Person, letters: str
) -> None:
    """A token for the program, sealed so that only whoever holds the sid can read it."""
    state, about = context.state, asking.decode(session.request)
    label = ", ".join(filter(None, (state.login.settings.method.value, about.agent)))
    login, token = state.services.accounts.new_login(person.id, label)
    known = (await state.services.synced_read_model()).directory.people.get(person.id) or Account(person)
    quota = await state.services.bookings.quota(person.id)
    answer = wire.account(known, quota.left) | {"token": token}
    await state.services.logins.complete_with_token(
        session, login, encrypt(orjson.dumps(answer), letters.encode(), RESULT)
    )
    await state.subscriptions.poll()


async def _complete_for_chat(context: RequestContext, session: LoginSession, person: Person) -> None:
    services, answers = context.state.services, context.state.login.on_linked
    await services.logins.link(session, person, [linked_message(services, session, person)])
    if answers is not None:
        try:
            await continue_request(services, answers, session)
        except Unavailable as trouble:
            logger.warning("what waited for a login waits for the next start: %s", trouble)


def _display_name(person: Person) -> str:
    return person.name if person.name == person.username else f"{person.name} ({person.username})"


def _page_route(
    name: str,
    methods: tuple[str, ...],
    answer: PageHandler,
    summary: str,
    *,
    path: str = "",
    parameters: tuple[Parameter[str], ...],
) -> Route:
    return Route(
        Api.SERVICE if path else Api.ROOMIE,
        name,
        methods,
        html_errors(answer),
        summary,
        {303: None, **dict.fromkeys((200, 403, 409, 410, 503), schemas.TEXT)},
        path=path,
        parameters=parameters,
        is_mutating=True,
        media_type="text/html",
    )


async def _ask_to_confirm_or_confirm(context: RequestContext) -> web.Response:
    return await (confirm if context.request.method == "POST" else show_confirmation)(context)


async def _enter_or_log_in(context: RequestContext) -> web.Response:
    return await (log_in if context.request.method == "POST" else show_login)(context)


LOGIN_PAGES: tuple[Route, ...] = (
    _page_route(
        "user.login.callback",
        ("GET", "POST"),
        callback,
        "Where the institution's login brings people back to.",
        parameters=(SID,),
    ),
    _page_route(
        "login",
        ("GET", "POST"),
        _enter_or_log_in,
        "Log in at a browser.",
        path="/login",
        parameters=(SID, NAME, PASSWORD),
    ),
    _page_route(
        "login confirm",
        ("GET", "POST"),
        _ask_to_confirm_or_confirm,
        "Let whoever waits for a login have it, or not.",
        path="/login/confirm",
        parameters=(SID, NONCE, ANSWER),
    ),
    _page_route(
        "login oidc",
        ("GET",),
        provider_callback,
        "Where an OpenID provider sends browsers back to.",
        path="/login/oidc",
        parameters=_FROM_PROVIDER,
    ),
)
