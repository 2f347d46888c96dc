"""Free rooms in replies: the search, list items with book buttons, and what to say when nothing is free.

For commands that search; `rooms_free` is the example to follow.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.chat.actions import Action
from bot.chat.command import CommandContext
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
    ReplyItem,
    Text,
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
from bot.conversation.refusals import refusal_text
from bot.conversation.search import reading_notes, summary_of
from bot.language import ParseResult
from core.availability import Availability
from core.interval import Interval
from core.model import Room, UserGroup
from core.read_model import ReadModel, load_availability
from core.services.bookings import GridSlot, snap_to_grid
from core.services.find_rooms import FreeRoom, SearchResult, find_rooms, find_windows

PAGE_SIZE = 8
_MAX_BOOKING_MINUTES = 24 * 60
_MAX_OUTSIDE_WINDOW = timedelta(days=7)
_LOOKAHEAD = timedelta(days=8)
"""How long after a slot outside the window it is looked up until when rooms stay free."""
_NO_ROOMS = "there are no rooms yet. To try Roomie on a sample campus, run `roomie sample`."


class RoomSearch:
    """A search by one requester, with the check of what they could book."""

    def __init__(
        self, context: CommandContext, search: SearchValue, availability: Availability | None = None
    ) -> None:
        """Searches in `availability` (see `availability_for`), by default in the read model's."""
        self._context, self.search = context, search
        self._availability = availability or context.read_model.availability
        self._check = eligibility(context, search.society_id)

    def find(self, limit: int = PAGE_SIZE) -> SearchResult:
        """A page of free rooms, best first."""
        search, availability = self.search, self._availability
        start, end = _seconds(search.slot)
        query = bookable_query(search.query, search.society_id)
        needed, skip = search.minutes * 60, search.skip
        if needed < end - start:
            accepts = self._check.accepts
            return find_windows(availability, query, start, end, needed, accepts, skip=skip, limit=limit)
        return find_rooms(availability, query, start, end, skip=skip, limit=limit)

    def item(self, free: FreeRoom) -> ReplyItem:
        """List item of a free room, with a book button where the requester could book it."""
        detail: list[Inline] = []
        searched_from = int(self.search.slot.start.timestamp())
        begins = free.start if free.start is not None else searched_from
        if begins > searched_from:
            detail += ["from ", Timestamp(datetime.fromtimestamp(begins, UTC), TimestampStyle.TIME), ", "]
        detail += free_until(free, datetime.fromtimestamp(begins, UTC), self._context.services.rules.zone)
        if free.metres:
            detail.append(f" · {format_distance(free.metres)}")
        detail.append(f" · {room_details(free.room, self._context.read_model.catalogue)}")
        return ReplyItem((Bold(room_name(free.room)),), tuple(detail), self._book_buttons(free))

    def _book_buttons(self, free: FreeRoom) -> tuple[Button, ...]:
        """A button for the wanted time on the room's grid or one step later, if that can be booked."""
        rules, wanted = self._context.services.rules, _first_slot(self.search)
        if free.start is not None:
            wanted = Interval.of_length(datetime.fromtimestamp(free.start, UTC), wanted.duration)
        slot = snap_to_grid(wanted, free.room, rules)
        if self._can_book(free.room, slot):
            return (book_button(free.room, slot, self.search.society_id),)
        step = timedelta(minutes=rules.slot_length_of(free.room))
        later = snap_to_grid(Interval(slot.start + step, slot.end + step), free.room, rules)
        if self._can_book(free.room, later):
            label = f"Book from {later.start.astimezone(self._context.zone):%H:%M}"
            return (book_button(free.room, later, self.search.society_id, label),)
        return ()

    def _can_book(self, room: Room, slot: GridSlot) -> bool:
        schedule = self._availability.schedule(room.id)
        return schedule.is_free(*_seconds(slot)) and self._check.allows(room, slot)

    async def explain_not_bookable(self, found: SearchResult, reply: Reply) -> Reply:
        """Adds to a list of rooms without book buttons why that is, and alternatives."""
        context, search, room = self._context, self.search, found.rooms[0].room
        slot = snap_to_grid(_first_slot(search), room, context.services.rules)
        busy = self._availability.schedule(room.id).conflicts(*_seconds(slot))
        refusal = self._check.refusal(room, slot, busy)
        others = await alternative_items(context, UnavailableSlot(search.query, slot, search.society_id))
        why = () if refusal is None else (" You can't book then: ", *refusal_text(refusal, context.services))
        return replace(reply, text=(*reply.text, *why), items=(*reply.items, *others))


async def availability_for(context: CommandContext, slot: Interval) -> Availability | None:
    """The read model's availability, or storage's outside its window; None for a slot too long for that."""
    read_model = context.read_model
    if read_model.covers(slot):
        return read_model.availability
    if slot.duration > _MAX_OUTSIDE_WINDOW:
        return None
    window, catalogue = Interval(slot.start, slot.end + _LOOKAHEAD), read_model.catalogue
    return await context.services.storage.read(lambda unit: load_availability(unit, catalogue, window))


async def no_room_reply(context: CommandContext, search: SearchValue) -> Reply:
    """Why no room is free, and the nearest alternatives, each with a button."""
    read_model = context.read_model
    if not read_model.catalogue.rooms:
        return Reply((_NO_ROOMS,), tone=Tone.REFUSED)
    if not read_model.covers(search.slot):
        return _too_far_ahead(context)
    if not read_model.catalogue.matching(bookable_query(search.query, search.society_id)):
        return _no_such_room(read_model, search)
    others = await alternative_items(
        context, UnavailableSlot(search.query, _first_slot(search), search.society_id)
    )
    why = _why(read_model, search)
    if not others:
        return Reply((why, " Nothing similar is free around then. Try another day."), tone=Tone.REFUSED)
    return Reply((why, " Free instead:"), items=others, tone=Tone.REFUSED)


def _too_far_ahead(context: CommandContext) -> Reply:
    last = Timestamp(context.services.clock.now() + timedelta(days=_horizon(context)), TimestampStyle.DATE)
    return Reply(("that's too far away. The last day you can book is ", last, "."), tone=Tone.REFUSED)


def _horizon(context: CommandContext) -> int:
    is_staff = context.account is not None and UserGroup.STAFF in context.account.person.groups
    return context.services.rules.staff_horizon if is_staff else context.services.rules.student_horizon


def _why(read_model: ReadModel, search: SearchValue) -> str:
    """What occupies the room, if one was named."""
    if search.minutes > _MAX_BOOKING_MINUTES:
        return "no matching room is free for so long, and a booking has to end on the day it starts."
    if search.query.room is None:
        return "no matching room is free."
    busy = read_model.availability.schedule(search.query.room).conflicts(*_seconds(search.slot))
    reasons = sorted({busy_reason(each) for each in busy})
    return f"it's taken ({', '.join(reasons)})."


def _no_such_room(read_model: ReadModel, search: SearchValue) -> Reply:
    """The reply when no room matches at any time."""
    catalogue, query = read_model.catalogue, search.query
    if catalogue.matching(replace(query, bookable_only=True)):
        return Reply(("only societies can book rooms like that.",), tone=Tone.REFUSED)
    any_size = replace(bookable_query(query, search.society_id), capacity=0)
    largest = max((room.capacity for room in catalogue.rooms_in(catalogue.matching(any_size))), default=0)
    if not largest:
        return Reply(("there's no bookable room like that.",), tone=Tone.REFUSED)
    search = replace(search, query=replace(query, capacity=largest))
    return Reply(
        (f"no room is that large. The largest has {largest} seats.",),
        tone=Tone.REFUSED,
        actions=(Button(Action.SEARCH, f"Search for {largest} seats", str(search)),),
    )


def heading(context: CommandContext, reading: ParseResult, result: Text) -> Text:
    """The search as it was understood, then the result."""
    summary = summary_of(context, reading)
    if reading.when is None:
        summary = f"now · {summary}" if summary else "now"
    text: list[Inline] = [Bold(summary)]
    if "default duration" in reading.assumptions or reading.when is None:
        text.append(f" (for {format_minutes(context.services.default_minutes)}, as you gave no end)")
    return (*text, ": ", *result, *reading_notes(reading))


def count_text(result: SearchResult) -> Text:
    return ("1 room is free.",) if result.total == 1 else (f"{result.total} rooms are free.",)


def short_start(context: CommandContext, start: datetime) -> str:
    """`Thu 12 Mar 15:00`, for buttons."""
    local = start.astimezone(context.zone)
    return f"{local:%a} {local.day} {local:%b} {local:%H:%M}"


def with_full_ids(read_model: ReadModel, search: SearchValue) -> SearchValue:
    """The search with full ids in place of digests."""
    query, catalogue, societies = search.query, read_model.catalogue, read_model.directory.societies
    building = resolve_id(query.building, catalogue.buildings) if query.building else None
    near = resolve_id(query.near, catalogue.buildings) if query.near else None
    room = resolve_id(query.room, catalogue.rooms) if query.room else None
    society_id = resolve_id(search.society_id, societies) if search.society_id else None
    excluded = frozenset(
        resolve_id(each, (*catalogue.buildings, *catalogue.rooms)) for each in query.excluded
    )
    query = replace(query, building=building, near=near, room=room, excluded=excluded)
    return replace(search, query=query, society_id=society_id)


def _first_slot(search: SearchValue) -> Interval:
    """The first interval of the wanted length within the search."""
    return Interval.of_length(search.slot.start, timedelta(minutes=min(search.minutes, search.slot.minutes)))


def _seconds(slot: Interval) -> tuple[int, int]:
    return int(slot.start.timestamp()), int(slot.end.timestamp())
