"""Browser logins for programs: creating a sid, and its status."""

from bot.login import requester
from bot.login.links import Links
from bot.web.endpoints import schemas
from bot.web.framework.errors import TooManyRequests
from bot.web.framework.login_subscriptions import result_of
from bot.web.framework.rate_limit import client_address
from bot.web.framework.response import json_response
from bot.web.framework.route import Api, Parameter, RequestContext, Response, Route
from core.errors import NotFound
from core.model import LoginSession
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
    """The sid was never issued, is too old, or its result was fetched already."""

    code = "invalid_sid"

    def __init__(self) -> None:
        super().__init__("Invalid sid")


def base_url(context: RequestContext) -> str:
    """The URL of the server as the client reaches it."""
    request = context.request
    return context.state.settings.public_url or f"http://{request.headers.get('Host') or request.host}"


async def get_token(context: RequestContext) -> Response:
    """Creates a sid, and the URLs that belong to it."""
    state = context.state
    address = client_address(context.request, state.settings.trusted_proxies)
    if wait := state.login_rates.acquire_for(address, state.ticks()):
        raise TooManyRequests(wait)
    program = requester.from_program(address, context.request.headers.get("User-Agent", ""))
    token = await state.services.logins.open(requester.encode(program))
    links = Links(base_url(context), token)
    return json_response(
        {
            "loginUrl": links.login(state.login.settings),
            "callbackUrl": links.callback,
            "sid": full_sid(token),
            "stream_sub_url": links.stream,
            "stream_sub_lp_url": links.long_poll,
        }
    )


async def status(context: RequestContext) -> Response:
    """The status of a login, with the token for a minute after it."""
    token = sid_token(context.require(SID))
    session = await context.state.services.logins.find(token) if token else None
    state_of_login = login_status(session, context.now)
    if token is None or session is None or state_of_login is LoginStatus.UNKNOWN:
        raise InvalidSid
    return json_response({"success": "OK", **_payload(state_of_login, session, token)})


def _payload(state_of_login: LoginStatus, session: LoginSession, token: str) -> dict[str, object]:
    if state_of_login is LoginStatus.WAITING:
        return {"status": "NOT_LOGGED_IN"}
    if state_of_login is LoginStatus.FAILED:
        return {"status": "LOGIN_ERROR"}
    answer = result_of(session, token)
    if answer is None:
        raise InvalidSid
    return {"status": "LOGGED_IN", "user_data": answer}


LOGIN: tuple[Route, ...] = (
    Route(
        Api.ROOMIE,
        "user.login.getToken",
        ("GET",),
        get_token,
        "Begin a login in the browser: returns a sid, valid once and for ten minutes.",
        {200: schemas.SID},
        is_mutating=True,
    ),
    Route(
        Api.ROOMIE,
        "user.login.status",
        ("POST",),
        status,
        "The status of a login, with its token for a minute after it.",
        {200: schemas.LOGIN_STATUS},
        parameters=(SID,),
    ),
)
