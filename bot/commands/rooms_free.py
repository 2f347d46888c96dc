"""`/rooms free`: which rooms are free, best first, each a press away from being booked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.chat.command import Action, Call, Command, Parameter, Takes
from bot.chat.formatting import about_room, because, distance, free_until, minutes, room_name
from bot.chat.reply import Bold, Button, Field, Inline, Item, Moment, Reply, Stretch, Style, Text, Tone
from bot.conversation.alternatives import Wanted, book_button, bookable, instead, rehearsal
from bot.conversation.button_values import Search, named
from bot.conversation.quoted_message import read_quoted
from bot.conversation.refusals import kindly
from bot.conversation.search import confusion, echo_of, read_words, search_for
from bot.language import Reading
from core.catalogue import RoomWish
from core.interval import Interval
from core.model.entities import Group, Room
from core.read_model import Picture
from core.services.bookings import widened
from core.services.eligibility import Rehearsal
from core.services.find_rooms import Found, FreeRoom, find_rooms, find_some_time

_PAGE = 8


async def answer(call: Call) -> Reply:
    await call.desk.fresh()
    return await _rooms_for(call, read_words(call))


async def offer(call: Call, message: str) -> Reply:
    """Rooms for the time, size and place that somebody else's message speaks of."""
    await call.desk.fresh()
    return await _rooms_for(call, read_quoted(call, message))


async def _rooms_for(call: Call, reading: Reading) -> Reply:
    picture = call.desk.picture
    if (confused := confusion(reading)) is not None:
        return confused
    search = search_for(call, reading)
    reply = await results(call, picture, search)
    others = tuple(
        Button("free", f"Or {_label(other.start, call)}", str(search_for(call, replace(reading, when=other))))
        for other in reading.alternatives[:2]
    )
    return replace(reply, text=_heading(call, reading, reply.text), actions=(*reply.actions, *others))


async def next_page(call: Call) -> Reply:
    picture = await call.desk.fresh()
    search = _resolved(picture, Search.read(call.value))
    reply = await results(call, picture, search)
    return replace(reply, text=(Stretch(search.slot), ": ", *reply.text), replaces=True)


def _resolved(picture: Picture, search: Search) -> Search:
    """The search with whole ids, where its code held digests."""
    wish, catalogue, societies = search.wish, picture.catalogue, picture.directory.societies
    building = named(wish.building, catalogue.buildings) if wish.building else None
    near = named(wish.near, catalogue.buildings) if wish.near else None
    room = named(wish.room, catalogue.rooms) if wish.room else None
    society_id = named(search.society_id, societies) if search.society_id else None
    wish = replace(wish, building=building, near=near, room=room)
    return replace(search, wish=wish, society_id=society_id)


async def results(call: Call, picture: Picture, search: Search) -> Reply:
    """One page of free rooms, or what else would do."""
    if not picture.covers(search.slot):
        return _out_of_sight(call)
    trial = rehearsal(call, search.society_id)
    found = _found(picture, search, trial)
    if not found.total:
        return await _nothing_free(call, picture, search)
    items = tuple(_item(call, picture, search, free, trial) for free in found.rooms)
    reply = Reply(_count(found), items=items, actions=_more(search, found))
    if any(item.buttons for item in items):
        return reply
    return await _only_to_look_at(call, picture, search, reply)


def _found(picture: Picture, search: Search, trial: Rehearsal) -> Found:
    start, end = _seconds(search.slot)
    wish = bookable(search.wish, search.society_id)
    if (needed := search.minutes * 60) < end - start:
        return find_some_time(
            picture.availability, wish, start, end, needed, trial.allows, skip=search.skip, most=_PAGE
        )
    return find_rooms(picture.availability, wish, start, end, skip=search.skip, most=_PAGE)


def _out_of_sight(call: Call) -> Reply:
    last = Moment(call.desk.clock.now() + timedelta(days=_horizon(call)), Style.DATE)
    return Reply(
        ("that is further away than Roomie looks. The last day you can book is ", last, "."),
        tone=Tone.REFUSED,
    )


def _horizon(call: Call) -> int:
    is_staff = call.known is not None and Group.STAFF in call.known.person.groups
    return call.desk.rules.staff_horizon if is_staff else call.desk.rules.student_horizon


async def _only_to_look_at(call: Call, picture: Picture, search: Search, reply: Reply) -> Reply:
    """Free rooms none of which the asker could book then: why, and what would work."""
    trial = rehearsal(call, search.society_id)
    room = _found(picture, search, trial).rooms[0].room
    slot = widened(_so_much_of(search), room, call.desk.rules)
    busy = picture.availability.schedule(room.id).taken_by(*_seconds(slot))
    refusal = trial.refusal(room, slot, busy)
    others = await instead(call, Wanted(search.wish, slot, search.society_id))
    why = (" You cannot book then: ", *kindly(refusal, call.desk)) if refusal is not None else ()
    return replace(reply, text=(*reply.text, *why), items=(*reply.items, *others))


async def _nothing_free(call: Call, picture: Picture, search: Search) -> Reply:
    """Why not, and the nearest things that would work, each a press away."""
    if not picture.catalogue.matching(bookable(search.wish, search.society_id)):
        return _no_such_room(picture, search)
    others = await instead(call, Wanted(search.wish, _so_much_of(search), search.society_id))
    why = _why(picture, search)
    if not others:
        return Reply((why, " Nothing close to it is free either."), tone=Tone.REFUSED)
    return Reply((why, " What would work:"), items=others, tone=Tone.REFUSED)


def _why(picture: Picture, search: Search) -> str:
    """What takes the room, where one was named."""
    if search.wish.room is None:
        return "no room like that is free."
    taken = picture.availability.schedule(search.wish.room).taken_by(*_seconds(search.slot))
    names = sorted({because(each) for each in taken})
    return f"it is taken ({', '.join(names)})."


def _no_such_room(picture: Picture, search: Search) -> Reply:
    """No room is like that, at any time."""
    catalogue, wish = picture.catalogue, search.wish
    if catalogue.matching(replace(wish, bookable_only=True)):
        return Reply(("only societies can book a room like that.",), tone=Tone.REFUSED)
    smaller = replace(search, wish=replace(bookable(wish, search.society_id), capacity=0))
    largest = max((room.capacity for room in catalogue.listed(catalogue.matching(smaller.wish))), default=0)
    if not largest:
        return Reply(("there is no room like that to book here.",), tone=Tone.REFUSED)
    search = replace(search, wish=replace(wish, capacity=largest))
    return Reply(
        (f"there is no room like that; the largest has {largest} seats.",),
        tone=Tone.REFUSED,
        actions=(Button("free", f"Look for {largest} seats", str(search)),),
    )


def _so_much_of(search: Search) -> Interval:
    """The first slot within the search that is as long as was asked for."""
    return Interval.lasting(search.slot.start, timedelta(minutes=min(search.minutes, search.slot.minutes)))


def _seconds(slot: Interval) -> tuple[int, int]:
    return int(slot.start.timestamp()), int(slot.end.timestamp())


def _heading(call: Call, reading: Reading, count: Text) -> Text:
    echoed = echo_of(call, reading)
    if reading.when is None:
        echoed = f"now · {echoed}" if echoed else "now"
    said: list[Inline] = [Bold(echoed)]
    if "default duration" in reading.assumed or reading.when is None:
        said.append(f" (for {minutes(call.desk.default_minutes)}, as you named no end)")
    said += [": ", *count]
    if reading.leftover:
        said.append(f" I could not place: {', '.join(reading.leftover)}.")
    return tuple(said)


def _count(found: Found) -> Text:
    return ("one room is free.",) if found.total == 1 else (f"{found.total} rooms are free.",)


def _more(search: Search, found: Found) -> tuple[Button, ...]:
    shown = search.skip + len(found.rooms)
    back = max(0, search.skip - _PAGE)
    buttons = []
    if search.skip:
        buttons.append(Button("free", "Back", str(replace(search, skip=back))))
    if shown < found.total:
        buttons.append(Button("free", f"{found.total - shown} more", str(replace(search, skip=shown))))
    return tuple(buttons)


def _item(call: Call, picture: Picture, search: Search, free: FreeRoom, trial: Rehearsal) -> Item:
    detail: list[Inline] = []
    begins = free.start if free.start is not None else int(search.slot.start.timestamp())
    if free.start is not None and free.start > int(search.slot.start.timestamp()):
        detail += ["from ", Moment(datetime.fromtimestamp(free.start, UTC), Style.TIME), ", "]
    detail += free_until(free, datetime.fromtimestamp(begins, UTC), call.desk.rules.zone)
    if free.metres:
        detail.append(f" · {distance(free.metres)}")
    detail.append(f" · {about_room(free.room, picture.catalogue)}")
    return Item((Bold(room_name(free.room)),), tuple(detail), _book(call, picture, search, free, trial))


def _book(
    call: Call, picture: Picture, search: Search, free: FreeRoom, trial: Rehearsal
) -> tuple[Button, ...]:
    """A button for the slot on the room's grid, or else on its next step, when that could be booked."""
    wanted = _so_much_of(search)
    if free.start is not None:
        wanted = Interval.lasting(datetime.fromtimestamp(free.start, UTC), wanted.duration)
    slot = widened(wanted, free.room, call.desk.rules)
    if _could_book(picture, free.room, slot, trial):
        return (book_button(free.room, slot, search.society_id),)
    step = timedelta(minutes=call.desk.rules.grid(free.room))
    slot = Interval(slot.start + step, slot.end + step)
    if _could_book(picture, free.room, slot, trial):
        label = f"Book from {slot.start.astimezone(call.zone):%H:%M}"
        return (book_button(free.room, slot, search.society_id, label),)
    return ()


def _could_book(picture: Picture, room: Room, slot: Interval, trial: Rehearsal) -> bool:
    first, last = _seconds(slot)
    return picture.availability.schedule(room.id).is_free(first, last) and trial.allows(room, first, last)


def _label(start: datetime, call: Call) -> str:
    local = start.astimezone(call.zone)
    return f"{local:%a} {local.day} {local:%b} {local:%H:%M}"


def summary_field(call: Call, picture: Picture) -> Field:
    """How many rooms are free right now, for a home page."""
    now = int(call.desk.clock.now().timestamp())
    found = find_rooms(picture.availability, RoomWish(bookable_only=True), now, now + 3600, most=1)
    return Field("Free now", (f"{found.total} rooms for the next hour",))


COMMAND = Command(
    name="rooms free",
    summary="Find a free room",
    usage="/rooms free [when] [seats] [place] [equipment]",
    answer=answer,
    takes=(
        Parameter("when", Takes.WHEN, "When: now, tomorrow 3pm for 2 hours, fri 10-12"),
        Parameter("seats", Takes.NUMBER, "At least so many seats", phrase="{} seats"),
        Parameter("where", Takes.PLACE, "A building, or near one"),
        Parameter("with", Takes.EQUIPMENT, "Equipment: printer, whiteboard, coffee", phrase="with {}"),
        Parameter("for", Takes.SOCIETY, "The society it is for", phrase="for {}"),
    ),
    actions=(Action("free", next_page),),
    also=("rooms find", "free"),
    examples=("/rooms free now 20 seats", "/rooms free tomorrow 3pm for 2 hours near Ainsworth"),
    quoted=offer,
)
