"""Verbs that change nothing: why something is so, how a person stands, and how the rooms are used."""

from urllib.parse import urlencode

from bot.administration.values import read_person
from bot.administration.verb import AdminParameter, AdminRequest, AdminVerb, word
from bot.chat.command import ParameterType
from bot.chat.reply import Reply
from bot.explaining import Explanations, story_reply
from bot.explaining.questions import explain
from bot.usage import UsageService
from bot.usage.replies import usage_reply

USAGE_PAGE = "/admin/usage"


async def why(request: AdminRequest) -> Reply:
    what = request.require("about", "Why what? For example: /admin why 21cf0a17, or /admin why Wren G02 3pm")
    return story_reply(await explain(request.services, what, request.by, request.zone))


async def who(request: AdminRequest) -> Reply:
    name = read_person(request, "person", "/admin who wil")
    return story_reply(await Explanations(request.services).person(name, request.by))


async def usage(request: AdminRequest) -> Reply:
    service, wanted = UsageService(request.services), request.get("period")
    figures = await service.figures(request.by, *service.read_request(wanted))
    public_url = request.services.public_url
    page = f"{public_url}{USAGE_PAGE}?{urlencode({'period': wanted})}" if public_url else ""
    return usage_reply(figures, page)


REPORT_VERBS = (
    AdminVerb(
        "why",
        "See what happened to a booking, a society, or in a room at a time, and why",
        why,
        (
            AdminParameter(
                "about",
                ParameterType.TEXT,
                "A booking's id, a society, or a room and a time",
                required=True,
                is_positional=True,
            ),
        ),
        ("/admin why 21cf0a17", "/admin why Wren G02 monday 3pm", "/admin why SOTECHSOC"),
    ),
    AdminVerb(
        "who",
        "See how a person stands: groups, quota, bookings, refusals, messages",
        who,
        (word("person", "Username, e-mail address or mention", keywords=()),),
        ("/admin who wil",),
    ),
    AdminVerb(
        "usage",
        "See how the rooms are used",
        usage,
        (
            AdminParameter(
                "period",
                ParameterType.TEXT,
                "last week, this week, term, last term, march, or days; and a building",
                is_positional=True,
            ),
        ),
        ("/admin usage last week", "/admin usage term Wren"),
    ),
)
