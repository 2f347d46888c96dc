"""`/rooms book` and `/book`: holding a room, at once or, when something was guessed, after a look."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bot.chat.command import Action, Call, Command, Parameter, Takes
from bot.chat.formatting import minutes, room_name
from bot.chat.reply import Bold, Button, ButtonStyle, Code, Inline, Reply, Stretch, Tone
from bot.conversation.alternatives import rehearsal
from bot.conversation.booking import book, foreseen
from bot.conversation.button_values import Search, SlotCode
from bot.conversation.search import confusion, echo_of, read_words, search_for
from bot.language import Kind, Reading, When
from core.catalogue import RoomWish
from core.interval import Interval
from core.model.entities import Room
from core.policy.quota import has_quota
from core.services.bookings import widened


async def answer(call: Call) -> Reply:
    picture = await call.desk.fresh()
    reading = read_words(call)
    if (confused := confusion(reading)) is not None:
        return confused
    if reading.room is None:
        return _no_room(call, reading)
    room = picture.catalogue.room(reading.room)
    when = reading.when
    if when is None or when.kind not in {Kind.INSTANT, Kind.RANGE} or when.repeats is not None:
        return _no_time(call, reading, room)
    slot = _slot(call, when, room)
    if _is_plain(reading, when, slot):
        return await book(call, SlotCode(room.id, slot, reading.society), reading.title or "")
    code = SlotCode(room.id, slot, reading.society, reading.title or "")
    return await foreseen(call, code) or _offer(call, reading, room, code)


async def press(call: Call) -> Reply:
    """A Book button: the slot was shown when it was pressed."""
    await call.desk.fresh()
    code = SlotCode.read(call.value)
    return await book(call, code, code.title)


def _slot(call: Call, when: When, room: Room) -> Interval:
    """What was said, on the room's grid. An end that nobody said follows the widened start."""
    length = timedelta(minutes=call.desk.default_minutes)
    if when.end is not None:
        return widened(Interval(when.start, when.end), room, call.desk.rules)
    start = widened(Interval.lasting(when.start, length), room, call.desk.rules).start
    return Interval.lasting(start, length)


def _is_plain(reading: Reading, when: When, slot: Interval) -> bool:
    """Whether the wish can be carried out as it was said, with nothing guessed that costs."""
    said = (when.start, when.end or slot.end) == (slot.start, slot.end)
    return said and not reading.leftover and not reading.alternatives


def _offer(call: Call, reading: Reading, room: Room, code: SlotCode) -> Reply:
    """The echo with its cost; the press on it books."""
    said: list[Inline] = [Bold(room_name(room)), " ", Stretch(code.slot)]
    if code.society_id is not None:
        said.append(f" for {_society_name(call, code)}")
    if title := SlotCode.read(str(code)).title:
        said.append(f", “{title}”")
    if code.society_id is None and has_quota(call.person):
        said.append(f", {minutes(code.slot.minutes)} of your quota")
    said.append("?")
    if reading.leftover:
        said.append(f" I could not place: {', '.join(reading.leftover)}.")
    return Reply(tuple(said), actions=(_book_button("Book it", code), *_others(call, reading, room, code)))


def _others(call: Call, reading: Reading, room: Room, code: SlotCode) -> Iterator[Button]:
    """What else the words could have meant, where that could be booked."""
    trial, schedule = rehearsal(call, code.society_id), call.desk.picture.availability.schedule(room.id)
    for other in reading.alternatives[:2]:
        slot = _slot(call, other, room)
        busy = schedule.taken_by(int(slot.start.timestamp()), int(slot.end.timestamp()))
        if trial.refusal(room, slot, busy) is None:
            local = slot.start.astimezone(call.zone)
            label = f"{local:%a} {local.day} {local:%b} {local:%H:%M} instead"
            yield _book_button(label, replace(code, slot=slot))


def _society_name(call: Call, code: SlotCode) -> str:
    society = call.desk.picture.directory.societies.get(code.society_id) if code.society_id else None
    return society.name if society else str(code.society_id)


def _book_button(label: str, code: SlotCode) -> Button:
    style = ButtonStyle.PRIMARY if label == "Book it" else ButtonStyle.PLAIN
    return Button("book", label, str(code), style)


def _no_room(call: Call, reading: Reading) -> Reply:
    said: list[Inline] = ["Which room? Name one, as in "]
    if reading.leftover:
        said.insert(0, f"I know no room called {', '.join(reading.leftover)[:60]}. ")
    example = next(iter(call.desk.picture.catalogue.rooms), "K-J17-G01")
    said += [Code(f"/book {example} tomorrow 3pm for 2 hours"), "."]
    if reading.when is None:
        return Reply(tuple(said), tone=Tone.CONFUSED)
    search = search_for(call, reading)
    button = Button("free", f"Free rooms: {echo_of(call, reading)}"[:75], str(search))
    return Reply(tuple(said), tone=Tone.CONFUSED, actions=(button,))


def _no_time(call: Call, reading: Reading, room: Room) -> Reply:
    said = f"When would you like {room_name(room)}? Say a time, as in “tomorrow 3pm for 2 hours”."
    when = reading.when
    if when is not None and when.repeats is not None:
        said = "Roomie books one date at a time. Name the first, as in “tuesday 5pm for 1 hour”."
    if when is None:
        return Reply((said,), tone=Tone.CONFUSED)
    search = search_for(call, replace(reading, room=None))
    search = Search(search.slot, search.minutes, RoomWish(building=room.building_id), reading.society)
    return Reply((said,), tone=Tone.CONFUSED, actions=(Button("free", "What is free then", str(search)),))


COMMAND = Command(
    name="rooms book",
    summary="Book a room",
    usage='/rooms book ROOM WHEN [for SOCIETY] ["title"]',
    answer=answer,
    takes=(
        Parameter("room", Takes.ROOM, "Which room", required=True),
        Parameter("when", Takes.WHEN, "When: tomorrow 3pm for 2 hours, fri 10-12", required=True),
        Parameter("for", Takes.SOCIETY, "The society it is for", phrase="for {}"),
        Parameter("title", Takes.TEXT, "What it is for", phrase='"{}"'),
    ),
    actions=(Action("book", press),),
    also=("book",),
    examples=("/book G01 tomorrow 3pm for 2 hours", '/book RO-POO fri 5-7pm for SOTECHSOC "Weekly meeting"'),
    changes_things=True,
)
