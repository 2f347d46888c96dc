"""Dates of series in replies: a table that says of each whether it can be booked, or why not."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

from bot.chat.command import CommandContext
from bot.chat.formatting import format_distance, room_name
from bot.chat.reply import Button, Table, Text
from bot.chat.request import PlatformName
from bot.conversation.refusals import refusal_sentence
from bot.conversation.series_text import count_words, day_words
from core.errors import OutsideHours, QuotaSpent, SeriesHoursSpent, TooFarAhead
from core.model import Booking, Room, RoomId
from core.services.series import SeriesDate, Verdict

_PAGE_SIZES = {PlatformName.DISCORD: 26}
_PAGE_SIZE = 52
_MAX_REASON = 40
_WORDS = {
    Verdict.FREE: "free",
    Verdict.CLOSED: "closed",
    Verdict.TOO_FAR: "too far ahead",
    Verdict.OVER_QUOTA: "over your quota",
    Verdict.PAST: "has passed",
    Verdict.NO_ROOM: "no room is free",
    Verdict.KEPT: "stays as it is",
}


def page_size(context: CommandContext) -> int:
    """Dates that one message of the platform shows: all, or half of the most there may be."""
    return _PAGE_SIZES.get(context.request.requester.platform, _PAGE_SIZE)


def shown_on_page(context: CommandContext, dates: Sequence[SeriesDate], page: int) -> Sequence[SeriesDate]:
    size = page_size(context)
    return dates[page * size : (page + 1) * size]


def dates_table(context: CommandContext, dates: Sequence[SeriesDate], page: int) -> Table | None:
    """A row for each date of a page; columns that all dates leave empty or share are left out."""
    shown = shown_on_page(context, dates, page)
    if not shown:
        return None
    columns: dict[str, list[Text]] = {
        "Date": [(day_words(each.day, _today(context)),) for each in shown],
        "Week": [_cell(context.services.rules.terms.describe_week(each.day)) for each in shown],
        "Room": [_cell(name_of(context, each.room_id)) for each in shown],
        "Can be booked": [(status_words(context, each),) for each in shown],
        "Instead": [_cell(substitute_name(context, each.room_id, each.other_room)) for each in shown],
    }
    if len({each.room_id for each in dates}) == 1:
        del columns["Room"]
    if all(week == _cell("") for week in columns["Week"]):
        del columns["Week"]
    if all(each.other_room is None for each in dates):
        del columns["Instead"]
    return Table(tuple(columns), tuple(zip(*columns.values(), strict=True)))


def _cell(text: str) -> Text:
    return (text or "—",)


def _today(context: CommandContext) -> date:
    return context.services.clock.now().astimezone(context.services.rules.zone).date()


def name_of(context: CommandContext, room_id: RoomId | None) -> str:
    """The room's name, short enough for a table."""
    room = context.read_model.catalogue.rooms.get(room_id) if room_id is not None else None
    return room.name if room is not None else room_id or ""


def substitute_name(context: CommandContext, wanted: RoomId | None, other: RoomId | None) -> str:
    """The other room's name, with its seats where it has fewer than the wanted one."""
    rooms = context.read_model.catalogue.rooms
    one, substitute = (rooms.get(each) if each is not None else None for each in (wanted, other))
    is_smaller = one is not None and substitute is not None and substitute.capacity < one.capacity
    seats = f" ({substitute.capacity} seats)" if is_smaller and substitute is not None else ""
    return f"{name_of(context, other)}{seats}"


def status_words(context: CommandContext, each: SeriesDate) -> str:
    """`free`, `taken: COMP2020 TUT`, `only open 08:00–21:00`."""
    if each.is_free:
        local = each.slot.start.astimezone(context.services.rules.zone)
        return f"free, from {local:%H:%M} (clocks change)" if each.is_shifted else "free"
    if each.verdict is Verdict.TAKEN:
        return _taken_words(context, each)
    match each.refusal:
        case OutsideHours(opens=opens, closes=closes):
            return f"only open {_clock(opens)}–{_clock(closes)}"
        case SeriesHoursSpent():
            return "over the society's hours"
        case TooFarAhead() | QuotaSpent() | None:
            return _WORDS.get(each.verdict, "can't be booked")
        case _ if each.verdict in _WORDS and each.verdict is not Verdict.CLOSED:
            return _WORDS[each.verdict]
        case refusal:
            sentence = refusal_sentence(refusal).rstrip(".")
            return sentence if len(sentence) <= _MAX_REASON else f"{sentence[: _MAX_REASON - 1]}…"


def _taken_words(context: CommandContext, each: SeriesDate) -> str:
    if is_own(context, each):
        return "you have booked it"
    names = sorted({holder.name for holder in each.holders} - {"Booked", ""})
    return f"taken: {', '.join(names)}" if names else "taken"


def is_own(context: CommandContext, each: SeriesDate) -> bool:
    """Whether the date is taken by bookings of the requester only."""
    ids = [holder.booking_id for holder in each.holders]
    return bool(ids) and all(
        booking_id is not None and _is_requesters(context, context.read_model.bookings.get(booking_id))
        for booking_id in ids
    )


def _is_requesters(context: CommandContext, booking: Booking | None) -> bool:
    return booking is not None and context.account is not None and booking.booked_by == context.person.id


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def page_number(text: str) -> int:
    """The page that a button carries, from 0; the first for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 3 else 0


def page_buttons(
    action: str, total: int, page: int, size: int, values: Mapping[int, str]
) -> tuple[Button, ...]:
    """`Back` and `More dates`; `values` are what the buttons of the neighbouring pages carry."""
    buttons = [Button(action, "Back", values[page - 1])] if page > 0 else []
    if (left := total - (page + 1) * size) > 0:
        buttons.append(Button(action, f"{count_words(left, 'more date')}", values[page + 1]))
    return tuple(buttons)


def plan_words(context: CommandContext, dates: Sequence[SeriesDate], near_name: str = "") -> str:
    """Why the planner chose these rooms."""
    catalogue = context.read_model.catalogue
    rooms = [room for each in dates if each.room_id and (room := catalogue.rooms.get(each.room_id))]
    if not rooms:
        return ""
    distinct = list(dict.fromkeys(rooms))
    if len(distinct) == 1:
        return f" {room_name(distinct[0])} can be had every time, so nobody has to move{near_name}."
    changes = sum(1 for one, other in pairwise(rooms) if one.id != other.id)
    walk = _longest_walk(context, rooms)
    return (
        f" No one room is free on all of these dates. The fewest rooms in turn are {len(distinct)}, "
        f"with {count_words(changes, 'change')}{walk}{near_name}."
    )


def _longest_walk(context: CommandContext, rooms: Sequence[Room]) -> str:
    catalogue = context.read_model.catalogue
    pairs = {(one.building_id, other.building_id) for one, other in pairwise(rooms) if one.id != other.id}
    metres = [
        found
        for one, other in pairs
        if (found := 0 if one == other else catalogue.metres(one, other)) is not None
    ]
    if not metres or max(metres) < 10:
        return " in one building" if metres else ""
    return f", at most {format_distance(max(metres)).removesuffix(' away')} apart"
