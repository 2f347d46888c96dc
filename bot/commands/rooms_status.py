"""`/rooms status`: whether a room, or each room of a building, is free, and until when."""

from datetime import UTC, datetime, timedelta

from bot.chat.command import Call, Command, Parameter, Takes
from bot.chat.formatting import about_room, room_name
from bot.chat.reply import Bold, Code, Inline, Moment, Reply, Style, Table, Text, Tone
from bot.conversation.schedules import campus_day, reason, schedules
from bot.conversation.search import confusion, read_words
from bot.language import Reading
from core.availability import RoomStatus, Status
from core.model.entities import BuildingId, Room
from core.read_model import Picture

_MOST_ROWS = 40


async def answer(call: Call) -> Reply:
    picture = await call.desk.fresh()
    reading = read_words(call)
    building = reading.building or reading.near
    if reading.room is None and building is None and reading.leftover:
        return _where(picture, reading)
    if (confused := confusion(reading)) is not None:
        return confused
    at = reading.when.start if reading.when is not None else call.desk.clock.now()
    if reading.room is not None:
        return await _one(call, picture, picture.catalogue.room(reading.room), at)
    return await _all(call, picture, building, at) if building is not None else _where(picture, reading)


def _where(picture: Picture, reading: Reading) -> Reply:
    said: list[Inline] = ["Which room or building? For example: "]
    if reading.leftover:
        said.insert(0, f"I know no room or building called {', '.join(reading.leftover)[:60]}. ")
    building = next(iter(picture.catalogue.buildings.values()), None)
    return Reply(
        (*said, Code(f"/rooms status {building.name if building else 'Ainsworth'}")), tone=Tone.CONFUSED
    )


async def _one(call: Call, picture: Picture, room: Room, at: datetime) -> Reply:
    day = campus_day(at, call)
    schedule = (await schedules(call, [room], day))[room.id]
    status = schedule.at(_seconds(at), _seconds(day.end))
    is_now = abs(at - call.desk.clock.now()) < timedelta(minutes=1)
    when: tuple[Inline, ...] = (" is ",) if is_now else (" ", Moment(at), ": ")
    about = about_room(room, picture.catalogue)
    return Reply((Bold(room_name(room)), *when, *_words(call, status), "."), footer=(about,))


async def _all(call: Call, picture: Picture, building_id: BuildingId, at: datetime) -> Reply:
    building, day = picture.catalogue.building(building_id), campus_day(at, call)
    rooms = picture.catalogue.by_building[building_id]
    kept = await schedules(call, rooms, day)
    statuses = [(room, kept[room.id].at(_seconds(at), _seconds(day.end))) for room in rooms]
    free = sum(status.status is Status.FREE for _, status in statuses)
    rows = tuple(
        ((room.door,), (str(room.capacity or ""),), _words(call, status))
        for room, status in statuses[:_MOST_ROWS]
    )
    left_out = len(statuses) - len(rows)
    return Reply(
        (Bold(building.name), " ", Moment(at), f": {free} of {len(rooms)} rooms are free."),
        table=Table(("Room", "Seats", "Status"), rows) if rows else None,
        footer=(f"{left_out} more; name one to see it.",) if left_out > 0 else (),
    )


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())


def _words(call: Call, status: RoomStatus) -> Text:
    if status.until is None:
        return ("free for the rest of the day",)
    until = Moment(datetime.fromtimestamp(status.until, UTC), Style.TIME)
    why = f" ({reason(call, status.because)})" if status.because is not None else ""
    said: dict[Status, tuple[Inline, ...]] = {
        Status.FREE: ("free until ", until, why),
        Status.SOON: ("busy, free soon at ", until, why),
        Status.BUSY: ("busy until ", until, why),
    }
    return said[status.status]


COMMAND = Command(
    name="rooms status",
    summary="Is this room, or what in this building, free now",
    usage="/rooms status ROOM|BUILDING [when]",
    answer=answer,
    takes=(
        Parameter("where", Takes.PLACE, "A room or building", required=True),
        Parameter("when", Takes.WHEN, "When, if not now"),
    ),
    examples=("/rooms status Ainsworth", "/rooms status K-J17-G01 tomorrow 3pm"),
)
