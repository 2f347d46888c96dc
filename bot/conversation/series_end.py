"""Asks how long an endless series goes on; the end of the term is one press away."""

from collections.abc import Iterator
from datetime import date, timedelta

from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.formatting import room_name
from bot.chat.reply import Bold, Button, Code, Inline, Reply, Tone
from bot.conversation.search import parse_text
from bot.conversation.series_drafts import DraftValue, SeriesDraft, store_draft
from bot.conversation.series_preview import PAGE
from bot.conversation.series_text import day_words, is_endless, is_series, series_request
from bot.language import ParsedTime, ParseResult
from core.errors import InvalidSeries
from core.model import Booking, Room
from core.names import one_line
from core.policy.recurrence import series_dates
from core.services.series import SeriesRequest

_MAX_TYPED = 100
_EXAMPLE_SPAN = timedelta(weeks=9)


async def ask_for_end(
    context: CommandContext, reading: ParseResult, when: ParsedTime, room: Room | None, command: str
) -> Reply:
    """The question for the end of a series that was typed after `command`; nothing endless is ever booked."""
    request = series_request(context, reading, when, room, may_be_endless=True)
    generic = f"{room.id} every tuesday 7-9pm" if room is not None else "every tuesday 7-9pm"
    return await ask_for_end_of(context, request, command, one_line(context.text), generic)


async def ask_for_end_of(
    context: CommandContext,
    request: SeriesRequest,
    command: str,
    typed: str,
    generic: str,
    adopt: Booking | None = None,
) -> Reply:
    """The question, with examples made of what was typed where they can be read, else of `generic` words."""
    room = context.read_model.catalogue.rooms.get(request.room_id) if request.room_id is not None else None
    where: tuple[Inline, ...] = (" in ", Bold(room_name(room))) if room is not None else ()
    words = typed if _can_be_continued(context, typed) else generic
    first, second = (Code(f"{command} {words} {end}") for end in _ends(context, request.rule.starts_on))
    text = (
        "How long does it go on",
        *where,
        "? A series needs an end: say how many dates it has, or its last day. For example: ",
        first,
        " or ",
        second,
    )
    button = await end_of_term_button(context, request, adopt)
    actions = () if button is None else (button,)
    return Reply(text, tone=Tone.UNCLEAR, actions=actions, code="endless_series")


async def end_of_term_button(
    context: CommandContext, request: SeriesRequest, adopt: Booking | None = None
) -> Button | None:
    """Shows the preview up to the end of the term in which the series begins; None outside of terms."""
    last = context.services.rules.terms.end_of_term_with(request.rule.starts_on)
    if last is None or context.account is None:
        return None
    whole = replace(request, rule=replace(request.rule, until=last))
    try:
        series_dates(whole.rule)
    except InvalidSeries:
        return None
    draft = await store_draft(context, SeriesDraft(whole, adopt=None if adopt is None else adopt.id))
    value = str(DraftValue(draft.id, PAGE, "0"))
    return Button(Action.SERIES_BOOK, f"Until the end of term, {day_words(last)}", value)


def _ends(context: CommandContext, first: date) -> Iterator[str]:
    yield "10 times"
    is_in_term = context.services.rules.terms.end_of_term_with(first) is not None
    day = first + _EXAMPLE_SPAN
    yield "until the end of term" if is_in_term else f"until {day.day} {day:%B}".lower()


def _can_be_continued(context: CommandContext, typed: str) -> bool:
    """Whether a typed series with an end behind it is read as one; options are no text."""
    if context.options or not typed or len(typed) > _MAX_TYPED:
        return False
    reading = parse_text(replace(context, text=f"{typed} 10 times"))
    when = reading.when
    return reading.problem is None and is_series(reading) and when is not None and not is_endless(when)
