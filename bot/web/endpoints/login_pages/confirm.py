"""Confirming a login: nothing gets it until the person says yes."""

import logging

import orjson
from aiohttp import web

from bot.login import requester
from bot.login.chat_link import continue_request, linked_message
from bot.login.encryption import encrypt
from bot.web.endpoints.login_pages.browser import check_browser, complete_for_browser, is_for_browser
from bot.web.endpoints.login_responses import (
    check_site,
    html_response,
    page_context,
    requester_details,
    sid_token_in,
)
from bot.web.framework import serializers
from bot.web.framework.login_subscriptions import RESULT
from bot.web.framework.route import Parameter, RequestContext
from bot.web.pages import login as pages
from core.directory import Account
from core.errors import Unavailable
from core.model import LoginSession, Person, PersonId
from core.services.login import PendingConfirmation
from core.services.provisioning import IdentityClaims

logger = logging.getLogger(__name__)

_TEXT = {"type": "string"}

NONCE = Parameter("nonce", str, _TEXT, "The one-time value of the confirmation page.")
ANSWER = Parameter("answer", str, _TEXT, "`yes`; anything else is no.")


async def prove_and_confirm(
    context: RequestContext, token: str, identity: PersonId | IdentityClaims
) -> web.Response:
    """Records who the person is, and shows them the confirmation page.

    A login of this browser itself needs no confirmation and is complete.
    """
    proved = await prove_identity(context, token, identity)
    if is_for_browser(proved.session):
        return await complete_for_browser(context, proved)
    return _confirmation_page(context, token, proved)


async def prove_identity(
    context: RequestContext, token: str, identity: PersonId | IdentityClaims
) -> PendingConfirmation:
    state = context.state
    await check_browser(context, token)
    try:
        return await state.services.logins.prove_identity(token, identity, state.login.settings.rule)
    finally:
        await state.subscriptions.poll()


def _confirmation_page(context: RequestContext, token: str, proved: PendingConfirmation) -> web.Response:
    details, name = requester_details(context, proved.session), _display_name(proved.person)
    html = pages.confirm_page(page_context(context, token), details, name, proved.nonce)
    return html_response(context, html)


async def show_confirmation(context: RequestContext) -> web.Response:
    """Shows the confirmation page after the redirect from the password form."""
    token, nonce = sid_token_in(context), context.get(NONCE) or ""
    session, person = await context.state.services.logins.request_for(token, nonce)
    return _confirmation_page(context, token, PendingConfirmation(session, person, nonce))


async def complete(context: RequestContext) -> web.Response:
    """Completes the login if the person confirmed it, else refuses it."""
    check_site(context)
    token, nonce = sid_token_in(context), context.get(NONCE) or ""
    services = context.state.services
    if context.get(ANSWER) != "yes":
        await services.logins.decline(token, nonce)
        await context.state.subscriptions.poll()
        return html_response(context, pages.declined_page(page_context(context)))
    session, person = await services.logins.request_for(token, nonce)
    if session.identity is None:
        await _complete_for_program(context, session, person, token)
    else:
        await _complete_for_chat(context, session, person)
    details = requester_details(context, session)
    return html_response(context, pages.done_page(page_context(context), details, _display_name(person)))


async def _complete_for_program(
    context: RequestContext, session: LoginSession, person: Person, token: str
) -> None:
    """Grants a login token, encrypted with the sid so that only its holder can read it."""
    state, program = context.state, requester.decode(session.request)
    label = ", ".join(filter(None, (state.login.settings.method.value, program.agent)))
    login, login_token = state.services.accounts.new_login(person.id, label)
    directory = (await state.services.synced_read_model()).directory
    quota = await state.services.bookings.quota(person.id)
    account = serializers.account(directory.people.get(person.id) or Account(person), quota.left)
    result = orjson.dumps(account | {"token": login_token})
    await state.services.logins.complete_with_token(session, login, encrypt(result, token.encode(), RESULT))
    await state.subscriptions.poll()


async def _complete_for_chat(context: RequestContext, session: LoginSession, person: Person) -> None:
    services, on_linked = context.state.services, context.state.login.on_linked
    await services.logins.link(session, person, [linked_message(services, session, person)])
    if on_linked is not None:
        try:
            await continue_request(services, on_linked, session)
        except Unavailable as error:
            logger.warning("a request that waited for a login waits until the next start: %s", error)


def _display_name(person: Person) -> str:
    return person.name if person.name == person.username else f"{person.name} ({person.username})"
