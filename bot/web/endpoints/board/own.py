"""Pages of the person who is logged in: their bookings, and their societies."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.formatting import booking_text
from bot.chat.reply import Reply, ReplyItem
from bot.web.endpoints.board.answers import BACK, once, view
from bot.web.endpoints.board.changes import booking_path
from bot.web.endpoints.board.conversation import ask, reply_context
from bot.web.framework.page_response import page
from bot.web.framework.page_route import form_route, page_route
from bot.web.framework.route import Access, Parameter, ParameterLocation, RequestContext, Response, Route
from bot.web.pages.replies import ButtonView, ReplyView, html_text
from core.model import Role, Society

_TEXT = {"type": "string"}
USER = Parameter(
    "user", str, _TEXT, "A username or an e-mail address.", required=True, location=ParameterLocation.BODY
)
SOCIETY = Parameter(
    "society", str, _TEXT, "The society's id.", required=True, location=ParameterLocation.BODY
)
_PATH = "/societies"


class SocietyView(Struct, frozen=True):
    """A society for its president: members as a reply, and its coming bookings in words."""

    id: str
    name: str
    members: tuple[tuple[str, str, str], ...]
    bookings: tuple[object, ...]


async def show_bookings(context: RequestContext) -> Response:
    replies = [await ask(context, each) for each in ("/rooms mine", "/rooms waiting", "/rooms quota")]
    mine, waiting, quota = (view(context, each, "/my") for each in replies)
    return page(
        context,
        "my.html",
        mine=_with_change_links(mine, replies[0]),
        waiting=waiting,
        quota=quota,
        once=once(),
    )


def _with_change_links(view_of_list: ReplyView, reply: Reply) -> ReplyView:
    """The list with *Change* beside *Cancel*."""
    items = tuple(
        replace(shown, buttons=(*shown.buttons, *_change_links(item)))
        for shown, item in zip(view_of_list.items, reply.items, strict=True)
    )
    return replace(view_of_list, items=items)


def _change_links(item: ReplyItem) -> Iterator[ButtonView]:
    for button in item.buttons:
        if button.action == Action.ASK_CANCEL:
            yield ButtonView("Change", href=booking_path(button.value))


async def show_societies(context: RequestContext) -> Response:
    """The societies that the person presides over."""
    presided = [each.society for each in context.person.memberships if each.role is Role.PRESIDENT]
    societies = [await _view_society(context, each) for each in presided]
    return page(context, "societies.html", societies=societies, once=once())


async def _view_society(context: RequestContext, society: Society) -> SocietyView:
    services = context.state.services
    _, people = await services.societies.members(context.person.person.id, society.id)
    bookings = services.read_model.of_society(society.id)
    texts = tuple(
        html_text(
            booking_text(each, services.read_model.catalogue.rooms.get(each.room_id)), reply_context(context)
        )
        for each in bookings
        if each.interval.end > context.now
    )
    members = tuple((person.name, person.username, role.value) for person, role in people)
    return SocietyView(society.id, society.name, members, texts)


async def change_members(context: RequestContext, command: str) -> Response:
    options = {"user": context.require(USER), "society": context.require(SOCIETY)}
    reply = await ask(context, command, options, may_change=True)
    shown: ReplyView = view(context, reply, _PATH)
    return page(context, "answer.html", path=_PATH, reply=shown, back=_PATH, once=once())


async def add_member(context: RequestContext) -> Response:
    return await change_members(context, "society add")


async def remove_member(context: RequestContext) -> Response:
    return await change_members(context, "society remove")


OWN: tuple[Route, ...] = (
    page_route("my bookings", show_bookings, "Your bookings and waits.", path="/my", access=Access.PERSON),
    page_route(
        "societies",
        show_societies,
        "Your societies: members, bookings and token.",
        path=_PATH,
        access=Access.PRESIDENT,
    ),
    form_route(
        "add member",
        add_member,
        "Add a member to your society.",
        path=f"{_PATH}/add",
        access=Access.PRESIDENT,
        parameters=(USER, SOCIETY, BACK),
    ),
    form_route(
        "remove member",
        remove_member,
        "Remove a member from your society.",
        path=f"{_PATH}/remove",
        access=Access.PRESIDENT,
        parameters=(USER, SOCIETY, BACK),
    ),
)
