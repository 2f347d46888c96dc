"""The reply to a search: free rooms with their buttons, or why there are none; for commands that search."""

from collections.abc import AsyncIterator, Iterator

from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.formatting import join_with_and
from bot.chat.reply import Button, Choice, Inline, Reply, Subject
from bot.conversation.button_values import SearchValue
from bot.conversation.free_rooms import (
    PAGE_SIZE,
    RoomSearch,
    availability_for,
    count_text,
    grid_note,
    heading,
    no_room_reply,
    short_start,
)
from bot.conversation.narrowing import narrowing_menus
from bot.conversation.questions import clarification
from bot.conversation.search import reading_notes, search_from
from bot.conversation.series_end import end_of_term_button
from bot.conversation.series_reply import series_reply
from bot.conversation.series_search import series_search_reply
from bot.conversation.series_text import has_time, is_endless, series_request
from bot.language import ParsedTime, ParseResult
from core.services.find_rooms import SearchResult

_MAX_OTHER_TIMES = 4


async def search_reply(context: CommandContext, reading: ParseResult, *, is_quoted: bool = False) -> Reply:
    """Free rooms for what a text asks, or the question that it leaves open.

    Of a series in a quoted message only the first date is searched: what others write stores no drafts.
    """

    def answer(chosen: ParseResult, label: str) -> Button:
        return Button(Action.SEARCH, label, str(search_from(context, chosen)))

    if (question := clarification(context, reading, answer)) is not None:
        return question
    when = reading.when
    if when is not None and when.recurrence is not None and not is_quoted and _is_searchable(context, when):
        if reading.room is not None:
            return await series_reply(context, reading, when, context.read_model.catalogue.room(reading.room))
        return await series_search_reply(context, reading, when)
    search = search_from(context, reading)
    names_length = reading.when is None or "default duration" in reading.assumptions
    reply = await result_reply(context, search, names_length=names_length)
    notes = (*reading_notes(reading), *_first_only(context, reading))
    whole = () if is_quoted else [button async for button in _whole_series(context, reading)]
    return replace(
        reply,
        text=(*reply.text, *notes),
        actions=(*whole, *reply.actions, *_other_times(context, reading)),
    )


async def _whole_series(context: CommandContext, reading: ParseResult) -> AsyncIterator[Button]:
    """The button for all dates of an endless series in the term that is on."""
    when = reading.when
    if context.account is None or when is None or not (has_time(when) and is_endless(when)):
        return
    request = series_request(context, reading, when, None, may_be_endless=True)
    if (button := await end_of_term_button(context, request)) is not None:
        yield button


def _is_searchable(context: CommandContext, when: ParsedTime) -> bool:
    """Whether all dates are searched: they have a time of day and an end, and somebody to book them."""
    return context.account is not None and has_time(when) and not is_endless(when)


def _first_only(context: CommandContext, reading: ParseResult) -> Iterator[Inline]:
    """What to know where a text names more dates than one press books."""
    when = reading.when
    if when is not None and when.recurrence is not None:
        first = when.start.astimezone(context.zone)
        yield f" These buttons book the first date only, {first:%a} {first.day} {first:%b}."
        if not _is_searchable(context, when):
            missing = [*([] if has_time(when) else ["at what time"]), "how long it goes on, such as 10 times"]
            yield f" To book all, say {join_with_and(missing)}."


def _other_times(context: CommandContext, reading: ParseResult) -> Iterator[Button]:
    """Buttons that search at the further times of a text, and at others that it could mean."""

    def button(label: str, other: ParsedTime) -> Button:
        search = search_from(context, replace(reading, when=other, also=(), alternatives=()))
        return Button(Action.SEARCH, f"{label} {short_start(context, other.start)}", str(search))

    yield from (button("Also", other) for other in reading.also[:_MAX_OTHER_TIMES])
    yield from (button("Or", other) for other in reading.alternatives[:2])


async def result_reply(context: CommandContext, search: SearchValue, *, names_length: bool = False) -> Reply:
    """One page of free rooms, or alternatives when there are none, below what was asked."""
    reply = await _result(context, search)
    lead = heading(context, search, names_length=names_length)
    text = (*lead, *reply.text, *grid_note(context, search))
    return replace(reply, text=text, subject=reply.subject or Subject(search=search.whole))


async def _result(context: CommandContext, search: SearchValue) -> Reply:
    availability = await availability_for(context, search.slot)
    rooms = RoomSearch(context, search, availability)
    found = rooms.find() if availability is not None else None
    if found is None or not found.total:
        return await no_room_reply(context, search)
    if not found.rooms:  # fewer than when its button was shown
        last = replace(search, skip=(found.total - 1) // PAGE_SIZE * PAGE_SIZE)
        return replace(await _result(context, last), subject=Subject(search=last.whole))
    items = rooms.items(found)
    if not any(item.buttons for item in items):
        return await rooms.explain_not_bookable(found, items)
    menus = narrowing_menus(context, search, found, PAGE_SIZE)
    actions: tuple[Button | Choice, ...] = (*_page_buttons(search, found), *menus)
    return Reply(count_text(context, search, found), items=items, actions=actions)


def _page_buttons(search: SearchValue, result: SearchResult) -> tuple[Button, ...]:
    shown = search.skip + len(result.rooms)
    previous = max(0, search.skip - PAGE_SIZE)
    buttons = []
    if search.skip:
        buttons.append(Button(Action.SEARCH, "Back", str(replace(search, skip=previous))))
    if shown < result.total:
        label = f"{result.total - shown} more"
        buttons.append(Button(Action.SEARCH, label, str(replace(search, skip=shown))))
    return tuple(buttons)
