"""`/rooms timetable`: what happens in a room on a day."""

from datetime import UTC, datetime, timedelta

from bot.chat.command import Call, Command, Parameter, Takes
from bot.chat.formatting import room_name
from bot.chat.reply import Bold, Code, Inline, Moment, Reply, Style, Table, Tone
from bot.conversation.schedules import campus_day, reason, schedules
from bot.conversation.search import confusion, read_words
from bot.language import Reading
from core.interval import Interval
from core.model.entities import Busy, Room
from core.read_model import Picture


async def answer(call: Call) -> Reply:
    picture = await call.desk.fresh()
    reading = read_words(call)
    if reading.room is None and reading.leftover:
        return _which(picture, reading)
    if (confused := confusion(reading)) is not None:
        return confused
    if reading.room is None:
        return _which(picture, reading)
    room = picture.catalogue.room(reading.room)
    day = campus_day(reading.when.start if reading.when is not None else call.desk.clock.now(), call)
    schedule = (await schedules(call, [room], day))[room.id]
    return _page(call, room, day, schedule.taken_by(int(day.start.timestamp()), int(day.end.timestamp())))


def _which(picture: Picture, reading: Reading) -> Reply:
    said: list[Inline] = ["Which room? For example: "]
    if reading.leftover:
        said.insert(0, f"I know no room called {', '.join(reading.leftover)[:60]}. ")
    example = next(iter(picture.catalogue.rooms), "K-J17-G01")
    return Reply((*said, Code(f"/rooms timetable {example} tomorrow")), tone=Tone.CONFUSED)


def _page(call: Call, room: Room, day: Interval, busy: tuple[Busy, ...]) -> Reply:
    noon = Moment(day.start + timedelta(hours=12), Style.DATE)
    if not busy:
        return Reply((Bold(room_name(room)), " is free all day ", noon, "."))
    rows = tuple(((_edge(each.start, day),), (_edge(each.end, day),), (reason(call, each),)) for each in busy)
    return Reply((Bold(room_name(room)), " ", noon), table=Table(("From", "To", "What"), rows))


def _edge(seconds: int, day: Interval) -> Moment:
    """A time of the day; with its date where it lies on another."""
    instant = datetime.fromtimestamp(seconds, UTC)
    is_today = day.start <= instant <= day.end
    return Moment(instant, Style.TIME if is_today else Style.DATETIME)


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
