"""Logging in for a program that waits elsewhere: a sid to begin with, and what became of it."""

from bot.login import requester as asking
from bot.login.links import Links
from bot.web.endpoints import schemas
from bot.web.framework.errors import TooMany
from bot.web.framework.login_subscriptions import result_of
from bot.web.framework.rate_limit import address_of
from bot.web.framework.response import json_page
from bot.web.framework.route import Answered, Api, Call, Parameter, Route
from core.errors import NotFound
from core.model.login_session import LoginSession
from core.policy.login import Standing, letters_of, standing, whole_sid

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


def base_of(call: Call) -> str:
    """How whoever asks reaches us."""
    request = call.request
    return call.house.settings.public_url or f"http://{request.headers.get('Host') or request.host}"


async def get_token(call: Call) -> Answered:
    """A fresh sid, and where to go with it."""
    house = call.house
    address = address_of(call.request, house.settings.trusted_proxies)
    if wait := house.sids.take_from(address, house.ticks()):
        raise TooMany(wait)
    about = asking.by_program(address, call.request.headers.get("User-Agent", ""))
    letters = await house.desk.logins.open(asking.written(about))
    links = Links(base_of(call), letters)
    return json_page(
        {
            "loginUrl": links.login(house.login.settings),
            "callbackUrl": links.callback,
            "sid": whole_sid(letters),
            "stream_sub_url": links.stream,
            "stream_sub_lp_url": links.long_poll,
        }
    )


async def status(call: Call) -> Answered:
    """Whether somebody logged in; the token with it, for a minute."""
    letters = letters_of(call.need(SID))
    session = await call.house.desk.logins.find(letters) if letters else None
    where = standing(session, call.now)
    if letters is None or session is None or where is Standing.UNKNOWN:
        raise InvalidSid
    return json_page({"success": "OK", **_told(where, session, letters)})


def _told(where: Standing, session: LoginSession, letters: str) -> dict[str, object]:
    if where is Standing.WAITING:
        return {"status": "NOT_LOGGED_IN"}
    if where is Standing.FAILED:
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
        changes=True,
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
