"""Words for notifications: what they were, to whom, and whether they arrived."""

from datetime import datetime

from bot.chat.reply import Text, Timestamp
from bot.explaining.story import Event, Names
from core.model import Delivery, MessageState

_KINDS = {
    "reminder": "a reminder",
    "confirmation": "the confirmation",
    "series confirmation": "the confirmation of the series",
    "release warning": "a warning that nobody had checked in",
    "released": "the news of its release",
    "closure": "the news of a closure",
    "clash": "the news that a class takes the room",
    "invitation": "an invitation",
    "guest notice": "news for a guest",
    "transfer offer": "the offer to take it over",
    "transfer answer": "the answer to an offer",
    "offer": "an offer from the waiting list",
    "offer missed": "the news that an offer was missed",
    "room free": "the news that a room is free",
    "notice": "the news of a new quota week",
    "deferred reply": "an answer",
}
_PLATFORMS = {"slack": "on Slack", "discord": "on Discord", "terminal": "at the terminal"}


def delivery_event(delivery: Delivery, names: Names, now: datetime) -> Event:
    """When a message arrived and where, or why it did not."""
    message = delivery.message
    what = _KINDS.get(message.kind, f"a message ({message.kind})")
    to = f" to {names.person(message.person_id)}" if message.person_id is not None else ""
    where = _place(delivery)
    match delivery.state:
        case MessageState.SENT:
            at = delivery.sent_at or message.due_at
            return Event(at, (f"Roomie sent {what}{to}{where}.",))
        case MessageState.GIVEN_UP:
            why = f": {delivery.error}" if delivery.error else ""
            return Event(message.due_at, (f"Roomie could not deliver {what}{to}{where}{why}.",))
        case MessageState.DROPPED:
            why = f": {delivery.error}" if delivery.error else ", since it was no longer of use"
            return Event(message.due_at, (f"Roomie did not send {what}{to}{why}.",))
        case _:
            return Event(None, _still_to_send(delivery, what + to, now))


def _still_to_send(delivery: Delivery, what: str, now: datetime) -> Text:
    due = delivery.message.due_at
    if due > now:
        return (f"Roomie will send {what} ", Timestamp(due), ".")
    tried = f" after {delivery.attempts} attempts" if delivery.attempts else ""
    why = f" ({delivery.error})" if delivery.error else ""
    return (f"Roomie has been trying to send {what} since ", Timestamp(due), f"{tried}{why}.")


def _place(delivery: Delivery) -> str:
    identity = delivery.message.identity
    platform = identity.partition(":")[0] if identity is not None else ""
    where = _PLATFORMS.get(platform, "")
    return f" {where}" if where else ""
