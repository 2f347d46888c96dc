"""Settings that name rooms and buildings: a name of none has no effect, and nobody would notice."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from bot.runtime.doctor.findings import Finding, warning
from bot.services import Services


def examine_room_settings(services: Services) -> Iterator[Finding]:
    """Names and patterns of the settings for check-in that match no room and no building."""
    catalogue, rules = services.read_model.catalogue, services.rules
    ids = [*catalogue.rooms, *catalogue.buildings]
    settings = {"check_in_rooms": rules.check_in_rooms, "door_code_rooms": rules.door_code_rooms}
    for name, patterns in settings.items():
        if unmatched := _unmatched(patterns, ids):
            yield warning(
                "rooms",
                f"no room or building has the id {', '.join(unmatched)} of booking.{name}",
                "Write ids or patterns: K-J17, K-E19-*. In the environment separate them with commas.",
            )


def _unmatched(patterns: Sequence[str], ids: Sequence[str]) -> list[str]:
    return [each for each in patterns if not any(fnmatchcase(known, each) for known in ids)]
