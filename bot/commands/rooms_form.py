"""The booking form: the same wish as `/book`, filled in rather than typed."""

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from bot.chat.command import Action, Call, Command
from bot.chat.formatting import about_room, minutes, one_line, room_name
from bot.chat.reply import Form, Input, InputKind, Option, Reply
from bot.chat.request import Door
from bot.conversation.booking import book, resolved
from bot.conversation.button_values import SlotCode
from bot.conversation.quoted_message import read_quoted
from bot.conversation.refusals import sentence
from bot.conversation.search import read_words, search_for
from bot.language import Kind
from core.catalogue import RoomWish
from core.errors import (
    BadSociety,
    BadTimes,
    Invalid,
    NotSignedIn,
    OutsideHours,
    RoomieError,
    SlotTaken,
    TooFarAhead,
)
from core.interval import Interval
from core.model.entities import RoomId, SocietyId
from core.read_model import Picture
from core.services.bookings import widened
from core.services.find_rooms import find_rooms

_LENGTHS = (30, 60, 90, 120, 180)
_MOST_ROOMS = 25
_MAX_TITLE = 150
_COUNT = re.compile(r"[1-9][0-9]{0,3}")
_NOBODY = "-"


async def answer(call: Call) -> Reply:
    """The empty form, or one that holds the slot of the button pressed."""
    picture = await call.desk.fresh()
    values = (
        _values_of(resolved(call, SlotCode.read(call.value)), call) if call.value else _first_values(call)
    )
    return Reply(form=_form(call, picture, values))


async def refresh(call: Call) -> Reply:
    """The form again, its rooms following the time that was chosen."""
    picture = await call.desk.fresh()
    return Reply(form=_form(call, picture, {**_first_values(call), **call.asked.form}))


async def fill_in(call: Call, message: str) -> Reply:
    """The form for somebody else's message: its time, size and room, and its words as the title."""
    picture = await call.desk.fresh()
    values = {**_first_values(call), **_read_from(call, message), "title": one_line(message)[:_MAX_TITLE]}
    return Reply(form=_form(call, picture, values))


def _read_from(call: Call, message: str) -> dict[str, str]:
    reading = read_quoted(call, message)
    values = {"seats": str(reading.capacity)} if reading.capacity else {}
    if reading.room is not None:
        values["room"] = reading.room
    when = reading.when
    if when is not None and when.kind in {Kind.INSTANT, Kind.RANGE}:
        slot = widened(search_for(call, reading).slot, None, call.desk.rules)
        values |= _time_values(slot, call)
    elif when is not None:
        values["date"] = f"{when.start.astimezone(call.desk.rules.zone):%Y-%m-%d}"
    return values


async def send(call: Call) -> Reply:
    """The form sent in: a booking, or what is wrong beside the input it belongs to."""
    picture = await call.desk.fresh()
    values = dict(call.asked.form)
    try:
        slot = _slot(call, values)
        code = SlotCode(_room(picture, values), slot, _society(picture, values))
        return await book(call, code, values.get("title", ""), offer_others=False)
    except NotSignedIn:
        raise
    except RoomieError as refusal:
        place = _place(refusal, values)
        form = _form(call, picture, {**_first_values(call), **values})
        return Reply(form=form, form_errors={place: sentence(refusal)})


def _form(call: Call, picture: Picture, values: dict[str, str]) -> Form:
    when = _when_inputs(call, values)
    room = Input(
        "room",
        "Room",
        InputKind.CHOICE,
        values.get("room", ""),
        _rooms(call, picture, values),
        hint="Free then, smallest first",
    )
    title = Input(
        "title", "What for", value=values.get("title", ""), placeholder="Weekly meeting", required=False
    )
    inputs = (*when, *_seats(values), room, *_societies(call, values), title)
    return Form("book_form", "Book a room", inputs)


def _seats(values: dict[str, str]) -> tuple[Input, ...]:
    """How many seats, where a message said so: the rooms follow it."""
    if not values.get("seats"):
        return ()
    return (Input("seats", "Seats", InputKind.NUMBER, values["seats"], required=False, refreshes=True),)


def _when_inputs(call: Call, values: dict[str, str]) -> tuple[Input, ...]:
    """Date and time pickers where there are any; free text where there are none."""
    zone = call.desk.rules.zone.key
    if call.asked.by.door is Door.DISCORD:
        hint = "tomorrow 3pm for 2 hours"
        return (Input("when", "When", InputKind.WHEN, values.get("when", ""), placeholder=hint),)
    said = {int(values["minutes"])} if _COUNT.fullmatch(values["minutes"]) else set()
    lengths = tuple(Option(minutes(each), str(each)) for each in sorted({*_LENGTHS, *said}))
    return (
        Input("date", "Date", InputKind.DATE, values["date"], refreshes=True),
        Input("time", f"Time ({zone})", InputKind.TIME, values["time"], refreshes=True),
        Input("minutes", "For how long", InputKind.CHOICE, values["minutes"], lengths, refreshes=True),
    )


def _rooms(call: Call, picture: Picture, values: dict[str, str]) -> tuple[Option, ...]:
    wish = RoomWish(bookable_only=True, individual_only=_society(picture, values) is None)
    try:
        slot = _slot(call, values)
    except RoomieError:
        slot = Interval.lasting(call.desk.clock.now(), timedelta(minutes=call.desk.default_minutes))
    first, last = int(slot.start.timestamp()), int(slot.end.timestamp())
    seats = int(values["seats"]) if _COUNT.fullmatch(values.get("seats", "")) else 1
    found = find_rooms(picture.availability, replace(wish, capacity=seats), first, last, most=_MOST_ROOMS)
    options = [
        Option(room_name(each.room), each.room.id, about_room(each.room, picture.catalogue))
        for each in found.rooms
    ]
    chosen = picture.catalogue.rooms.get(RoomId(values.get("room", "")))
    if chosen is not None and all(option.value != chosen.id for option in options):
        options.insert(0, Option(room_name(chosen), chosen.id, about_room(chosen, picture.catalogue)))
    return tuple(options)


def _societies(call: Call, values: dict[str, str]) -> tuple[Input, ...]:
    if call.known is None or not call.known.memberships:
        return ()
    mine = tuple(Option(each.society.name, each.society.id) for each in call.known.memberships)
    options = (Option("Myself", _NOBODY), *mine)
    return (
        Input("society", "For", InputKind.CHOICE, values.get("society", _NOBODY), options, required=False),
    )


def _first_values(call: Call) -> dict[str, str]:
    """The next step of the grid from now, for the usual length."""
    grid = timedelta(minutes=call.desk.rules.granularity)
    local = (call.desk.clock.now() + grid).astimezone(call.desk.rules.zone)
    local -= timedelta(minutes=local.minute % call.desk.rules.granularity)
    return {"date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}", "minutes": str(call.desk.default_minutes)}


def _values_of(code: SlotCode, call: Call) -> dict[str, str]:
    local = code.slot.start.astimezone(call.desk.rules.zone)
    return {
        **_time_values(code.slot, call),
        "when": f"{local:%Y-%m-%d %H:%M} for {minutes(code.slot.minutes)}",
        "room": code.room_id,
        "society": code.society_id or _NOBODY,
    }


def _time_values(slot: Interval, call: Call) -> dict[str, str]:
    local = slot.start.astimezone(call.desk.rules.zone)
    return {"date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}", "minutes": str(slot.minutes)}


def _slot(call: Call, values: dict[str, str]) -> Interval:
    if "when" in values:
        return _typed_slot(call, values["when"])
    try:
        day, clock = date.fromisoformat(values["date"]), time.fromisoformat(values["time"])
        length = timedelta(minutes=int(values["minutes"]))
        return Interval.lasting(datetime.combine(day, clock, call.desk.rules.zone), length)
    except (KeyError, ValueError, OverflowError):
        raise BadTimes("Choose a date, a time and a length.") from None


def _typed_slot(call: Call, words: str) -> Interval:
    reading = read_words(replace(call, words=words))
    if reading.problem is not None:
        raise BadTimes(reading.problem.sentence)
    when = reading.when
    if when is None or when.kind not in {Kind.INSTANT, Kind.RANGE}:
        raise BadTimes("Say a day and a time, as in “tomorrow 3pm for 2 hours”.")
    length = timedelta(minutes=call.desk.default_minutes)
    slot = Interval(when.start, when.end) if when.end else Interval.lasting(when.start, length)
    return widened(slot, None, call.desk.rules)


def _room(picture: Picture, values: dict[str, str]) -> RoomId:
    if not values.get("room"):
        raise Invalid("Choose a room.")
    return picture.catalogue.room(values["room"]).id


def _society(picture: Picture, values: dict[str, str]) -> SocietyId | None:
    chosen = values.get("society", _NOBODY)
    if chosen in {"", _NOBODY}:
        return None
    if chosen not in picture.directory.societies:
        raise BadSociety(chosen)
    return SocietyId(chosen)


def _place(refusal: RoomieError, values: dict[str, str]) -> str:
    """The input that a refusal belongs to."""
    if isinstance(refusal, TooFarAhead) and "date" in values:
        return "date"
    if isinstance(refusal, BadTimes | OutsideHours | TooFarAhead):
        return "when" if "when" in values else "time"
    if isinstance(refusal, SlotTaken):
        return "room"
    return "room"


COMMAND = Command(
    name="rooms form",
    summary="Book with a form",
    usage="/rooms form",
    answer=answer,
    actions=(Action("form", answer), Action("refresh_form", refresh), Action("book_form", send)),
    changes_things=True,
    quoted=fill_in,
)
