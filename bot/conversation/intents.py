"""Detects which command a message in plain words asks for."""

import re

_PLEASE = r"^\s*(?:please |pls |can (?:i|you|we) |could (?:i|you|we) |i(?:'d| would) like to )?"

_INTENTS = (
    (
        re.compile(r"\b(?:my|what) bookings?\b|\bwhat (?:have|did) i (?:got |booked?)|\bwhen is my\b"),
        "rooms mine",
    ),
    (re.compile(r"\bquota\b|\bhow (?:many minutes|much time) (?:do i have|have i|left)\b"), "rooms quota"),
    (re.compile(r"\bwho am i\b"), "whoami"),
    (re.compile(r"^\s*(?:hi|hello|hey|help|thanks?|what can you do)\b[\s!?.]*$"), "help"),
    (re.compile(r"^\s*(?:please |pls )?(?:cancel|drop|release)\b"), "rooms cancel"),
    (re.compile(r"\b(?:timetable|schedule|what'?s on in|what is on in)\b"), "rooms timetable"),
    (re.compile(r"^\s*is\b.*\b(?:free|busy|taken|available|open)\b"), "rooms status"),
    (
        re.compile(_PLEASE + r"(?:book|reserve)\b"),
        "rooms book",
    ),
)

_LEADING = {
    "rooms cancel": re.compile(
        r"^\s*(?:please |pls )?(?:cancel|drop|release)\s*(?:my |the )?(?:booking)?\s*"
    ),
    "rooms book": re.compile(_PLEASE + r"(?:book|reserve)\s*"),
    "rooms status": re.compile(r"^\s*is\s+|\s*\b(?:free|busy|taken|available|open)\b\s*"),
    "rooms timetable": re.compile(
        r"\b(?:timetable|schedule|what'?s on in|what is on in)\b(?: (?:of|for|in))?"
    ),
}


def detect_intent(line: str) -> tuple[str, str]:
    """The name of a command and its arguments; by default a search for a room."""
    folded = " ".join(line.casefold().replace("’", "'").split())
    for pattern, name in _INTENTS:
        if pattern.search(folded):
            leading = _LEADING.get(name)
            return name, leading.sub(" ", folded).strip(" ?!.") if leading else ""
    return "rooms free", line
