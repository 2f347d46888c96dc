"""`/rooms timetable`: what happens in a room on a day."""

from datetime import UTC, datetime, timedelta

from bot.chat.command import Command, CommandContext, CommandParameter, ParameterType
from bot.chat.formatting import room_name
from bot.chat.reply import Bold, Code, Inline, Reply, Table, Timestamp, TimestampStyle, Tone
from bot.conversation.schedules import busy_text, campus_day, schedules
from bot.conversation.search import clarification, parse_text
from bot.language import ParseResult
from core.interval import Interval
from core.model.entities import Busy, Room
from core.read_model import ReadModel


async def handle(context: CommandContext) -> Reply:
    read_model = context.read_model
    reading = parse_text(context)
    if reading.room is None and reading.unparsed:
        return _which(read_model, reading)
    if (confused := clarification(reading)) is not None:
        return confused
    if reading.room is None:
        return _which(read_model, reading)
    room = read_model.catalogue.room(reading.room)
    day = campus_day(
        reading.when.start if reading.when is not None else context.services.clock.now(), context
    )
    schedule = (await schedules(context, [room], day))[room.id]
    return _page(context, room, day, schedule.conflicts(int(day.start.timestamp()), int(day.end.timestamp())))


def _which(read_model: ReadModel, reading: ParseResult) -> Reply:
    said: list[Inline] = ["Which room? For example: "]
    if reading.unparsed:
        said.insert(0, f"I know no room called {', '.join(reading.unparsed)[:60]}. ")
    example = next(iter(read_model.catalogue.rooms), "K-J17-G01")
    return Reply((*said, Code(f"/rooms timetable {example} tomorrow")), tone=Tone.UNCLEAR)


def _page(context: CommandContext, room: Room, day: Interval, busy: tuple[Busy, ...]) -> Reply:
    noon = Timestamp(day.start + timedelta(hours=12), TimestampStyle.DATE)
    if not busy:
        return Reply((Bold(room_name(room)), " is free all day ", noon, "."))
    rows = tuple(
        ((_edge(each.start, day),), (_edge(each.end, day),), (busy_text(context, each),)) for each in busy
    )
    return Reply((Bold(room_name(room)), " ", noon), table=Table(("From", "To", "What"), rows))


def _edge(seconds: int, day: Interval) -> Timestamp:
    """A time of the day; with its date where it lies on another."""
    instant = datetime.fromtimestamp(seconds, UTC)
    is_today = day.start <= instant <= day.end
    return Timestamp(instant, TimestampStyle.TIME if is_today else TimestampStyle.DATETIME)


COMMAND = Command(
    name="rooms timetable",
    summary="What happens in a room on a day",
    usage="/rooms timetable ROOM [day]",
    handle=handle,
    parameters=(
        CommandParameter("room", ParameterType.ROOM, "Which room", required=True),
        CommandParameter("when", ParameterType.WHEN, "Which day, if not today"),
    ),
    examples=("/rooms timetable K-J17-G01", "/rooms timetable G01 tomorrow"),
)
