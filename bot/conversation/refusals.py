"""A refusal as a person would put it: why, by how much, and what would work."""

from datetime import datetime, timedelta

from bot.chat.formatting import format_minutes, format_time, join_with_and, room_name
from bot.chat.reply import Button, Code, Text, Timestamp, TimestampStyle, Tone
from bot.services import Services
from core.errors import (
    CheckInClosed,
    InThePast,
    Invalid,
    InvalidTimes,
    NotAuthenticated,
    NotBookable,
    NotFound,
    OutsideHours,
    QuotaSpent,
    RoomieError,
    SocietyOnly,
    TooFarAhead,
    Unavailable,
    UnknownBooking,
    UnknownPerson,
    UnknownRoom,
    UnknownSociety,
)

_MAX_TEXT = 60
"""Characters of somebody's words that are said back."""


def refusal_text(refusal: RoomieError, services: Services) -> Text:
    """The refusal's sentence, with what helps next."""
    match refusal:
        case QuotaSpent():
            return _quota_spent(refusal, services)
        case TooFarAhead():
            last = services.clock.now() + timedelta(days=refusal.days)
            return (f"{str(refusal).rstrip('.')}. The last day you can book now is ", _day(last), ".")
        case CheckInClosed():
            return (f"{refusal} That is at ", Timestamp(refusal.opens), ".")
        case NotBookable() | SocietyOnly():
            only = " can only be booked for a society." if isinstance(refusal, SocietyOnly) else ""
            return (f"{room_name(refusal.room)}{only or ' cannot be booked here.'}",)
        case UnknownBooking():
            return ("No booking of yours is like that. ", Code("/rooms mine"), " shows those you have.")
        case _:
            return (sentence(refusal),)


def sentence(refusal: RoomieError) -> str:
    """The same in plain characters, as short as it fits beside an input."""
    match refusal:
        case OutsideHours():
            hours = f"{format_time(refusal.opens)}–{format_time(refusal.closes)}"
            return f"{refusal} The room is open {hours} that day."
        case InvalidTimes() if refusal.granularity:
            return f"{refusal} Bookings here start and end {_steps(refusal.granularity)}."
        case UnknownRoom() if refusal.room_id:
            return f"There is no room {refusal.room_id[:_MAX_TEXT]}."
        case UnknownPerson() if refusal.name.partition(":")[0] in {"slack", "discord"}:
            return "Roomie does not know that person yet. They can say /whoami to see what is missing."
        case UnknownPerson() if refusal.name:
            return f"Nobody here is called {refusal.name[:_MAX_TEXT]}. Use a username or an e-mail address."
        case UnknownSociety() if refusal.society_id:
            return f"{refusal.society_id[:_MAX_TEXT]} is no society that you could act for."
        case _:
            return str(refusal)


def _quota_spent(refusal: QuotaSpent, services: Services) -> Text:
    left = f"only {format_minutes(refusal.left)} are left" if refusal.left else "none are left"
    whole = format_minutes(services.rules.weekly_quota)
    return (
        f"{refusal} This would take {format_minutes(refusal.cost)} and {left}; there are {whole} again ",
        Timestamp(services.clock.now() + refusal.resets_in),
        ".",
    )


def _steps(granularity: int) -> str:
    marks = [f":{minute:02}" for minute in range(0, 60, granularity)] if 60 % granularity == 0 else []
    return f"at {join_with_and(marks)}" if 1 < len(marks) <= 4 else f"every {format_minutes(granularity)}"


def _day(instant: datetime) -> Timestamp:
    return Timestamp(instant, TimestampStyle.DATE)


def refusal_tone(refusal: RoomieError) -> Tone:
    """Broken on our side, not understood, or refused."""
    if isinstance(refusal, Unavailable):
        return Tone.FAILED
    if isinstance(refusal, OutsideHours | TooFarAhead | InThePast):
        return Tone.REFUSED
    return Tone.UNCLEAR if isinstance(refusal, Invalid | NotFound) else Tone.REFUSED


def refusal_actions(refusal: RoomieError) -> tuple[Button, ...]:
    """What to press after a refusal."""
    if isinstance(refusal, NotAuthenticated):
        return (Button("whoami", "Who am I here?"),)
    if isinstance(refusal, QuotaSpent):
        return (Button("mine", "My bookings"), Button("quota", "My quota"))
    if isinstance(refusal, UnknownBooking) or refusal.code == "which_booking":
        return (Button("mine", "My bookings"),)
    return ()
