"""The waiting list in replies: places, offers with their buttons, and what has become of them."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.formatting import busy_reason, room_name
from bot.chat.reply import (
    Bold,
    Button,
    ButtonStyle,
    Code,
    Inline,
    Reply,
    ReplyItem,
    Text,
    TimeRange,
    Timestamp,
    TimestampStyle,
    Tone,
)
from bot.conversation.alternatives import price_text
from bot.conversation.button_values import SearchValue, SlotValue
from bot.conversation.free_slots import free_slots, hours_text
from bot.conversation.search import criteria_of
from bot.language import format_ordinal
from core.catalogue import RoomQuery
from core.errors import UnknownWait
from core.interval import Interval
from core.model import Booking, Room, Wait, WaitId, WaitState
from core.services.waiting import PlaceInLine, query_of, reference

TAKE, PASS, STOP = "take_offer", "pass_offer", "stop_waiting"


def waiting_reply(context: CommandContext, place: PlaceInLine) -> Reply:
    """Says what is waited for and at which place, and what happens then."""
    wait = place.wait
    stop = _stop_button(wait)
    if wait.is_watch:
        text: Text = ("I'll message you once, as soon as ", *_what(context, wait), " is free.")
        return Reply(text, tone=Tone.DONE, actions=(stop,))
    minutes = context.services.rules.hold_minutes
    held = f"When it's free, I'll hold it for you for up to {minutes} minutes and message you."
    text = (f"You're {format_ordinal(place.number)} in line for ", *_what(context, wait), f". {held}")
    return Reply(text, tone=Tone.DONE, actions=(stop, Button(Action.WAITING, "What I'm waiting for")))


async def waiting_list(context: CommandContext) -> Reply:
    """All that the requester waits for and watches, each with its place, and why it is not free yet."""
    places = await context.services.waiting.of_person(context.person.id)
    if not places:
        example = Code("/rooms wait 20 seats tomorrow 2-4")
        return Reply(("You aren't waiting for anything. When a room is taken, try ", example, "."))
    items = tuple(_item(context, each) for each in places)
    count = f"{len(places)} {'time' if len(places) == 1 else 'times'}"
    return Reply((f"You're waiting for a room at {count}:",), items=items)


def _item(context: CommandContext, place: PlaceInLine) -> ReplyItem:
    wait, stop = place.wait, _stop_button(place.wait)
    if place.hold is not None:
        held: Text = ("held for you until ", Timestamp(place.hold.held_until or place.hold.interval.start))
        return ReplyItem(tuple(_what(context, wait)), held, (*offer_buttons(wait), stop))
    line = "I'll message you once" if wait.is_watch else f"{format_ordinal(place.number)} in line"
    return ReplyItem(tuple(_what(context, wait)), (f"{line} · {_why(context, wait)}",), (stop,))


def _what(context: CommandContext, wait: Wait) -> Iterator[Inline]:
    yield Bold(_room_text(context, wait))
    yield ", "
    yield TimeRange(wait.interval)
    if wait.society_id is not None:
        society = context.read_model.directory.societies.get(wait.society_id)
        yield f", for {society.name if society else wait.society_id}"


def _room_text(context: CommandContext, wait: Wait) -> str:
    if wait.room_id is not None:
        room = context.read_model.catalogue.rooms.get(wait.room_id)
        return room_name(room) if room else wait.room_id
    search = search_of(wait)
    named = replace(search, query=replace(search.query, excluded=frozenset()), society_id=None)
    return f"a room ({criteria})" if (criteria := criteria_of(context, named)) else "any room"


def _why(context: CommandContext, wait: Wait) -> str:
    """What the room is taken by, or that none is free."""
    if wait.room_id is None:
        return "no such room is free yet"
    start, end = int(wait.interval.start.timestamp()), int(wait.interval.end.timestamp())
    busy = context.read_model.availability.schedule(wait.room_id).conflicts(start, end)
    reasons = sorted({busy_reason(each) for each in busy})
    return f"taken ({', '.join(reasons)})" if reasons else "free by now"


def search_of(wait: Wait) -> SearchValue:
    """The search for what is waited for."""
    return SearchValue(wait.interval, wait.interval.minutes, query_of(wait), wait.society_id)


def _stop_button(wait: Wait) -> Button:
    label = "Stop watching" if wait.is_watch else "Stop waiting"
    return Button(STOP, label, str(wait.id))


def offer_buttons(wait: Wait) -> tuple[Button, ...]:
    value = reference(wait)
    return Button(TAKE, "Take it", value, ButtonStyle.PRIMARY), Button(PASS, "Pass", value)


def offer_reply(context: CommandContext, wait: Wait, hold: Booking) -> Reply:
    """The offer of what is held; it can be taken or passed on."""
    room = context.read_model.catalogue.rooms.get(hold.room_id)
    text: list[Inline] = [
        Bold(room_name(room) if room else hold.room_id),
        " is free: ",
        TimeRange(hold.interval),
        ". I'm holding it for you until ",
        Timestamp(hold.held_until or hold.interval.start, TimestampStyle.TIME),
        ".",
    ]
    if price := price_text(context, hold.interval.minutes, hold.society_id):
        text.append(f" It {price}.")
    return Reply(tuple(text), actions=offer_buttons(wait))


def missed_reply(context: CommandContext, wait: Wait) -> Reply:
    """Says that an offer was not answered in time, with the button to wait again."""
    again = Button(Action.WAIT, "Wait again", str(search_of(wait)))
    is_ahead = wait.interval.start > context.services.clock.now()
    text: Text = ("You didn't answer in time, so I've stopped holding ", *_what(context, wait), ".")
    return Reply(text, actions=(again,) if is_ahead else ())


def free_reply(context: CommandContext, wait: Wait) -> Reply | None:
    """Says that a watched room is free, until when, and offers to book it; None when it no longer is."""
    room = context.read_model.catalogue.rooms.get(wait.room_id) if wait.room_id else None
    start = max(wait.interval.start, context.services.clock.now())
    if room is None or start >= wait.interval.end:
        return None
    gaps = context.read_model.availability.schedule(room.id).gaps(
        _seconds(start), _seconds(wait.interval.end)
    )
    opens, closes = next(iter(gaps), (0, 0))
    if opens != _seconds(start):
        return None
    text: list[Inline] = [Bold(room_name(room)), " is free "]
    is_now = wait.interval.start <= context.services.clock.now()
    text += ["now"] if is_now else [Timestamp(start)]
    if closes < _seconds(wait.interval.end):
        text += [", until ", Timestamp(datetime.fromtimestamp(closes, start.tzinfo), TimestampStyle.TIME)]
    window = Interval(start, datetime.fromtimestamp(closes, start.tzinfo))
    return Reply((*text, "."), actions=tuple(_book_buttons(context, wait, room, window)))


def _book_buttons(context: CommandContext, wait: Wait, room: Room, window: Interval) -> Iterator[Button]:
    """The first slot of the usual length, or else of half of it."""
    usual = timedelta(minutes=context.services.default_minutes)
    around = Interval(window.start - timedelta(minutes=context.services.rules.slot_length), window.end)
    for length in (usual, usual / 2):
        slot = next(free_slots(context, room, around, length, wait.society_id), None)
        if slot is not None:
            value = SlotValue(room.id, slot, wait.society_id)
            yield Button(Action.BOOK, f"Book {hours_text(context, slot)}", str(value), ButtonStyle.PRIMARY)
            return


def passed_reply(context: CommandContext, wait: Wait) -> Reply:
    if wait.state is WaitState.WAITING:
        text: Text = ("OK, not that one. You're still in line for ", *_what(context, wait), ".")
        return Reply(text, tone=Tone.DONE, replaces=True, actions=(_stop_button(wait),))
    return Reply(
        ("OK, it goes to the next in line. You're no longer waiting for ", *_what(context, wait), "."),
        tone=Tone.DONE,
        replaces=True,
    )


def stopped_reply(context: CommandContext, wait: Wait) -> Reply:
    verb = "watching" if wait.is_watch else "waiting for"
    return Reply((f"You've stopped {verb} ", *_what(context, wait), "."), tone=Tone.DONE, replaces=True)


def wait_id_of(value: str) -> WaitId:
    """The id that a button carries; raises `UnknownWait` for anything else."""
    if not (value.isascii() and value.isdecimal() and len(value) < 19):
        raise UnknownWait
    return WaitId(int(value))


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())


def room_query(search: SearchValue) -> RoomQuery:
    """What a wait asks of the room: a named one is all."""
    return RoomQuery(room=search.query.room) if search.query.room is not None else search.query
