"""`/rooms timetable`: what happens in a room on a day."""

from datetime import UTC, datetime, timedelta

from bot.command import Call, Command, Parameter, Takes
from bot.reply import Bold, Moment, Reply, Style, Table, Tone
from bot.wishes import confusion, read_words
from bot.wording import because, room_name
from core.interval import Interval
from core.model import Busy, Room, busy_with
from core.picture import Picture
from core.ports import Unit


async def answer(call: Call) -> Reply:
    picture = await call.desk.fresh()
    reading = read_words(call)
    if (confused := confusion(reading)) is not None:
        return confused
    if reading.room is None:
        return Reply(("Which room? For example: /rooms timetable K-J17-G01 tomorrow",), tone=Tone.CONFUSED)
    room = picture.catalogue.room(reading.room)
    at = reading.when.start if reading.when is not None else call.desk.clock.now()
    day = _campus_day(at, call)
    return _page(room, day, await _busy(call, picture, room, day))


def _campus_day(at: datetime, call: Call) -> Interval:
    local = at.astimezone(call.desk.rules.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return Interval(midnight, midnight + timedelta(days=1))


async def _busy(call: Call, picture: Picture, room: Room, day: Interval) -> tuple[Busy, ...]:
    if picture.covers(day):
        start, end = int(day.start.timestamp()), int(day.end.timestamp())
        return picture.availability.schedule(room.id).taken_by(start, end)

    def work(unit: Unit) -> tuple[Busy, ...]:
        entries = unit.timetable.busy_in_room(room.id, day)
        return tuple(sorted([*entries, *map(busy_with, unit.bookings.in_room(room.id, day))]))

    return await call.desk.storage.read(work)


def _page(room: Room, day: Interval, busy: tuple[Busy, ...]) -> Reply:
    noon = Moment(day.start + timedelta(hours=12), Style.DATE)
    if not busy:
        return Reply((Bold(room_name(room)), " is free all day ", noon, "."))
    rows = tuple(
        (
            (Moment(datetime.fromtimestamp(each.start, UTC), Style.TIME),),
            (Moment(datetime.fromtimestamp(each.end, UTC), Style.TIME),),
            (because(each),),
        )
        for each in busy
    )
    return Reply((Bold(room_name(room)), " ", noon), table=Table(("From", "To", "What"), rows))


COMMAND = Command(
    name="rooms timetable",
    summary="What happens in a room on a day",
    usage="/rooms timetable ROOM [day]",
    answer=answer,
    takes=(
        Parameter("room", Takes.ROOM, "Which room", required=True),
        Parameter("when", Takes.WHEN, "Which day, if not today"),
    ),
    examples=("/rooms timetable K-J17-G01", "/rooms timetable G01 tomorrow"),
)
