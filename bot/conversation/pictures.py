"""Pictures in replies: a room's day, a building's rooms, the dates of a series, the rooms of a plan."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.chat.command import CommandContext
from bot.chat.formatting import room_name, short_id
from bot.chat.picture import BarKind, Picture
from bot.conversation.series_dates import is_own
from bot.conversation.series_text import clock_words, rule_words
from bot.pictures.alternative import alternative_text
from bot.pictures.content import day_name
from bot.pictures.reading import PictureFacts, read_picture
from bot.pictures.requests import (
    MAX_OWN,
    BuildingPicture,
    DatesPicture,
    PictureRequest,
    RoomPicture,
    TimesPicture,
    WantedTime,
    pack,
)
from bot.pictures.rows import dates_of
from bot.pictures.timeline_layout import MAX_ROWS
from core.interval import Interval
from core.localtime import epoch_day
from core.model import Building, Room, RoomId
from core.services.series import SeriesDate, SeriesPreview, Verdict

_MAX_TITLE = 80


async def room_picture(context: CommandContext, room: Room, days: Interval) -> Picture:
    """One day of a room, or several."""
    dates = dates_of(days, context.services.rules)
    own = _own(context, {room.id}, days)
    return await _picture(context, RoomPicture(room.id, epoch_day(dates[0]), len(dates), own))


async def building_picture(context: CommandContext, building: Building, day: Interval) -> Picture:
    rooms = {each.id for each in context.read_model.catalogue.by_building[building.id]}
    number = epoch_day(_campus_date(context, day))
    return await _picture(context, BuildingPicture(building.id, number, _own(context, rooms, day)))


async def plan_picture(context: CommandContext, slots: Sequence[tuple[Room, Interval]]) -> Picture:
    """The rooms of a day's plan, with the time in each."""
    zone = context.services.rules.zone
    times = tuple(_wanted(room.id, slot, BarKind.FREE, zone) for room, slot in slots[:MAX_ROWS])
    day = slots[0][1].start.astimezone(zone).date()
    own = _own(context, {room.id for room, _ in slots}, Interval(slots[0][1].start, slots[-1][1].end))
    return await _picture(context, TimesPicture("Your plan", day_name(day), times, names_rooms=True, own=own))


async def series_picture(
    context: CommandContext, preview: SeriesPreview, dates: Sequence[SeriesDate]
) -> Picture | None:
    """The dates of a series, each in the day of its room."""
    if not dates:
        return None
    request, zone = preview.request, context.services.rules.zone
    shown = dates[:MAX_ROWS]
    times = tuple(_wanted(_shown_room(each), each.slot, _kind(context, each), zone) for each in shown)
    rooms = {each.room_id for each in dates}
    room = context.read_model.catalogue.rooms.get(dates[0].room_id or RoomId("")) if len(rooms) == 1 else None
    title = room_name(room) if room is not None else "Dates of the series"
    subtitle = f"{rule_words(request.rule)} {clock_words(request.starts_at, request.length)}"
    span = Interval(shown[0].slot.start, max(each.slot.end for each in shown))
    own = _own(context, {RoomId(_shown_room(each)) for each in shown}, span)
    return await _picture(
        context, TimesPicture(title[:_MAX_TITLE], _sentence(subtitle)[:_MAX_TITLE], times, own=own)
    )


async def dates_picture(
    context: CommandContext, words: str, days: Sequence[date], rooms: Sequence[tuple[Room, Sequence[int]]]
) -> Picture:
    """Rooms by dates: on which of them each is free."""
    request = DatesPicture(
        "Free rooms by date",
        _sentence(words)[:_MAX_TITLE],
        tuple(map(epoch_day, days)),
        tuple(room.id for room, _ in rooms),
        tuple(tuple(missing) for _, missing in rooms),
    )
    return await _picture(context, request)


async def _picture(context: CommandContext, request: PictureRequest) -> Picture:
    services = context.services
    facts = PictureFacts(context.read_model, services.rules, services.clock.now(), services.storage.read)
    timeline = await read_picture(request, facts)
    return Picture(timeline, alternative_text(timeline), pack(request))


def _own(context: CommandContext, rooms: Collection[RoomId], window: Interval) -> tuple[str, ...]:
    """The requester's bookings in these rooms, by the beginnings of their ids."""
    if context.account is None:
        return ()
    day = timedelta(days=1)
    window = Interval(window.start - day, window.end + day)
    found = (
        each
        for each in context.read_model.of_person(context.account.person.id)
        if each.room_id in rooms and each.interval.overlaps(window)
    )
    return tuple(short_id(each) for each in found)[:MAX_OWN]


def _campus_date(context: CommandContext, day: Interval) -> date:
    return day.start.astimezone(context.services.rules.zone).date()


def _wanted(room_id: str, slot: Interval, kind: BarKind, zone: ZoneInfo) -> WantedTime:
    start, end = slot.start.astimezone(zone), slot.end.astimezone(zone)
    first = start.hour * 60 + start.minute
    last = (end.date() - start.date()).days * 24 * 60 + end.hour * 60 + end.minute
    return WantedTime(room_id, epoch_day(start.date()), first, last, kind)


def _shown_room(each: SeriesDate) -> str:
    return each.room_id or each.other_room or ""


def _kind(context: CommandContext, each: SeriesDate) -> BarKind:
    if each.verdict is Verdict.FREE:
        return BarKind.FREE
    if each.verdict is Verdict.KEPT or is_own(context, each):
        return BarKind.OWN
    return BarKind.OTHER_ROOM if each.other_room is not None else BarKind.TAKEN


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
