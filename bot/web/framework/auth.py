"""Authenticates requests by their token."""

from datetime import datetime
from functools import lru_cache

from aiohttp import web
from aiohttp.hdrs import AUTHORIZATION

from bot.services import Services
from bot.web.framework.route import Access, Principal
from bot.web.framework.token_usage import TokenUsage
from core.directory import Account
from core.errors import NotAuthenticated, NotPermitted
from core.model import UserGroup
from core.policy.administrators import NOT_ADMINISTRATOR
from core.services.accounts import TokenBearer, token_hash

_TOKEN_LENGTH = 40
_HEX = frozenset("0123456789abcdefABCDEF")


class UnknownToken(NotAuthenticated):
    """The token has the right form, but is not valid as far as the read model knows."""


def presented_token(request: web.Request) -> str:
    """The token in a request's `Authorization` header; raises `NotAuthenticated` when there is none."""
    return _token_in(request.headers.get(AUTHORIZATION, ""))


def _token_in(header: str) -> str:
    keyword, _, token = header.partition(" ")
    token = token.strip()
    if keyword.lower() != "token" or not token:
        raise NotAuthenticated("Authentication credentials were not provided.")
    if len(token) != _TOKEN_LENGTH or not _HEX.issuperset(token):
        raise NotAuthenticated("Invalid token.")
    return token.lower()


@lru_cache(maxsize=4096)
def _hash_in(header: str) -> bytes:
    return token_hash(_token_in(header))


def authenticate(
    request: web.Request, services: Services, used: TokenUsage, now: datetime
) -> Account | TokenBearer:
    """The person or society whose token a request carries.

    `NotAuthenticated` if it carries none, `UnknownToken` if the read model does not know it.
    """
    hashed = _hash_in(request.headers.get(AUTHORIZATION, ""))
    if (account := services.accounts.holder(hashed, now)) is not None:
        used.record(hashed, now)
        return account
    if (bearer := services.accounts.bearer(presented_token(request))) is not None:
        return bearer
    raise UnknownToken("Invalid token.")


async def refresh_token(request: web.Request, services: Services) -> None:
    """Syncs what the read model knows of a token; another process may have issued it a moment ago."""
    await services.storage.catch_up()
    await services.accounts.wake(_hash_in(request.headers.get(AUTHORIZATION, "")))


_PUBLIC, _PERSON_OR_SOCIETY, _PRESIDENT, _ADMINISTRATOR = (
    Access.PUBLIC,
    Access.PERSON_OR_SOCIETY,
    Access.PRESIDENT,
    Access.ADMINISTRATOR,
)
"""Reading a member of an enumeration calls a descriptor in Python 3.11."""


def check_access(caller: Principal, access: Access) -> None:
    """Raises `NotAuthenticated` or `NotPermitted` unless the caller may use the route."""
    if access is _PUBLIC:
        return
    if caller is None:
        raise NotAuthenticated("Please log in first.")
    if isinstance(caller, TokenBearer) and access is not _PERSON_OR_SOCIETY:
        raise NotPermitted("A society's token can only book rooms.")
    if (
        access is _PRESIDENT
        and isinstance(caller, Account)
        and UserGroup.PRESIDENT not in caller.person.groups
    ):
        raise NotPermitted("Only society presidents can do this.")
    if access is _ADMINISTRATOR and isinstance(caller, Account) and not caller.person.is_admin:
        raise NotPermitted(NOT_ADMINISTRATOR)
