"""`/rooms free`: which rooms are free, best first, each a press away from being booked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.formatting import (
    busy_reason,
    format_distance,
    format_minutes,
    free_until,
    room_details,
    room_name,
)
from bot.chat.reply import (
    Bold,
    Button,
    Inline,
    Reply,
    ReplyField,
    ReplyItem,
    Text,
    TimeRange,
    Timestamp,
    TimestampStyle,
    Tone,
)
from bot.conversation.alternatives import (
    UnavailableSlot,
    alternative_items,
    book_button,
    bookable_query,
    eligibility,
)
from bot.conversation.button_values import SearchValue, resolve_id
from bot.conversation.quoted_message import read_quoted
from bot.conversation.refusals import refusal_text
from bot.conversation.search import clarification, parse_text, search_from, summary_of
from bot.language import ParseResult
from core.catalogue import RoomQuery
from core.interval import Interval
from core.model.entities import Room, UserGroup
from core.read_model import ReadModel
from core.services.bookings import snap_to_grid
from core.services.eligibility import EligibilityCheck
from core.services.find_rooms import FreeRoom, SearchResult, find_rooms, find_windows

_PAGE = 8


async def handle(context: CommandContext) -> Reply:
    return await _rooms_for(context, parse_text(context))


async def offer(context: CommandContext, message: str) -> Reply:
    """Rooms for the time, size and place that somebody else's message speaks of."""
    return await _rooms_for(context, read_quoted(context, message))


async def _rooms_for(context: CommandContext, reading: ParseResult) -> Reply:
    read_model = context.read_model
    if (confused := clarification(reading)) is not None:
        return confused
    search = search_from(context, reading)
    reply = await results(context, read_model, search)
    others = tuple(
        Button(
            "free",
            f"Or {_label(other.start, context)}",
            str(search_from(context, replace(reading, when=other))),
        )
        for other in reading.alternatives[:2]
    )
    return replace(reply, text=_heading(context, reading, reply.text), actions=(*reply.actions, *others))


async def handle_next_page(context: CommandContext) -> Reply:
    read_model = context.read_model
    search = _resolved(read_model, SearchValue.read(context.value))
    reply = await results(context, read_model, search)
    return replace(reply, text=(TimeRange(search.slot), ": ", *reply.text), replaces=True)


def _resolved(read_model: ReadModel, search: SearchValue) -> SearchValue:
    """The search with whole ids, where its code held digests."""
    wish, catalogue, societies = search.query, read_model.catalogue, read_model.directory.societies
    building = resolve_id(wish.building, catalogue.buildings) if wish.building else None
    near = resolve_id(wish.near, catalogue.buildings) if wish.near else None
    room = resolve_id(wish.room, catalogue.rooms) if wish.room else None
    society_id = resolve_id(search.society_id, societies) if search.society_id else None
    wish = replace(wish, building=building, near=near, room=room)
    return replace(search, query=wish, society_id=society_id)


async def results(context: CommandContext, read_model: ReadModel, search: SearchValue) -> Reply:
    """One page of free rooms, or what else would do."""
    if not read_model.covers(search.slot):
        return _refuse_past_or_too_far(context)
    trial = eligibility(context, search.society_id)
    found = _found(read_model, search, trial)
    if not found.total:
        return await _nothing_free(context, read_model, search)
    items = tuple(_item(context, read_model, search, free, trial) for free in found.rooms)
    reply = Reply(_count(found), items=items, actions=_more_button(search, found))
    if any(item.buttons for item in items):
        return reply
    return await _not_bookable_note(context, read_model, search, reply)


def _found(read_model: ReadModel, search: SearchValue, eligibility: EligibilityCheck) -> SearchResult:
    start, end = _seconds(search.slot)
    wish = bookable_query(search.query, search.society_id)
    if (needed := search.minutes * 60) < end - start:
        return find_windows(
            read_model.availability,
            wish,
            start,
            end,
            needed,
            eligibility.allows,
            skip=search.skip,
            limit=_PAGE,
        )
    return find_rooms(read_model.availability, wish, start, end, skip=search.skip, limit=_PAGE)


def _refuse_past_or_too_far(context: CommandContext) -> Reply:
    last = Timestamp(context.services.clock.now() + timedelta(days=_horizon(context)), TimestampStyle.DATE)
    return Reply(
        ("that is further away than Roomie looks. The last day you can book is ", last, "."),
        tone=Tone.REFUSED,
    )


def _horizon(context: CommandContext) -> int:
    is_staff = context.account is not None and UserGroup.STAFF in context.account.person.groups
    return context.services.rules.staff_horizon if is_staff else context.services.rules.student_horizon


async def _not_bookable_note(
    context: CommandContext, read_model: ReadModel, search: SearchValue, reply: Reply
) -> Reply:
    """Free rooms none of which the asker could book then: why, and what would work."""
    trial = eligibility(context, search.society_id)
    room = _found(read_model, search, trial).rooms[0].room
    slot = snap_to_grid(_search_text(search), room, context.services.rules)
    busy = read_model.availability.schedule(room.id).conflicts(*_seconds(slot))
    refusal = trial.refusal(room, slot, busy)
    others = await alternative_items(context, UnavailableSlot(search.query, slot, search.society_id))
    why = (" You cannot book then: ", *refusal_text(refusal, context.services)) if refusal is not None else ()
    return replace(reply, text=(*reply.text, *why), items=(*reply.items, *others))


async def _nothing_free(context: CommandContext, read_model: ReadModel, search: SearchValue) -> Reply:
    """Why not, and the nearest things that would work, each a press away."""
    if not read_model.catalogue.matching(bookable_query(search.query, search.society_id)):
        return _no_such_room(read_model, search)
    others = await alternative_items(
        context, UnavailableSlot(search.query, _search_text(search), search.society_id)
    )
    why = _why(read_model, search)
    if not others:
        return Reply((why, " Nothing close to it is free either."), tone=Tone.REFUSED)
    return Reply((why, " What would work:"), items=others, tone=Tone.REFUSED)


def _why(read_model: ReadModel, search: SearchValue) -> str:
    """What takes the room, where one was named."""
    if search.query.room is None:
        return "no room like that is free."
    taken = read_model.availability.schedule(search.query.room).conflicts(*_seconds(search.slot))
    names = sorted({busy_reason(each) for each in taken})
    return f"it is taken ({', '.join(names)})."


def _no_such_room(read_model: ReadModel, search: SearchValue) -> Reply:
    """No room is like that, at any time."""
    catalogue, wish = read_model.catalogue, search.query
    if catalogue.matching(replace(wish, bookable_only=True)):
        return Reply(("only societies can book a room like that.",), tone=Tone.REFUSED)
    smaller = replace(search, query=replace(bookable_query(wish, search.society_id), capacity=0))
    largest = max(
        (room.capacity for room in catalogue.rooms_in(catalogue.matching(smaller.query))), default=0
    )
    if not largest:
        return Reply(("there is no room like that to book here.",), tone=Tone.REFUSED)
    search = replace(search, query=replace(wish, capacity=largest))
    return Reply(
        (f"there is no room like that; the largest has {largest} seats.",),
        tone=Tone.REFUSED,
        actions=(Button("free", f"Look for {largest} seats", str(search)),),
    )


def _search_text(search: SearchValue) -> Interval:
    """The first slot within the search that is as long as was asked for."""
    return Interval.of_length(search.slot.start, timedelta(minutes=min(search.minutes, search.slot.minutes)))


def _seconds(slot: Interval) -> tuple[int, int]:
    return int(slot.start.timestamp()), int(slot.end.timestamp())


def _heading(context: CommandContext, reading: ParseResult, count: Text) -> Text:
    echoed = summary_of(context, reading)
    if reading.when is None:
        echoed = f"now · {echoed}" if echoed else "now"
    said: list[Inline] = [Bold(echoed)]
    if "default duration" in reading.assumptions or reading.when is None:
        said.append(f" (for {format_minutes(context.services.default_minutes)}, as you named no end)")
    said += [": ", *count]
    if reading.unparsed:
        said.append(f" I could not place: {', '.join(reading.unparsed)}.")
    return tuple(said)


def _count(result: SearchResult) -> Text:
    return ("one room is free.",) if result.total == 1 else (f"{result.total} rooms are free.",)


def _more_button(search: SearchValue, result: SearchResult) -> tuple[Button, ...]:
    shown = search.skip + len(result.rooms)
    back = max(0, search.skip - _PAGE)
    buttons = []
    if search.skip:
        buttons.append(Button("free", "Back", str(replace(search, skip=back))))
    if shown < result.total:
        buttons.append(Button("free", f"{result.total - shown} more", str(replace(search, skip=shown))))
    return tuple(buttons)


def _item(
    context: CommandContext,
    read_model: ReadModel,
    search: SearchValue,
    free: FreeRoom,
    eligibility: EligibilityCheck,
) -> ReplyItem:
    detail: list[Inline] = []
    begins = free.start if free.start is not None else int(search.slot.start.timestamp())
    if free.start is not None and free.start > int(search.slot.start.timestamp()):
        detail += ["from ", Timestamp(datetime.fromtimestamp(free.start, UTC), TimestampStyle.TIME), ", "]
    detail += free_until(free, datetime.fromtimestamp(begins, UTC), context.services.rules.zone)
    if free.metres:
        detail.append(f" · {format_distance(free.metres)}")
    detail.append(f" · {room_details(free.room, read_model.catalogue)}")
    return ReplyItem(
        (Bold(room_name(free.room)),), tuple(detail), _book(context, read_model, search, free, eligibility)
    )


def _book(
    context: CommandContext,
    read_model: ReadModel,
    search: SearchValue,
    free: FreeRoom,
    eligibility: EligibilityCheck,
) -> tuple[Button, ...]:
    """A button for the slot on the room's grid, or else on its next step, when that could be booked."""
    wanted = _search_text(search)
    if free.start is not None:
        wanted = Interval.of_length(datetime.fromtimestamp(free.start, UTC), wanted.duration)
    slot = snap_to_grid(wanted, free.room, context.services.rules)
    if _could_book(read_model, free.room, slot, eligibility):
        return (book_button(free.room, slot, search.society_id),)
    step = timedelta(minutes=context.services.rules.slot_length_of(free.room))
    slot = Interval(slot.start + step, slot.end + step)
    if _could_book(read_model, free.room, slot, eligibility):
        label = f"Book from {slot.start.astimezone(context.zone):%H:%M}"
        return (book_button(free.room, slot, search.society_id, label),)
    return ()


def _could_book(read_model: ReadModel, room: Room, slot: Interval, eligibility: EligibilityCheck) -> bool:
    first, last = _seconds(slot)
    return read_model.availability.schedule(room.id).is_free(first, last) and eligibility.allows(
        room, first, last
    )


def _label(start: datetime, context: CommandContext) -> str:
    local = start.astimezone(context.zone)
    return f"{local:%a} {local.day} {local:%b} {local:%H:%M}"


def summary_field(context: CommandContext, read_model: ReadModel) -> ReplyField:
    """How many rooms are free right now, for a home page."""
    now = int(context.services.clock.now().timestamp())
    found = find_rooms(read_model.availability, RoomQuery(bookable_only=True), now, now + 3600, limit=1)
    return ReplyField("Free now", (f"{found.total} rooms for the next hour",))


COMMAND = Command(
    name="rooms free",
    summary="Find a free room",
    usage="/rooms free [when] [seats] [place] [equipment]",
    handle=handle,
    parameters=(
        CommandParameter("when", ParameterType.WHEN, "When: now, tomorrow 3pm for 2 hours, fri 10-12"),
        CommandParameter("seats", ParameterType.NUMBER, "At least so many seats", template="{} seats"),
        CommandParameter("where", ParameterType.PLACE, "A building, or near one"),
        CommandParameter(
            "with", ParameterType.EQUIPMENT, "Equipment: printer, whiteboard, coffee", template="with {}"
        ),
        CommandParameter("for", ParameterType.SOCIETY, "The society it is for", template="for {}"),
    ),
    actions=(ButtonAction("free", handle_next_page),),
    aliases=("rooms find", "free"),
    examples=("/rooms free now 20 seats", "/rooms free tomorrow 3pm for 2 hours near Ainsworth"),
    quoted=offer,
)
