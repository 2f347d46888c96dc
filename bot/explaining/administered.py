"""Words for what administrators did to a room, a building or a person."""

from collections.abc import Iterable, Iterator, Mapping

from bot.explaining.story import Event, Names
from core.model import AuditEntry

MAX_CHANGES = 10
"""Shown of one subject, the newest."""
_WORDS: Mapping[str, str] = {
    "add room": "added the room",
    "edit room": "changed the room",
    "retire room": "put the room out of use",
    "restore room": "brought the room back into use",
    "add building": "added the building",
    "edit building": "changed the building",
    "retire building": "put the building out of use",
    "restore building": "brought the building back into use",
    "open": "opened it again, before the closure was over",
    "add person": "added the account",
    "set groups": "set the groups",
    "link": "linked a chat account",
    "unlink": "unlinked a chat account",
    "set password": "set a new password",
    "grant quota": "changed the quota of a week",
    "block": "blocked the account from booking",
    "unblock": "lifted the block",
    "set administrator": "changed who administers",
}


def administered_events(entries: Iterable[AuditEntry], names: Names) -> Iterator[Event]:
    """Events of those entries that are about administration."""
    for entry in entries:
        if (words := _WORDS.get(entry.action)) is not None:
            who = names.actor(entry.actor)
            yield Event(entry.at, (f"{who[:1].upper()}{who[1:]} {words}{details_text(entry)}.",))


def details_text(entry: AuditEntry) -> str:
    """`: capacity 30 → 40 (the conference)`, from what to what and the reason that was given."""
    changes = [
        f"{name.replace('_', ' ')} {value}"
        for name, value in entry.details.items()
        if isinstance(value, str) and "→" in value
    ]
    reason = str(entry.details.get("reason", ""))
    return (f": {', '.join(changes)}" if changes else "") + (f" ({reason})" if reason else "")
