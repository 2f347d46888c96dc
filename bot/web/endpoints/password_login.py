"""Logging in by password: a try is admitted, checked in its turn, and remembered where it was right."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

from bot.login.device_cookies import DeviceMark
from bot.web.endpoints.login_api import base_of
from bot.web.framework.errors import TooMany
from bot.web.framework.login_throttle import Admission, Attempt, account_keys
from bot.web.framework.rate_limit import address_of, household
from bot.web.framework.route import Call
from core.errors import Unavailable
from core.model.entities import Person, PersonId
from core.policy.login import KNOWN_FOR


@dataclass(frozen=True, slots=True)
class Recognised:
    """Whose password it was, and the `Set-Cookie` that marks the browser for them."""

    person: Person
    cookie: str


async def recognise(call: Call, name: str, password: str) -> Recognised:
    """Whose name and password these are. `TooMany` before its time, `NotSignedIn` when nobody's."""
    house, address = call.house, address_of(call.request, call.house.settings.trusted_proxies)
    marks = house.marks.read(call.request.cookies.get(_cookie_name(call), ""), call.now)
    attempt = await _attempt(call, name, address, marks)
    admission = house.logins.admit(attempt, house.ticks())
    if admission.wait:
        raise TooMany(admission.wait)
    person = await _checked(call, name, password, attempt, admission)
    house.logins.forgive(admission)
    await house.desk.accounts.familiarity.remember(person.id, household(address))
    stamp = await house.desk.accounts.familiarity.password_stamp(person.id)
    return Recognised(person, _set_cookie(call, house.marks.renewed(marks, person.id, stamp, call.now)))


async def _attempt(call: Call, name: str, address: str, marks: tuple[DeviceMark, ...]) -> Attempt:
    """The try, by everything that is known of its account, its address and its browser."""
    known = call.house.desk.picture.directory.named(name)
    if known is None:
        return Attempt(account_keys(name), address)
    person, familiarity = known.person, call.house.desk.accounts.familiarity
    return Attempt(
        account_keys(name, person.username, person.email),
        address,
        known_as=str(person.id) if familiarity.knows(person.id, household(address)) else "",
        mark=await _mark_key(call, person.id, marks),
    )


async def _mark_key(call: Call, person_id: PersonId, marks: tuple[DeviceMark, ...]) -> str:
    mark = next((each for each in marks if each.person_id == person_id), None)
    if mark is None:
        return ""
    return mark.key(await call.house.desk.accounts.familiarity.password_stamp(person_id))


async def _checked(call: Call, name: str, password: str, attempt: Attempt, admission: Admission) -> Person:
    """The slow part. A try that is turned away before it is checked does not count."""
    house, whose = call.house, attempt.accounts[0] if attempt.is_familiar else ""
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(house.checks_of_passwords.turn(whose))
        except Unavailable:
            house.logins.undo(admission)
            raise
        return await house.desk.accounts.recognise(name, password)


def _cookie_name(call: Call) -> str:
    return "__Host-roomie-device" if base_of(call).startswith("https:") else "roomie-device"


def _set_cookie(call: Call, value: str) -> str:
    """No script and no other site's page can use it."""
    name, lasts = _cookie_name(call), int(KNOWN_FOR.total_seconds())
    secure = "; Secure" if name.startswith("__Host-") else ""
    return f"{name}={value}; Max-Age={lasts}; Path=/; HttpOnly; SameSite=Strict{secure}"
