"""`roomie display`: prints the addresses for displays, with the key for those that show door codes."""

import argparse
import sys
from collections.abc import Sequence

from bot.config import Settings
from bot.runtime.app import open_services
from bot.runtime.closures import PlaceNames
from bot.services import Services
from bot.web.pages.display_addresses import display_key, display_path
from core.errors import Invalid
from core.model import Room
from core.policy.door_code import needs_door_code


async def display(arguments: argparse.Namespace, settings: Settings) -> int:
    """Prints a line for each room: its id, a tab, and the address."""
    async with open_services(settings) as services:
        if not services.public_url:
            raise Invalid("Set http.public_url first: the address at which tablets reach Roomie.")
        rooms = _rooms(services, arguments.places)
        for room in rooms:
            print(f"{room.id}\t{services.public_url}{_path(services, room)}")
        if any(needs_door_code(each, services.rules) for each in rooms):
            print(
                "These addresses show codes to check in with. Type them into the displays only.",
                file=sys.stderr,
            )
    return 0


def _rooms(services: Services, places: Sequence[str]) -> list[Room]:
    """The rooms that are named, and those of the buildings that are."""
    catalogue, names = services.read_model.catalogue, PlaceNames(services.read_model.catalogue)
    found: list[Room] = []
    for place in places:
        room_id, building_id = names.find(place)
        if room_id is not None:
            found.append(catalogue.room(room_id))
        elif building_id is not None:
            found += catalogue.by_building.get(building_id, ())
        else:
            found += catalogue.order
    return found


def _path(services: Services, room: Room) -> str:
    """With a key only where the display shows codes."""
    if not needs_door_code(room, services.rules):
        return display_path(room.id)
    key = display_key(services.accounts.secrets[0], room.id, services.display_generation)
    return display_path(room.id, key)
