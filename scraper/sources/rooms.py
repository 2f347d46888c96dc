"""Builds the look-up of rooms for a run of a source."""

from scraper.common.errors import SourceFailed
from scraper.common.room_lookup import InvalidRoomTable, RoomLookup, build_room_lookup
from scraper.model import SourceContext, SourceSettings


def source_room_lookup(settings: SourceSettings, context: SourceContext) -> RoomLookup:
    """Raises `SourceFailed` when `[source.rooms]` names a room that there is not."""
    try:
        return build_room_lookup(context.known_rooms, context.known_buildings, settings.room_names)
    except InvalidRoomTable as error:
        raise SourceFailed(str(error)) from error
