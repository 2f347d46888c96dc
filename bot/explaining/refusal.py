"""Why a request was refused."""

from bot.chat.reply import Text, TimeRange, Timestamp
from bot.explaining.story import Event, Names, Story
from core.model import RefusedRequest, RequestedAction

_WANTED = {
    RequestedAction.BOOK: "book",
    RequestedAction.MOVE: "move a booking to",
    RequestedAction.EXTEND: "extend a booking in",
    RequestedAction.CANCEL: "cancel a booking of",
    RequestedAction.CHECK_IN: "check in to",
    RequestedAction.SERIES: "book a series in",
    RequestedAction.SEARCH: "find",
    RequestedAction.WAIT: "wait for",
    RequestedAction.ACCEPT: "take over",
}


def refusal_story(refused: RefusedRequest, names: Names) -> Story:
    """The last refusal of its reader: what they wanted and the rule that it broke."""
    return Story(
        "Why it was refused",
        (Timestamp(refused.at), ": you wanted to ", *wanted_text(refused, names), f". {refused.rule}"),
    )


def wanted_text(refused: RefusedRequest, names: Names) -> Text:
    """`book Wren G02, Thu 12 Mar, 15:00–16:00, for SOTECHSOC`."""
    attempt = refused.attempt
    room = names.room(attempt.room_id) if attempt.room_id is not None else "a room"
    seats = f" with {attempt.seats} seats" if attempt.seats else ""
    when: Text = (", ", TimeRange(attempt.slot)) if attempt.slot is not None else ()
    society = (f", for {attempt.society_id}",) if attempt.society_id is not None else ()
    return (f"{_WANTED[attempt.action]} {room}{seats}", *when, *society)


def refusal_event(refused: RefusedRequest, names: Names) -> Event:
    return Event(refused.at, ("Wanted to ", *wanted_text(refused, names), f". Refused: {refused.rule}"))
