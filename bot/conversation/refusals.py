"""A refusal as a person would put it: why, by how much, and what would work."""

from datetime import datetime, timedelta

from bot.chat.formatting import clock, listed, minutes, room_name
from bot.chat.reply import Button, Code, Moment, Style, Text, Tone
from bot.services import Desk
from core.errors import (
    BadSociety,
    BadTimes,
    CheckInClosed,
    InThePast,
    Invalid,
    NoSuchBooking,
    NotBookable,
    NotFound,
    NotSignedIn,
    OutsideHours,
    QuotaSpent,
    RoomieError,
    SocietyOnly,
    TooFarAhead,
    Unavailable,
    UnknownPerson,
    UnknownRoom,
)

_LONGEST = 60
"""Characters of somebody's words that are said back."""


def kindly(refusal: RoomieError, desk: Desk) -> Text:
    """The refusal's sentence, with what helps next."""
    match refusal:
        case QuotaSpent():
            return _quota_spent(refusal, desk)
        case TooFarAhead():
            last = desk.clock.now() + timedelta(days=refusal.days)
            return (f"{str(refusal).rstrip('.')}. The last day you can book now is ", _day(last), ".")
        case CheckInClosed():
            return (f"{refusal} That is at ", Moment(refusal.opens), ".")
        case NotBookable() | SocietyOnly():
            only = " can only be booked for a society." if isinstance(refusal, SocietyOnly) else ""
            return (f"{room_name(refusal.room)}{only or ' cannot be booked here.'}",)
        case NoSuchBooking():
            return ("No booking of yours is like that. ", Code("/rooms mine"), " shows those you have.")
        case _:
            return (sentence(refusal),)


def sentence(refusal: RoomieError) -> str:
    """The same in plain characters, as short as it fits beside an input."""
    match refusal:
        case OutsideHours():
            return f"{refusal} The room is open {clock(refusal.opens)}–{clock(refusal.closes)} that day."
        case BadTimes() if refusal.granularity:
            return f"{refusal} Bookings here start and end {_steps(refusal.granularity)}."
        case UnknownRoom() if refusal.room_id:
            return f"There is no room {refusal.room_id[:_LONGEST]}."
        case UnknownPerson() if refusal.name.partition(":")[0] in {"slack", "discord"}:
            return "Roomie does not know that person yet. They can say /whoami to see what is missing."
        case UnknownPerson() if refusal.name:
            return f"Nobody here is called {refusal.name[:_LONGEST]}. Use a username or an e-mail address."
        case BadSociety() if refusal.society_id:
            return f"{refusal.society_id[:_LONGEST]} is no society that you could act for."
        case _:
            return str(refusal)


def _quota_spent(refusal: QuotaSpent, desk: Desk) -> Text:
    left = f"only {minutes(refusal.left)} are left" if refusal.left else "none are left"
    whole = minutes(desk.rules.allowance)
    return (
        f"{refusal} This would take {minutes(refusal.cost)} and {left}; there are {whole} again ",
        Moment(desk.clock.now() + refusal.resets_in),
        ".",
    )


def _steps(granularity: int) -> str:
    marks = [f":{minute:02}" for minute in range(0, 60, granularity)] if 60 % granularity == 0 else []
    return f"at {listed(marks)}" if 1 < len(marks) <= 4 else f"every {minutes(granularity)}"


def _day(instant: datetime) -> Moment:
    return Moment(instant, Style.DATE)


def tone_of(refusal: RoomieError) -> Tone:
    """Broken on our side, not understood, or refused."""
    if isinstance(refusal, Unavailable):
        return Tone.BROKEN
    if isinstance(refusal, OutsideHours | TooFarAhead | InThePast):
        return Tone.REFUSED
    return Tone.CONFUSED if isinstance(refusal, Invalid | NotFound) else Tone.REFUSED


def ways_on(refusal: RoomieError) -> tuple[Button, ...]:
    """What to press after a refusal."""
    if isinstance(refusal, NotSignedIn):
        return (Button("whoami", "Who am I here?"),)
    if isinstance(refusal, QuotaSpent):
        return (Button("mine", "My bookings"), Button("quota", "My quota"))
    if isinstance(refusal, NoSuchBooking) or refusal.code == "which_booking":
        return (Button("mine", "My bookings"),)
    return ()
