"""The booking form: the same request as `/book`, filled in rather than typed."""

from datetime import timedelta

from bot.chat.actions import Action
from bot.chat.command import ButtonAction, Command, CommandContext
from bot.chat.formatting import format_minutes
from bot.chat.reply import Button, Form, FormInput, FormInputKind, Option, Reply
from bot.chat.request import PlatformName
from bot.conversation.booking import MAX_TITLE, book, is_held_by_requester, resolve_slot, valid_title
from bot.conversation.button_values import SlotValue
from bot.conversation.offered_titles import keep_title
from bot.conversation.quoted_message import read_quoted
from bot.conversation.refusals import refusal_sentence
from bot.conversation.room_suggestions import (
    COUNT,
    MYSELF,
    ROOMS,
    match_room,
    room_option,
    slot_of,
    suggest_rooms,
    typed_time,
)
from bot.conversation.search import search_from
from bot.conversation.slot_offer import is_as_requested, offer_slot, requested_slot
from bot.conversation.wait_buttons import wait_buttons
from bot.language import TimeKind
from core.catalogue import RoomQuery
from core.errors import (
    InThePast,
    Invalid,
    InvalidTimes,
    NotAuthenticated,
    OutsideHours,
    QuotaSpent,
    RoomieError,
    SlotTaken,
    TooFarAhead,
    UnknownRoom,
    UnknownSociety,
)
from core.interval import Interval
from core.model import RoomId, SocietyId
from core.names import one_line
from core.read_model import ReadModel
from core.services.bookings import snap_to_grid

_LENGTHS = (30, 60, 90, 120, 180)
_MAX_ROOMS = 25
_MAX_TITLE = 150
_SEARCH_AGAIN = "?"


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
        local = when.start.astimezone(context.services.rules.zone)
        values["date"] = f"{local:%Y-%m-%d}"
        if when.kind is TimeKind.PART and when.start > context.services.clock.now():
            values["time"] = f"{local:%H:%M}"
    return values


async def handle_form(context: CommandContext) -> Reply:
    """Books what the form says, or shows each problem beside its input."""
    read_model = context.read_model
    values, wanted = dict(context.request.form), None
    try:
        room = read_model.catalogue.room(_room(context, read_model, values))
        society_id, title = _society(read_model, values), valid_title(values.get("title", ""))
        if "when" in values:
            when = typed_time(context, values["when"])
            slot = requested_slot(context, when, room)
            if not is_as_requested(when, slot):
                value = SlotValue(room.id, slot, society_id, title)
                return keep_title(context, offer_slot(context, room, value), title)
        wanted = SlotValue(room.id, slot_of(context, values), society_id)
        return await book(context, wanted, title, offer_alternatives=False)
    except NotAuthenticated:
        raise
    except RoomieError as refusal:
        name = _input_of(refusal, values)
        form = _form(context, read_model, {**_first_values(context), **values})
        actions = _wait_buttons(context, wanted, refusal)
        return Reply(
            form=form, form_errors={name: refusal_sentence(refusal)}, actions=actions, refusal=refusal
        )


def _wait_buttons(
    context: CommandContext, wanted: SlotValue | None, refusal: RoomieError
) -> tuple[Button, ...]:
    """*Tell me when it's free*, where somebody else has the room at that time."""
    if wanted is None or not isinstance(refusal, SlotTaken) or is_held_by_requester(context, refusal):
        return ()
    return wait_buttons(context, RoomQuery(room=wanted.room_id), wanted.slot, wanted.society_id)


def _form(context: CommandContext, read_model: ReadModel, values: dict[str, str]) -> Form:
    when = _when_inputs(context, values)
    room = _room_input(context, read_model, values)
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
    chosen = {int(values["minutes"])} if COUNT.fullmatch(values["minutes"]) else set()
    lengths = tuple(Option(format_minutes(each), str(each)) for each in sorted({*_LENGTHS, *chosen}))
    return (
        FormInput("date", "Date", FormInputKind.DATE, values["date"], refreshes=True),
        FormInput("time", f"Time ({zone})", FormInputKind.TIME, values["time"], refreshes=True),
        FormInput("minutes", "Length", FormInputKind.CHOICE, values["minutes"], lengths, refreshes=True),
    )


def _room_input(context: CommandContext, read_model: ReadModel, values: dict[str, str]) -> FormInput:
    """A search for the room; a choice of the matches where what was typed has several."""
    typed = values.get("room", "")
    chosen = read_model.catalogue.rooms.get(RoomId(typed))
    hint = "Rooms that are free at that time come first"
    if typed and chosen is None and (matches := suggest_rooms(context, typed, values, _MAX_ROOMS - 1)):
        options = (*matches, Option("None of these: search again", _SEARCH_AGAIN))
        return FormInput("room", "Room", FormInputKind.CHOICE, "", options, hint=hint)
    options = suggest_rooms(context, "", values, _MAX_ROOMS)
    if chosen is not None and all(option.value != chosen.id for option in options):
        options = (room_option(chosen, read_model.catalogue), *options)
    return FormInput(
        "room",
        "Room",
        FormInputKind.SEARCH,
        "" if typed == _SEARCH_AGAIN else typed,
        options,
        placeholder="Name, building or seats: library 20",
        hint=hint,
        source=ROOMS,
    )


def _societies(context: CommandContext, values: dict[str, str]) -> tuple[FormInput, ...]:
    if context.account is None or not context.account.memberships:
        return ()
    mine = tuple(Option(each.society.name, each.society.id) for each in context.account.memberships)
    options = (Option("Myself", MYSELF), *mine)
    return (
        FormInput(
            "society", "For", FormInputKind.CHOICE, values.get("society", MYSELF), options, required=False
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
        "society": value.society_id or MYSELF,
    }


def _time_values(slot: Interval, context: CommandContext) -> dict[str, str]:
    local = slot.start.astimezone(context.services.rules.zone)
    return {"date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}", "minutes": str(slot.minutes)}


def _room(context: CommandContext, read_model: ReadModel, values: dict[str, str]) -> RoomId:
    """The chosen room, or the only match of what was typed."""
    typed = values.get("room", "").strip()
    if not typed:
        raise Invalid("Choose a room.")
    if typed == _SEARCH_AGAIN:
        raise Invalid("Type the room's name, its building or the seats you need.")
    if RoomId(typed) in read_model.catalogue.rooms:
        return RoomId(typed)
    if (room := match_room(context, typed, values)) is not None:
        return room.id
    if suggest_rooms(context, typed, values, 1):
        raise Invalid("Several rooms match that. Choose one.")
    raise UnknownRoom(typed)


def _society(read_model: ReadModel, values: dict[str, str]) -> SocietyId | None:
    chosen = values.get("society", MYSELF)
    if chosen in {"", MYSELF}:
        return None
    if chosen not in read_model.directory.societies:
        raise UnknownSociety(chosen)
    return SocietyId(chosen)


def _input_of(refusal: RoomieError, values: dict[str, str]) -> str:
    """The name of the input that a refusal is about."""
    if len(one_line(values.get("title", ""))) > MAX_TITLE:
        return "title"
    if isinstance(refusal, TooFarAhead) and "date" in values:
        return "date"
    if isinstance(refusal, QuotaSpent) and "minutes" in values:
        return "minutes"
    if isinstance(refusal, InvalidTimes | InThePast | OutsideHours | QuotaSpent | TooFarAhead):
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
