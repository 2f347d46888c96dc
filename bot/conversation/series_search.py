"""Rooms for a series: those that are free on all of its dates, then on most."""

from collections.abc import Sequence

from msgspec import Struct

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.formatting import format_distance, join_with_and, room_name
from bot.chat.reply import Bold, Button, Inline, Reply, ReplyItem
from bot.conversation.alternatives import bookable_query
from bot.conversation.button_values import SearchValue, short_id_of
from bot.conversation.pictures import dates_picture
from bot.conversation.search import criteria_of, reading_notes
from bot.conversation.series_drafts import DraftValue, SeriesDraft, store_draft
from bot.conversation.series_preview import IN_ROOM, request_text, series_preview
from bot.conversation.series_text import all_words, count_words, day_words, rule_words, series_request
from bot.language import ParsedTime, ParseResult
from core.availability import Availability
from core.interval import Interval
from core.model import Room
from core.policy.recurrence import occurrence_slot, series_dates
from core.policy.series_horizon import last_series_day
from core.services.eligibility import BookingParty, EligibilityCheck
from core.services.series import SeriesRequest
from core.services.series.preview import load_slots

_MAX_ROOMS = 8
_MAX_NAMED = 3
_MIN_SHARE = 0.5
"""Share of the dates from which a room is offered."""


class _FreeRoom(Struct, frozen=True):
    """A room, and the places of the dates on which it cannot be had."""

    room: Room
    missing: tuple[int, ...]
    metres: float


async def series_search_reply(context: CommandContext, reading: ParseResult, when: ParsedTime) -> Reply:
    """Rooms with a button for the preview of the series in each; the dates themselves where there is none."""
    request = series_request(context, reading, when, None)
    slots = _slots(context, request)
    found = await _find(context, request, slots)
    notes = reading_notes(reading)
    if not found:
        return await series_preview(context, request, notes=notes)
    draft = await store_draft(context, SeriesDraft(request))
    shown = found[:_MAX_ROOMS]
    items = tuple(_item(context, each, slots, draft.id) for each in shown)
    search = SearchValue(slots[0], request.length, request.query, request.society_id)
    criteria = criteria_of(context, search)
    days = series_dates(request.rule)
    text: list[Inline] = [
        *request_text(context, request, days, names_society=False),
        f", {count_words(len(slots))}",
    ]
    text += [" · ", Bold(criteria), ": "] if criteria else [": "]
    text += [_count(found, len(slots)), *notes]
    plan = Button(Action.SERIES_BOOK, "Choose rooms for me", str(DraftValue(draft.id, "page", "0")))
    rooms = [(each.room, each.missing) for each in shown]
    picture = await dates_picture(context, rule_words(request.rule), series_dates(request.rule), rooms)
    return Reply(tuple(text), items=items, picture=picture, actions=(plan,))


def _slots(context: CommandContext, request: SeriesRequest) -> list[Interval]:
    zone = context.services.rules.zone
    return [
        occurrence_slot(day, request.starts_at, request.length, zone) for day in series_dates(request.rule)
    ]


async def _find(
    context: CommandContext, request: SeriesRequest, slots: Sequence[Interval]
) -> list[_FreeRoom]:
    """Rooms by the number of dates they miss, then by distance, smallest first."""
    availability, check = await _availability(context, slots), _check(context, request)
    catalogue, near = context.read_model.catalogue, request.query.near
    query = bookable_query(request.query, request.society_id)
    seconds = [(int(each.start.timestamp()), int(each.end.timestamp())) for each in slots]
    found = []
    for room in catalogue.rooms_in(catalogue.matching(query)):
        schedule = availability.schedule(room.id)
        missing = tuple(
            place
            for place, (start, end) in enumerate(seconds)
            if not (schedule.is_free(start, end) and check.accepts(room, start, end))
        )
        if len(missing) <= len(slots) * _MIN_SHARE and len(missing) < len(slots):
            metres = catalogue.metres(near, room.building_id) if near is not None else None
            found.append(_FreeRoom(room, missing, metres or 0.0))
    return sorted(found, key=lambda each: (len(each.missing), each.metres))


async def _availability(context: CommandContext, slots: Sequence[Interval]) -> Availability:
    """The read model's; of dates outside its window, that of storage."""
    read_model = context.read_model
    if all(map(read_model.covers, slots)):
        return read_model.availability
    return await context.services.storage.read(lambda unit: load_slots(unit, read_model.catalogue, slots))


def _check(context: CommandContext, request: SeriesRequest) -> EligibilityCheck:
    """What the requester could book as dates of this series."""
    services, account = context.services, context.account
    directory, society_id = context.read_model.directory, request.society_id
    society = directory.societies.get(society_id) if society_id is not None else None
    role = account.role_in(society_id) if account is not None and society_id is not None else None
    now, first = services.clock.now(), series_dates(request.rule)[0]
    last = last_series_day(
        first,
        context.person,
        services.rules,
        now,
        services.rules.terms.end_of_term_with,
        is_society=society is not None,
    )
    return EligibilityCheck(BookingParty(context.person, society, role, 0, last), services.rules, now)


def _count(found: Sequence[_FreeRoom], total: int) -> str:
    whole = sum(1 for each in found if not each.missing)
    rest = len(found) - whole
    words = []
    if whole:
        words.append(
            f"{count_words(whole, 'room')} {'is' if whole == 1 else 'are'} free on {all_words(total)} dates"
        )
    if rest:
        words.append(
            f"{count_words(rest, 'room')} on most of them"
            if whole
            else f"no room is free on {all_words(total)} dates, {count_words(rest, 'room')} on most of them"
        )
    return f"{join_with_and(words)}."


def _item(context: CommandContext, found: _FreeRoom, slots: Sequence[Interval], draft_id: str) -> ReplyItem:
    zone, total = context.services.rules.zone, len(slots)
    free = total - len(found.missing)
    when = f"free on {all_words(total)} dates" if free == total else f"free on {free} of {total}"
    days = [day_words(slots[place].start.astimezone(zone).date()) for place in found.missing]
    more = [f"{len(days) - _MAX_NAMED} more"] if len(days) > _MAX_NAMED else []
    parts = [
        when + (f", not on {join_with_and((*days[:_MAX_NAMED], *more))}" if days else ""),
        f"{found.room.capacity} seats" if found.room.capacity else "",
        format_distance(found.metres) if found.metres else "",
    ]
    value = DraftValue(draft_id, IN_ROOM, short_id_of(found.room.id))
    button = Button(Action.SERIES_BOOK, "See dates", str(value))
    return ReplyItem((Bold(room_name(found.room)),), (" · ".join(filter(None, parts)),), (button,))
