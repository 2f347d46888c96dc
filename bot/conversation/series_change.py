"""Changes of series: which dates, what the change would do, and the change itself."""

from collections.abc import Iterator
from datetime import date

from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.formatting import format_minutes, quota_left_text, room_name
from bot.chat.reply import Bold, Button, ButtonStyle, Inline, Reply, Text, Tone
from bot.conversation.series_dates import dates_table, page_buttons, page_number, page_size
from bot.conversation.series_drafts import DraftValue, SeriesDraft, keep_draft, load_draft, store_draft
from bot.conversation.series_preview import FREE, OTHERS, PAGE
from bot.conversation.series_text import (
    MAX_NAMED_DAYS,
    all_words,
    clock_words,
    count_words,
    day_words,
    join_days,
    rule_words,
)
from bot.conversation.series_values import SeriesValue, series_buttons
from core.errors import Invalid
from core.model import Booking
from core.policy.quota import has_quota
from core.services.series import (
    ChangedSeries,
    Choices,
    SeriesChange,
    SeriesChangePreview,
    SeriesOverview,
    SeriesScope,
    Verdict,
)

_EXPIRED = "This button has expired. Please ask again."


def scope_labels(overview: SeriesOverview, day: date) -> dict[SeriesScope, str]:
    """The dates that each scope is about, in words; a scope that is the same as another is left out."""
    days = [each.occurrence.day for each in overview.upcoming if each.occurrence is not None]
    following = sum(1 for each in days if each >= day)
    labels = {SeriesScope.ONE: f"Only {day_words(day)}"}
    if 1 < following < len(days):
        labels[SeriesScope.FOLLOWING] = f"{day_words(day)} and the {following - 1} after it"
    if len(days) > 1:
        labels[SeriesScope.ALL] = f"{all_words(len(days)).capitalize()} to come"
    return labels


def series_day(booking: Booking) -> date:
    """The date of its series that a booking stands for."""
    if booking.occurrence is None:
        raise Invalid(_EXPIRED)
    return booking.occurrence.day


async def ask_scope_of_change(context: CommandContext, change: SeriesChange, what: Text) -> Reply:
    """Asks which dates a change is about; each button shows or makes it."""
    overview = await context.services.series.get(change.series_id)
    draft = await store_draft(context, SeriesDraft(change=change))
    labels = scope_labels(overview, change.day or date.max)
    buttons = tuple(
        Button(Action.SERIES_CHANGE, label, str(DraftValue(draft.id, scope.value)), _style(scope))
        for scope, label in labels.items()
    )
    return Reply((*what, " It's one date of a series. Which dates should change?"), actions=buttons)


def _style(scope: SeriesScope) -> ButtonStyle:
    return ButtonStyle.PRIMARY if scope is SeriesScope.ONE else ButtonStyle.PLAIN


async def press_change(context: CommandContext) -> Reply:
    """Makes the change of the pressed button, or shows what it would do; for a scope, a page or choices."""
    value = DraftValue.read(context.value)
    draft = await load_draft(context, value)
    change = draft.change
    if change is None:
        raise Invalid(_EXPIRED)
    if value.mode in set(SeriesScope):
        reply = await make_change(context, replace(change, scope=SeriesScope(value.mode)))
    elif value.mode == PAGE:
        preview = await context.services.series.preview_change(change)
        reply = await _preview_reply(context, preview, draft, page_number(value.detail))
    elif value.mode in draft.shown:
        reply = await _apply(context, change, draft.shown[value.mode])
    else:
        raise Invalid("This preview has changed. Please ask again.")
    return replace(reply, replaces=True)


async def make_change(context: CommandContext, change: SeriesChange) -> Reply:
    """Changes the dates at once where all can be had and none is lost; else shows what would happen."""
    preview = await context.services.series.preview_change(change)
    if preview.cancelled or not all(each.is_free for each in preview.dates):
        return await _preview_reply(context, preview, SeriesDraft(change=change), 0)
    return await _apply(context, change, preview.free)


async def _apply(context: CommandContext, change: SeriesChange, choices: Choices) -> Reply:
    changed = await context.services.series.change(change, choices)
    if isinstance(changed, SeriesChangePreview):
        reply = await _preview_reply(context, changed, SeriesDraft(change=change), 0)
        lead = "Nothing was changed, because something else changed meanwhile. This is how it looks now. "
        return replace(reply, text=(lead, *reply.text), tone=Tone.REFUSED)
    return _changed_reply(context, change, changed)


async def _preview_reply(
    context: CommandContext, preview: SeriesChangePreview, draft: SeriesDraft, page: int
) -> Reply:
    shown = _choices(preview)
    stored = await keep_draft(context, draft, shown)
    size = page_size(context)
    page = min(page, max(0, (len(preview.dates) - 1) // size))
    pages = {number: str(DraftValue(stored.id, PAGE, str(number))) for number in (page - 1, page + 1)}
    return Reply(
        _preview_text(context, preview),
        tone=Tone.INFO if shown else Tone.REFUSED,
        table=dates_table(context, preview.dates, page),
        actions=(
            *_buttons(preview, stored),
            *page_buttons(Action.SERIES_CHANGE, len(preview.dates), page, size, pages),
        ),
    )


def _choices(preview: SeriesChangePreview) -> dict[str, Choices]:
    choices: dict[str, Choices] = {}
    if preview.free or preview.cancelled:
        choices[FREE] = preview.free
    if len(preview.with_other_rooms) > len(preview.free):
        choices[OTHERS] = preview.with_other_rooms
    return choices


def _buttons(preview: SeriesChangePreview, draft: SeriesDraft) -> Iterator[Button]:
    total = len(preview.dates)
    for mode, choices in draft.shown.items():
        if mode == OTHERS:
            label = f"Use other rooms for the {len(choices) - len(preview.free)}"
        elif preview.cancelled:
            label = f"Yes, cancel {count_words(len(preview.cancelled))}"
        else:
            label = (
                f"Change {all_words(total)}"
                if len(choices) == total
                else f"Change the {len(choices)} that can be"
            )
        style = ButtonStyle.DANGER if preview.cancelled and mode == FREE else ButtonStyle.PRIMARY
        yield Button(Action.SERIES_CHANGE, label, str(DraftValue(draft.id, mode)), style)


def _preview_text(context: CommandContext, preview: SeriesChangePreview) -> Text:
    text: list[Inline] = [*_wanted(context, preview.change, preview)]
    free, total = len(preview.free), len(preview.dates)
    if free < total:
        stay = "the others would" if free else "it would" if total == 1 else "they would"
        which = f"{free} of {total} dates" if free else "None of them" if total > 1 else "That date can't"
        can = " can" if free or total > 1 else ""
        text.append(f" {which}{can} be changed like that; {stay} stay as now.")
    too_far = next((each.refusal for each in preview.dates if each.verdict is Verdict.TOO_FAR), None)
    if too_far is not None:
        text.append(f" {too_far}")
    if preview.cancelled:
        text.append(f" This cancels {_days_of(preview.cancelled)}.")
    if preview.kept:
        text.append(f" {_kept_words(preview.kept)}")
    return tuple(text)


def _wanted(context: CommandContext, change: SeriesChange, preview: SeriesChangePreview) -> Iterator[Inline]:
    """`Change to Lovelace 205, 20:00–22:00, “Committee”?`"""
    series = preview.series
    parts: list[Inline] = []
    if change.room_id is not None:
        parts += [", ", Bold(room_name(context.read_model.catalogue.room(change.room_id)))]
    if change.starts_at is not None or change.length is not None:
        starts_at = series.starts_at if change.starts_at is None else change.starts_at
        parts += [", ", clock_words(starts_at, change.length or series.length)]
    if change.title is not None:
        parts += [f", “{change.title}”"]
    if parts:
        yield "Change to "
        yield from parts[1:] if parts[0] == ", " else [str(each).removeprefix(", ") for each in parts]
    if change.until is not None:
        yield f"{', and end' if parts else 'End'} on {day_words(change.until)}"
    yield "?"


def _days_of(bookings: tuple[Booking, ...]) -> str:
    return join_days([series_day(each) for each in bookings])


def _kept_words(kept: tuple[Booking, ...]) -> str:
    stay = "stays" if len(kept) == 1 else "stay"
    return f"{_days_of(kept)} {stay}: changed on its own before, or it has begun."


def _changed_reply(context: CommandContext, change: SeriesChange, changed: ChangedSeries) -> Reply:
    series = changed.split or changed.series
    count = len(changed.bookings)
    text: list[Inline] = []
    if count:
        rooms = {each.room_id for each in changed.bookings}
        room = context.read_model.catalogue.rooms.get(changed.bookings[0].room_id)
        where: Inline = (
            Bold(room_name(room)) if len(rooms) == 1 and room is not None else f"{len(rooms)} rooms"
        )
        text += [f"Changed {count_words(count)}: ", where, f", {_when_words(context, change, changed)}."]
    if changed.cancelled:
        text.append(f" Cancelled {_days_of(changed.cancelled)}.")
    if not text:
        text.append("Changed.")
    if changed.kept:
        text.append(f" {_kept_words(changed.kept)}")
    text += _quota_words(context, changed)
    return Reply(tuple(text), tone=Tone.DONE, actions=series_buttons(series.id))


def _when_words(context: CommandContext, change: SeriesChange, changed: ChangedSeries) -> str:
    series = changed.split or changed.series
    title = "" if change.title is None else f", “{change.title}”"
    if change.scope is not SeriesScope.ONE:
        return f"{rule_words(series.rule)} {clock_words(series.starts_at, series.length)}{title}"
    booking = changed.bookings[0]
    local = booking.interval.start.astimezone(context.services.rules.zone)
    clock = clock_words(local.hour * 60 + local.minute, booking.interval.minutes)
    return f"{day_words(local.date())} {clock}{title}"


def _quota_words(context: CommandContext, changed: ChangedSeries) -> Iterator[str]:
    if changed.series.society_id is not None or not has_quota(context.person):
        return
    if changed.refunded > 0:
        yield f" You get {format_minutes(changed.refunded)} back."
    elif changed.refunded < 0:
        yield f" This used {format_minutes(-changed.refunded)}."
    yield f" {quota_left_text(changed.quota_left)}"


async def ask_scope_of_cancel(context: CommandContext, value: SeriesValue) -> Reply:
    """Asks which dates to cancel."""
    overview = await context.services.series.get(value.series_id)
    if overview.next is None:
        return Reply(("That series has no dates to come.",), tone=Tone.REFUSED, replaces=True)
    day = value.day or series_day(overview.next)
    buttons = tuple(
        Button(
            Action.SERIES_CANCEL,
            label,
            str(SeriesValue(value.series_id, scope.value, day.toordinal())),
            ButtonStyle.DANGER,
        )
        for scope, label in scope_labels(overview, day).items()
    )
    series = overview.series
    room = context.read_model.catalogue.rooms.get(series.room_id)
    what = f"{rule_words(series.rule)} {clock_words(series.starts_at, series.length)}"
    where: Inline = Bold(room_name(room)) if room is not None else series.room_id
    text: Text = ("Which dates of ", where, f", {what}, do you want to cancel?")
    return Reply(text, actions=buttons, replaces=True)


async def press_cancel(context: CommandContext) -> Reply:
    """Cancels the dates of the pressed button; cancelled dates never come back."""
    value = SeriesValue.read(context.value)
    changed = await context.services.series.cancel(value.series_id, context.person.id, value.scope, value.day)
    if not changed.cancelled:
        text: list[Inline] = ["There was nothing left to cancel."]
    else:
        count = len(changed.cancelled)
        days = _days_of(changed.cancelled)
        text = [f"Cancelled: {days}." if count <= MAX_NAMED_DAYS else f"Cancelled {count} dates: {days}."]
    if changed.kept:
        text.append(f" {_kept_words(changed.kept)}")
    text += _quota_words(context, changed)
    overview = await context.services.series.get(value.series_id)
    actions = series_buttons(value.series_id) if overview.upcoming else ()
    if overview.upcoming:
        text.append(f" {count_words(len(overview.upcoming))} to come.")
    return Reply(tuple(text), tone=Tone.DONE, actions=actions, replaces=True)
