"""Logging in for a program that waits elsewhere: a sid to begin with, and what became of it."""

from bot.login import requester as asking
from bot.login.links import Links
from bot.web.endpoints import schemas
from bot.web.framework.errors import TooManyRequests
from bot.web.framework.login_subscriptions import result_of
from bot.web.framework.rate_limit import client_address
from bot.web.framework.response import json_response
from bot.web.framework.route import Api, Parameter, RequestContext, Response, Route
from core.errors import NotFound
from core.model.login_session import LoginSession
from core.policy.login import LoginStatus, full_sid, login_status, sid_token

SID = Parameter(
    "sid",
    str,
    {"type": "string"},
    "The sid, with or without `shib` in front.",
    required=True,
    example="shibpescvktqatuvacymiwxhewsrrvsybexcijjpskcrcvngylmquwszbbtoujpd",
)


class InvalidSid(NotFound):
    """Never handed out, too old, or its result was handed out already."""

    code = "invalid_sid"

    def __init__(self) -> None:
        super().__init__("Invalid sid")


def base_url(context: RequestContext) -> str:
    """How whoever asks reaches us."""
    request = context.request
    return context.state.settings.public_url or f"http://{request.headers.get('Host') or request.host}"


async def get_token(context: RequestContext) -> Response:
    """A fresh sid, and where to go with it."""
    state = context.state
    address = client_address(context.request, state.settings.trusted_proxies)
    if wait := state.login_rates.acquire_for(address, state.ticks()):
        raise TooManyRequests(wait)
    about = asking.from_program(address, context.request.headers.get("User-Agent", ""))
    letters = await state.services.logins.open(asking.encode(about))
    links = Links(base_url(context), letters)
    return json_response(
        {
            "loginUrl": links.login(state.login.settings),
            "callbackUrl": links.callback,
            "sid": full_sid(letters),
            "stream_sub_url": links.stream,
            "stream_sub_lp_url": links.long_poll,
        }
    )


async def status(context: RequestContext) -> Response:
    """Whether somebody logged in; the token with it, for a minute."""
    letters = sid_token(context.require(SID))
    session = await context.state.services.logins.find(letters) if letters else None
    where = login_status(session, context.now)
    if letters is None or session is None or where is LoginStatus.UNKNOWN:
        raise InvalidSid
    return json_response({"success": "OK", **_payload(where, session, letters)})


def _payload(where: LoginStatus, session: LoginSession, letters: str) -> dict[str, object]:
    if where is LoginStatus.WAITING:
        return {"status": "NOT_LOGGED_IN"}
    if where is LoginStatus.FAILED:
        return {"status": "LOGIN_ERROR"}
    answer = result_of(session, letters)
    if answer is None:
        raise InvalidSid
    return {"status": "LOGGED_IN", "user_data": answer}


LOGIN: tuple[Route, ...] = (
    Route(
        Api.ROOMIE,
        "user.login.getToken",
        ("GET",),
        get_token,
        "Begin a login in a browser: a sid, good once and for ten minutes.",
        {200: schemas.SID},
        is_mutating=True,
    ),
    Route(
        Api.ROOMIE,
        "user.login.status",
        ("POST",),
        status,
        "What became of a login; its token for a minute.",
        {200: schemas.LOGIN_STATUS},
        parameters=(SID,),
    ),
)
