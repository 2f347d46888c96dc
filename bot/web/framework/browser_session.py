"""Cookies of browsers: the session of a person who is logged in, and a login in progress."""

from datetime import datetime

from aiohttp import web
from aiohttp.hdrs import COOKIE

from bot.login.browser_sessions import BrowserSession
from bot.web.framework.settings import HttpSettings
from bot.web.framework.state import ServerState
from core.directory import Account
from core.policy.login import LIFETIME

_SESSION = "roomie-session"
_BEGUN = "roomie-begun"


def is_secure(settings: HttpSettings) -> bool:
    """Whether browsers reach this server by https."""
    return settings.public_url.startswith("https:")


def session_in(request: web.Request, state: ServerState) -> BrowserSession | None:
    """The session whose cookie a request carries; whether its token is still valid is open."""
    if _SESSION not in request.headers.get(COOKIE, ""):
        return None
    return state.sessions.read(request.cookies.get(_name(_SESSION, state), ""))


async def resume_session(session: BrowserSession, state: ServerState, now: datetime) -> Account | None:
    """The person of a session; None once it was logged out or has expired.

    An unknown token is looked up again after a sync: another process may have issued it a moment ago.
    """
    accounts = state.services.accounts
    if (account := accounts.holder(session.hashed, now)) is None:
        await state.services.storage.catch_up()
        await accounts.wake(session.hashed)
        account = accounts.holder(session.hashed, now)
    if account is not None:
        state.token_usage.record(session.hashed, now)
    return account


def session_cookie(token: str, state: ServerState) -> str:
    """The `Set-Cookie` that logs a browser in. The server decides when the session ends; see `token_idle`."""
    max_age = int(state.services.rules.token_idle.total_seconds())
    return _set_cookie(_SESSION, state.sessions.seal(token), max_age, state)


def ended_session_cookie(state: ServerState) -> str:
    return _set_cookie(_SESSION, "", 0, state)


def login_cookie(sid_token: str, state: ServerState) -> str:
    """The `Set-Cookie` that binds a login to the browser that began it."""
    return _set_cookie(_BEGUN, state.sessions.seal_login(sid_token), int(LIFETIME.total_seconds()), state)


def ended_login_cookie(state: ServerState) -> str:
    return _set_cookie(_BEGUN, "", 0, state)


def began_login(request: web.Request, sid_token: str, state: ServerState) -> bool:
    """Whether this browser began the login."""
    return state.sessions.began(request.cookies.get(_name(_BEGUN, state), ""), sid_token)


def begun_login(request: web.Request, state: ServerState) -> str:
    """The sid token of the login that this browser began; empty if there is none."""
    return state.sessions.begun(request.cookies.get(_name(_BEGUN, state), ""))


def _name(name: str, state: ServerState) -> str:
    """With the prefix no other site of the domain can set it (RFC 6265bis, 4.1.3)."""
    return f"__Host-{name}" if is_secure(state.settings) else name


def _set_cookie(name: str, value: str, max_age: int, state: ServerState) -> str:
    """`Lax`: sent when a person follows a link to us, not with forms and images of other sites."""
    secure = "; Secure" if is_secure(state.settings) else ""
    return f"{_name(name, state)}={value}; Max-Age={max_age}; Path=/; HttpOnly; SameSite=Lax{secure}"
