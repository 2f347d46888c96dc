"""Showing pages to people on their way through a login: what all of them have, and who waits for it."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.chat.request import Door
from bot.login import requester as asking
from bot.login.chat_link import PLATFORMS, preview
from bot.login.settings import Way
from bot.web.endpoints.login_api import base_of
from bot.web.framework.error_pages import status_of, title_of
from bot.web.framework.rate_limit import address_of, household
from bot.web.framework.route import Answered, Call, Parameter
from bot.web.pages import login as pages
from bot.web.pages.layout import headers as page_headers
from core.errors import NotAllowed, RoomieError
from core.model.login_session import LoginSession
from core.policy.login import StaleLink, letters_of

SID = Parameter(
    "sid", str, {"type": "string"}, "The sid, with or without `shib` in front.", example="pescvktq"
)


class WrongSite(NotAllowed):
    """A form of ours, sent from somebody else's page."""

    code = "wrong_site"

    def __init__(self) -> None:
        super().__init__("Please open the link itself, and go on from there.")


def shown(call: Call, html: str, status: int = 200) -> web.Response:
    return web.Response(
        text=html,
        status=status,
        content_type="text/html",
        charset="utf-8",
        headers={
            **page_headers(is_secure=base_of(call).startswith("https:")),
            "X-Content-Type-Options": "nosniff",
            "X-Request-ID": call.id,
        },
    )


def place_of(call: Call, letters: str = "") -> pages.Place:
    login = call.house.login
    return pages.Place(login.campus, letters, login.settings.way is Way.DEVELOPMENT)


def sent_to(call: Call, url: str) -> web.Response:
    headers = {"Location": url, **page_headers(is_secure=base_of(call).startswith("https:"))}
    return web.Response(status=303, headers=headers)


Shown = Callable[[Call], Awaitable[web.Response]]


def as_page(answer: Shown) -> Callable[[Call], Awaitable[Answered]]:
    """Refusals are told to people on a page of their own."""

    async def answered(call: Call) -> Answered:
        try:
            return await answer(call)
        except RoomieError as refusal:
            return refusal_page(call, refusal)

    return answered


def refusal_page(call: Call, refusal: RoomieError) -> web.Response:
    html = pages.refused_page(place_of(call), str(refusal), title_of(refusal))
    return shown(call, html, status_of(refusal))


def letters_in(call: Call) -> str:
    letters = letters_of(call.get(SID) or "")
    if letters is None:
        raise StaleLink
    return letters


def check_site(call: Call) -> None:
    if call.request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
        raise WrongSite


def address_in(call: Call) -> str:
    return address_of(call.request, call.house.settings.trusted_proxies)


def who_asks(call: Call, session: LoginSession) -> pages.WhoAsks:
    """Who waits for this login, in words."""
    about = asking.read(session.asked)
    if session.identity is None:
        is_near = household(about.address) == household(address_in(call))
        return pages.WhoAsks(program=about.agent, address=about.address, is_near=is_near)
    platform, _, account = session.identity.partition(":")
    team, _, user = account.rpartition(":")
    return pages.WhoAsks(
        platform=PLATFORMS[Door(platform)],
        account=f"{user} in workspace {team}" if team else user,
        name=about.name,
        waits=preview(about.asked),
    )
