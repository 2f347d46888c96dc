"""The plan of a day's stay: free rooms one after another, with as few moves as possible."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from bot.chat.command import CommandContext
from bot.chat.formatting import format_distance, room_name
from bot.chat.reply import Bold, Inline, Reply, ReplyItem, Text, TimeRange, Tone
from bot.conversation.alternatives import book_button, bookable_query, eligibility, price_text
from bot.conversation.free_rooms import availability_for
from bot.conversation.pictures import plan_picture
from bot.conversation.search import criteria_of, reading_notes, search_from
from bot.conversation.series_text import count_words
from bot.conversation.wait_buttons import wait_buttons
from bot.language import ParseResult, TimeKind
from core.errors import Invalid
from core.interval import Interval
from core.model import Room, SocietyId
from core.services.room_plan import DayPlan, plan_day

_QUARTER = 15 * 60
_MAX_LENGTH = timedelta(days=1)
_EXAMPLE = "For example: /rooms plan tomorrow 10-16 for 4 people near Wren."


async def day_plan_reply(context: CommandContext, reading: ParseResult) -> Reply:
    """The rooms of a plan in turn, each with a button, and why these."""
    when = reading.when
    if when is None or when.kind is not TimeKind.RANGE:
        raise Invalid(f"From when to when do you need a room? {_EXAMPLE}")
    search = search_from(context, reading)
    start, end = int(search.slot.start.timestamp()), int(search.slot.end.timestamp())
    start, end = start - start % _QUARTER, end + -end % _QUARTER
    if end - start > _MAX_LENGTH.total_seconds():
        raise Invalid(f"I plan one day at a time. {_EXAMPLE}")
    slot = _interval(start, end)
    availability = await availability_for(context, slot)
    if availability is None:
        raise Invalid(f"I plan one day at a time. {_EXAMPLE}")
    query = bookable_query(search.query, search.society_id)
    allowed = eligibility(context, search.society_id).accepts
    plan = plan_day(availability, query, start, end, context.services.rules, allowed)
    criteria = criteria_of(context, search)
    lead: list[Inline] = [TimeRange(slot), *((" · ", Bold(criteria)) if criteria else ()), ": "]
    if not plan.parts:
        why = "no such room is free for any part of that time. Try another time, or fewer seats."
        wait = wait_buttons(context, search.query, slot, search.society_id)
        return Reply((*lead, why), tone=Tone.REFUSED, actions=wait)
    minutes = sum(last - first for _, first, last in plan.parts) // 60
    cost = await _cost_words(context, minutes, search.society_id)
    items = tuple(_item(context, part, place, reading) for place, part in enumerate(plan.parts))
    text = (*lead, *_why(context, plan), cost, *reading_notes(_without_seats(reading)))
    slots = [(room, _interval(first, last)) for room, first, last in plan.parts]
    return Reply(text, items=items, picture=await plan_picture(context, slots))


async def _cost_words(context: CommandContext, minutes: int, society_id: SocietyId | None) -> str:
    """What the whole plan costs, and what is left where that is less."""
    price = price_text(context, minutes, society_id)
    if not price or context.account is None:
        return f" All of it {price}." if price else ""
    left = (await context.services.bookings.quota(context.person.id)).left
    return f" All of it {price}" + (f", more than the {left} that you have left." if left < minutes else ".")


def _without_seats(reading: ParseResult) -> ParseResult:
    """The reading without `4` among what was not understood, where seats were read from `for 4`."""
    unparsed = tuple(each for each in reading.unparsed if each != str(reading.capacity))
    return replace(reading, unparsed=unparsed)


def _why(context: CommandContext, plan: DayPlan) -> Text:
    rooms = list(dict.fromkeys(room for room, _, _ in plan.parts))
    text: list[Inline] = []
    if len(rooms) == 1 and not plan.gaps:
        text.append(f"{room_name(rooms[0])} is free all the time, so you can stay.")
    elif len(rooms) == 1:
        text.append(f"{room_name(rooms[0])} is free for the longest part of it.")
    else:
        walk = _walk_words(plan)
        text.append(
            f"no one room is free all the time. With {count_words(plan.moves, 'move')} you can stay{walk}, "
            "and no plan has fewer."
        )
    for first, last in plan.gaps:
        text += [" Nothing is free ", TimeRange(_interval(first, last)), "."]
    return tuple(text)


def _walk_words(plan: DayPlan) -> str:
    buildings = {room.building_id for room, _, _ in plan.parts}
    if len(buildings) == 1:
        return " in one building"
    walk = format_distance(float(plan.metres)).removesuffix(" away")
    return f", {walk} of walking in all" if plan.metres >= 10 else ""


def _item(
    context: CommandContext, part: tuple[Room, int, int], place: int, reading: ParseResult
) -> ReplyItem:
    room, first, last = part
    building = context.read_model.catalogue.buildings.get(room.building_id)
    details = [f"{room.capacity} seats" if room.capacity else ""]
    details.append(building.name if building is not None and building.name not in room.name else "")
    button = book_button(room, _interval(first, last), reading.society, "Book", reading.title or "")
    title: Sequence[Inline] = (f"{place + 1}. ", Bold(room_name(room)))
    detail: list[Inline] = [TimeRange(_interval(first, last))]
    detail += [f" · {each}" for each in details if each]
    return ReplyItem(tuple(title), tuple(detail), (button,))


def _interval(start: int, end: int) -> Interval:
    return Interval(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
