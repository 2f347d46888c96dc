"""`/rooms status`: whether a room, or each room of a building, is free, and until when."""

from datetime import UTC, datetime, timedelta

from bot.command import Call, Command, Parameter, Takes
from bot.reply import Bold, Inline, Moment, Reply, Style, Table, Text, Tone
from bot.wishes import confusion, read_words
from bot.wording import about_room, because, room_name
from core.availability import RoomStatus, Status
from core.model import BuildingId, Room
from core.picture import Picture

_MOST_ROWS = 40


async def answer(call: Call) -> Reply:
    picture = await call.desk.fresh()
    reading = read_words(call)
    if (confused := confusion(reading)) is not None:
        return confused
    at = reading.when.start if reading.when is not None else call.desk.clock.now()
    if reading.room is not None:
        return _one(call, picture, picture.catalogue.room(reading.room), at)
    if (building := reading.building or reading.near) is not None:
        return _all(call, picture, building, at)
    return Reply(("Which room or building? For example: /rooms status Ainsworth",), tone=Tone.CONFUSED)


def _one(call: Call, picture: Picture, room: Room, at: datetime) -> Reply:
    status = _status(call, picture, room, at)
    about = about_room(room, picture.catalogue)
    return Reply((Bold(room_name(room)), " is ", *_words(status), "."), footer=(about,))


def _all(call: Call, picture: Picture, building_id: BuildingId, at: datetime) -> Reply:
    building = picture.catalogue.building(building_id)
    rooms = picture.catalogue.by_building[building_id]
    statuses = [(room, _status(call, picture, room, at)) for room in rooms]
    free = sum(status.status is Status.FREE for _, status in statuses)
    rows = tuple(
        ((room.number,), (str(room.capacity),), _words(status)) for room, status in statuses[:_MOST_ROWS]
    )
    left_out = len(statuses) - len(rows)
    return Reply(
        (Bold(building.name), f": {free} of {len(rooms)} rooms are free."),
        table=Table(("Room", "Seats", "Status"), rows) if rows else None,
        footer=(f"{left_out} more; name one to see it.",) if left_out > 0 else (),
    )


def _status(call: Call, picture: Picture, room: Room, at: datetime) -> RoomStatus:
    local = at.astimezone(call.desk.rules.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0) + timedelta(days=1)
    return picture.availability.schedule(room.id).at(int(at.timestamp()), int(midnight.timestamp()))


def _words(status: RoomStatus) -> Text:
    if status.until is None:
        return ("free for the rest of the day",)
    until = Moment(datetime.fromtimestamp(status.until, UTC), Style.TIME)
    why = f" ({because(status.because)})" if status.because is not None else ""
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
