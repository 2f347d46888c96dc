"""Messages about what an administrator did, and announcements to channels."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.formatting import format_minutes, room_name
from bot.chat.reply import Bold, Button, Code, Reply, Text, TimeRange, Timestamp
from bot.notifications.template import NotificationType
from core.interval import Interval
from core.localtime import EPOCH
from core.model import OutboxMessage, RoomId, SocietyId
from core.services.administration.messages import (
    ADMINISTRATION,
    ANNOUNCEMENT,
    AdminEvent,
    read_booking_place,
    read_payload,
)

_WHY = {
    "room out of use": "the room is out of use",
    "blocked": "your account can't book for a while",
    "society dissolved": "the society was dissolved",
}
_FREE = Button(Action.FREE_NOW, "Free now")


async def compose(context: CommandContext, message: OutboxMessage) -> Reply | None:
    """None once a block that it tells of was lifted or changed."""
    event, details = read_payload(message.payload)
    match event:
        case AdminEvent.CANCELLED:
            return Reply((*_booking(context, details), *_cancelled(details)), actions=(_FREE,))
        case AdminEvent.HANDED_OVER:
            directory = context.read_model.directory
            society = directory.societies.get(SocietyId(str(details["society"])))
            name = society.name if society is not None else str(details["society"])
            return Reply((*_booking(context, details), " belongs to ", Bold(name), " from now on."))
        case AdminEvent.GRANTED:
            return Reply(_granted(details), actions=(Button(Action.MY_QUOTA, "My quota"),))
        case AdminEvent.BLOCKED:
            return _blocked(context, details)
        case AdminEvent.UNBLOCKED:
            return Reply(("You can book rooms again.",), actions=(_FREE,))
        case AdminEvent.PASSWORD_SET:
            text = "An administrator has set a new password for you, and all your logins have ended. "
            return Reply((text, f"If you did not ask for that, tell {whom_to_ask(context)}."))
        case AdminEvent.WAIT_ENDED | AdminEvent.OFFER_ENDED:
            what = (
                "The room offered to you"
                if event is AdminEvent.OFFER_ENDED
                else "Your place on the waiting list"
            )
            interval = Interval(_instant(details["start"]), _instant(details["end"]))
            return Reply(
                (f"{what} for ", TimeRange(interval), " was withdrawn by an administrator."), actions=(_FREE,)
            )


def _booking(context: CommandContext, details: Mapping[str, str | int]) -> Text:
    room_id, interval = read_booking_place(details)
    room = context.read_model.catalogue.rooms.get(RoomId(room_id))
    return (
        "Your booking ",
        Bold(room_name(room) if room is not None else room_id),
        ", ",
        TimeRange(interval),
        ",",
    )


def _cancelled(details: Mapping[str, str | int]) -> Text:
    why = _WHY.get(str(details["why"]), str(details["why"]))
    refund = int(details["refund"])
    back = f" You get {format_minutes(refund)} back." if refund else ""
    return (f" was cancelled by an administrator: {why}.{back}",)


def _granted(details: Mapping[str, str | int]) -> Text:
    minutes = int(details["minutes"])
    monday = EPOCH + timedelta(days=int(details["week"]))
    what = "got" if minutes > 0 else "lost"
    week = f"for the week of {monday.day} {monday:%B}"
    return (f"You {what} ", Bold(format_minutes(abs(minutes))), f" of quota {week}: {details['reason']}.")


def _blocked(context: CommandContext, details: Mapping[str, str | int]) -> Reply | None:
    person, until = context.person, _instant(details["until"])
    if person.block is None or person.block.until != until:
        return None
    why = f" Reason: {details['reason']}." if details["reason"] else ""
    return Reply(
        ("You can't book rooms until ", Timestamp(until), f".{why} Questions? Ask {whom_to_ask(context)}. "),
        footer=("Your bookings: ", Code("/rooms mine")),
    )


def whom_to_ask(context: CommandContext) -> str:
    return context.services.contact or "an administrator"


def _instant(seconds: str | int) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


async def compose_announcement(context: CommandContext, message: OutboxMessage) -> Reply | None:
    return Reply((message.payload,), title="Announcement")


ADMINISTRATION_TYPE = NotificationType(ADMINISTRATION, compose)
ANNOUNCEMENT_TYPE = NotificationType(ANNOUNCEMENT, compose_announcement)
