"""Views of a booked series: the next date, all dates, and the form that changes it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.formatting import booking_text, room_name, short_id
from bot.chat.reply import (
    Bold,
    Choice,
    Form,
    FormInput,
    FormInputKind,
    Inline,
    Option,
    Reply,
    Table,
    Text,
)
from bot.conversation.alternatives import owner_buttons, remaining_quota
from bot.conversation.refusals import refusal_sentence
from bot.conversation.search import parse_text
from bot.conversation.series_change import (
    ask_scope_of_cancel,
    make_change,
    scope_labels,
    series_day,
)
from bot.conversation.series_dates import name_of, page_buttons
from bot.conversation.series_preview import society_name
from bot.conversation.series_text import clock_words, count_words, day_words, rule_words
from bot.conversation.series_values import CANCEL, DATES, NEXT, SeriesValue, change_buttons
from bot.language import ParsedTime, TimeKind
from core.errors import Invalid, NotAuthenticated, NotYourBooking, RoomieError, UnknownSeries
from core.interval import Interval
from core.model import Booking, Role, RoomId, Series
from core.names import one_line
from core.policy.recurrence import last_date
from core.services.bookings import snap_to_grid
from core.services.series import SeriesChange, SeriesOverview, SeriesScope

_DATES_PER_PAGE = 25
"""Discord shows no more in a menu."""
_MAX_TITLE = 150
FORM = "series_form"
ONE = "one"


async def press_view(context: CommandContext) -> Reply:
    """The view of the pressed button."""
    value = SeriesValue.read(context.value)
    if value.what == CANCEL:
        await _own(context, value)
        return await ask_scope_of_cancel(context, value)
    overview = await _own(context, value)
    if value.what == NEXT:
        return await _one_date(context, overview, overview.upcoming[0])
    if value.what == ONE:
        booking = next((each for each in overview.upcoming if series_day(each) == value.day), None)
        return await _one_date(context, overview, booking) if booking else all_dates(context, overview, 0)
    return replace(all_dates(context, overview, value.number), replaces=True)


async def _own(context: CommandContext, value: SeriesValue) -> SeriesOverview:
    """The series, with dates to come; only for its owner."""
    overview = await context.services.series.get(value.series_id)
    series = overview.series
    if series.booked_by != context.person.id and not (
        series.booked_by is None and _presides(context, series)
    ):
        raise NotYourBooking
    if not overview.upcoming:
        raise UnknownSeries
    return overview


def _presides(context: CommandContext, series: Series) -> bool:
    account, society_id = context.account, series.society_id
    return account is not None and society_id is not None and account.role_in(society_id) is Role.PRESIDENT


async def _one_date(context: CommandContext, overview: SeriesOverview, booking: Booking) -> Reply:
    """A date with the buttons of a booking, and those that begin with it; *Cancel…* is for this one, too."""
    room = context.read_model.catalogue.rooms.get(booking.room_id)
    day = series_day(booking)
    moved = (
        ""
        if booking.interval.start.astimezone(context.services.rules.zone).date() == day
        else (f" It was moved from {day_words(day)}.")
    )
    text: Text = (*booking_text(booking, room), ".", moved)
    place = overview.upcoming.index(booking) + 1
    note = f" It's number {place} of {count_words(len(overview.upcoming))} to come."
    own = owner_buttons(context, booking, await remaining_quota(context))
    buttons = [each for each in own if each.action != Action.ASK_CANCEL]
    return Reply(
        (*text, note),
        actions=(*buttons, *change_buttons(overview.series.id, day)),
        footer=(f"Booking {short_id(booking)}",),
    )


def all_dates(context: CommandContext, overview: SeriesOverview, page: int) -> Reply:
    """All dates to come, page by page, with a menu that opens one."""
    series, upcoming = overview.series, overview.upcoming
    page = min(page, (len(upcoming) - 1) // _DATES_PER_PAGE)
    shown = upcoming[page * _DATES_PER_PAGE : (page + 1) * _DATES_PER_PAGE]
    rows = tuple(_row(context, each) for each in shown)
    options = tuple(
        Option(_date_words(context, each), _value(series, ONE, series_day(each))) for each in shown
    )
    pages = {
        number: str(SeriesValue(series.id, DATES, number)) for number in (page - 1, page + 1) if number >= 0
    }
    menu = Choice(Action.SERIES, "Change or cancel one date", options)
    buttons = page_buttons(Action.SERIES, len(upcoming), page, _DATES_PER_PAGE, pages)
    return Reply(
        (*series_words(context, series), f": {count_words(len(upcoming))} to come."),
        table=Table(("Date", "Time", "Room"), rows),
        actions=(*buttons, *change_buttons(series.id), menu),
    )


def _value(series: Series, what: str, day: date) -> str:
    return str(SeriesValue(series.id, what, day.toordinal()))


def _row(context: CommandContext, booking: Booking) -> tuple[Text, ...]:
    local = _local(context, booking)
    clock = clock_words(local.hour * 60 + local.minute, booking.interval.minutes)
    return (day_words(local.date()),), (clock,), (name_of(context, booking.room_id),)


def _date_words(context: CommandContext, booking: Booking) -> str:
    (day,), (clock,), (room,) = _row(context, booking)
    return f"{day}, {clock}, {room}"


def _local(context: CommandContext, booking: Booking) -> datetime:
    return booking.interval.start.astimezone(context.services.rules.zone)


def series_words(context: CommandContext, series: Series) -> Text:
    """`Tuesdays 19:00–21:00 in Lovelace 205, for SOTECHSOC, “Committee”`."""
    room = context.read_model.catalogue.rooms.get(series.room_id)
    words = f"{rule_words(series.rule)} {clock_words(series.starts_at, series.length)}"
    text: list[Inline] = [
        f"{words[0].upper()}{words[1:]} in ",
        Bold(room_name(room) if room else series.room_id),
    ]
    if series.society_id is not None:
        text.append(f", for {society_name(context, series.society_id)}")
    if title := one_line(series.title or series.notes):
        text.append(f", “{title[:_MAX_TITLE]}”")
    return tuple(text)


# The form that changes a series.


async def open_form(context: CommandContext) -> Reply:
    """The form, filled in with the series as it is."""
    value = SeriesValue.read(context.value)
    overview = await _own(context, value)
    return Reply(form=_form(context, overview, value.day or series_day(overview.upcoming[0]), {}))


def _form(context: CommandContext, overview: SeriesOverview, day: date, values: Mapping[str, str]) -> Form:
    series = overview.series
    defaults = {**_current(context, series), **values}
    labels = scope_labels(overview, day)
    scopes = tuple(Option(label, scope.value) for scope, label in labels.items())
    scope = values.get("scope", list(labels)[-1].value)
    inputs = (
        FormInput("scope", "Which dates", FormInputKind.CHOICE, scope, scopes),
        FormInput("time", "Time", value=defaults["time"], placeholder="19:00–21:00"),
        FormInput("room", "Room", value=defaults["room"]),
        FormInput("title", "What's it for?", value=defaults["title"], required=False),
        FormInput("until", "Last day", value=defaults["until"], placeholder="1 May", hint=_UNTIL_HINT),
    )
    return Form(FORM, "Change a series", inputs, "Change", _value(series, "edit", day))


_UNTIL_HINT = "An earlier day cancels dates, a later one books more."


def _current(context: CommandContext, series: Series) -> dict[str, str]:
    room = context.read_model.catalogue.rooms.get(series.room_id)
    last = series.rule.until or last_date(series.rule)
    return {
        "time": clock_words(series.starts_at, series.length),
        "room": room_name(room) if room is not None else series.room_id,
        "title": (series.title or series.notes)[:_MAX_TITLE],
        "until": f"{last.day} {last:%B %Y}",
    }


async def submit_form(context: CommandContext) -> Reply:
    """Makes the change that the form asks for, or shows each problem beside its input."""
    value, values = SeriesValue.read(context.value), dict(context.request.form)
    overview = await _own(context, value)
    day = value.day or series_day(overview.upcoming[0])
    field = "time"
    try:
        change = SeriesChange(overview.series.id, context.person.id, _scope(values), day)
        for field, read in _FIELDS.items():
            if values.get(field, "").strip() != _current(context, overview.series)[field].strip():
                change = read(context, overview.series, change, values.get(field, "").strip())
        field = "scope"
        if change == SeriesChange(overview.series.id, context.person.id, change.scope, day):
            raise Invalid("Nothing has changed yet. Change the time, the room, the title or the last day.")
        return await make_change(context, change)
    except NotAuthenticated:
        raise
    except RoomieError as refusal:
        form = _form(context, overview, day, values)
        return Reply(form=form, form_errors={field: refusal_sentence(refusal)}, refusal=refusal)


def _scope(values: Mapping[str, str]) -> SeriesScope:
    try:
        return SeriesScope(values.get("scope", ""))
    except ValueError:
        raise Invalid("Choose which dates to change.") from None


def _read_time(context: CommandContext, series: Series, change: SeriesChange, text: str) -> SeriesChange:
    when = _parsed(context, change.day, text)
    if when is None or when.kind not in {TimeKind.INSTANT, TimeKind.RANGE}:
        raise Invalid("Give the time of day, for example 19:00–21:00.")
    return with_time(context, series, change, when)


def with_time(
    context: CommandContext, series: Series, change: SeriesChange, when: ParsedTime
) -> SeriesChange:
    """The change with this time of day, on the booking grid; as long as before without an end."""
    end = when.end or when.start + timedelta(minutes=series.length)
    room = context.read_model.catalogue.rooms.get(change.room_id or series.room_id)
    slot = snap_to_grid(Interval(when.start, end), room, context.services.rules)
    local = slot.start.astimezone(context.services.rules.zone)
    return replace(change, starts_at=local.hour * 60 + local.minute, length=slot.minutes)


def _parsed(context: CommandContext, day: date | None, text: str) -> ParsedTime | None:
    """A time of day on a date."""
    reading = parse_text(replace(context, text=text if day is None else f"{day:%Y-%m-%d} {text}"))
    return None if reading.unparsed or reading.problem is not None else reading.when


def _read_room(context: CommandContext, series: Series, change: SeriesChange, text: str) -> SeriesChange:
    catalogue = context.read_model.catalogue
    room_id = (
        RoomId(text) if RoomId(text) in catalogue.rooms else parse_text(replace(context, text=text)).room
    )
    if room_id is None:
        raise Invalid(f"There's no room {text[:60]}.")
    return replace(change, room_id=None if room_id == series.room_id else room_id)


def _read_title(_context: CommandContext, _series: Series, change: SeriesChange, text: str) -> SeriesChange:
    return replace(change, title=one_line(text)[:_MAX_TITLE])


def _read_until(context: CommandContext, _series: Series, change: SeriesChange, text: str) -> SeriesChange:
    return replace(change, until=read_day(context, text))


def read_day(context: CommandContext, text: str) -> date:
    """A campus date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    reading = parse_text(replace(context, text=text))
    when = reading.when
    if when is None or when.kind is not TimeKind.DAY or reading.unparsed:
        raise Invalid("Give the last day, for example 1 May.")
    return when.start.date()


_FIELDS = {"room": _read_room, "time": _read_time, "title": _read_title, "until": _read_until}
