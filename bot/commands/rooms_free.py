"""`/rooms free`: which rooms are free, best first, each a press away from being booked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.codes import Search, SlotCode
from bot.command import Action, Call, Command, Parameter, Takes
from bot.language import Reading
from bot.reply import (
    Bold,
    Button,
    ButtonStyle,
    Field,
    Inline,
    Item,
    Moment,
    Reply,
    Stretch,
    Style,
    Text,
    Tone,
)
from bot.wishes import confusion, echo_of, read_words, search_for
from bot.wording import about_room, distance, free_until, room_name
from core.catalogue import RoomWish
from core.interval import Interval
from core.picture import Picture
from core.services.bookings import open_hours, widened
from core.services.find_rooms import (
    Alternative,
    Found,
    FreeRoom,
    Instead,
    alternatives,
    find_rooms,
    find_some_time,
)

_PAGE = 8


async def answer(call: Call) -> Reply:
    picture = await call.desk.fresh()
    reading = read_words(call)
    if (confused := confusion(reading)) is not None:
        return confused
    search = search_for(call, reading)
    reply = results(call, picture, search)
    others = tuple(
        Button("free", f"Or {_label(other.start, call)}", str(search_for(call, replace(reading, when=other))))
        for other in reading.alternatives[:2]
    )
    return replace(reply, text=_heading(call, reading, reply.text), actions=(*reply.actions, *others))


async def next_page(call: Call) -> Reply:
    picture = await call.desk.fresh()
    search = Search.read(call.value)
    reply = results(call, picture, search)
    return replace(reply, text=(Stretch(search.slot), ": ", *reply.text), replaces=True)


def results(call: Call, picture: Picture, search: Search) -> Reply:
    """One page of free rooms, or what else would do."""
    start, end = int(search.slot.start.timestamp()), int(search.slot.end.timestamp())
    wish = _for_asker(call, search)
    if search.minutes * 60 < end - start:
        found = find_some_time(
            picture.availability, wish, start, end, search.minutes * 60, skip=search.skip, most=_PAGE
        )
    else:
        found = find_rooms(picture.availability, wish, start, end, skip=search.skip, most=_PAGE)
    if not found.total:
        return nothing_free(call, picture, search)
    items = tuple(_item(call, picture, search, free) for free in found.rooms)
    return Reply(_count(found), items=items, actions=_more(search, found))


def nothing_free(call: Call, picture: Picture, search: Search) -> Reply:
    """Why not, and the nearest things that would work, each to be looked at with a press."""
    closes = int(open_hours(search.slot.start, None, call.desk.rules).end.timestamp())
    start = int(search.slot.start.timestamp())
    wish = _for_asker(call, search)
    found = alternatives(picture.availability, wish, start, start + search.minutes * 60, closes)
    if not found:
        return Reply(("No room like that is free then, nor close to it.",), tone=Tone.REFUSED)
    items = tuple(_alternative(call, search, each) for each in found)
    return Reply(("No room like that is free then. What would work:",), items=items, tone=Tone.REFUSED)


def _for_asker(call: Call, search: Search) -> RoomWish:
    """Only rooms that the asker could book: societies book any, people those with individual access."""
    return replace(search.wish, bookable_only=True, individual_only=search.society_id is None)


def _heading(call: Call, reading: Reading, count: Text) -> Text:
    echoed = echo_of(call, reading) or "now"
    said: list[Inline] = [Bold(echoed), ": ", *count]
    if "default duration" in reading.assumed or reading.when is None:
        said.append(f" (for {call.desk.default_minutes} minutes, as you named no end)")
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


def _item(call: Call, picture: Picture, search: Search, free: FreeRoom) -> Item:
    detail: list[Inline] = [about_room(free.room, picture.catalogue), " · "]
    begins = free.start if free.start is not None else int(search.slot.start.timestamp())
    if free.start is not None and free.start > int(search.slot.start.timestamp()):
        detail += ["from ", Moment(datetime.fromtimestamp(free.start, UTC), Style.TIME), ", "]
    detail += free_until(free, datetime.fromtimestamp(begins, UTC), call.desk.rules.zone)
    if free.metres:
        detail.append(f" · {distance(free.metres)}")
    return Item((Bold(room_name(free.room)),), tuple(detail), _book(call, picture, search, free, begins))


def _book(call: Call, picture: Picture, search: Search, free: FreeRoom, begins: int) -> tuple[Button, ...]:
    """A button for the slot on the room's grid, when the whole of that is free."""
    start = datetime.fromtimestamp(begins, UTC)
    slot = widened(Interval(start, start + timedelta(minutes=search.minutes)), free.room, call.desk.rules)
    first, last = int(slot.start.timestamp()), int(slot.end.timestamp())
    if not picture.availability.schedule(free.room.id).is_free(first, last):
        return ()
    code = SlotCode(free.room.id, slot, search.society_id)
    return (Button("book", "Book", str(code), ButtonStyle.PRIMARY),)


def _alternative(call: Call, search: Search, found: Alternative) -> Item:
    title: list[Inline] = [_INSTEAD[found.instead], ": "]
    buttons = []
    for place, (room, start, end) in enumerate(found.parts):
        slot = Interval(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
        title += [*([", then "] if place else []), Bold(room_name(room)), " ", Stretch(slot)]
        code = SlotCode(room.id, widened(slot, room, call.desk.rules), search.society_id)
        label = "Book" if len(found.parts) == 1 else f"Book part {place + 1}"
        buttons.append(Button("book", label, str(code), ButtonStyle.PRIMARY))
    return Item(tuple(title), (), tuple(buttons))


_INSTEAD = {
    Instead.LATER: "A little later",
    Instead.SHORTER: "Shorter",
    Instead.NEARBY: "Close by",
    Instead.SPLIT: "Two rooms in turn",
}


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
)
