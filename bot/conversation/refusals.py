"""Texts for refusals: why, by how much, and what to do next.

The HTTP APIs send the exceptions' own messages, which their documents fix; chat has these.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.formatting import format_grid, format_minutes, format_time, room_name
from bot.chat.reply import Bold, Button, Code, Mention, Text, TimeRange, Timestamp, TimestampStyle, Tone
from bot.chat.request import PlatformName
from bot.conversation.button_values import SearchValue
from bot.services import Services
from core.errors import (
    CheckInClosed,
    Conflict,
    InThePast,
    Invalid,
    InvalidTimes,
    NoBookings,
    NotAuthenticated,
    NotBookable,
    NotFound,
    NotYourBooking,
    OutsideHours,
    QuotaSpent,
    RoomClosed,
    RoomieError,
    SameDayOnly,
    SlotTaken,
    SocietyOnly,
    TooFarAhead,
    Unavailable,
    UnknownBooking,
    UnknownPerson,
    UnknownRoom,
    UnknownSociety,
)
from core.interval import Interval
from core.model import AttemptedRequest, Identity, RequestedAction
from core.policy.blocking import Blocked

_MAX_TEXT = 60
"""Characters of user text that a refusal repeats."""


class NothingFree(Conflict):
    """A search found no room."""

    code = "nothing_free"

    def __init__(self) -> None:
        super().__init__("No matching room was free.")


class NoSuchRoom(Conflict):
    """No room that the requester may book is as the search wants it, at any time."""

    code = "no_such_room"

    def __init__(self) -> None:
        super().__init__("There is no room like that to book.")


def refused_search(
    context: CommandContext, search: SearchValue, slot: Interval, refusal: RoomieError
) -> RoomieError:
    """The refusal of a search, with what was searched for."""
    by = context.account.person.id if context.account is not None else None
    query = search.query
    return of_request(
        refusal,
        AttemptedRequest(RequestedAction.SEARCH, by, query.room, slot, search.society_id, query.capacity),
    )


def of_request(refusal: RoomieError, attempt: AttemptedRequest) -> RoomieError:
    """The refusal with what was asked, unless the use case that raised it has said so."""
    refusal.attempt = refusal.attempt or attempt
    return refusal


def refusal_text(refusal: RoomieError, services: Services) -> Text:
    """The refusal's sentence, with times in the reader's zone and the next step."""
    match refusal:
        case QuotaSpent():
            again = Timestamp(services.clock.now() + refusal.resets_in)
            whole = format_minutes(services.rules.weekly_quota)
            return (f"{refusal_sentence(refusal)} You get {whole} again ", again, ".")
        case Blocked() | RoomClosed() | CheckInClosed() | SameDayOnly():
            return _closed_until(refusal, services)
        case TooFarAhead():
            last = services.clock.now() + timedelta(days=refusal.days)
            return (f"{refusal_sentence(refusal)} The last day you can book now is ", _day(last), ".")
        case NotBookable() | SocietyOnly():
            is_society_only = isinstance(refusal, SocietyOnly)
            rule = "can only be booked for a society." if is_society_only else "can't be booked here."
            return (f"{room_name(refusal.room)} {rule}",)
        case NoBookings():
            find = Code("/rooms free now 20 seats")
            return ("You have no upcoming bookings. Find a room with ", find, ".")
        case UnknownBooking():
            return ("I can't find that booking among yours. ", Code("/rooms mine"), " lists them.")
        case UnknownPerson() if refusal.name.partition(":")[0] in {PlatformName.SLACK, PlatformName.DISCORD}:
            who = Mention("", Identity(refusal.name))
            return ("Roomie doesn't know ", who, " yet. Ask them to use ", Code("/login"), " first.")
        case _:
            return (refusal_sentence(refusal),)


def refusal_sentence(refusal: RoomieError) -> str:
    """The refusal as one plain sentence, short enough for a form."""
    match refusal:
        case NotFound():
            return _not_found(refusal)
        case OutsideHours():
            hours = f"{format_time(refusal.opens)}–{format_time(refusal.closes)}"
            return f"The room is only open {hours} that day (campus time)."
        case InvalidTimes() if refusal.granularity:
            return f"Bookings here start and end {format_grid(refusal.granularity)}."
        case QuotaSpent():
            left = f"only have {format_minutes(refusal.left)} left" if refusal.left else "have none left"
            return f"This needs {format_minutes(refusal.cost)} of quota and you {left}."
        case TooFarAhead() if not isinstance(refusal, SameDayOnly):
            return f"You can only book up to {refusal.days} days ahead."
        case _:
            return _SENTENCES.get(type(refusal), str(refusal))


_SENTENCES: Mapping[type[RoomieError], str] = {
    InThePast: "That time has passed. Choose a later one.",
    NotYourBooking: "That booking isn't yours.",
    SlotTaken: "That time is taken. Choose another time or room.",
}


def _closed_until(refusal: Blocked | RoomClosed | CheckInClosed | SameDayOnly, services: Services) -> Text:
    if isinstance(refusal, Blocked):
        why, ask = refusal.block.reason, services.contact or "an administrator"
        because = f" ({why})" if why else ""
        return ("You can't book until ", Timestamp(refusal.block.until), f"{because}. Questions? Ask {ask}.")
    if isinstance(refusal, SameDayOnly):
        return (f"{refusal} You can book ahead again from ", Timestamp(refusal.until), ".")
    if isinstance(refusal, CheckInClosed):
        return (f"{refusal} That's ", Timestamp(refusal.opens), ".")
    why = "" if refusal.reason == "Closed" else f" ({refusal.reason})"
    closed, opens = TimeRange(refusal.closed), Timestamp(refusal.opens_at)
    return (Bold(room_name(refusal.room)), " is closed ", closed, f"{why}. It opens again ", opens, ".")


def _not_found(refusal: NotFound) -> str:
    match refusal:
        case UnknownRoom() if refusal.room_id:
            return f"There's no room {refusal.room_id[:_MAX_TEXT]}."
        case UnknownPerson() if refusal.name:
            return f"There's nobody called {refusal.name[:_MAX_TEXT]}. Use a username or an e-mail address."
        case UnknownSociety() if refusal.society_id:
            return f"You don't belong to a society called {refusal.society_id[:_MAX_TEXT]}."
        case _:
            return str(refusal)


def _day(instant: datetime) -> Timestamp:
    return Timestamp(instant, TimestampStyle.DATE)


def refusal_tone(refusal: RoomieError) -> Tone:
    """FAILED for outages, UNCLEAR for unreadable requests, REFUSED for the rest."""
    if isinstance(refusal, Unavailable):
        return Tone.FAILED
    if isinstance(refusal, OutsideHours | TooFarAhead | InThePast):
        return Tone.REFUSED
    return Tone.UNCLEAR if isinstance(refusal, Invalid | NotFound) else Tone.REFUSED


def refusal_actions(refusal: RoomieError) -> tuple[Button, ...]:
    """Buttons for the next step."""
    if isinstance(refusal, NotAuthenticated):
        return (Button(Action.LOG_IN, "Log in"),)
    if isinstance(refusal, QuotaSpent):
        return (Button(Action.MY_BOOKINGS, "My bookings"), Button(Action.MY_QUOTA, "My quota"))
    if isinstance(refusal, NoBookings):
        return (Button(Action.FREE_NOW, "Free now"),)
    if isinstance(refusal, UnknownBooking) or refusal.code == "which_booking":
        return (Button(Action.MY_BOOKINGS, "My bookings"),)
    return ()
