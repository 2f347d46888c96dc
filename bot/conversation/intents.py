"""Detects which command a message in plain words asks for."""

import re

from msgspec import Struct
from msgspec.structs import replace

from core.policy.door_code import ALPHABET, LENGTH

_POLITE = (
    r"^\W*(?:(?:please|pls|plz|hi|hey|hello|ok|okay|so)\W+)*"
    r"(?:(?:can|could|may) (?:i|you|we|u) (?:please |pls )?|i(?:'d| would) like to |let me |let'?s "
    r"|i (?:want|need|wanna) (?:to )?)?"
)
_TOPICS = "book|reserve|cancel|extend|move|share|log ?in|log ?out|find|search"
_MY_BOOKING = r"(?:my |the |our )?(?:booking|reservation|room)?\s*"
_ROOM_FOR_ME = r"(?:me |us )?(?:(?:a|the|any|some) (?=room|space|place))?"
_LONGER = (
    rf"{_POLITE}(?:(?:make|keep) (?!me\b|us\b|an?\b|bookings?\b|reservations?\b).*\b(?:longer|shorter|long)\b"
    r"|(?:end|finish) (?!by\b).*\b(?:earlier|sooner|later)\b)"
)
_IT = r"(?:(?:it|this|that|here|in|(?:my|the|this|our) (?:room|booking))\s+)"
_HAVE_LONGER = (
    rf"{_POLITE}(?:have|keep|get|use|stay)\s+{_IT}*(?:a (?:bit|little)\s+)?"
    r"(?=longer\b|(?:for\s+)?(?:another\b|\d+\s*\w+\s+(?:more|longer)\b)"
    r"|(?:for\s+)?(?:an?|half an|one|two)\s+(?:more\s+)?(?:hour|minute)s?\s+(?:more|longer)\b)"
)
_SERIES = (
    r"(?:(?:a )?(?:weekly|daily|monthly|fortnightly|biweekly)|(?:repeat(?:ed)? |recur(?:ring)? )?every)\b"
)
_MAKE_SERIES = (
    rf"{_POLITE}(?:make|turn)\s+(?:(?:it|this|that|(?:my|the|this|our) booking)\s+)(?:into\s+)?(?={_SERIES})"
)
_TIMETABLE = r"\b(?:timetable|schedule|what'?s on in|what is on in)\b"
_TELL_ME = (
    rf"{_POLITE}(?:(?:tell|notify|message|ping|text|alert) me|let me know|give me a shout)\b,?"
    r" (?:when(?:ever)?|if|once|as soon as)(?= .*\b(?:free|available|open|empty)\b)"
    rf"|{_POLITE}(?:put|add) (?:me|us) (?:on|to|in) (?:the |a )?(?:wait(?:ing)? ?list|queue|line)\b"
    rf"|{_POLITE}(?:wait|queue|wait ?list) (?:me |us )?for\b"
)
_FALLS_FREE = (
    r"(?:(?:is|'?s|are|gets?|becomes?|comes?|falls?|turns?) (?:up |again )?)?(?:free|available|open|empty)"
    r"(?: up| again)?\b"
)
_SOMEBODY = r"(?:@|\b(?:slack|discord):)\w"
_HALF_CODE = f"[{ALPHABET}]{{{LENGTH // 2}}}"
_DOOR_CODE = f"{_HALF_CODE}[ -]?{_HALF_CODE}"
_PERSONAL = r"(?:data|account|profile|(?:personal )?(?:details|information|info))"
_ERASE_ME = (
    rf"{_POLITE}(?:erase|delete|remove|forget)\s+(?:all\s+)?(?:(?:of\s+)?my\s+{_PERSONAL}\b"
    r"|(?:everything|all|the data|what you know)\s+(?:you (?:know|have|store|keep)\s+)?(?:about|on|of) me\b"
    r"|(?:about )?me\W*$)"
)
_MY_DATA = (
    rf"{_POLITE}(?:export|download|send me|give me|show me|get)\s+(?:all\s+)?(?:of\s+)?my\s+{_PERSONAL}\b"
)
_ABOUT_ME = (
    r"\bwhat\b.*\b(?:know|store|keep|have|save|collect)\b.*\b(?:about|on) me\b"
    r"|^\W*(?:gdpr|privacy|data protection)\W*$"
)
_STATE = r"\b(?:free|busy|taken|available|open)\b"


class _Intent(Struct, frozen=True):
    """A command, how a text asks for it, and what of the text is no argument (None: all of it is one).

    A group `argument` of the pattern is the argument, without spaces; `added` is appended to any other.
    """

    command: str
    pattern: re.Pattern[str]
    dropped: re.Pattern[str] | None
    added: str = ""


def _intent(command: str, pattern: str, dropped: str | None = ".*") -> _Intent:
    return _Intent(
        command,
        re.compile(pattern, re.IGNORECASE),
        re.compile(dropped, re.IGNORECASE) if dropped is not None else None,
    )


def _request(command: str, verbs: str, dropped: str = "") -> _Intent:
    """A polite or plain request that begins with one of these verbs."""
    return _intent(command, rf"{_POLITE}(?:{verbs})\b", rf"{_POLITE}(?:{verbs})\b\s*{dropped}")


_INTENTS = (
    _intent(
        "help",
        rf"^\W*how (?:do|can|would|could|to|does)(?: i| we| you| one)? (?P<argument>{_TOPICS})\b[^0-9]*$",
    ),
    _intent(
        "help",
        r"^\W*(?:help(?: me)?|i need help|need help|(?:can|could) you help(?: me)?|what can (?:you|u) do"
        r"|what do you do|commands?|menu)\W*$",
    ),
    _intent(
        "rooms quota",
        r"\bquota\b|\bhow (?:many minutes|many hours|much time) (?:do i have|have i|(?:is |are )?left)\b",
    ),
    _intent(
        "why",
        r"^\W*(?:(?:but|so|ok(?:ay)?|and)\W+)*why(?:\W+(?:not|is that|was i refused"
        r"|was (?:that|it)(?: refused)?|can(?:'?t|not) i(?: (?:book|have|do) (?:it|that))?"
        r"|did(?:n'?t)? (?:that|it)(?: work| fail)?))?\W*$",
    ),
    _intent("whoami", r"\bwho am i\b"),
    replace(_intent("privacy", _ERASE_ME), added="erase"),
    replace(_intent("privacy", _MY_DATA), added="export"),
    _intent("privacy", _ABOUT_ME),
    _intent(
        "rooms here",
        r"^\W*(?:(?:i'?m|we'?re|i am|we are) (?:here|in|in the room)|check(?:ing)?[ -]?(?:me )?in"
        rf"|(?:i'?ve|just) arrived)(?:\W+(?:with )?(?:the )?(?:code )?(?P<argument>{_DOOR_CODE}))?\W*$",
    ),
    _intent("rooms here", rf"^\W*(?:(?:the )?code (?:is )?)?(?P<argument>{_DOOR_CODE})\W*$"),
    _request("rooms invite", rf"invite|add(?=.*{_SOMEBODY}.*\bto (?:my|the|our)\b)"),
    _request("rooms give", r"give(?! (?:me|us)\b)(?=.*\bto\b)|hand ?over|hand(?=.*\bto\b)"),
    _request("rooms swap", r"(?:swap|exchange|trade)(?=.* with\b)"),
    _intent(
        "rooms guests",
        r"^\W*who(?:'s| is| are|'re)? (?:all )?(?:coming|invited)\b",
        r"^.*?(?:coming|invited)(?: to)?",
    ),
    _request("rooms share", r"share(?=\W*$| (?:it|my|the|this|that)\b)", _MY_BOOKING),
    _intent("rooms mine", r"^\W*accept(?: (?:it|that|the offer|the booking))?\W*$"),
    _intent("rooms waiting", r"^\W*stop (?:waiting|watching)\W*$"),
    _request("rooms leave", r"leave(?=\W*$| (?:my|the|this|that)\b)|take me off", _MY_BOOKING),
    _request("rooms cancel", "cancel|drop|release|delete", _MY_BOOKING),
    _request("rooms extend", "extend|prolong|lengthen", _MY_BOOKING),
    replace(_request("rooms extend", "shorten", _MY_BOOKING), added=" shorter"),
    _intent("rooms repeat", _MAKE_SERIES, _MAKE_SERIES),
    _request("rooms repeat", "repeat", _MY_BOOKING),
    _intent("rooms extend", _HAVE_LONGER, _HAVE_LONGER),
    _intent("rooms extend", _LONGER, rf"{_POLITE}(?:make|keep|end|finish)\s+{_MY_BOOKING}"),
    _request("rooms move", "move|reschedule|rebook", _MY_BOOKING + "(?:to )?"),
    _intent(
        "rooms mine",
        r"\b(?:my|what) bookings?\b|\bwhat (?:have|did) i (?:got |booked?)"
        r"|\bwhen(?:'s| is) my\b|\bmy (?:next|upcoming) (?:room|slot)s?\b",
    ),
    _intent(
        "rooms waiting", r"\b(?:what am i waiting for|my (?:place in line|waits?|waiting list|offers?))\b"
    ),
    _intent("rooms watch", rf"{_POLITE}watch\b", rf"{_POLITE}watch\s*"),
    _intent("rooms wait", _TELL_ME, rf"{_TELL_ME}\s*(?:for\b)?|\b{_FALLS_FREE}"),
    _intent("rooms timetable", _TIMETABLE, _TIMETABLE + "(?: (?:of|for|in))?"),
    _intent("rooms free", r"^\W*(?:is|are) (?:anything|anywhere|any|there|something|somewhere)\b", None),
    _intent("rooms status", rf"^\s*is\b.*{_STATE}", rf"^\s*is\s+|\s*{_STATE}\s*"),
    _request("rooms book", "book|reserve", _ROOM_FOR_ME),
)


def detect_intent(line: str) -> tuple[str, str]:
    """The name of a command and its arguments, as typed; by default a search for a room."""
    plain = " ".join(line.replace("’", "'").split())
    for intent in _INTENTS:
        match = intent.pattern.search(plain)
        if match is not None:
            return intent.command, _argument(intent, match, plain)
    return "rooms free", line


def _argument(intent: _Intent, match: re.Match[str], plain: str) -> str:
    if intent.dropped is None:
        return plain
    named = match.groupdict().get("argument")
    return named.replace(" ", "") if named else intent.dropped.sub(" ", plain).strip(" ?!.") + intent.added
