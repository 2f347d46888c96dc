"""Checks passwords: throttles attempts, limits concurrent checks, and remembers familiar devices."""

from contextlib import AsyncExitStack

from msgspec import Struct

from bot.login.device_cookies import DeviceMark
from bot.web.endpoints.login_api import base_url
from bot.web.framework.errors import TooManyRequests
from bot.web.framework.login_throttle import Admission, Attempt, account_keys
from bot.web.framework.rate_limit import client_address, client_subnet
from bot.web.framework.route import RequestContext
from core.errors import Unavailable
from core.model import Person, PersonId
from core.policy.login import KNOWN_FOR


class PasswordLogin(Struct, frozen=True):
    """The person who logged in, and the `Set-Cookie` with their device cookie."""

    person: Person
    cookie: str


async def check_password(context: RequestContext, name: str, password: str) -> PasswordLogin:
    """Checks a name and password; raises `TooManyRequests` while throttled, else `NotAuthenticated`."""
    state, address = context.state, client_address(context.request, context.state.settings.trusted_proxies)
    marks = state.device_marks.read(context.request.cookies.get(_cookie_name(context), ""), context.now)
    attempt = await _attempt(context, name, address, marks)
    admission = state.logins.admit(attempt, state.ticks())
    if admission.wait:
        raise TooManyRequests(admission.wait)
    person = await _authenticate(context, name, password, attempt, admission)
    state.logins.forgive(admission)
    await state.services.accounts.familiarity.remember(person.id, client_subnet(address))
    stamp = await state.services.accounts.familiarity.password_stamp(person.id)
    cookie = state.device_marks.renewed(marks, person.id, stamp, context.now)
    return PasswordLogin(person, _set_cookie(context, cookie))


async def _attempt(
    context: RequestContext, name: str, address: str, marks: tuple[DeviceMark, ...]
) -> Attempt:
    """The attempt, with what is known of its account, address and browser."""
    known = context.state.services.read_model.directory.by_name(name)
    if known is None:
        return Attempt(account_keys(name), address)
    person, familiarity = known.person, context.state.services.accounts.familiarity
    return Attempt(
        account_keys(name, person.username, person.email),
        address,
        known_as=str(person.id) if familiarity.knows(person.id, client_subnet(address)) else "",
        mark=await _mark_key(context, person.id, marks),
    )


async def _mark_key(context: RequestContext, person_id: PersonId, marks: tuple[DeviceMark, ...]) -> str:
    mark = next((each for each in marks if each.person_id == person_id), None)
    if mark is None:
        return ""
    return mark.key(await context.state.services.accounts.familiarity.password_stamp(person_id))


async def _authenticate(
    context: RequestContext, name: str, password: str, attempt: Attempt, admission: Admission
) -> Person:
    """Verifies the password. An attempt that finds no slot does not count."""
    state, account = context.state, attempt.accounts[0] if attempt.is_familiar else ""
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(state.password_checks.turn(account))
        except Unavailable:
            state.logins.undo(admission)
            raise
        return await state.services.accounts.authenticate(name, password)


def _cookie_name(context: RequestContext) -> str:
    return "__Host-roomie-device" if base_url(context).startswith("https:") else "roomie-device"


def _set_cookie(context: RequestContext, value: str) -> str:
    """A cookie that neither scripts nor other sites can use."""
    name, lasts = _cookie_name(context), int(KNOWN_FOR.total_seconds())
    secure = "; Secure" if name.startswith("__Host-") else ""
    return f"{name}={value}; Max-Age={lasts}; Path=/; HttpOnly; SameSite=Strict{secure}"
