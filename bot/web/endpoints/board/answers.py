"""Answers of the conversation as pages: typed text, pressed buttons and submitted forms."""

import secrets
from hashlib import sha256
from itertools import chain

from bot.chat.actions import READ_ONLY_ACTIONS
from bot.chat.command import ConfirmationRequired
from bot.chat.reply import Reply
from bot.web.endpoints.board.conversation import ask, press, reply_context
from bot.web.framework.body import read_form
from bot.web.framework.page_response import page, safe_path
from bot.web.framework.page_route import form_route, page_route
from bot.web.framework.response import RenderedResponse
from bot.web.framework.route import Parameter, ParameterLocation, RequestContext, Response, Route
from bot.web.pages.replies import ASK_PATH, PRESS_PATH, ButtonRules, ReplyView, view_reply

_INPUT, _TYPED = "in.", "or."
"""Prefixes of a form's inputs, and of what was typed instead of choosing."""
_STATUSES = {"not_entitled": 403}
_TEXT_SCHEMA = {"type": "string"}
ACTION = Parameter("action", str, _TEXT_SCHEMA, "The button's action.", required=True, example="free_now")
VALUE = Parameter("value", str, _TEXT_SCHEMA, "The button's value.")
BACK = Parameter("back", safe_path, _TEXT_SCHEMA, "The path of the page with the button.")
ONCE = Parameter("once", str, _TEXT_SCHEMA, "A random text: a form that is sent twice changes things once.")
TEXT = Parameter(
    "text", str, _TEXT_SCHEMA, "A command or plain words.", required=True, location=ParameterLocation.BODY
)


def view(context: RequestContext, reply: Reply, path: str) -> ReplyView:
    """A reply for this visitor, on the page at `path`."""
    rules = ButtonRules(path, context.session is not None, READ_ONLY_ACTIONS)
    return view_reply(reply, reply_context(context), rules)


def once() -> str:
    """A key for the forms of one page."""
    return secrets.token_urlsafe(12)


def needs_confirmation(reply: Reply) -> bool:
    """Whether the text would change something, which a link must not."""
    return reply.code == ConfirmationRequired.code


async def answer_link(context: RequestContext) -> Response:
    """The answer to a button that changes nothing."""
    reply = await press(context, context.require(ACTION), context.get(VALUE) or "")
    own = str(context.request.rel_url)
    return _answer(context, reply, own, context.get(BACK) or "/")


async def answer_button(context: RequestContext) -> Response:
    """Does what a button or a form says."""
    back, action = context.get(BACK) or "/", context.require(ACTION)
    fields = await read_form(
        context.request, context.state.settings.max_body, context.state.settings.body_timeout
    )
    form = _inputs(fields.values)
    if "refresh" in fields.values:
        reply = await press(context, "refresh_form", "", form, may_change=True)
    else:
        value = context.get(VALUE) or ""
        key = _delivery_id(context, action, value, *chain.from_iterable(sorted(form.items())))
        reply = await press(context, action, value, form, once=key, may_change=True)
    return _answer(context, reply, back, back)


async def answer_text(context: RequestContext) -> Response:
    """Does what typed text says, once somebody has confirmed it."""
    back, text = context.get(BACK) or "/", context.require(TEXT)
    reply = await ask(context, text, once=_delivery_id(context, text), may_change=True)
    return _answer(context, reply, back, back)


def _delivery_id(context: RequestContext, *content: str) -> str:
    """The same for a form that is sent twice with the same content, and for no other."""
    key = context.get(ONCE) or ""
    return sha256("\0".join((key, *content)).encode()).hexdigest() if key else ""


def _answer(context: RequestContext, reply: Reply, path: str, back: str) -> RenderedResponse:
    return page(
        context,
        "answer.html",
        status=_STATUSES.get(reply.code, 200),
        path=path,
        reply=view(context, reply, path),
        back=back,
        once=once(),
    )


def _inputs(values: dict[str, str]) -> dict[str, str]:
    """The inputs of a form by name; typed text counts before a chosen option."""
    chosen = {name.removeprefix(_INPUT): text for name, text in values.items() if name.startswith(_INPUT)}
    typed = {
        name.removeprefix(_TYPED): text
        for name, text in values.items()
        if name.startswith(_TYPED) and text.strip()
    }
    return chosen | typed


ANSWERS: tuple[Route, ...] = (
    page_route(
        "ask",
        answer_link,
        "The answer to a button that changes nothing.",
        path=ASK_PATH,
        parameters=(ACTION, VALUE, BACK),
    ),
    form_route(
        "press",
        answer_button,
        "Press a button or send a form.",
        path=PRESS_PATH,
        parameters=(ACTION, VALUE, BACK, ONCE),
    ),
    form_route("say", answer_text, "Do what typed text says.", path="/say", parameters=(TEXT, BACK, ONCE)),
)
