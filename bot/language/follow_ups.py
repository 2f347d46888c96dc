"""Reads short words that refer to the answer before them: `book it`, `the second one`, `an hour later`.

A text is a follow-up only as a whole: `an hour later than usual for 6` is a request of its own.
"""

import re
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from bot.language.lengths import find_lengths, may_begin_with_length

_MAX_CHARACTERS = 120


class FollowUpKind(StrEnum):
    """What the words ask for.

    PICK: one of what was listed, or `it`. SHIFT: another time, by so much. CHANGE: what the text says, in
    place of what was asked. LARGER: a room with more seats. ELSEWHERE: another building. OTHER: another room.
    """

    YES = "yes"
    NO = "no"
    PICK = "pick"
    SHIFT = "shift"
    CHANGE = "change"
    LARGER = "larger"
    ELSEWHERE = "elsewhere"
    OTHER = "other"


class FollowUpVerb(StrEnum):
    """What to do with the one that is meant."""

    TAKE = "take"
    CANCEL = "cancel"
    EXTEND = "extend"
    MOVE = "move"
    SHARE = "share"
    CHECK_IN = "check in"


class FollowUp(Struct, frozen=True):
    """A text that refers to an answer.

    `position` counts what was listed from 1, from the end if negative, and is 0 for `it`. `text` is the rest,
    as typed. `is_certain`: it means nothing without an answer before it.
    """

    kind: FollowUpKind
    verb: FollowUpVerb | None = None
    position: int = 0
    shift: timedelta = timedelta()
    text: str = ""
    is_certain: bool = True


def find_follow_up(text: str) -> FollowUp | None:
    """The follow-up that a whole text is; None for a text that is a request of its own."""
    line = " ".join(text.replace("’", "'").split())
    if not line or len(line) > _MAX_CHARACTERS:
        return None
    line = _POLITE_END.sub("", line)
    if (answer := _yes_or_no(line)) is not None:
        return answer
    line = _POLITE_START.sub("", line)
    for read in (_pick, _shift, _other, _change):
        if (found := read(line)) is not None:
            return found
    return None


_NUMBER_WORDS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
]
_COUNT_WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
_ORDINAL = rf"(?P<ordinal>{'|'.join(_NUMBER_WORDS)}|[1-9]\d?(?:st|nd|rd|th)|last|top|bottom)"
_NOUN = r"(?:one|room|option|result|slot|booking|choice|suggestion|of (?:them|those|these))"
_LISTED = (
    rf"(?:the )?{_ORDINAL}(?: {_NOUN})?"
    r"|(?:the )?(?:number|no\.?|nr\.?|option|room number|#) ?"
    rf"(?P<number>[1-9]\d?|{'|'.join(_COUNT_WORDS)})"
)
_THAT_ONE = r"(?:(?:this|that) one|the one)"
_IT = rf"(?:{_THAT_ONE}|(?:this|that) (?:room|booking|slot|reservation)|it|this|that|them)"
_REFERENCE = rf"(?:{_LISTED}|(?P<it>{_IT}))"
_VERBS = {
    FollowUpVerb.TAKE: r"book|reserve|take|grab|get|pick|choose|select|go (?:for|with)|have|want|do|use",
    FollowUpVerb.CANCEL: r"cancel|delete|drop|release|remove|get rid of|undo",
    FollowUpVerb.EXTEND: r"extend|lengthen|prolong|shorten",
    FollowUpVerb.MOVE: r"move|reschedule|rebook|shift",
    FollowUpVerb.SHARE: r"share|post",
    FollowUpVerb.CHECK_IN: r"check (?:me )?in(?: to| for)?",
}
_POLITE_START = re.compile(
    r"^(?:(?:ok|okay|oh|ah|hmm+|um|yes|yeah|yep|no(?!\.? ?\d)|nope|great|good|perfect|nice|cool|thanks"
    r"|please|pls|plz|and then|then|actually|sorry|well|so|hi|hey|hello|roomie)\b[\s,.!:;-]*)*"
    r"(?:(?:can|could|would|will|may) (?:you|u|i|we) (?:please |pls |just )?"
    r"|(?:i|we)(?:'d| would) (?:like|love|prefer)(?: to)? |(?:i|we)(?:'ll| will) |let(?:'s| me| us) "
    r"|(?:i|we) (?:want|need|wanna)(?: to)? |please |just )?",
    re.IGNORECASE,
)
_POLITE_END = re.compile(
    r"(?:[\s,]*(?:\b(?:please|pls|plz|thanks|thank you|thx|then|for me)\b|[.!?]))+$", re.IGNORECASE
)
_YES = re.compile(
    r"(?:(?:yes|yep|yeah|yup|yea|ya|sure|absolutely|definitely|of course|correct|exactly|right)(?:[\s,]+|$))+"
    r"(?:(?:do it|go ahead|please do|do that|that's (?:right|it|fine)|i do|i'm sure|sounds good)$)?"
    r"|do it|go ahead|please do|confirm(?: it)?|go for it|yes do",
    re.IGNORECASE,
)
_NO = re.compile(
    r"(?:no|nope|nah)(?:[\s,]+(?:thanks|thank you|don't|never ?mind|leave it|keep it|not now|forget it))?"
    r"|(?:don't|do not)(?: do (?:it|that))?|never ?mind|nvm|forget it|leave it|keep it|not now",
    re.IGNORECASE,
)
_PICKS = [
    (verb, re.compile(rf"(?:{verbs}) {_REFERENCE}(?:,? (?P<rest>\S.*))?", re.IGNORECASE))
    for verb, verbs in _VERBS.items()
]
_PICK_ALONE = re.compile(rf"(?:{_LISTED}|{_THAT_ONE})", re.IGNORECASE)
_DATE = re.compile(r"(?:the )?\d+(?:st|nd|rd|th)", re.IGNORECASE)
_LATER = r"(?P<way>later|earlier|sooner|before|after|ahead|back)"
_SHIFT_LEAD = r"(?:(?:make|move|shift|push|do|start|begin)(?: it| that| this| them)?,? |(?:at|a) )?(?:by )?"
_SHIFT = re.compile(
    rf"{_SHIFT_LEAD}(?P<length>(?:a|an|one|half|two|three|four|\d)[\w\s.,½]*?) {_LATER}"
    r"(?: (?:instead|if possible))?",
    re.IGNORECASE,
)
_DAYS = re.compile(r"(?P<count>an?|one|two|three|four|five|six|[1-9]\d?) (?P<unit>day|week)s?", re.IGNORECASE)
_SHIFT_BY_USUAL = re.compile(
    r"(?:(?P<bit>(?:a )?(?:little |tiny )?(?:bit|little)|slightly) (?P<way>later|earlier|sooner)"
    r"|(?:(?:make|move|start|do)(?: it| that| this)? |(?:something|anything|any|an?|one|at an?|some) )?"
    r"(?P<way2>earlier|sooner)(?: (?:one|time|slot|start))?"
    r"|(?:(?:make|move|start|do)(?: it| that| this)? |(?:something|anything|any|an?|one|at an?|some) )"
    r"(?P<way3>later)(?: (?:one|time|slot|start))?)(?: (?:instead|if possible))?",
    re.IGNORECASE,
)
_NEXT_DAY = re.compile(
    r"(?:(?:on )?the )?(?:(?P<next>next day|day after|following day)|(?P<before>day before|previous day))"
    r"(?: instead)?",
    re.IGNORECASE,
)
_OTHERS = (
    (
        FollowUpKind.LARGER,
        (
            r"(?:(?:make it|give me|show me|find me|find|is there|are there|do you have|got) )?"
            r"(?:(?:a|an|any|some|something|anything|one|slightly|a (?:bit|little)) )*(?:bigger|larger)"
            r"(?: (?:one|ones|room|rooms|space|place))?(?: instead)?"
            r"|(?:(?:a room|one|something) )?with more (?:seats|space|room)"
            r"|more (?:seats|space)"
        ),
    ),
    (
        FollowUpKind.ELSEWHERE,
        (
            r"(?:(?:is there |try |find |show me )?(?:somewhere|anywhere|some place|someplace) else|elsewhere"
            r"|(?:try |find |show me )?(?:in |at )?(?:another|a different|some other|other)"
            r" (?:building|place|location)s?)"
            r"(?: instead)?"
        ),
    ),
    (
        FollowUpKind.OTHER,
        (
            r"(?:(?:is there |try |find |show me |what about |how about )?"
            r"(?:another|a different|some other|any other|other|different) (?:ones?|rooms?|options?)"
            r"|(?:something|anything|what) else|show (?:me )?more|more (?:rooms|options|of them)"
            r"|next page|the others|(?:the )?next (?:ones|rooms))(?: instead)?"
        ),
    ),
)
_OTHER_PATTERNS = [(kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _OTHERS]
_MAKE_IT = re.compile(
    r"(?:make|change|switch|set|turn) (?:it|that|this)(?: to| into| for| be)? (?P<text>\S.*)", re.IGNORECASE
)
_INSTEAD = re.compile(
    r"(?P<text>\S.*?),? (?:instead|rather)|(?:instead|rather),? (?P<after>\S.*)", re.IGNORECASE
)
_WHAT_ABOUT = re.compile(r"(?:what|how) about (?P<text>\S.*)|(?:and|or|but) (?P<after>\S.*)", re.IGNORECASE)
_LENGTH_WORDS = re.compile(r"\b(?:longer|shorter|long)\b", re.IGNORECASE)
_ONLY_LENGTH = re.compile(r"(?:for )?(?P<text>\S.*)", re.IGNORECASE)
_ONLY_PEOPLE = re.compile(
    r"(?:for |we(?:'re| are) |there (?:are|will be) )?\d{1,4} (?:people|persons|seats|of us|students|pax)",
    re.IGNORECASE,
)
_NEW_REQUEST = re.compile(
    r"\b(?:rooms?|space|place|book|free|find|bookings?|cancel|who|why|when|is|are|do|does)\b", re.IGNORECASE
)
_USUAL_SHIFT, _SLIGHT_SHIFT = timedelta(hours=1), timedelta(minutes=30)


def _yes_or_no(line: str) -> FollowUp | None:
    if _YES.fullmatch(line):
        return FollowUp(FollowUpKind.YES, is_certain=False)
    return FollowUp(FollowUpKind.NO, is_certain=False) if _NO.fullmatch(line) else None


def _pick(line: str) -> FollowUp | None:
    """One of what was listed, or `it`, and what to do with it. Other words know `cancel it` as well."""
    for verb, pattern in _PICKS:
        if (match := pattern.fullmatch(line)) is not None:
            rest = match["rest"] or ""
            if verb is FollowUpVerb.TAKE and (_NEW_REQUEST.search(rest) or (match["ordinal"] and rest)):
                return None
            if verb is FollowUpVerb.MOVE and (shift := _shift(rest)) is not None:
                return replace(shift, position=_position(match))
            if verb is FollowUpVerb.EXTEND and line.casefold().startswith("shorten"):
                rest = f"{rest} shorter"
            return FollowUp(
                FollowUpKind.PICK,
                verb,
                _position(match),
                text=rest,
                is_certain=verb is FollowUpVerb.TAKE or match["it"] is None,
            )
    match = _PICK_ALONE.fullmatch(line) if not _DATE.fullmatch(line) else None
    return FollowUp(FollowUpKind.PICK, position=_position(match)) if match is not None else None


def _position(match: re.Match[str]) -> int:
    ordinal, number = (match["ordinal"] or "").casefold(), (match["number"] or "").casefold()
    if ordinal in {"last", "bottom"}:
        return -1
    if ordinal:
        words = _NUMBER_WORDS.index(ordinal) + 1 if ordinal in _NUMBER_WORDS else 1
        return int(ordinal[:-2]) if ordinal[0].isdecimal() else words
    if number:
        return _COUNT_WORDS.index(number) + 1 if number in _COUNT_WORDS else int(number)
    return 0


def _shift(line: str) -> FollowUp | None:
    """Another time, by a length: `half an hour earlier`, `a day later`, `a bit later`, `earlier`."""
    if (match := _NEXT_DAY.fullmatch(line)) is not None:
        return FollowUp(FollowUpKind.SHIFT, shift=timedelta(days=1 if match["next"] else -1))
    if (match := _SHIFT_BY_USUAL.fullmatch(line)) is not None:
        way = match["way"] or match["way2"] or match["way3"]
        return _shift_by(_SLIGHT_SHIFT if match["bit"] else _USUAL_SHIFT, way)
    if (match := _SHIFT.fullmatch(line)) is None:
        return None
    length = _length(match["length"])
    return None if length is None else _shift_by(length, match["way"])


def _shift_by(length: timedelta, way: str) -> FollowUp:
    is_later = way.casefold() in {"later", "after", "back"}
    return FollowUp(FollowUpKind.SHIFT, shift=length if is_later else -length)


def _length(text: str) -> timedelta | None:
    """A length that is all of a text."""
    if (days := _DAYS.fullmatch(text)) is not None:
        count = days["count"].casefold()
        number = (
            int(count) if count.isdecimal() else _COUNT_WORDS.index(count) + 1 if count in _COUNT_WORDS else 1
        )
        return timedelta(days=number * (7 if days["unit"].casefold() == "week" else 1))
    found = find_lengths(text) if may_begin_with_length(text) else ()
    is_all = len(found) == 1 and not text[: found[0].start].strip() and not text[found[0].end :].strip()
    return found[0].length if is_all else None


def _other(line: str) -> FollowUp | None:
    kinds = (kind for kind, pattern in _OTHER_PATTERNS if pattern.fullmatch(line))
    return next((FollowUp(kind) for kind in kinds), None)


def _change(line: str) -> FollowUp | None:
    """Something in place of what was asked: `tomorrow instead`, `make it 6 people`, `for 2 hours`."""
    if (match := _MAKE_IT.fullmatch(line)) is not None:
        text = _INSTEAD.sub(lambda found: found["text"] or found["after"], match["text"])
        if _LENGTH_WORDS.search(text):
            return FollowUp(FollowUpKind.PICK, FollowUpVerb.EXTEND, text=text, is_certain=False)
        return FollowUp(FollowUpKind.CHANGE, text=text)
    if (match := _INSTEAD.fullmatch(line)) is not None:
        text = match["text"] or match["after"]
        about = _WHAT_ABOUT.fullmatch(text)
        text = (about["text"] or about["after"]) if about is not None else text
        return None if _NEW_REQUEST.search(text) else FollowUp(FollowUpKind.CHANGE, text=text)
    if (match := _WHAT_ABOUT.fullmatch(line)) is not None:
        text = match["text"] or match["after"]
        return (
            None if _NEW_REQUEST.search(text) else FollowUp(FollowUpKind.CHANGE, text=text, is_certain=False)
        )
    match = _ONLY_LENGTH.fullmatch(line)
    if _ONLY_PEOPLE.fullmatch(line) or (match is not None and _is_hours(match["text"])):
        return FollowUp(FollowUpKind.CHANGE, text=line, is_certain=False)
    return None


def _is_hours(text: str) -> bool:
    """Whether a text is a length of hours and minutes and nothing else."""
    length = _length(text)
    return length is not None and length < timedelta(days=1)
