"""What a person meets on the way through a login: proving who they are, and saying yes or no."""

import logging
from urllib.parse import urlencode

import orjson
from aiohttp import web

from bot.login import requester as asking
from bot.login.chat_link import go_on, linked_message
from bot.login.encryption import seal
from bot.login.links import Links
from bot.login.oidc_provider import NotRecognised
from bot.login.public_access import host_of, is_loopback
from bot.login.settings import Way
from bot.login.shibboleth import NotVouchedFor, claims_of
from bot.web.endpoints import schemas
from bot.web.endpoints.converters import read_name, read_password
from bot.web.endpoints.login_api import base_of
from bot.web.endpoints.login_responses import (
    SID,
    Shown,
    as_page,
    check_site,
    letters_in,
    place_of,
    refusal_page,
    sent_to,
    shown,
    who_asks,
)
from bot.web.endpoints.password_login import recognise
from bot.web.framework import serializers as wire
from bot.web.framework.errors import TooMany
from bot.web.framework.login_subscriptions import RESULT
from bot.web.framework.rate_limit import is_among
from bot.web.framework.route import Api, Call, Parameter, Route, Within
from bot.web.pages import login as pages
from core.directory import Known
from core.errors import NotSignedIn, RoomieError, Unavailable
from core.model.entities import AuditEntry, Person, PersonId
from core.model.login_session import LoginSession
from core.policy.login import StaleLink
from core.services.login import Proved
from core.services.provisioning import Claims

logger = logging.getLogger(__name__)

_TEXT = {"type": "string"}
_TRIP_LASTS = 600
_FORWARDING = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")

NAME = Parameter("username", read_name, _TEXT, "A username or an e-mail address.")
PASSWORD = Parameter("password", read_password, _TEXT, "The password.")
NONCE = Parameter("nonce", str, _TEXT, "What the page that asks carries.")
ANSWER = Parameter("answer", str, _TEXT, "`yes`, or anything else for no.")
_FROM_PROVIDER = tuple(
    Parameter(name, str, _TEXT, "From the provider.", within=Within.QUERY)
    for name in ("state", "code", "iss", "error")
)


async def enter(call: Call) -> web.Response:
    """The way in: our own page, or on to whoever knows people here."""
    letters, login = letters_in(call), call.house.login
    session = await call.house.desk.logins.ask(letters)
    settings = login.settings
    if settings.way is Way.SHIBBOLETH:
        return sent_to(call, Links(base_of(call), letters).shibboleth(settings))
    if login.oidc is not None and settings.way is Way.OIDC:
        return await _to_provider(call, letters)
    if settings.development is not None:
        html = pages.taken_for_granted_page(
            place_of(call, letters), who_asks(call, session), settings.development.email
        )
        return shown(call, html)
    return shown(call, pages.login_page(place_of(call, letters), who_asks(call, session)))


async def _to_provider(call: Call, letters: str) -> web.Response:
    oidc = call.house.login.oidc
    if oidc is None:
        raise StaleLink
    departure = await oidc.leave(letters, f"{base_of(call)}/login/oidc")
    response = sent_to(call, departure.url)
    is_secure = base_of(call).startswith("https:")
    response.set_cookie(
        _cookie(call),
        departure.cookie,
        max_age=_TRIP_LASTS,
        path="/",
        secure=is_secure,
        httponly=True,
        samesite="Lax",
    )
    return response


def _cookie(call: Call) -> str:
    return "__Host-roomie-login" if base_of(call).startswith("https:") else "roomie-login"


async def log_in(call: Call) -> web.Response:
    """Name and password; wrong ones cost a while, for whomever they were tried."""
    check_site(call)
    letters, settings = letters_in(call), call.house.login.settings
    session = await call.house.desk.logins.ask(letters)
    if settings.development is not None:
        _check_developers_own_machine(call)
        logger.warning("DEVELOPMENT: somebody on this machine is taken for %s", settings.development.key)
        return await _confirm(call, letters, settings.development)
    if settings.way is not Way.PASSWORD:
        raise NotVouchedFor
    name, password = call.get(NAME) or "", call.get(PASSWORD) or ""
    place, who = place_of(call, letters), who_asks(call, session)
    try:
        recognised = await recognise(call, name, password)
    except TooMany as refusal:
        wait = refusal.headers["Retry-After"]
        trouble = f"Too many tries. Please wait {wait} seconds."
        response = shown(call, pages.login_page(place, who, trouble, name[:254]), 429)
        response.headers["Retry-After"] = wait
        return response
    except NotSignedIn as refusal:
        return shown(call, pages.login_page(place, who, str(refusal), name[:254]), 403)
    proved = await _prove(call, letters, recognised.person.id)
    query = urlencode({SID.name: letters, NONCE.name: proved.nonce})
    response = sent_to(call, f"/login/confirm?{query}")  # so that no page sets a cookie or is sent again
    response.headers.add("Set-Cookie", recognised.cookie)
    return response


def _check_developers_own_machine(call: Call) -> None:
    """Not by way of a proxy either, which would make everybody look like us."""
    request = call.request
    is_forwarded = any(each in request.headers for each in _FORWARDING)
    is_near = is_loopback(request.remote or "") and is_loopback(host_of(f"http://{request.host}"))
    if is_forwarded or not is_near:
        raise NotVouchedFor


async def callback(call: Call) -> web.Response:
    """Where a Shibboleth service provider brings people, with what it knows of them in headers."""
    letters, settings = letters_in(call), call.house.login.settings
    await call.house.desk.logins.ask(letters)
    if settings.way is not Way.SHIBBOLETH:
        return sent_to(call, Links(base_of(call), letters).page)
    try:
        claims = _vouched_for(call)
    except NotVouchedFor:
        await _note_forgery(call)
        raise
    return await _confirm(call, letters, claims)


def _vouched_for(call: Call) -> Claims:
    """Whom one of our own proxies speaks of."""
    if not is_among(call.request.remote or "", call.house.settings.trusted_proxies):
        raise NotVouchedFor
    return claims_of(call.request.headers, call.house.login.settings.shibboleth)


async def _note_forgery(call: Call) -> None:
    """Attributes without proof are somebody's attempt, or a proxy that is set up wrong: tell either way."""
    shibboleth, headers = call.house.login.settings.shibboleth, call.request.headers
    if shibboleth.eppn not in headers and shibboleth.secret_header not in headers:
        return
    logger.warning("attributes without proof from %s were refused", call.request.remote)
    entry = AuditEntry(call.now, f"address:{call.request.remote}", "log in", "unproved attributes")
    await call.house.desk.storage.write(lambda unit: unit.audit(entry))


async def back_from_provider(call: Call) -> web.Response:
    """Where an OpenID provider sends browsers back to."""
    oidc, name = call.house.login.oidc, _cookie(call)
    if oidc is None:
        raise StaleLink
    answer = {each.name: call.get(each) or "" for each in _FROM_PROVIDER}
    try:
        if answer["error"]:
            raise NotRecognised
        letters, claims = await oidc.arrive(answer, call.request.cookies.get(name, ""))
        response = await _confirm(call, letters, claims)
    except RoomieError as refusal:
        response = refusal_page(call, refusal)
    response.del_cookie(name, path="/", secure=name.startswith("__Host-"), httponly=True, samesite="Lax")
    return response


async def _confirm(call: Call, letters: str, who: PersonId | Claims) -> web.Response:
    """Ask whoever just proved who they are whether they mean it."""
    proved = await _prove(call, letters, who)
    return _asked_to_confirm(call, letters, proved)


async def _prove(call: Call, letters: str, who: PersonId | Claims) -> Proved:
    house = call.house
    try:
        return await house.desk.logins.prove(letters, who, house.login.settings.rule)
    finally:
        await house.channels.look()


def _asked_to_confirm(call: Call, letters: str, proved: Proved) -> web.Response:
    asking_for = who_asks(call, proved.session)
    html = pages.confirm_page(place_of(call, letters), asking_for, _named(proved.person), proved.nonce)
    return shown(call, html)


async def ask_to_confirm(call: Call) -> web.Response:
    """The same, for a browser that was sent on from the password page."""
    letters, nonce = letters_in(call), call.get(NONCE) or ""
    session, person = await call.house.desk.logins.asked(letters, nonce)
    return _asked_to_confirm(call, letters, Proved(session, person, nonce))


async def confirm(call: Call) -> web.Response:
    """The answer to that: only yes binds anything."""
    check_site(call)
    letters, nonce = letters_in(call), call.get(NONCE) or ""
    desk = call.house.desk
    if call.get(ANSWER) != "yes":
        await desk.logins.decline(letters, nonce)
        await call.house.channels.look()
        return shown(call, pages.declined_page(place_of(call)))
    session, person = await desk.logins.asked(letters, nonce)
    if session.identity is None:
        await _hand_over(call, session, person, letters)
    else:
        await _link(call, session, person)
    return shown(call, pages.done_page(place_of(call), who_asks(call, session), _named(person)))


async def _hand_over(call: Call, session: LoginSession, person: Person, letters: str) -> None:
    """A token for the program, sealed so that only whoever holds the sid can read it."""
    house, about = call.house, asking.read(session.asked)
    label = ", ".join(filter(None, (house.login.settings.way.value, about.agent)))
    login, token = house.desk.accounts.new_login(person.id, label)
    known = (await house.desk.fresh()).directory.people.get(person.id) or Known(person)
    quota = await house.desk.bookings.quota(person.id)
    answer = wire.account(known, quota.left) | {"token": token}
    await house.desk.logins.hand_over(session, login, seal(orjson.dumps(answer), letters.encode(), RESULT))
    await house.channels.look()


async def _link(call: Call, session: LoginSession, person: Person) -> None:
    desk, answers = call.house.desk, call.house.login.answers
    await desk.logins.link(session, person, [linked_message(desk, session, person)])
    if answers is not None:
        try:
            await go_on(desk, answers, session)
        except Unavailable as trouble:
            logger.warning("what waited for a login waits for the next start: %s", trouble)


def _named(person: Person) -> str:
    return person.name if person.name == person.username else f"{person.name} ({person.username})"


def _row(
    name: str,
    methods: tuple[str, ...],
    answer: Shown,
    summary: str,
    *,
    path: str = "",
    parameters: tuple[Parameter[str], ...],
) -> Route:
    return Route(
        Api.SERVICE if path else Api.ROOMIE,
        name,
        methods,
        as_page(answer),
        summary,
        {303: None, **dict.fromkeys((200, 403, 409, 410, 503), schemas.TEXT)},
        path=path,
        parameters=parameters,
        changes=True,
        media_type="text/html",
    )


async def _ask_to_confirm_or_confirm(call: Call) -> web.Response:
    return await (confirm if call.request.method == "POST" else ask_to_confirm)(call)


async def _enter_or_log_in(call: Call) -> web.Response:
    return await (log_in if call.request.method == "POST" else enter)(call)


LOGIN_PAGES: tuple[Route, ...] = (
    _row(
        "user.login.callback",
        ("GET", "POST"),
        callback,
        "Where the institution's login brings people back to.",
        parameters=(SID,),
    ),
    _row(
        "login",
        ("GET", "POST"),
        _enter_or_log_in,
        "Log in at a browser.",
        path="/login",
        parameters=(SID, NAME, PASSWORD),
    ),
    _row(
        "login confirm",
        ("GET", "POST"),
        _ask_to_confirm_or_confirm,
        "Let whoever waits for a login have it, or not.",
        path="/login/confirm",
        parameters=(SID, NONCE, ANSWER),
    ),
    _row(
        "login oidc",
        ("GET",),
        back_from_provider,
        "Where an OpenID provider sends browsers back to.",
        path="/login/oidc",
        parameters=_FROM_PROVIDER,
    ),
)
