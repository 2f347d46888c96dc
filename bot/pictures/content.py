"""Contents of pictures from rooms, schedules and rules. Pure; the readers beside fetch the schedules."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta

from bot.chat.formatting import room_name
from bot.chat.picture import TimeAxis, Timeline
from bot.pictures.campus_map import CampusMap, MapBuilding
from bot.pictures.rows import RowFacts, day_row, make_timeline, unmarked
from core.availability import RoomSchedule
from core.catalogue import Catalogue
from core.model import Building, BuildingId, Room, RoomId
from core.policy.rules import Rules


def day_name(day: date) -> str:
    """`Thu 12 Mar`."""
    return f"{day:%a} {day.day} {day:%b}"


def with_zone(subtitle: str, rules: Rules) -> str:
    """Names the zone of the times: platforms show those in texts in the reader's own."""
    return f"{subtitle} · {rules.zone.key}"


def room_days(room: Room, first: date, days: int, schedule: RoomSchedule, facts: RowFacts) -> Timeline:
    """A day or a week of a room, time running downwards."""
    dates = [first + timedelta(days=each) for each in range(days)]
    subtitle = day_name(first) if days == 1 else f"{day_name(dates[0])} to {day_name(dates[-1])}"
    rows = [day_row(f"{each:%a} {each.day}", room, each, schedule, facts) for each in dates]
    return make_timeline(room_name(room), with_zone(subtitle, facts.rules), TimeAxis.DOWN, rows)


def building_day(
    building: Building,
    rooms: Sequence[Room],
    day: date,
    schedules: Mapping[RoomId, RoomSchedule],
    facts: RowFacts,
) -> Timeline:
    """A day of a building's rooms, a row for each."""
    rows = [
        day_row(each.short_number, each, day, schedules.get(each.id, RoomSchedule()), facts) for each in rooms
    ]
    rows = [unmarked(each) for each in rows]
    return make_timeline(building.name, with_zone(day_name(day), facts.rules), TimeAxis.ACROSS, rows)


def campus_map(
    catalogue: Catalogue,
    schedule_of: Callable[[RoomId], RoomSchedule],
    rules: Rules,
    at: datetime,
    page_of: Callable[[BuildingId], str] = lambda _: "",
) -> CampusMap:
    """How many rooms of each building are free at an instant. Buildings without coordinates are left out."""
    instant = int(at.timestamp())
    local = at.astimezone(rules.zone)
    buildings = []
    for building in catalogue.buildings.values():
        rooms = catalogue.by_building[building.id]
        if building.has_coordinates and rooms:
            free = sum(schedule_of(each.id).is_free(instant, instant + 1) for each in rooms)
            buildings.append(
                MapBuilding(
                    building.name,
                    building.latitude,
                    building.longitude,
                    free,
                    len(rooms),
                    page_of(building.id),
                )
            )
    return CampusMap("Free rooms", f"{day_name(local.date())}, {local:%H:%M}", tuple(buildings))
