"""Names of the button actions that more than one module offers.

The dispatcher refuses to start unless a command handles each of them. An action that only its own command
offers needs no line here.
"""

from enum import StrEnum


class Action(StrEnum):
    ACCEPT = "accept"
    ADD_TO_CALENDAR = "add_to_calendar"
    ASK_CANCEL = "ask_cancel"
    BOOK = "book"
    CANCEL = "cancel"
    CHECK_IN = "here"
    DECLINE = "decline"
    EXTEND = "extend"
    FREE_NOW = "free_now"
    GUESTS = "guests"
    HELP = "help"
    KEEP = "keep"
    LEAVE = "leave"
    LOG_IN = "login"
    LOG_OUT = "logout"
    MOVE = "move"
    MY_BOOKINGS = "mine"
    MY_QUOTA = "quota"
    OPEN_FORM = "form"
    SEARCH = "free"
    SERIES = "series"
    SERIES_BOOK = "series_book"
    SERIES_CANCEL = "series_cancel"
    SERIES_CHANGE = "series_change"
    SERIES_EDIT = "series_edit"
    SHARE = "share"
    STILL_COMING = "still_coming"
    TAKE_BACK = "take_back"
    WAIT = "wait"
    WAITING = "waiting"
    WATCH = "watch"
    WHO_AM_I = "whoami"


READ_ONLY_ACTIONS = frozenset(
    {
        Action.FREE_NOW,
        Action.HELP,
        Action.MY_BOOKINGS,
        Action.MY_QUOTA,
        Action.OPEN_FORM,
        Action.SEARCH,
        Action.WAITING,
        Action.WHO_AM_I,
        "refresh_form",
        "status",
        "timetable",
    }
)
"""Buttons that change nothing, so that links may carry them."""
