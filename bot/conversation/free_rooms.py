"""Free rooms in replies: the search, list items with book buttons, and what to say when nothing is free.

For commands that search; `rooms_free` is the example to follow.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.formatting import (
    busy_reason,
    equipment_name,
    format_distance,
    format_grid,
    format_length,
    room_name,
    usage_name,
)
from bot.chat.reply import (
    Bold,
    Button,
    Inline,
    Reply,
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
    price_text,
)
from bot.conversation.button_values import SearchValue, resolve_id
from bot.conversation.refusals import NoSuchRoom, NothingFree, refusal_text, refused_search
from bot.conversation.search import criteria_of, horizon_of, truncate_to_minute
from bot.conversation.term_notes import week_note
from bot.conversation.wait_buttons import wait_buttons
from core.availability import Availability
from core.errors import OutsideHours, RoomieError, SlotTaken, TooFarAhead
from core.interval import Interval
from core.localtime import local_instant
from core.model import Equipment, Room
from core.read_model import ReadModel, load_availability
from core.services.bookings import GridSlot, snap_to_grid
from core.services.find_rooms import FreeRoom, SearchResult, find_rooms, find_windows

PAGE_SIZE = 8
_NONE: frozenset[Equipment] = frozenset()
_MAX_BOOKING_MINUTES = 24 * 60
_MAX_OUTSIDE_WINDOW = timedelta(days=7)
_LOOKAHEAD = timedelta(days=8)
"""How long after a slot outside the window it is looked up until when rooms stay free."""
_MIN_OPEN = timedelta(minutes=15)
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
        self._first_slot, self._offered = _first_slot(search), offered_slot(context, search)

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

    def items(self, found: SearchResult) -> tuple[ReplyItem, ...]:
        """List items of free rooms, with a book button where the requester could book them."""
        rooms = [free.room for free in found.rooms]
        common = frozenset.intersection(*(room.equipment for room in rooms)) if len(rooms) > 1 else _NONE
        is_one_building = len({room.building_id for room in rooms}) == 1 < len(rooms)
        return tuple(
            self._item(free, self.search.query.equipment | common, names_building=not is_one_building)
            for free in found.rooms
        )

    def _item(self, free: FreeRoom, known: frozenset[Equipment], *, names_building: bool) -> ReplyItem:
        """What differs comes first; what the search or all of the rooms have in common is left out."""
        slot, query = self._bookable_slot(free), self.search.query
        building = self._context.read_model.catalogue.buildings.get(free.room.building_id)
        parts: list[Text] = [
            self._own_time(slot, free),
            (f"{free.room.capacity} seats",) if free.room.capacity else (),
            (format_distance(free.metres),) if free.metres else (),
            self._until(slot, free),
            (usage_name(free.room.usage),) if query.usage is None else (),
            (building.name,) if names_building and building and building.name not in free.room.name else (),
            *((equipment_name(each),) for each in sorted(free.room.equipment - known)),
        ]
        buttons = (book_button(free.room, slot, self.search.society_id),) if slot is not None else ()
        return ReplyItem((Bold(room_name(free.room)),), _join([each for each in parts if each]), buttons)

    def _own_time(self, slot: GridSlot | None, free: FreeRoom) -> Text:
        """The slot that the button books, unless the heading names it."""
        if slot is None:
            return () if free.start is None else ("from ", _clock(free.start))
        if slot == self._offered:
            return ()
        if _campus_day(slot.start, self._context) != _campus_day(self.search.slot.end, self._context):
            return (TimeRange(slot),)
        usual = self._offered.minutes if self._offered is not None else self.search.minutes
        cost = f" ({format_length(slot.minutes)})" if slot.minutes != usual else ""
        return (*_hours(slot), cost) if cost else _hours(slot)

    def _until(self, slot: GridSlot | None, free: FreeRoom) -> Text:
        """When the room is taken next, if that is on the same day."""
        begins = slot.start if slot is not None else self.search.slot.start
        if free.until is None:
            return ()
        until = datetime.fromtimestamp(free.until, UTC)
        if _campus_day(until, self._context) != _campus_day(begins, self._context):
            return ()
        return ("until ", Timestamp(until, TimestampStyle.TIME))

    def _bookable_slot(self, free: FreeRoom) -> GridSlot | None:
        """The wanted time on the room's grid, or one step later, if that can be booked."""
        rules, wanted = self._context.services.rules, self._first_slot
        if free.start is not None:
            wanted = Interval.of_length(datetime.fromtimestamp(free.start, UTC), wanted.duration)
        slot = snap_to_grid(wanted, free.room, rules)
        if self._can_book(free.room, slot):
            return slot
        step = timedelta(minutes=rules.slot_length_of(free.room))
        later = snap_to_grid(Interval(slot.start + step, slot.end + step), free.room, rules)
        return later if self._can_book(free.room, later) else None

    def _can_book(self, room: Room, slot: GridSlot) -> bool:
        start, end = _seconds(slot)
        is_free = self._availability.schedule(room.id).is_free(start, end)
        return is_free and self._check.accepts(room, start, end)

    async def explain_not_bookable(self, found: SearchResult, items: tuple[ReplyItem, ...]) -> Reply:
        """Why none of the rooms found (`items`) can be booked, and alternatives; no rooms that are closed."""
        context, search, room = self._context, self.search, found.rooms[0].room
        slot = snap_to_grid(self._first_slot, room, context.services.rules)
        busy = self._availability.schedule(room.id).conflicts(*_seconds(slot))
        refusal = self._check.refusal(room, slot, busy)
        others = await alternative_items(context, UnavailableSlot(search.query, slot, search.society_id))
        why: Text = ()
        if refusal is not None:
            why = ("You can't book then. ", *refusal_text(refusal, context.services))
        actions: tuple[Button, ...] = ()
        if isinstance(refusal, OutsideHours):
            actions, items = self._while_open(slot, refusal), ()
        elif isinstance(refusal, SlotTaken):
            actions = wait_buttons(context, search.query, slot, search.society_id)
        return Reply(
            (*why, " Free instead:") if others else why,
            tone=Tone.REFUSED,
            items=others or items,
            actions=actions,
            refusal=refused_search(context, search, slot, refusal or NothingFree()),
        )

    def _while_open(self, slot: Interval, hours: OutsideHours) -> tuple[Button, ...]:
        """A button that searches the part of the wanted time within these opening hours, if there is one."""
        zone = self._context.services.rules.zone
        day = slot.start.astimezone(zone).date()
        opens, closes = (local_instant(day, minutes, zone) for minutes in (hours.opens, hours.closes))
        start, end = max(slot.start, opens), min(slot.end, closes)
        if end - start < _MIN_OPEN:
            return ()
        within = replace(
            self.search, slot=Interval(start, end), minutes=(end - start) // timedelta(minutes=1)
        )
        return (Button(Action.SEARCH, f"Free {_range_label(start, end, self._context)}", str(within)),)


def _range_label(start: datetime, end: datetime, context: CommandContext) -> str:
    first, last = (each.astimezone(context.zone) for each in (start, end))
    return f"{first:%H:%M}–{last:%H:%M}"


async def availability_for(context: CommandContext, slot: Interval) -> Availability | None:
    """The read model's availability, or storage's outside its window; None for a slot too long for that."""
    read_model = context.read_model
    if read_model.covers(slot):
        await read_model.availability.prepare(*_seconds(slot))
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
    reply, refusal = await _no_room(context, search)
    return replace(reply, refusal=refused_search(context, search, _first_slot(search), refusal))


async def _no_room(context: CommandContext, search: SearchValue) -> tuple[Reply, RoomieError]:
    read_model = context.read_model
    if not read_model.covers(search.slot):
        days = horizon_of(context, search.society_id)
        return _too_far_ahead(context, search), TooFarAhead(f"It was more than {days} days ahead.", days)
    if not read_model.catalogue.matching(bookable_query(search.query, search.society_id)):
        return _no_such_room(read_model, search), NoSuchRoom()
    others = await alternative_items(
        context, UnavailableSlot(search.query, _first_slot(search), search.society_id)
    )
    why, wait = _why(read_model, search), _wait_buttons(context, search)
    if not others:
        text: Text = (why, " Nothing similar is free around then. Try another day.")
        return Reply(text, tone=Tone.REFUSED, actions=wait), NothingFree()
    reply = Reply((why, " Free instead:"), items=others, tone=Tone.REFUSED, actions=wait)
    return reply, NothingFree()


def _wait_buttons(context: CommandContext, search: SearchValue) -> tuple[Button, ...]:
    """*Tell me when it's free*, for the first slot of the search."""
    if search.minutes > _MAX_BOOKING_MINUTES:
        return ()
    catalogue, named = context.read_model.catalogue, search.query.room
    room = catalogue.rooms.get(named) if named is not None else None
    slot = snap_to_grid(_first_slot(search), room, context.services.rules)
    return wait_buttons(context, search.query, slot, search.society_id)


def _too_far_ahead(context: CommandContext, search: SearchValue) -> Reply:
    last = Timestamp(
        context.services.clock.now() + timedelta(days=horizon_of(context, search.society_id)),
        TimestampStyle.DATE,
    )
    return Reply(("that's too far away. The last day you can book is ", last, "."), tone=Tone.REFUSED)


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


def offered_slot(context: CommandContext, search: SearchValue) -> GridSlot | None:
    """The slot that the rooms of a search are booked for; None where each has its own."""
    if search.minutes < search.slot.minutes:
        return None
    catalogue, named = context.read_model.catalogue, search.query.room
    room = catalogue.rooms.get(named) if named is not None else None
    return snap_to_grid(search.slot, room, context.services.rules)


def heading(context: CommandContext, search: SearchValue, *, names_length: bool = False) -> Text:
    """The search as it was understood: the slot that is offered, and what the room needs.

    The same on each page. `names_length` says that the length was assumed.
    """
    offered = offered_slot(context, search)
    text: list[Inline] = [TimeRange(search.slot if offered is None else offered)]
    if week := week_note(context.services, search.slot.start):
        text.append(week)
    if criteria := criteria_of(context, search):
        text += [" · ", Bold(criteria)]
    if names_length or offered is None:
        text.append(f" (for {format_length(search.minutes if offered is None else offered.minutes)})")
    return (*text, ": ")


def grid_note(context: CommandContext, search: SearchValue) -> Text:
    """Why the slot that is offered is not the one that was asked for; empty where it is."""
    offered = offered_slot(context, search)
    now = truncate_to_minute(context.services.clock.now())
    if offered is None or offered == search.slot or search.slot.start <= now:
        return ()
    catalogue, named = context.read_model.catalogue, search.query.room
    step = context.services.rules.slot_length_of(catalogue.rooms.get(named) if named is not None else None)
    return (f" Bookings start and end {format_grid(step)}.",)


def count_text(context: CommandContext, search: SearchValue, result: SearchResult) -> Text:
    """How many rooms are free, and what one costs."""
    count = "1 room is free." if result.total == 1 else f"{result.total} rooms are free."
    offered = offered_slot(context, search)
    minutes = search.minutes if offered is None else offered.minutes
    price = price_text(context, minutes, search.society_id)
    return (f"{count} Booking one {price}.",) if price else (count,)


def short_start(context: CommandContext, start: datetime) -> str:
    """`Thu 12 Mar 15:00`, for buttons."""
    local = start.astimezone(context.zone)
    return f"{local:%a} {local.day} {local:%b} {local:%H:%M}"


def short_slot(context: CommandContext, slot: Interval) -> str:
    """`Thu 12 Mar 15:00–16:00`, for buttons."""
    return f"{short_start(context, slot.start)}–{slot.end.astimezone(context.zone):%H:%M}"


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


def _join(parts: Sequence[Text]) -> Text:
    """Texts separated by ` · `."""
    joined: list[Inline] = []
    for each in parts:
        joined += [*([" · "] if joined else []), *each]
    return tuple(joined)


def _hours(slot: Interval) -> Text:
    start, end = (Timestamp(at, TimestampStyle.TIME) for at in (slot.start, slot.end))
    return (start, "–", end)


def _clock(seconds: int) -> Timestamp:
    return Timestamp(datetime.fromtimestamp(seconds, UTC), TimestampStyle.TIME)


def _campus_day(instant: datetime, context: CommandContext) -> date:
    return instant.astimezone(context.services.rules.zone).date()


def _first_slot(search: SearchValue) -> Interval:
    """The first interval of the wanted length within the search."""
    return Interval.of_length(search.slot.start, timedelta(minutes=min(search.minutes, search.slot.minutes)))


def _seconds(slot: Interval) -> tuple[int, int]:
    return int(slot.start.timestamp()), int(slot.end.timestamp())
