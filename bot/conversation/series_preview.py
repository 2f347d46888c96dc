"""The preview of a series: its dates, what each press would book, and the booking itself."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.formatting import format_minutes, quota_left_text, room_name
from bot.chat.reply import Bold, Button, ButtonStyle, Inline, Reply, Text, Tone
from bot.conversation.alternatives import eligibility
from bot.conversation.booking import is_lost_from_view
from bot.conversation.button_values import resolve_id
from bot.conversation.pictures import series_picture
from bot.conversation.series_dates import (
    dates_table,
    is_own,
    page_buttons,
    page_number,
    page_size,
    plan_words,
    shown_on_page,
    substitute_name,
)
from bot.conversation.series_drafts import (
    DraftValue,
    SeriesDraft,
    adopted_booking,
    keep_draft,
    load_draft,
    store_draft,
)
from bot.conversation.series_text import (
    all_words,
    clock_words,
    count_words,
    day_words,
    join_days,
    rule_words,
)
from bot.conversation.series_values import series_buttons
from bot.conversation.wait_buttons import LABEL, wait_buttons
from core.catalogue import RoomQuery
from core.errors import Invalid, UnknownBooking
from core.model import Booking, RoomId, SocietyId
from core.policy.quota import has_quota
from core.services.series import (
    BookedSeries,
    Choices,
    SeriesPreview,
    SeriesRequest,
    Verdict,
)

FREE, OTHERS, SAME_ROOM, PAGE, IN_ROOM = "free", "others", "all", "page", "room"


async def series_preview(
    context: CommandContext,
    request: SeriesRequest,
    lead: Text = (),
    notes: Text = (),
    *,
    adopt: Booking | None = None,
    page: int = 0,
) -> Reply:
    """Shows all dates with what can be booked. Raises what refuses the series as a whole."""
    preview = await context.services.series.preview(request, adopt)
    draft = SeriesDraft(request, None, None if adopt is None else adopt.id)
    reply = await _preview_reply(context, preview, draft, page)
    return replace(reply, text=(*lead, *reply.text, *notes))


async def preview_button(context: CommandContext, label: str, request: SeriesRequest) -> Button:
    """A button that shows the preview of a series."""
    draft = await store_draft(context, SeriesDraft(request))
    return Button(Action.SERIES_BOOK, label, str(DraftValue(draft.id, PAGE, "0")))


async def press_preview(context: CommandContext) -> Reply:
    """Books what the pressed button showed, completely; or else nothing, and shows how it looks now."""
    value = DraftValue.read(context.value)
    draft = await load_draft(context, value)
    if draft.request is None:
        raise Invalid("This button has expired. Please ask again.")
    adopt = adopted_booking(context, draft)
    if draft.adopt is not None and adopt is None:
        raise UnknownBooking
    if value.mode == PAGE:
        return await _turn_page(context, draft, draft.request, adopt, value.detail)
    if value.mode == IN_ROOM:
        room_id = resolve_id(RoomId(value.detail), context.read_model.catalogue.rooms)
        request = replace(draft.request, room_id=context.read_model.catalogue.room(room_id).id)
        return await series_preview(context, request)
    if value.mode not in draft.shown:
        raise Invalid("This preview has changed. Please ask again.")
    return await _book(context, draft, draft.request, value, adopt)


async def _turn_page(
    context: CommandContext, draft: SeriesDraft, request: SeriesRequest, adopt: Booking | None, page: str
) -> Reply:
    preview = await context.services.series.preview(request, adopt)
    return replace(await _preview_reply(context, preview, draft, page_number(page)), replaces=True)


async def _book(
    context: CommandContext,
    draft: SeriesDraft,
    request: SeriesRequest,
    value: DraftValue,
    adopt: Booking | None,
) -> Reply:
    choices = draft.shown[value.mode]
    key = f"draft {draft.id} {value.mode}"
    booked = await context.services.series.book(
        request, choices, key, adopt=adopt, confirm=is_lost_from_view(context)
    )
    if isinstance(booked, SeriesPreview):
        return await _changed_meanwhile(context, booked, draft, choices)
    if booked.is_repeat and not _upcoming(context, booked):
        return replace(await series_preview(context, request), replaces=True)
    return _booked_reply(context, booked)


def _upcoming(context: CommandContext, booked: BookedSeries) -> list[Booking]:
    now = context.services.clock.now()
    return [each for each in booked.bookings if each.interval.end > now]


async def _changed_meanwhile(
    context: CommandContext, preview: SeriesPreview, draft: SeriesDraft, choices: Choices
) -> Reply:
    """Nothing was booked: says which dates are no longer to be had, and shows all of them again."""
    possible = {*preview.free, *preview.with_other_rooms}
    gone = [day for day, room_id in choices if (day, room_id) not in possible]
    what = f": {join_days(gone)}" if gone else ""
    lead = f"Nothing was booked, because something changed meanwhile{what}. This is how it looks now. "
    reply = await _preview_reply(context, preview, replace(draft, id=""), 0)
    return replace(reply, text=(lead, *reply.text), tone=Tone.REFUSED, replaces=True)


async def _preview_reply(
    context: CommandContext, preview: SeriesPreview, draft: SeriesDraft, page: int
) -> Reply:
    shown = _choices(preview, is_adopting=draft.adopt is not None)
    stored = await keep_draft(context, draft, shown)
    size = page_size(context)
    page = min(page, (len(preview.dates) - 1) // size)
    pages = {number: str(DraftValue(stored.id, PAGE, str(number))) for number in (page - 1, page + 1)}
    return Reply(
        _preview_text(context, preview),
        tone=Tone.INFO if shown else Tone.REFUSED,
        table=dates_table(context, preview.dates, page),
        picture=await series_picture(context, preview, shown_on_page(context, preview.dates, page)),
        actions=(
            *_book_buttons(context, preview, stored),
            *_wait_buttons(context, preview),
            *page_buttons(Action.SERIES_BOOK, len(preview.dates), page, size, pages),
        ),
    )


def _wait_buttons(context: CommandContext, preview: SeriesPreview) -> tuple[Button, ...]:
    """*Tell me when it's free*, where a single date is taken and could be booked otherwise."""
    request, taken = preview.request, [each for each in preview.dates if each.verdict is Verdict.TAKEN]
    room = context.read_model.catalogue.rooms.get(taken[0].room_id or RoomId("")) if len(taken) == 1 else None
    if room is None or is_own(context, taken[0]):
        return ()
    slot, society_id = taken[0].slot, request.society_id
    if eligibility(context, society_id).refusal(room, slot) is not None:
        return ()
    label = LABEL if len(preview.dates) == 1 else f"Tell me when {day_words(taken[0].day)} is free"
    return wait_buttons(context, RoomQuery(room=room.id), slot, society_id, label)


def _choices(preview: SeriesPreview, *, is_adopting: bool) -> Mapping[str, Choices]:
    """What each button books; a button that would book nothing, or what another does, is left out."""
    free, others, room = preview.free, preview.with_other_rooms, preview.room_for_all
    choices = {FREE: free} if free else {}
    if len(others) > len(free):
        choices[OTHERS] = others
    if room is not None and len(free) < len(preview.dates) and not is_adopting:
        choices[SAME_ROOM] = preview.all_in(room)
    return choices


def _book_buttons(context: CommandContext, preview: SeriesPreview, draft: SeriesDraft) -> Iterable[Button]:
    total = len(preview.dates)
    for mode, choices in draft.shown.items():
        label = {
            FREE: _free_label(len(choices), total),
            OTHERS: _others_label(preview, len(choices)),
            SAME_ROOM: f"Another room for all: {_name_for_all(context, preview)}",
        }[mode]
        style = ButtonStyle.PRIMARY if mode == next(iter(draft.shown)) else ButtonStyle.PLAIN
        value = DraftValue(draft.id, mode)
        yield Button(Action.SERIES_BOOK, label[:75], str(value), style)


def _name_for_all(context: CommandContext, preview: SeriesPreview) -> str:
    return substitute_name(context, preview.request.room_id, preview.room_for_all)


def _free_label(count: int, total: int) -> str:
    if count < total:
        return "Book the one that is free" if count == 1 else f"Book the {count} that are free"
    return f"Book {all_words(total)}"


def _others_label(preview: SeriesPreview, count: int) -> str:
    moved = count - len(preview.free)
    if moved == 1 and preview.free:
        return "Use another room for the other date"
    return f"Use other rooms for the {moved}" if preview.free else f"Use other rooms for {all_words(moved)}"


def _preview_text(context: CommandContext, preview: SeriesPreview) -> Text:
    free, total = len(preview.free), len(preview.dates)
    text: list[Inline] = [*request_text(context, preview.request, [each.day for each in preview.dates]), ": "]
    if free == total:
        text.append(f"free on {all_words(total)} dates." if total > 1 else "free.")
    elif free:
        text.append(f"{free} of {total} dates can be booked.")
    else:
        text.append("none of these dates can be booked.")
    if preview.request.room_id is None:
        text.append(plan_words(context, [each for each in preview.dates if each.is_free]))
    if preview.quota_cost and preview.request.society_id is None and has_quota(context.person):
        text.append(f" It uses {format_minutes(preview.quota_cost)} of your quota in all.")
    too_far = next((each.refusal for each in preview.dates if each.verdict is Verdict.TOO_FAR), None)
    if too_far is not None:
        text.append(f" {too_far}")
    if any(each.is_shifted for each in preview.dates):
        text.append(" Where the clocks change, it starts when that time is over.")
    return tuple(text)


def request_text(
    context: CommandContext, request: SeriesRequest, days: Collection[date], *, names_society: bool = True
) -> Text:
    """`Lovelace 205 (H-D20-205), Tuesdays 19:00–21:00, 17 Mar to 19 May, for SOTECHSOC, “Committee”`."""
    text: list[Inline] = []
    if request.room_id is not None:
        text += [Bold(room_name(context.read_model.catalogue.room(request.room_id))), ", "]
    text.append(f"{rule_words(request.rule)} {clock_words(request.starts_at, request.length)}")
    if days:
        text.append(span_words(min(days), max(days)))
    text.append(_zone_note(context))
    if request.society_id is not None and names_society:
        text.append(f", for {society_name(context, request.society_id)}")
    if title := request.title or request.notes:
        text.append(f", “{title}”")
    first = text[0]
    if isinstance(first, str):
        text[0] = first[0].upper() + first[1:]
    return tuple(text)


def span_words(first: date, last: date) -> str:
    """`, 17 Mar to 19 May`, or the only day."""
    if first == last:
        return f", {day_words(first)}"
    year = "" if first.year == last.year else f" {last.year}"
    return f", {first.day} {first:%b} to {last.day} {last:%b}{year}"


def _zone_note(context: CommandContext) -> str:
    """Series keep campus time; said to people elsewhere."""
    now, zone = context.services.clock.now(), context.services.rules.zone
    is_same = now.astimezone(zone).utcoffset() == now.astimezone(context.zone).utcoffset()
    return "" if is_same else f" ({zone.key} time)"


def society_name(context: CommandContext, society_id: SocietyId) -> str:
    found = context.read_model.directory.societies.get(society_id)
    return found.name if found is not None else society_id


def _booked_reply(context: CommandContext, booked: BookedSeries) -> Reply:
    """What was booked, with buttons to change it."""
    series, bookings = booked.series, booked.bookings
    rooms = {each.room_id for each in bookings}
    room = context.read_model.catalogue.rooms.get(series.room_id)
    zone = context.services.rules.zone
    days = [each.interval.start.astimezone(zone).date() for each in bookings]
    lead = "You have booked this already: " if booked.is_repeat else "You're booked: "
    where = Bold(room_name(room)) if room is not None and len(rooms) == 1 else f"{len(rooms)} rooms"
    text: list[Inline] = [
        lead,
        where,
        f", {rule_words(series.rule)} {clock_words(series.starts_at, series.length)}",
    ]
    text.append(f", {count_words(len(bookings))}{span_words(min(days), max(days))}.")
    if series.society_id is not None:
        text.append(f" It's for {society_name(context, series.society_id)}.")
    elif has_quota(context.person) and (used := sum(booked.charged.values())):
        text.append(f" This used {format_minutes(used)}. {quota_left_text(booked.quota_left)}")
    return Reply(tuple(text), tone=Tone.DONE, actions=series_buttons(series.id), replaces=True)
