"""The booking form: the same request as `/book`, filled in rather than typed."""

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from bot.chat.actions import Action
from bot.chat.command import ButtonAction, Command, CommandContext
from bot.chat.formatting import format_minutes, one_line, room_details, room_name
from bot.chat.reply import Form, FormInput, FormInputKind, Option, Reply
from bot.chat.request import PlatformName
from bot.conversation.booking import book, resolve_slot
from bot.conversation.button_values import SlotValue
from bot.conversation.quoted_message import read_quoted
from bot.conversation.refusals import refusal_sentence
from bot.conversation.search import parse_text, search_from
from bot.conversation.slot_offer import is_as_requested, offer_slot, requested_slot
from bot.language import ParsedTime, TimeKind
from core.catalogue import RoomQuery
from core.errors import (
    Invalid,
    InvalidTimes,
    NotAuthenticated,
    OutsideHours,
    RoomieError,
    TooFarAhead,
    UnknownSociety,
)
from core.interval import Interval
from core.model import RoomId, SocietyId
from core.read_model import ReadModel
from core.services.bookings import snap_to_grid
from core.services.find_rooms import find_rooms

_LENGTHS = (30, 60, 90, 120, 180)
_MAX_ROOMS = 25
_MAX_TITLE = 150
_COUNT = re.compile(r"[1-9][0-9]{0,3}")
_MYSELF = "-"


async def handle(context: CommandContext) -> Reply:
    """Opens the form, filled with the slot of the pressed button if there is one."""
    read_model = context.read_model
    values = (
        _values_of(resolve_slot(context, SlotValue.read(context.value)), context)
        if context.value
        else _first_values(context)
    )
    return Reply(form=_form(context, read_model, values))


async def handle_refresh(context: CommandContext) -> Reply:
    """Rebuilds the form, with the rooms that are free at the chosen time."""
    read_model = context.read_model
    return Reply(form=_form(context, read_model, {**_first_values(context), **context.request.form}))


async def handle_quoted(context: CommandContext, message: str) -> Reply:
    """Opens the form with a quoted message's time, size and room, and its text as the title."""
    read_model = context.read_model
    values = {
        **_first_values(context),
        **_values_from(context, message),
        "title": one_line(message)[:_MAX_TITLE],
    }
    return Reply(form=_form(context, read_model, values))


def _values_from(context: CommandContext, message: str) -> dict[str, str]:
    reading = read_quoted(context, message)
    values = {"seats": str(reading.capacity)} if reading.capacity else {}
    if reading.room is not None:
        values["room"] = reading.room
    when = reading.when
    if when is not None and when.kind in {TimeKind.INSTANT, TimeKind.RANGE}:
        slot = snap_to_grid(search_from(context, reading).slot, None, context.services.rules)
        values |= _time_values(slot, context)
    elif when is not None:
        values["date"] = f"{when.start.astimezone(context.services.rules.zone):%Y-%m-%d}"
    return values


async def handle_form(context: CommandContext) -> Reply:
    """Books what the form says, or shows each problem beside its input."""
    read_model = context.read_model
    values = dict(context.request.form)
    try:
        room = read_model.catalogue.room(_room(read_model, values))
        society_id, title = _society(read_model, values), one_line(values.get("title", ""))[:_MAX_TITLE]
        if "when" in values:
            when = _typed_time(context, values["when"])
            slot = requested_slot(context, when, room)
            if not is_as_requested(when, slot):
                return offer_slot(context, room, SlotValue(room.id, slot, society_id, title))
        value = SlotValue(room.id, _slot(context, values), society_id)
        return await book(context, value, title, offer_alternatives=False)
    except NotAuthenticated:
        raise
    except RoomieError as refusal:
        name = _input_of(refusal, values)
        form = _form(context, read_model, {**_first_values(context), **values})
        return Reply(form=form, form_errors={name: refusal_sentence(refusal)})


def _form(context: CommandContext, read_model: ReadModel, values: dict[str, str]) -> Form:
    when = _when_inputs(context, values)
    room = FormInput(
        "room",
        "Room",
        FormInputKind.CHOICE,
        values.get("room", ""),
        _rooms(context, read_model, values),
        hint="Free at that time, smallest first",
    )
    title = FormInput(
        "title", "What's it for?", value=values.get("title", ""), placeholder="Weekly meeting", required=False
    )
    inputs = (*when, *_seats(values), room, *_societies(context, values), title)
    return Form("book_form", "Book a room", inputs)


def _seats(values: dict[str, str]) -> tuple[FormInput, ...]:
    """The seats input, shown where a message gave a number."""
    if not values.get("seats"):
        return ()
    return (
        FormInput("seats", "Seats", FormInputKind.NUMBER, values["seats"], required=False, refreshes=True),
    )


def _when_inputs(context: CommandContext, values: dict[str, str]) -> tuple[FormInput, ...]:
    """Date and time pickers, or free text on platforms without them."""
    zone = context.services.rules.zone.key
    if context.request.requester.platform is PlatformName.DISCORD:
        hint = "tomorrow 3pm for 2 hours"
        return (FormInput("when", "When", FormInputKind.WHEN, values.get("when", ""), placeholder=hint),)
    chosen = {int(values["minutes"])} if _COUNT.fullmatch(values["minutes"]) else set()
    lengths = tuple(Option(format_minutes(each), str(each)) for each in sorted({*_LENGTHS, *chosen}))
    return (
        FormInput("date", "Date", FormInputKind.DATE, values["date"], refreshes=True),
        FormInput("time", f"Time ({zone})", FormInputKind.TIME, values["time"], refreshes=True),
        FormInput("minutes", "Length", FormInputKind.CHOICE, values["minutes"], lengths, refreshes=True),
    )


def _rooms(context: CommandContext, read_model: ReadModel, values: dict[str, str]) -> tuple[Option, ...]:
    query = RoomQuery(bookable_only=True, individual_only=_society(read_model, values) is None)
    try:
        slot = _slot(context, values)
    except RoomieError:
        slot = Interval.of_length(
            context.services.clock.now(), timedelta(minutes=context.services.default_minutes)
        )
    first, last = int(slot.start.timestamp()), int(slot.end.timestamp())
    seats = int(values["seats"]) if _COUNT.fullmatch(values.get("seats", "")) else 1
    found = find_rooms(read_model.availability, replace(query, capacity=seats), first, last, limit=_MAX_ROOMS)
    options = [
        Option(room_name(each.room), each.room.id, room_details(each.room, read_model.catalogue))
        for each in found.rooms
    ]
    chosen = read_model.catalogue.rooms.get(RoomId(values.get("room", "")))
    if chosen is not None and all(option.value != chosen.id for option in options):
        options.insert(0, Option(room_name(chosen), chosen.id, room_details(chosen, read_model.catalogue)))
    return tuple(options)


def _societies(context: CommandContext, values: dict[str, str]) -> tuple[FormInput, ...]:
    if context.account is None or not context.account.memberships:
        return ()
    mine = tuple(Option(each.society.name, each.society.id) for each in context.account.memberships)
    options = (Option("Myself", _MYSELF), *mine)
    return (
        FormInput(
            "society", "For", FormInputKind.CHOICE, values.get("society", _MYSELF), options, required=False
        ),
    )


def _first_values(context: CommandContext) -> dict[str, str]:
    """The next step of the booking grid, for the default length."""
    grid = timedelta(minutes=context.services.rules.slot_length)
    local = (context.services.clock.now() + grid).astimezone(context.services.rules.zone)
    local -= timedelta(minutes=local.minute % context.services.rules.slot_length)
    return {
        "date": f"{local:%Y-%m-%d}",
        "time": f"{local:%H:%M}",
        "minutes": str(context.services.default_minutes),
    }


def _values_of(value: SlotValue, context: CommandContext) -> dict[str, str]:
    local = value.slot.start.astimezone(context.services.rules.zone)
    return {
        **_time_values(value.slot, context),
        "when": f"{local:%Y-%m-%d %H:%M} for {format_minutes(value.slot.minutes)}",
        "room": value.room_id,
        "society": value.society_id or _MYSELF,
    }


def _time_values(slot: Interval, context: CommandContext) -> dict[str, str]:
    local = slot.start.astimezone(context.services.rules.zone)
    return {"date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}", "minutes": str(slot.minutes)}


def _slot(context: CommandContext, values: dict[str, str]) -> Interval:
    if "when" in values:
        return _typed_slot(context, values["when"])
    try:
        day, clock = date.fromisoformat(values["date"]), time.fromisoformat(values["time"])
        length = timedelta(minutes=int(values["minutes"]))
        return Interval.of_length(datetime.combine(day, clock, context.services.rules.zone), length)
    except (KeyError, ValueError, OverflowError):
        raise InvalidTimes("Choose a date, a time and a length.") from None


def _typed_slot(context: CommandContext, text: str) -> Interval:
    when, length = _typed_time(context, text), timedelta(minutes=context.services.default_minutes)
    slot = Interval(when.start, when.end) if when.end else Interval.of_length(when.start, length)
    return snap_to_grid(slot, None, context.services.rules)


def _typed_time(context: CommandContext, text: str) -> ParsedTime:
    reading = parse_text(replace(context, text=text))
    if reading.problem is not None:
        raise InvalidTimes(reading.problem.message)
    when = reading.when
    if when is None or when.kind not in {TimeKind.INSTANT, TimeKind.RANGE}:
        raise InvalidTimes("Give a day and a time, for example: tomorrow 3pm for 2 hours.")
    return when


def _room(read_model: ReadModel, values: dict[str, str]) -> RoomId:
    if not values.get("room"):
        raise Invalid("Choose a room.")
    return read_model.catalogue.room(values["room"]).id


def _society(read_model: ReadModel, values: dict[str, str]) -> SocietyId | None:
    chosen = values.get("society", _MYSELF)
    if chosen in {"", _MYSELF}:
        return None
    if chosen not in read_model.directory.societies:
        raise UnknownSociety(chosen)
    return SocietyId(chosen)


def _input_of(refusal: RoomieError, values: dict[str, str]) -> str:
    """The name of the input that a refusal is about."""
    if isinstance(refusal, TooFarAhead) and "date" in values:
        return "date"
    if isinstance(refusal, InvalidTimes | OutsideHours | TooFarAhead):
        return "when" if "when" in values else "time"
    return "room"


COMMAND = Command(
    name="rooms form",
    summary="Book with a form",
    usage="/rooms form",
    handle=handle,
    actions=(
        ButtonAction(Action.OPEN_FORM, handle),
        ButtonAction("refresh_form", handle_refresh),
        ButtonAction("book_form", handle_form),
    ),
    is_mutating=True,
    quoted=handle_quoted,
)
