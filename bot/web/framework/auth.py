"""Who stands behind a request, by the token it shows."""

from datetime import datetime
from functools import lru_cache

from aiohttp import web

from bot.services import Desk
from bot.web.framework.route import Caller, Who
from bot.web.framework.token_usage import TokensUsed
from core.directory import Known
from core.errors import NotEntitled, NotSignedIn
from core.model.entities import Group
from core.services.accounts import TokenBearer, token_hash

_LENGTH = 40
_HEX = frozenset("0123456789abcdefABCDEF")


class UnknownToken(NotSignedIn):
    """What is shown could be a token, but memory knows none like it that is still good."""


def shown_token(request: web.Request) -> str:
    """The token in a request's `Authorization` header; `NotSignedIn` when there is none that could be one."""
    return _token_in(request.headers.get("Authorization", ""))


def _token_in(header: str) -> str:
    keyword, _, token = header.partition(" ")
    token = token.strip()
    if keyword.lower() != "token" or not token:
        raise NotSignedIn("Authentication credentials were not provided.")
    if len(token) != _LENGTH or not _HEX.issuperset(token):
        raise NotSignedIn("Invalid token.")
    return token.lower()


@lru_cache(maxsize=4096)
def _hash_in(header: str) -> bytes:
    return token_hash(_token_in(header))


def caller_of(request: web.Request, desk: Desk, used: TokensUsed, now: datetime) -> Known | TokenBearer:
    """The person or society whose valid token a request shows.

    `NotSignedIn` when it shows none, and `UnknownToken` when it shows one that nobody here was given.
    """
    hashed = _hash_in(request.headers.get("Authorization", ""))
    if (known := desk.accounts.holder(hashed, now)) is not None:
        used.note(hashed, now)
        return known
    if (bearer := desk.accounts.bearer(shown_token(request))) is not None:
        return bearer
    raise UnknownToken("Invalid token.")


async def look_again(request: web.Request, desk: Desk) -> None:
    """Bring memory up to date about a token: others may have made or used it a moment ago."""
    await desk.storage.catch_up()
    await desk.accounts.wake(_hash_in(request.headers.get("Authorization", "")))


def check_who(caller: Caller, who: Who) -> None:
    """Refuse a caller whom a route is not for."""
    if isinstance(caller, TokenBearer) and who is not Who.PERSON_OR_SOCIETY:
        raise NotEntitled("A society token is good for booking rooms, and for nothing else.")
    if who is Who.PRESIDENT and isinstance(caller, Known) and Group.PRESIDENT not in caller.person.groups:
        raise NotEntitled("Only society presidents can do this.")
