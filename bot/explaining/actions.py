"""Words for entries of the audit trail about bookings and series."""

from datetime import UTC, datetime

from bot.chat.formatting import format_minutes
from bot.chat.reply import Text, TimeRange
from bot.explaining.story import Event, Names
from core.interval import Interval
from core.model import AuditEntry
from core.policy.disclosure import Disclosure

_PLATFORMS = {"slack": "Slack", "discord": "Discord", "terminal": "the terminal", "http": "the HTTP API"}
_SIMPLE = {
    "check in": "checked in",
    "rename": "changed the title",
    "postpone release": "said that they were still coming",
    "remove guest": "took a guest off it",
    "leave": "left it, as a guest",
    "decline offer": "declined to take it over",
    "withdraw offer": "took back the offer to hand it over",
    "swap": "exchanged it for another booking",
    "accept offer": "took it over",
    "change series": "changed the series that it belongs to",
    "cancel series": "cancelled dates of the series that it belongs to",
    "release conflict": "released it",
    "hand over": "gave it to another society",
}


def action_event(entry: AuditEntry, names: Names, seen: Disclosure) -> Event:
    """What an entry says, without minutes of quota for those who may not know them."""
    who, (first, *rest) = names.actor(entry.actor), _text(entry, names, seen)
    return Event(entry.at, (f"{who[:1].upper()}{who[1:]} {first}", *rest))


def _text(entry: AuditEntry, names: Names, seen: Disclosure) -> Text:
    details = entry.details
    slot, cost = _slot(entry), _cost(entry, seen)
    room = names.room(str(details.get("room", "")))
    match entry.action:
        case "book":
            place = _PLATFORMS.get(str(details.get("from", "")), "")
            where = f" from {place}" if place else ""
            then: Text = (", ", slot) if slot is not None else ()
            return (f"booked {room}", *then, f"{where}{cost}.")
        case "book series":
            return (f"booked it as one of {details.get('dates', 'several')} dates of a series.",)
        case "move":
            to: Text = (", ", slot) if slot is not None else ()
            return (f"moved it to {room}", *to, f"{cost}.")
        case "cancel":
            return (f"cancelled it{_because(entry)}{cost}.",)
        case "release":
            unused = format_minutes(int(details.get("minutes", 0)))
            return (f"released the rest of it ({unused}), because nobody had checked in{cost}.",)
        case "invite":
            count = int(details.get("guests", 1))
            return (f"invited {count} guest{'' if count == 1 else 's'}.",)
        case "offer" | "offer swap" if "to" in details:
            return (f"offered it to {names.actor(str(details['to']))}.",)
        case action:
            return (f"{_SIMPLE.get(action, f'did this: {action}')}.",)


_REASONS = {
    "room out of use": "the room went out of use",
    "blocked": "the account was blocked",
    "society dissolved": "the society was dissolved",
}


def _because(entry: AuditEntry) -> str:
    """Why an administrator cancelled it."""
    why = _REASONS.get(str(entry.details.get("reason", "")), "")
    return f", since {why}" if why else ""


def _slot(entry: AuditEntry) -> TimeRange | None:
    start, end = entry.details.get("start"), entry.details.get("end")
    if not isinstance(start, int) or not isinstance(end, int):
        return None
    return TimeRange(Interval(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)))


def _cost(entry: AuditEntry, seen: Disclosure) -> str:
    """`, for 60 minutes of quota` or `, 60 minutes were refunded`."""
    if seen < Disclosure.OWNER:
        return ""
    cost, refund = int(entry.details.get("cost", 0)), int(entry.details.get("refund", 0))
    if refund or cost < 0:
        return f"; {format_minutes(refund or -cost)} of quota came back"
    return f", for {format_minutes(cost)} of quota" if cost else ""
