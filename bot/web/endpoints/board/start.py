"""The start page: what is free now and until when, the search line, and filters."""

from functools import lru_cache
from operator import attrgetter

from markupsafe import Markup, escape

from bot.chat.formatting import equipment_name
from bot.web.endpoints.board.answers import needs_confirmation, once, view
from bot.web.endpoints.board.conversation import ask
from bot.web.endpoints.board.freshness import until_something_changes
from bot.web.endpoints.board.overview import overview_of
from bot.web.framework.page_response import page, shared_page
from bot.web.framework.page_route import page_route
from bot.web.framework.response import RenderedResponse
from bot.web.framework.route import Parameter, RequestContext, Response, Route
from core.catalogue import Catalogue, RoomQuery
from core.model import Equipment

_SEARCH_COST = 2.0
_TEXT = {"type": "string"}
QUERY = Parameter("q", str, _TEXT, "What you would type in chat.", example="free now 20 seats")
WHEN = Parameter("when", str, _TEXT, "A date and time in words.", example="tomorrow 3pm for 2 hours")
SEATS = Parameter("seats", str, _TEXT, "At least this many seats.", example="20")
WHERE = Parameter("where", str, _TEXT, "The id of a building.")
EQUIPMENT = Parameter("with", str, _TEXT, "Equipment of the room.", example="whiteboard")
_FILTERS = (WHEN, SEATS, WHERE, EQUIPMENT)


async def start(context: RequestContext) -> Response:
    text = context.get(QUERY) or ""
    options = {each.name: value for each in _FILTERS if (value := context.get(each))}
    if text or options:
        return await _search(context, text, options)
    is_valid = until_something_changes(context)
    return shared_page(context, await _overview(context), is_valid)


async def _search(context: RequestContext, text: str, options: dict[str, str]) -> Response:
    """The answer to the search line or to the filters."""
    is_valid = until_something_changes(context)
    reply = await ask(context, text) if text else await ask(context, "rooms free", options)
    confirms = needs_confirmation(reply) and context.session is not None
    path = str(context.request.rel_url)
    response = page(
        context,
        "start.html",
        query=text,
        chosen=options,
        filters=_choices(context, options.get("where")),
        reply=None if needs_confirmation(reply) else view(context, reply, path),
        confirms=confirms,
        needs_login=needs_confirmation(reply) and not confirms,
        overview=None,
        once=once(),
    )
    return shared_page(context, response, is_valid)


async def _overview(context: RequestContext) -> RenderedResponse:
    return page(
        context,
        "start.html",
        query="",
        chosen={},
        filters=_choices(context),
        reply=None,
        confirms=False,
        needs_login=False,
        overview=await overview_of(context),
        once="",
    )


def _choices(context: RequestContext, building_id: str | None = None) -> dict[str, object]:
    """The options of the filters: buildings, one of them selected, and equipment that some room has."""
    catalogue = context.state.services.read_model.catalogue
    equipment = [
        (each.value, equipment_name(each))
        for each in Equipment
        if catalogue.matching(RoomQuery(equipment=frozenset({each})))
    ]
    return {"buildings": _building_options(catalogue, building_id), "equipment": equipment}


def _building_options(catalogue: Catalogue, selected: str | None) -> Markup:
    if selected is None:
        return _unselected_options(catalogue)
    attribute = Markup('value="{}"').format(selected)
    before, found, after = _unselected_options(catalogue).partition(attribute)
    return before + found + (Markup(" selected") if found else Markup()) + after


@lru_cache(maxsize=2)
def _unselected_options(catalogue: Catalogue) -> Markup:
    """By name. A campus of 50,000 rooms has thousands, on each page."""
    buildings = sorted(catalogue.buildings.values(), key=attrgetter("name"))
    options = [f'<option value="{escape(each.id)}">{escape(each.name)}</option>\n' for each in buildings]
    return Markup("".join(options))  # noqa: S704 - escaped above


START: tuple[Route, ...] = (
    page_route(
        "board",
        start,
        "What is free now, and the search line.",
        path="/",
        parameters=(QUERY, *_FILTERS),
        cost=_SEARCH_COST,
    ),
)
