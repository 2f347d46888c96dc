"""Verbs for rooms and buildings."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.administration.texts import changes_text, counted, done
from bot.administration.values import (
    read_building,
    read_degrees,
    read_equipment,
    read_granularity,
    read_hours,
    read_names,
    read_number,
    read_room,
    read_usage,
    read_yes,
)
from bot.administration.verb import AdminParameter, AdminRequest, AdminVerb, text, word
from bot.chat.command import ParameterType
from bot.chat.formatting import room_details, room_name
from bot.chat.reply import Bold, Reply, ReplyItem
from core.errors import Invalid
from core.model import Building, BuildingId, Room, RoomId
from core.services.administration.confirmation import CANCEL
from core.services.administration.rooms import PlaceChange, Retirement

_ROOM = AdminParameter(
    "room", ParameterType.ROOM, "The room, by id or name", required=True, is_positional=True
)
_BUILDING = AdminParameter(
    "building", ParameterType.BUILDING, "The building, by id or name", required=True, is_positional=True
)
_YES_NO = ("yes", "no")
_FIELDS = (
    text("name", "Its name", takes_quotes=True, keywords=("called",)),
    AdminParameter("capacity", ParameterType.TEXT, "Number of seats", is_word=True, keywords=("seats",)),
    text("equipment", "All of it, or what comes and goes: +projector -whiteboard"),
    text("usage", "What it is for: lecture theatre, meeting room, …"),
    text("weekdays", "Hours on weekdays: 8:00-22:00, or campus", keywords=("hours",)),
    text("weekends", "Hours on weekends: 10:00-18:00, or campus"),
    text("granularity", "Bookings start every so many minutes, or campus", keywords=("grid",)),
    AdminParameter("bookable", ParameterType.TEXT, "Whether it can be booked", choices=_YES_NO, is_word=True),
    AdminParameter(
        "individuals", ParameterType.TEXT, "no: only societies may book it", choices=_YES_NO, is_word=True
    ),
    AdminParameter(
        "check-in",
        ParameterType.TEXT,
        "Whether people check in",
        choices=_YES_NO,
        is_word=True,
        keywords=("checkin",),
    ),
    text("aliases", "Other names, separated by commas, or none", keywords=("also",)),
    text("abbreviation", "A short name"),
    text("school", "The school whose card opens it, or none"),
)
_COORDINATES = (
    AdminParameter("latitude", ParameterType.TEXT, "Degrees north", is_word=True, keywords=("lat",)),
    AdminParameter("longitude", ParameterType.TEXT, "Degrees east", is_word=True, keywords=("long", "lon")),
)
_ALIASES = text("aliases", "Other names, separated by commas, or none", keywords=("also",))


def _values(request: AdminRequest, before: Room) -> Mapping[str, Any]:
    """The fields that the request sets, by their names in the model."""
    readers: Mapping[str, tuple[str, Callable[[str], Any]]] = {
        "name": ("name", str),
        "capacity": ("capacity", lambda value: read_number(value, "seats")),
        "equipment": ("equipment", lambda value: read_equipment(before.equipment, value)),
        "usage": ("usage", read_usage),
        "weekdays": ("weekday_hours", read_hours),
        "weekends": ("weekend_hours", read_hours),
        "granularity": ("granularity", read_granularity),
        "bookable": ("bookable", lambda value: read_yes(value, "bookable")),
        "individuals": ("individual_access", lambda value: read_yes(value, "individuals")),
        "check-in": ("check_in", lambda value: read_yes(value, "check-in")),
        "aliases": ("aliases", read_names),
        "abbreviation": ("abbr", str),
        "school": ("school", lambda value: " " if value.casefold() == "none" else value),
    }
    return {field: read(request.get(name)) for name, (field, read) in readers.items() if request.get(name)}


async def add_room(request: AdminRequest) -> Reply:
    room_id = request.require("id", "Which id shall the room have? For example: H-C12-G05")
    building = read_building(request, request.require("building", "In which building is it?"))
    blank = Room(RoomId(room_id), building.id, room_id)
    values = _values(request, blank)
    room = Room(**{"id": blank.id, "building_id": blank.building_id, "name": room_id, **values})
    added = await request.administration.rooms.add_room(request.by, room)
    details = room_details(added, request.services.read_model.catalogue)
    return done("Added ", Bold(room_name(added)), f": {details or building.name}.")


async def edit_room(request: AdminRequest) -> Reply:
    room = read_room(
        request, request.require("room", "Which room? For example: /admin room edit Wren G01 capacity 40")
    )
    values = dict(_values(request, room))
    if building := request.get("building"):
        values["building_id"] = read_building(request, building).id
    if not values:
        raise Invalid(f"What shall I change of {room.name}? For example: capacity 40 equipment +projector")
    change = await request.administration.rooms.edit_room(request.by, room.id, values)
    return _changed(change, room_name(room))


def _changed(change: PlaceChange, name: str) -> Reply:
    if not change.details:
        return Reply((Bold(name), " is like that already."))
    stays = ""
    if change.bookings:
        stays = f" {counted(change.bookings, 'booking')} ahead {'stays' if change.bookings == 1 else 'stay'}."
    return done("Changed ", Bold(name), f": {changes_text(change.details)}.{stays}")


async def retire_room(request: AdminRequest) -> Reply:
    room = read_room(request, request.require("room", "Which room? For example: /admin room retire Wren G01"))
    result = await request.administration.rooms.retire_room(request.by, room.id, request.answered)
    return done(
        Bold(room_name(room)), f" is out of use.{_cancelled(result)}", footer=_back(f"room restore {room.id}")
    )


def _cancelled(result: Retirement) -> str:
    if not result.cancelled:
        return ""
    return f" {counted(result.cancelled, 'booking')} cancelled; the owners get a message."


def _back(command: str) -> tuple[str, ...]:
    return (f"/admin {command} brings it back.",)


async def restore_room(request: AdminRequest) -> Reply:
    room_id = request.require("room", "Which room? /admin room list shows those out of use.")
    room = await request.administration.rooms.restore_room(request.by, RoomId(room_id))
    return done(Bold(room_name(room)), " is in use again.")


async def list_retired(request: AdminRequest) -> Reply:
    rooms, buildings = await request.administration.rooms.retired(request.by)
    if not rooms and not buildings:
        return Reply(("Every room and building is in use.",))
    return Reply(
        ("Out of use:",),
        items=(
            *(ReplyItem((Bold(each.name), f" ({each.id})"), ("building",)) for each in buildings),
            *(ReplyItem((Bold(room_name(each)),), (f"room in {each.building_id}",)) for each in rooms[:50]),
        ),
        footer=("/admin room restore ID and /admin building restore ID bring them back.",),
    )


def _building_values(request: AdminRequest) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if name := request.get("name"):
        values["name"] = name
    if aliases := request.get("aliases"):
        values["aliases"] = read_names(aliases)
    values |= {
        each.name: read_degrees(request.get(each.name)) for each in _COORDINATES if request.get(each.name)
    }
    return values


async def add_building(request: AdminRequest) -> Reply:
    building_id = request.require("id", "Which id shall the building have? For example: H-C13")
    values = {"name": building_id} | _building_values(request)
    building = Building(id=BuildingId(building_id), **values)
    added = await request.administration.rooms.add_building(request.by, building)
    return done("Added ", Bold(added.name), f" ({added.id}). Add rooms with /admin room add.")


async def edit_building(request: AdminRequest) -> Reply:
    building = read_building(request, request.require("building", "Which building?"))
    values = _building_values(request)
    if not values:
        raise Invalid(f'What shall I change of {building.name}? For example: name "Wren Hall"')
    change = await request.administration.rooms.edit_building(request.by, building.id, values)
    return _changed(change, building.name)


async def retire_building(request: AdminRequest) -> Reply:
    building = read_building(request, request.require("building", "Which building?"))
    result = await request.administration.rooms.retire_building(request.by, building.id, request.answered)
    return done(
        Bold(building.name),
        f" is out of use, with {counted(len(result.rooms), 'room')}.{_cancelled(result)}",
        footer=_back(f"building restore {building.id}"),
    )


async def restore_building(request: AdminRequest) -> Reply:
    building_id = request.require("building", "Which building? /admin room list shows those out of use.")
    result = await request.administration.rooms.restore_building(request.by, BuildingId(building_id))
    return done(Bold(result.name), f" is in use again, with {counted(len(result.rooms), 'room')}.")


ROOM_VERBS = (
    AdminVerb(
        "room add",
        "Add a room",
        add_room,
        (
            word("id", "Its id, such as H-C12-G05"),
            text(
                "building",
                "The building it is in",
                required=True,
                type=ParameterType.BUILDING,
                keywords=("in",),
            ),
            *_FIELDS,
        ),
        ('/admin room add H-C12-G05 "Wren G05" in Wren capacity 40 equipment projector',),
    ),
    AdminVerb(
        "room edit",
        "Change a room",
        edit_room,
        (_ROOM, *_FIELDS, text("building", "Move it to another building", type=ParameterType.BUILDING)),
        (
            "/admin room edit Wren G01 capacity 40",
            "/admin room edit Wren G01 equipment +projector bookable no",
        ),
    ),
    AdminVerb(
        "room retire",
        "Put a room out of use",
        retire_room,
        (_ROOM,),
        ("/admin room retire Wren G01",),
        answers=(CANCEL,),
    ),
    AdminVerb(
        "room restore",
        "Bring a room back into use",
        restore_room,
        (AdminParameter("room", ParameterType.TEXT, "Its id", required=True, is_positional=True),),
        ("/admin room restore H-C12-G01",),
    ),
    AdminVerb("room list", "List rooms and buildings out of use", list_retired),
    AdminVerb(
        "building add",
        "Add a building",
        add_building,
        (
            word("id", "Its id, such as H-C13"),
            text("name", "Its name", takes_quotes=True, keywords=("called",)),
            _ALIASES,
            *_COORDINATES,
        ),
        ('/admin building add H-C13 "Hooke Building" latitude 51.5242 longitude -0.1338',),
    ),
    AdminVerb(
        "building edit",
        "Change a building",
        edit_building,
        (
            _BUILDING,
            text("name", "Its name", takes_quotes=True, keywords=("called",)),
            _ALIASES,
            *_COORDINATES,
        ),
        ('/admin building edit Wren name "Wren Hall"',),
    ),
    AdminVerb(
        "building retire",
        "Put a building with all its rooms out of use",
        retire_building,
        (_BUILDING,),
        ("/admin building retire Wren",),
        answers=(CANCEL,),
    ),
    AdminVerb(
        "building restore",
        "Bring a building and its rooms back into use",
        restore_building,
        (AdminParameter("building", ParameterType.TEXT, "Its id", required=True, is_positional=True),),
        ("/admin building restore H-C12",),
    ),
)
